// For the tests and bench/ only: pieces of the core that no user calls.
#include <Rcpp.h>

#include "base/rng.h"
#include "io/csv.h"
#include "io/csv_numbers.h"
#include "io/decimal.h"
#include "kernels/dense_kernels.h"
#include "kernels/panel_kernels.h"
#include "model/loss.h"
#include "model/moments.h"
#include "r_convert.h"
#include "rows/row_order.h"

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
  return make_loss(family)->fit_intercept(as_response(y, weight, R_NilValue, static_cast<std::size_t>(y.size())), predictor);
}

// What a row source says of x: moments, X b, X'r, and the working rows it reads in this order (from 0).
// [[Rcpp::export]]
Rcpp::List r_rows(SEXP x, Rcpp::NumericVector y, SEXP weight, std::vector<double> b, std::vector<double> r,
                  std::vector<double> centre, std::vector<double> scale, std::vector<double> order, bool copy) {
  NoWatch watch;
  const auto rows = as_rows(x);
  const Response response = as_response(y, weight, R_NilValue, static_cast<std::size_t>(y.size()));
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
                            Rcpp::_["product"] = eta, Rcpp::_["cross_product"] = cross, Rcpp::_["read"] = read,
                            Rcpp::_["y"] = response_read, Rcpp::_["norm2"] = norm2);
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
    Rcpp::NumericVector mean = Rcpp::clone(z), squares = Rcpp::clone(theta), cross = Rcpp::clone(rho), scaled(x.size());
    kernels->moments_add(x.begin(), 0.2, 1.7, 0.6, mean.begin(), squares.begin(), cross.begin(), p);
    kernels->scaled(x.begin(), z.begin(), theta.begin(), scaled.begin(), p);
    both.push_back(Rcpp::List::create(
        Rcpp::_["dual_dot"] = kernels->dual_dot(x.begin(), z.begin(), theta.begin(), rho.begin(), {l1, l2}, p),
        Rcpp::_["dot"] = kernels->dot(x.begin(), z.begin(), p), Rcpp::_["dual"] = dual, Rcpp::_["carry"] = carry,
        Rcpp::_["primal"] = primal, Rcpp::_["total"] = total, Rcpp::_["sum"] = sum, Rcpp::_["square"] = square,
        Rcpp::_["mean"] = mean, Rcpp::_["squares"] = squares, Rcpp::_["cross"] = cross, Rcpp::_["scaled"] = scaled));
  }
  return both;
}

