#include <Rcpp.h>

#include <algorithm>
#include <stdexcept>

#include "r_convert.h"
#include "r_watch.h"

using namespace sgdlasso;

namespace {

// Some columns of a dgCMatrix of coefficients, and the rows of it in which they are not 0.
struct Models {
  std::vector<std::size_t> columns;
  std::vector<double> b;  // [position in columns * lanes + lane]
};

Models models_of(const SparseColumns& beta, int first, int count, std::size_t lanes) {
  std::vector<int> position(beta.n, -1);
  Models models;
  for (int at = beta.start[first]; at < beta.start[first + count]; ++at) {
    int& place = position[static_cast<std::size_t>(beta.index[at])];
    if (place >= 0) continue;
    place = 0;
    models.columns.push_back(static_cast<std::size_t>(beta.index[at]));
  }
  std::sort(models.columns.begin(), models.columns.end());
  for (std::size_t c = 0; c < models.columns.size(); ++c) position[models.columns[c]] = static_cast<int>(c);
  models.b.assign(models.columns.size() * lanes, 0.0);
  for (int k = 0; k < count; ++k) {
    for (int at = beta.start[first + k]; at < beta.start[first + k + 1]; ++at) {
      const std::size_t c = static_cast<std::size_t>(position[static_cast<std::size_t>(beta.index[at])]);
      models.b[c * lanes + static_cast<std::size_t>(k)] = beta.value[at];
    }
  }
  return models;
}

}  // namespace

// a0 + X beta, one column for each column of beta (a dgCMatrix).
// [[Rcpp::export]]
Rcpp::NumericMatrix r_predict(SEXP x, Rcpp::NumericVector intercept, Rcpp::S4 beta, int threads) {
  RWatch watch(R_NilValue);
  const auto rows = as_rows(x);
  const SparseColumns coefficients = as_sparse_columns(beta);
  if (coefficients.n != rows->p() || coefficients.p != static_cast<std::size_t>(intercept.size())) {
    throw std::invalid_argument("coefficients are not one column for each intercept, or not of the columns of x");
  }
  const Scaling as_given = Scaling::as_given(rows->p());
  const std::size_t lanes = 16;  // that share one look at x
  const int models = static_cast<int>(intercept.size()), n = static_cast<int>(rows->n());
  Rcpp::NumericMatrix eta(n, models);
  for (int first = 0; first < models; first += static_cast<int>(lanes)) {
    const int count = std::min(static_cast<int>(lanes), models - first);
    const Models some = models_of(coefficients, first, count, lanes);
    Panel panel(rows->n(), lanes, rows->layout());
    rows->add_products({as_given, some.columns}, some.b.data(), panel, {threads, watch});
    for (int k = 0; k < count; ++k) {
      const double* from = panel.lane(static_cast<std::size_t>(k));
      for (int i = 0; i < n; ++i)
        eta(i, first + k) = intercept[first + k] + from[static_cast<std::size_t>(i) * panel.stride()];
    }
  }
  return eta;
}
