// For the tests and bench/ only: pieces of the core that no user calls.
#include <Rcpp.h>

#include "dense_kernels.h"
#include "loss.h"
#include "r_convert.h"
#include "rng.h"
#include "row_order.h"

using namespace sgdlasso;

// The sum of x at the speed of memory: what any pass over x is compared with.
// [[Rcpp::export]]
double r_stream_sum(Rcpp::NumericVector x) {
  double sum = 0, square = 0;
  dense_kernels().shifted_sums(x.begin(), 0, static_cast<std::size_t>(x.size()), &sum, &square);
  return sum;
}

// `uniforms` numbers, then the row orders (from 0) of `epochs` epochs.
// [[Rcpp::export]]
Rcpp::List r_random(double seed, int uniforms, int n, int epochs, std::string shuffle) {
  Rng rng(static_cast<std::uint32_t>(seed));
  Rcpp::NumericVector values(uniforms);
  for (double& value : values) value = rng.uniform();
  RowOrder order(static_cast<std::size_t>(n), make_shuffle(shuffle));
  Rcpp::List orders(epochs);
  for (int k = 0; k < epochs; ++k) {
    order.reshuffle(rng);
    orders[k] = Rcpp::NumericVector(order.positions(), order.positions() + n);
  }
  return Rcpp::List::create(Rcpp::_["uniform"] = values, Rcpp::_["order"] = orders);
}

// Every function of a loss at one point.
// [[Rcpp::export]]
Rcpp::List r_loss(std::string family, double eta, double y, double step) {
  const auto loss = make_loss(family);
  const CappedStep capped = loss->capped_step(eta, y, step);
  return Rcpp::List::create(Rcpp::_["value"] = loss->value(eta, y), Rcpp::_["saturated"] = loss->saturated(y),
                            Rcpp::_["mean"] = loss->mean(eta), Rcpp::_["curvature"] = loss->curvature(eta),
                            Rcpp::_["deviance"] = loss->deviance(eta, y), Rcpp::_["share"] = capped.share,
                            Rcpp::_["residual"] = capped.residual);
}

// [[Rcpp::export]]
double r_fit_intercept(std::string family, Rcpp::NumericVector y, SEXP weight, Rcpp::NumericVector eta) {
  const std::vector<double> predictor(eta.begin(), eta.end());
  return make_loss(family)->fit_intercept(as_response(y, weight, R_NilValue), predictor);
}

namespace {

class Silent final : public Watch {
 public:
  void expect(std::size_t) override {}
  void tick(std::size_t) override {}
};

}  // namespace

// What a row source says of x: moments, X b, X'r, and the working rows it reads in this order (from 0).
// [[Rcpp::export]]
Rcpp::List r_rows(SEXP x, Rcpp::NumericVector y, SEXP weight, std::vector<double> b, std::vector<double> r,
                  std::vector<double> centre, std::vector<double> scale, std::vector<double> order, bool copy) {
  Silent watch;
  const auto rows = as_rows(x);
  const Response response = as_response(y, weight, R_NilValue);
  const ColumnMoments moments = rows->moments(response, watch);
  std::vector<double> eta(rows->n(), 0.0);
  rows->add_product(b, eta, watch);
  const std::vector<std::size_t> positions = counting(rows->n());
  const auto reader =
      rows->reader({response, {centre, scale}, std::vector<std::size_t>(order.begin(), order.end()), copy}, watch);
  const Scaling as_given{std::vector<double>(rows->p(), 0.0), std::vector<double>(rows->p(), 1.0)};
  std::vector<double> cross(rows->p());
  Panel panel(rows->n(), 1, rows->layout());
  std::copy(r.begin(), r.end(), panel.lane(0));
  rows->cross_products({as_given, counting(rows->p())}, panel, cross.data(), {1, watch});
  Rcpp::NumericMatrix read(static_cast<int>(rows->n()), static_cast<int>(rows->p()));
  Rcpp::NumericVector response_read(rows->n()), norm2(rows->n());
  int at = 0;
  for_each_block(*reader, RowOrder(rows->n(), Shuffle::none), [&](const RowBlock& block, const RowBlock&) {
    for (const Row& row : block.rows) {
      for (std::size_t k = 0; k < row.size; ++k) read(at, row.index ? row.index[k] : static_cast<int>(k)) = row.value[k];
      response_read[at] = row.y;
      norm2[at++] = row.norm2;
    }
  });
  return Rcpp::List::create(Rcpp::_["mean"] = moments.mean, Rcpp::_["variance"] = moments.variance,
                            Rcpp::_["square"] = moments.square, Rcpp::_["frequency"] = moments.frequency,
                            Rcpp::_["product"] = eta, Rcpp::_["cross_product"] = cross,
                            Rcpp::_["read"] = read, Rcpp::_["y"] = response_read, Rcpp::_["norm2"] = norm2);
}

// Both versions of each inner loop on the same numbers: this machine's and the one for the smallest registers.
// [[Rcpp::export]]
Rcpp::List r_kernels(Rcpp::NumericVector x, Rcpp::NumericVector z, Rcpp::NumericVector theta, Rcpp::NumericVector rho,
                     double l1, double l2) {
  Rcpp::List both;
  for (const DenseKernels* kernels : {&dense_kernels(), &portable_kernels()}) {
    const std::size_t p = static_cast<std::size_t>(x.size());
    Rcpp::NumericVector dual = Rcpp::clone(z), carry = Rcpp::clone(theta), primal = Rcpp::clone(z), total = Rcpp::clone(rho);
    double sum = 0, square = 0;
    kernels->dual_add(x.begin(), 0.7, 1.3, dual.begin(), carry.begin(), p);
    kernels->primal_add(x.begin(), 0.7, theta.begin(), l1, primal.begin(), p);
    kernels->accumulate(z.begin(), 0.3, total.begin(), p);
    kernels->shifted_sums(x.begin(), 0.1, p, &sum, &square);
    both.push_back(Rcpp::List::create(
        Rcpp::_["dual_dot"] = kernels->dual_dot(x.begin(), z.begin(), theta.begin(), rho.begin(), {l1, l2}, p),
        Rcpp::_["dot"] = kernels->dot(x.begin(), z.begin(), p), Rcpp::_["dual"] = dual, Rcpp::_["carry"] = carry,
        Rcpp::_["primal"] = primal, Rcpp::_["total"] = total, Rcpp::_["sum"] = sum, Rcpp::_["square"] = square));
  }
  return both;
}