namespace {

Rcpp::List as_matrices(const Moments& moments) {
  const int size = static_cast<int>(moments.size);
  Rcpp::NumericMatrix cross(size, size);
  for (int i = 0; i < size; ++i) {
    for (int j = i; j < size; ++j) {
      cross(i, j) = cross(j, i) = moments.at(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
    }
  }
  return Rcpp::List::create(Rcpp::_["weight"] = moments.weight, Rcpp::_["mean"] = moments.mean, Rcpp::_["cross"] = cross);
}

}  // namespace

// [[Rcpp::export]]
Rcpp::List r_moments(Rcpp::NumericMatrix x, Rcpp::NumericVector y, SEXP weight, SEXP offset, int threads) {
  NoWatch watch;
  return as_matrices(dense_moments(x.begin(), static_cast<std::size_t>(x.ncol()),
                                   as_response(y, weight, offset, static_cast<std::size_t>(y.size())), {threads, watch}));
}

// Those of the first rows merged with those of the rest.
// [[Rcpp::export]]
Rcpp::List r_merge_moments(Rcpp::NumericMatrix x, Rcpp::NumericVector y, Rcpp::NumericVector weight, int first) {
  NoWatch watch;
  const auto part = [&](int from, int to) {
    const Rcpp::NumericMatrix rows = x(Rcpp::Range(from, to - 1), Rcpp::_);
    const Rcpp::NumericVector some = y[Rcpp::Range(from, to - 1)], weights = weight[Rcpp::Range(from, to - 1)];
    return dense_moments(rows.begin(), static_cast<std::size_t>(x.ncol()),
                         as_response(some, weights, R_NilValue, static_cast<std::size_t>(some.size())), {1, watch});
  };
  Moments moments = part(0, first);
  moments.merge(part(first, x.nrow()));
  return as_matrices(moments);
}

// Products with working columns of a source, several vectors at once: Z'R, Z B and the Gram matrix of the columns, made in two
// steps, the second from column `known` on.
// [[Rcpp::export]]
Rcpp::List r_products(SEXP x, std::vector<double> centre, std::vector<double> scale, std::vector<double> columns,
                      Rcpp::NumericMatrix r, Rcpp::NumericMatrix b, std::vector<double> weight, int known, int threads) {
  NoWatch watch;
  const Work work{threads, watch};
  const auto rows = as_rows(x);
  const Scaling scaling{centre, scale};
  const std::vector<std::size_t> chosen(columns.begin(), columns.end());
  const std::vector<std::size_t> first(chosen.begin(), chosen.begin() + known);
  const std::size_t lanes = static_cast<std::size_t>(r.ncol()), size = chosen.size();
  Panel panel(rows->n(), lanes, rows->layout()), eta(rows->n(), lanes, rows->layout());
  std::vector<double> cross(size * lanes), by(size * lanes);
  for (std::size_t k = 0; k < lanes; ++k) {
    for (std::size_t i = 0; i < rows->n(); ++i) panel.lane(k)[i * panel.stride()] = r(static_cast<int>(i), static_cast<int>(k));
    for (std::size_t c = 0; c < size; ++c) by[c * lanes + k] = b(static_cast<int>(c), static_cast<int>(k));
  }
  rows->cross_products({scaling, chosen}, panel, cross.data(), work);
  rows->add_products({scaling, chosen}, by.data(), eta, work);
  Square gram;
  gram.grow(first.size());
  rows->gram({scaling, first}, 0, weight.data(), gram, work);
  gram.grow(size);
  rows->gram({scaling, chosen}, first.size(), weight.data(), gram, work);
  Rcpp::NumericMatrix cross_product(static_cast<int>(size), static_cast<int>(lanes)),
      gram_matrix(static_cast<int>(size), static_cast<int>(size)),
      product(static_cast<int>(rows->n()), static_cast<int>(lanes));
  for (std::size_t c = 0; c < size; ++c) {
    for (std::size_t k = 0; k < lanes; ++k) cross_product(static_cast<int>(c), static_cast<int>(k)) = cross[c * lanes + k];
    for (std::size_t j = 0; j < size; ++j) gram_matrix(static_cast<int>(c), static_cast<int>(j)) = gram.at(c, j);
  }
  for (std::size_t k = 0; k < lanes; ++k) {
    for (std::size_t i = 0; i < rows->n(); ++i)
      product(static_cast<int>(i), static_cast<int>(k)) = eta.lane(k)[i * eta.stride()];
  }
  return Rcpp::List::create(Rcpp::_["cross"] = cross_product, Rcpp::_["product"] = product, Rcpp::_["gram"] = gram_matrix);
}

// Both versions of each inner loop of panels on the same numbers; a and b: columns of a multiple of 8 rows, from a place in
// memory on that is `off` numbers from an aligned one.
// [[Rcpp::export]]
Rcpp::List r_panel_kernels(Rcpp::NumericMatrix a, Rcpp::NumericMatrix b, Rcpp::NumericMatrix by, int off) {
  Rcpp::List both;
  const std::size_t n = static_cast<std::size_t>(a.nrow()), p = static_cast<std::size_t>(a.ncol()),
                    q = static_cast<std::size_t>(b.ncol());
  const auto shifted = [off](const Rcpp::NumericMatrix& from) {
    std::vector<double> copy(static_cast<std::size_t>(off), 0.0);
    copy.insert(copy.end(), from.begin(), from.end());
    return copy;
  };
  const std::vector<double> left = shifted(a), right = shifted(b);
  const double *const x = left.data() + off, *const y = right.data() + off;
  for (const PanelKernels* kernels : {&panel_kernels(), &portable_panel_kernels()}) {
    Rcpp::NumericMatrix cross(static_cast<int>(q), static_cast<int>(p)), self(static_cast<int>(p), static_cast<int>(p));
    std::vector<double> sum = right, packed(n + static_cast<std::size_t>(off));
    kernels->cross({x, n, p}, {y, n, q}, n, cross.begin(), q);
    kernels->self_cross({x, n, p}, n, self.begin(), p);
    kernels->add({x, n, p}, by.begin(), n, sum.data() + off, n, q);
    const double total = kernels->pack(x, n, 0.3, 1.7, y, packed.data() + off);
    both.push_back(Rcpp::List::create(Rcpp::_["cross"] = cross, Rcpp::_["self"] = self,
                                      Rcpp::_["add"] = Rcpp::NumericMatrix(b.nrow(), b.ncol(), sum.begin() + off),
                                      Rcpp::_["packed"] = Rcpp::NumericVector(packed.begin() + off, packed.end()),
                                      Rcpp::_["total"] = total, Rcpp::_["dot"] = kernels->shifted_dot(x, 0.3, y, n)));
  }
  return both;
}

// Each text as a number, by the standard library's way and by the one for libraries that have none: list(taken, value) of both.
// [[Rcpp::export]]
Rcpp::List r_parse_decimal(std::vector<std::string> text) {
  Rcpp::List both;
  for (const auto parse : {parse_decimal, parse_decimal_portably}) {
    Rcpp::LogicalVector taken(static_cast<R_xlen_t>(text.size()));
    Rcpp::NumericVector value(taken.size(), NA_REAL);
    for (R_xlen_t k = 0; k < taken.size(); ++k) {
      const std::string& one = text[static_cast<std::size_t>(k)];
      double found = 0;
      taken[k] = parse(one.data(), one.data() + one.size(), found);
      if (taken[k]) value[k] = found;
    }
    both.push_back(Rcpp::List::create(Rcpp::_["taken"] = taken, Rcpp::_["value"] = value));
  }
  return both;
}

// Records of numbers by this machine's kernel and by the portable one: list(plain, finite, x).
// [[Rcpp::export]]
Rcpp::List r_read_numbers(std::string text, int columns) {
  Rcpp::List both;
  const std::size_t rows = whole_records(text.data(), text.size(), ',', true).lines, width = static_cast<std::size_t>(columns);
  for (const auto read : {read_csv_numbers, read_csv_numbers_portably}) {
    Rcpp::NumericMatrix x(static_cast<int>(rows), columns);
    std::vector<double*> to;
    for (std::size_t k = 0; k < width; ++k) to.push_back(x.begin() + k * rows);
    const CsvNumbers found = read(text.data(), text.size(), width, ',', NA_REAL, to.data());
    both.push_back(Rcpp::List::create(Rcpp::_["plain"] = found.plain, Rcpp::_["finite"] = found.finite, Rcpp::_["x"] = x));
  }
  return both;
}
