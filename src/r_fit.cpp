#include <Rcpp.h>

#include <cmath>

#include "path.h"
#include "r_convert.h"
#include "r_problem.h"

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

std::unique_ptr<Solver> make_solver(const RProblem& all, const Rcpp::List& spec) {
  const Problem& problem = all.problem;
  const Rcpp::List solver = spec["solver"];
  const std::string name = setting<std::string>(solver, "name");
  const std::uint32_t seed = static_cast<std::uint32_t>(setting<double>(spec, "seed"));
  if (name == "nudge") return make_nudge_solver(problem, nudge_settings(solver), seed);
  if (name == "sgd") return make_sgd_solver(problem, sgd_settings(solver), seed);
  const CertifiedSettings settings{setting<double>(spec, "tol"), setting<double>(spec, "maxpasses")};
  if (name == "saga") return make_saga_solver(problem, all.form, {settings, setting<int>(solver, "epochs")}, seed);
  if (all.moments_form) return make_moments_solver(problem, all.form, *all.moments_form, settings);
  return make_window_solver(problem, all.form, settings);
}

LambdaGrid lambda_grid(const RProblem& all, const Rcpp::List& spec) {
  if (!Rf_isNull(spec["lambda"])) return {setting<std::vector<double>>(spec, "lambda"), false};
  return make_grid(all.problem, all.form,
                   all.moments_form ? all.moments_form->null_slopes() : null_slopes(all.problem, all.form),
                   {setting<int>(spec, "nlambda"), setting<double>(spec, "lambda.min.ratio")});
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
  Rcpp::List trace = Rcpp::List::create(Rcpp::_["lambda"] = lambda, Rcpp::_["epoch"] = epoch, Rcpp::_["mse"] = mse,
                                        Rcpp::_["objective"] = objective, Rcpp::_["nonzero"] = nonzero, Rcpp::_["rate"] = rate);
  if (certified) trace["gap"] = gap;
  return trace;
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
  std::vector<double> lambda, intercept, deviance, gap, kkt;
  Rcpp::LogicalVector converged;
  for (const PathPoint& point : path) {
    gap.push_back(point.trained.certificate.gap);
    kkt.push_back(point.trained.certificate.kkt);
    converged.push_back(point.trained.converged == Converged::unknown ? NA_LOGICAL : point.trained.converged == Converged::yes);
    lambda.push_back(point.lambda);
    intercept.push_back(point.trained.scored.coefficients.intercept);
    deviance.push_back(point.trained.scored.deviance);
  }
  return Rcpp::List::create(Rcpp::_["lambda"] = lambda, Rcpp::_["a0"] = intercept, Rcpp::_["beta"] = as_columns(path),
                            Rcpp::_["deviance"] = deviance, Rcpp::_["null_deviance"] = problem.null.deviance,
                            Rcpp::_["trace"] = as_trace(path), Rcpp::_["sd"] = deviations(problem.moments),
                            Rcpp::_["eta"] = single_predictor(problem, path), Rcpp::_["gap"] = gap, Rcpp::_["kkt"] = kkt,
                            Rcpp::_["converged"] = converged, Rcpp::_["passes"] = path.back().trained.passes,
                            Rcpp::_["visits"] = static_cast<double>(path.back().trained.visits));
}

}  // namespace

// Trains along the path. A rate that diverges comes back as list(diverged =, safe =), so that R words the error; so does
// overflow.
// [[Rcpp::export]]
Rcpp::List r_fit(SEXP x, Rcpp::NumericVector y, SEXP weight, SEXP offset, Rcpp::List spec) {
  const RProblem all(x, y, weight, offset, spec);
  const Problem& problem = all.problem;
  const PathSettings settings{setting<bool>(spec, "trace"), static_cast<std::size_t>(setting<double>(spec, "dfmax"))};
  try {
    const auto path = fit_path(problem, all.form, lambda_grid(all, spec), settings, [&] { return make_solver(all, spec); });
    return as_result(problem, path);
  } catch (const std::overflow_error& error) {
    return Rcpp::List::create(Rcpp::_["overflow"] = error.what());
  } catch (const Diverged& error) {
    return Rcpp::List::create(Rcpp::_["diverged"] = error.rate, Rcpp::_["safe"] = error.safe_rate);
  }
}

// Gap, KKT violation and objective of given coefficients: one column of beta and one intercept for each lambda.
// [[Rcpp::export]]
Rcpp::List r_optimality(SEXP x, Rcpp::NumericVector y, SEXP weight, SEXP offset, Rcpp::List spec, Rcpp::NumericVector intercept,
                        Rcpp::NumericMatrix beta) {
  const RProblem all(x, y, weight, offset, spec);
  const std::vector<double> lambda = setting<std::vector<double>>(spec, "lambda");
  std::vector<double> gap, kkt, objective;
  for (std::size_t k = 0; k < lambda.size(); ++k) {
    const auto column = beta.column(static_cast<int>(k));
    const Coefficients at{intercept[static_cast<R_xlen_t>(k)], std::vector<double>(column.begin(), column.end())};
    const Certificate certificate = certify(all.problem, all.form, at, lambda[k]);
    gap.push_back(certificate.gap);
    kkt.push_back(certificate.kkt);
    objective.push_back(score(all.problem, at, lambda[k]).objective);
  }
  return Rcpp::List::create(Rcpp::_["gap"] = gap, Rcpp::_["kkt"] = kkt, Rcpp::_["objective"] = objective);
}
