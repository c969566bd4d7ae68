#include "r_path.h"

#include <cmath>

using namespace sgdlasso;

namespace {

Rcpp::List as_trace(const std::vector<PathPoint>& path) {
  std::vector<double> lambda, mse, objective, rate, gap;
  std::vector<int> epoch, nonzero;
  bool certified = false;
  for (const PathPoint& point : path) {
    int number = 0;
    for (const Epoch& row : point.trained.trace) {
      lambda.push_back(point.lambda);
      number = row.number > 0 ? row.number : number + 1;
      epoch.push_back(number);
      gap.push_back(row.gap);
      certified = certified || !std::isnan(row.gap);
      mse.push_back(row.mse);
      objective.push_back(row.objective);
      nonzero.push_back(static_cast<int>(row.nonzero));
      rate.push_back(row.rate);
    }
  }
  Rcpp::List trace =
      Rcpp::List::create(Rcpp::_["lambda"] = lambda, Rcpp::_["epoch"] = epoch, Rcpp::_["mse"] = mse,
                         Rcpp::_["objective"] = objective, Rcpp::_["nonzero"] = nonzero, Rcpp::_["rate"] = rate);
  if (certified) trace["gap"] = gap;
  return trace;
}

// The coefficients as the slots of a dgCMatrix, one column a lambda.
Rcpp::List as_columns(const std::vector<PathPoint>& path) {
  std::vector<int> rows, starts(1, 0);
  std::vector<double> values;
  for (const PathPoint& point : path) {
    const std::vector<double>& beta = point.trained.scored.coefficients.beta;
    for (std::size_t j = 0; j < beta.size(); ++j) {
      if (beta[j] == 0) continue;
      rows.push_back(static_cast<int>(j));
      values.push_back(beta[j]);
    }
    starts.push_back(static_cast<int>(values.size()));
  }
  return Rcpp::List::create(Rcpp::_["i"] = rows, Rcpp::_["p"] = starts, Rcpp::_["x"] = values);
}

}  // namespace

Rcpp::List as_result(const FittedPath& path) {
  if (path.points.empty()) return Rcpp::List::create(Rcpp::_["null_deviance"] = path.null_deviance);
  std::vector<double> lambda, intercept, deviance, gap, kkt;
  Rcpp::LogicalVector converged;
  for (const PathPoint& point : path.points) {
    gap.push_back(point.trained.certificate.gap());
    kkt.push_back(point.trained.certificate.kkt());
    converged.push_back(point.trained.converged == Converged::unknown ? NA_LOGICAL
                                                                      : point.trained.converged == Converged::yes);
    lambda.push_back(point.lambda);
    intercept.push_back(point.trained.scored.coefficients.intercept);
    deviance.push_back(point.trained.scored.deviance);
  }
  const Trained& last = path.points.back().trained;
  return Rcpp::List::create(Rcpp::_["lambda"] = lambda, Rcpp::_["a0"] = intercept,
                            Rcpp::_["beta"] = as_columns(path.points), Rcpp::_["deviance"] = deviance,
                            Rcpp::_["null_deviance"] = path.null_deviance, Rcpp::_["trace"] = as_trace(path.points),
                            Rcpp::_["sd"] = path.deviation, Rcpp::_["gap"] = gap, Rcpp::_["kkt"] = kkt,
                            Rcpp::_["converged"] = converged, Rcpp::_["passes"] = last.passes,
                            Rcpp::_["visits"] = static_cast<double>(last.visits));
}
