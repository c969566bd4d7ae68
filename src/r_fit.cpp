#include <Rcpp.h>

#include <cmath>

#include "r_convert.h"
#include "r_path.h"
#include "r_problem.h"
#include "train/path.h"

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

// The linear predictor of a single lambda, for the residuals that summary() shows; NULL for a path.
SEXP single_predictor(const Problem& problem, const std::vector<PathPoint>& path) {
  if (path.size() != 1) return R_NilValue;
  const Coefficients& at = path[0].trained.scored.coefficients;
  std::vector<double> eta(problem.response.n, 0.0);
  problem.rows.add_product(at.beta, eta, problem.watch);
  for (std::size_t i = 0; i < eta.size(); ++i) eta[i] += at.intercept + problem.response.offset_of(i);
  return Rcpp::wrap(eta);
}

}  // namespace

// Trains along the path. A rate that diverges comes back as list(diverged =, safe =), so that R words the error; so does
// overflow.
// [[Rcpp::export]]
Rcpp::List r_fit(SEXP x, Rcpp::NumericVector y, SEXP weight, SEXP offset, Rcpp::List spec) {
  const RProblem all(x, y, weight, offset, spec);
  const Problem& problem = all.problem;
  if (!std::isfinite(problem.null.deviance)) return Rcpp::List::create(Rcpp::_["null_deviance"] = R_PosInf);
  const auto slopes = [&] { return all.moments_form ? all.moments_form->null_slopes() : null_slopes(problem, all.form); };
  try {
    const auto path = fit_path(problem, all.form, lambda_grid(problem, all.form, slopes, spec), path_settings(spec),
                               [&] { return make_solver(all, spec); });
    Rcpp::List result = as_result(problem, path);
    result["eta"] = single_predictor(problem, path);
    return result;
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
  const R_xlen_t models = static_cast<R_xlen_t>(lambda.size());
  if (static_cast<std::size_t>(beta.nrow()) != all.rows->p() || beta.ncol() != models || intercept.size() != models) {
    throw std::invalid_argument("coefficients are not one column for each lambda");
  }
  std::vector<double> gap, kkt, objective;
  for (std::size_t k = 0; k < lambda.size(); ++k) {
    const auto column = beta.column(static_cast<int>(k));
    const Coefficients at{intercept[static_cast<R_xlen_t>(k)], std::vector<double>(column.begin(), column.end())};
    const Certificate certificate = certify(all.problem, all.form, at, lambda[k]);
    gap.push_back(certificate.gap());
    kkt.push_back(certificate.kkt());
    objective.push_back(score(all.problem, at, lambda[k]).objective);
  }
  return Rcpp::List::create(Rcpp::_["gap"] = gap, Rcpp::_["kkt"] = kkt, Rcpp::_["objective"] = objective);
}
