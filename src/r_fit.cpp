#include <Rcpp.h>

#include "r_convert.h"
#include "r_path.h"
#include "r_spec.h"
#include "r_watch.h"
#include "train/in_memory.h"

using namespace sgdlasso;

namespace {

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

// Trains along the path. A rate that diverges comes back as list(diverged =, safe =), so that R words the error; so
// does overflow.
// [[Rcpp::export]]
Rcpp::List r_fit(SEXP x, Rcpp::NumericVector y, SEXP weight, SEXP offset, Rcpp::List spec) {
  const FitSpec asked = as_spec(spec);
  const auto rows = as_rows(x);
  RWatch watch(spec["progress"]);
  const InMemory training(asked, *rows, as_observations(y, weight, offset, rows->n()), watch);
  try {
    const FittedPath path = training.path();
    Rcpp::List result = as_result(path);
    result["eta"] = single_predictor(training.problem(), path.points);
    return result;
  } catch (const std::overflow_error& error) {
    return Rcpp::List::create(Rcpp::_["overflow"] = error.what());
  } catch (const Diverged& error) {
    return Rcpp::List::create(Rcpp::_["diverged"] = error.rate, Rcpp::_["safe"] = error.safe_rate);
  }
}

// Gap, KKT violation and objective of given coefficients: one column of beta and one intercept for each lambda.
// [[Rcpp::export]]
Rcpp::List r_optimality(SEXP x, Rcpp::NumericVector y, SEXP weight, SEXP offset, Rcpp::List spec,
                        Rcpp::NumericVector intercept, Rcpp::NumericMatrix beta) {
  const FitSpec asked = as_spec(spec);
  const auto rows = as_rows(x);
  RWatch watch(spec["progress"]);
  const InMemory training(asked, *rows, as_observations(y, weight, offset, rows->n()), watch);
  const std::vector<double>& lambda = asked.lambda.given;
  const R_xlen_t models = static_cast<R_xlen_t>(lambda.size());
  if (static_cast<std::size_t>(beta.nrow()) != rows->p() || beta.ncol() != models || intercept.size() != models) {
    throw std::invalid_argument("coefficients are not one column for each lambda");
  }
  std::vector<double> gap, kkt, objective;
  for (std::size_t k = 0; k < lambda.size(); ++k) {
    const auto column = beta.column(static_cast<int>(k));
    const Coefficients at{intercept[static_cast<R_xlen_t>(k)], std::vector<double>(column.begin(), column.end())};
    const Certificate certificate = training.certificate(at, lambda[k]);
    gap.push_back(certificate.gap());
    kkt.push_back(certificate.kkt());
    objective.push_back(score(training.problem(), at, lambda[k]).objective);
  }
  return Rcpp::List::create(Rcpp::_["gap"] = gap, Rcpp::_["kkt"] = kkt, Rcpp::_["objective"] = objective);
}
