#include <Rcpp.h>

#include "r_convert.h"
#include "r_moments.h"
#include "r_path.h"
#include "r_spec.h"
#include "r_watch.h"
#include "train/from_moments.h"

using namespace sgdlasso;

namespace {

// list(fit, folds): the path of all parts and, where they are folds, two at least, that of all others for each of them
// at the same lambdas, with its errors on it as `mse`.
Rcpp::List fit_parts(const FitSpec& spec, const std::vector<Moments>& parts, double rows, Watch& watch) {
  const FittedPath all = fit_moments(spec, total(parts, watch), rows, watch);
  Rcpp::List folds;
  std::vector<double> lambda;
  for (const PathPoint& point : all.points) lambda.push_back(point.lambda);
  if (parts.size() > 1 && !lambda.empty()) {
    for (const FoldPath& fold : fit_folds(spec, parts, lambda, watch)) {
      Rcpp::List result = as_result(fold.outside);
      result["mse"] = fold.error;
      folds.push_back(result);
    }
  }
  return Rcpp::List::create(Rcpp::_["fit"] = as_result(all), Rcpp::_["folds"] = folds);
}

}  // namespace

// Squared loss on dense columns: the path of all rows, and that of the rows outside each fold (fold: of each row, from
// 0) at the same lambdas, all from the moments that one pass gathers.
// [[Rcpp::export]]
Rcpp::List r_fit_folds(SEXP x, Rcpp::NumericVector y, SEXP weight, SEXP offset, std::vector<int> fold, int folds,
                       Rcpp::List spec) {
  RWatch watch(spec["progress"]);
  const FitSpec asked = as_spec(spec);
  const double* values = dense_values(x);
  const std::size_t n = static_cast<std::size_t>(Rf_nrows(x)), p = static_cast<std::size_t>(Rf_ncols(x));
  check_folds(fold, n, folds);
  const Observations response = as_observations(y, weight, offset, n);
  const Work work{asked.threads, watch};
  const std::vector<Moments> parts = fold_moments(values, p, response, fold, static_cast<std::size_t>(folds), work);
  return fit_parts(asked, parts, static_cast<double>(n), watch);
}

// The same from moments of so many rows as r_take_moments() gives them: of all rows, or of each fold.
// [[Rcpp::export]]
Rcpp::List r_fit_moments(Rcpp::List moments, double rows, Rcpp::List spec) {
  RWatch watch(spec["progress"]);
  return fit_parts(as_spec(spec), as_parts(moments, watch), rows, watch);
}
