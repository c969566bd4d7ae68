#include <Rcpp.h>

#include <cmath>

#include "path.h"
#include "r_convert.h"
#include "r_watch.h"

using namespace sgdlasso;

namespace {

NudgeSettings nudge_settings(const Rcpp::List& solver) {
  return {setting<double>(solver, "nudge"),
          setting<double>(solver, "rate"),
          setting<int>(solver, "epochs"),
          setting<std::string>(solver, "every") == "sample",
          setting<std::string>(solver, "init") == "uniform",
          setting<bool>(solver, "penalize_intercept")};
}

SgdSettings sgd_settings(const Rcpp::List& solver) {
  SgdSettings settings;
  settings.rule = setting<std::string>(solver, "rule");
  if (!Rf_isNull(solver["rate"])) settings.rate = setting<double>(solver, "rate");
  if (!Rf_isNull(solver["schedule"])) settings.schedule = setting<std::string>(solver, "schedule");
  settings.average = setting<bool>(solver, "average");
  settings.epochs = setting<int>(solver, "epochs");
  settings.shuffle = setting<std::string>(solver, "shuffle");
  settings.copy = setting<bool>(solver, "copy");
  return settings;
}

std::unique_ptr<Solver> make_solver(const Problem& problem, const Rcpp::List& solver, double seed) {
  const std::uint32_t seed_bits = static_cast<std::uint32_t>(seed);
  if (setting<std::string>(solver, "name") == "nudge") return make_nudge_solver(problem, nudge_settings(solver), seed_bits);
  return make_sgd_solver(problem, sgd_settings(solver), seed_bits);
}

Penalty make_penalty(const Rcpp::List& spec, const ColumnMoments& moments) {
  Penalty penalty;
  penalty.alpha = setting<double>(spec, "alpha");
  penalty.factor = setting<std::vector<double>>(spec, "penalty.factor");
  const bool standardize = setting<bool>(spec, "standardize");
  for (const double variance : moments.variance) {
    penalty.spread.push_back(standardize && variance > 0 ? std::sqrt(variance) : 1);
  }
  return penalty;
}

LambdaGrid lambda_grid(const Problem& problem, const Rcpp::List& spec) {
  if (!Rf_isNull(spec["lambda"])) return {setting<std::vector<double>>(spec, "lambda"), false};
  return make_grid(problem, {setting<int>(spec, "nlambda"), setting<double>(spec, "lambda.min.ratio")});
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

Rcpp::List as_trace(const std::vector<PathPoint>& path) {
  std::vector<double> lambda, mse, objective, rate;
  std::vector<int> epoch, nonzero;
  for (const PathPoint& point : path) {
    int number = 0;
    for (const Epoch& row : point.trained.trace) {
      lambda.push_back(point.lambda);
      epoch.push_back(++number);
      mse.push_back(row.mse);
      objective.push_back(row.objective);
      nonzero.push_back(static_cast<int>(row.nonzero));
      rate.push_back(row.rate);
    }
  }
  return Rcpp::List::create(Rcpp::_["lambda"] = lambda, Rcpp::_["epoch"] = epoch, Rcpp::_["mse"] = mse,
                            Rcpp::_["objective"] = objective, Rcpp::_["nonzero"] = nonzero, Rcpp::_["rate"] = rate);
}

// The linear predictor of a single lambda, for the residuals that summary() shows; NULL for a path.
SEXP single_predictor(const Problem& problem, const std::vector<PathPoint>& path) {
  if (path.size() != 1) return R_NilValue;
  const Coefficients& at = path[0].trained.scored.coefficients;
  std::vector<double> eta(problem.response.n, 0.0);
  problem.rows.add_product(at.beta, eta, problem.watch);
  for (std::size_t i = 0; i < eta.size(); ++i) eta[i] += at.intercept + problem.response.offset_of(i);
  return Rcpp::wrap(eta);
}

std::vector<double> deviations(const ColumnMoments& moments) {
  std::vector<double> result;
  for (const double variance : moments.variance) result.push_back(std::sqrt(variance));
  return result;
}

Rcpp::List as_result(const Problem& problem, const std::vector<PathPoint>& path) {
  std::vector<double> lambda, intercept, deviance;
  for (const PathPoint& point : path) {
    lambda.push_back(point.lambda);
    intercept.push_back(point.trained.scored.coefficients.intercept);
    deviance.push_back(point.trained.scored.deviance);
  }
  return Rcpp::List::create(Rcpp::_["lambda"] = lambda, Rcpp::_["a0"] = intercept, Rcpp::_["beta"] = as_columns(path),
                            Rcpp::_["deviance"] = deviance, Rcpp::_["null_deviance"] = problem.null.deviance,
                            Rcpp::_["trace"] = as_trace(path), Rcpp::_["sd"] = deviations(problem.moments),
                            Rcpp::_["eta"] = single_predictor(problem, path),
                            Rcpp::_["visits"] = static_cast<double>(path.back().trained.visits));
}

}  // namespace

// Trains along the path. A rate that diverges comes back as list(diverged =, safe =), so that R words the error; so does
// overflow.
// [[Rcpp::export]]
Rcpp::List r_fit(SEXP x, Rcpp::NumericVector y, SEXP weight, SEXP offset, Rcpp::List spec) {
  const std::unique_ptr<Rows> rows = as_rows(x);
  const std::unique_ptr<Loss> loss = make_loss(setting<std::string>(spec, "family"));
  RWatch watch(spec["progress"]);
  const Response response = as_response(y, weight, offset);
  ColumnMoments moments = rows->moments(response, watch);
  Penalty penalty = make_penalty(spec, moments);
  const bool intercept = setting<bool>(spec, "intercept");
  const Problem problem{*rows,
                        response,
                        *loss,
                        std::move(penalty),
                        std::move(moments),
                        intercept,
                        setting<bool>(spec, "standardize"),
                        fit_null_model(response, *loss, intercept),
                        watch};
  try {
    const auto path = fit_path(problem, lambda_grid(problem, spec), setting<bool>(spec, "trace"),
                               [&] { return make_solver(problem, spec["solver"], setting<double>(spec, "seed")); });
    return as_result(problem, path);
  } catch (const std::overflow_error& error) {
    return Rcpp::List::create(Rcpp::_["overflow"] = error.what());
  } catch (const Diverged& error) {
    return Rcpp::List::create(Rcpp::_["diverged"] = error.rate, Rcpp::_["safe"] = error.safe_rate);
  }
}
