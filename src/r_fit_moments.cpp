#include <Rcpp.h>

#include <cmath>

#include "r_moments.h"
#include "r_path.h"
#include "r_problem.h"
#include "solvers/solver.h"
#include "train/path.h"

using namespace sgdlasso;

namespace {

CertifiedSettings certified_settings(const Rcpp::List& spec) {
  return {setting<double>(spec, "tol"), setting<double>(spec, "maxpasses")};
}

Statement statement_of(const Moments& moments, const Loss& loss, const Rcpp::List& spec, Watch& watch) {
  return make_statement(column_moments(moments), null_model(moments, setting<bool>(spec, "intercept")), loss, spec, watch);
}

// The path of the rows outside one fold, and how well each of its models predicts those inside.
struct FoldPath {
  std::vector<PathPoint> path;
  std::vector<double> error;
};

SparseModel sparse_model(const Coefficients& at) {
  SparseModel model{at.intercept, {}, {}};
  for (std::size_t j = 0; j < at.beta.size(); ++j) {
    if (at.beta[j] == 0) continue;
    model.index.push_back(j);
    model.value.push_back(at.beta[j]);
  }
  return model;
}

FoldPath fit_fold(const Statement& problem, const Moments& training, const Moments& held_out, const std::vector<double>& lambda,
                  const CertifiedSettings& settings) {
  const StandardForm form(problem);
  const MomentsForm moments(problem, form, training);
  const PathSettings whole{false, problem.p(), settings.tol};
  FoldPath result;
  result.path =
      fit_path(problem, form, {lambda, false}, whole, [&] { return make_moments_solver(problem, form, moments, settings); });
  for (const PathPoint& point : result.path) {
    problem.watch.tick(0);
    result.error.push_back(mean_squared_error(held_out, sparse_model(point.trained.scored.coefficients)));
  }
  return result;
}

// What each fold's path comes to; one fold is no fold.
Rcpp::List fit_folds(const std::vector<Moments>& inside, const std::vector<double>& lambda, const Loss& loss,
                     const Rcpp::List& spec, Watch& watch) {
  Rcpp::List results;
  if (inside.size() < 2) return results;
  const std::vector<Moments> training = leave_each_out(inside, watch);
  SharedWatch shared(watch);
  std::vector<Statement> problems;
  for (const Moments& moments : training) problems.push_back(statement_of(moments, loss, spec, shared));
  const CertifiedSettings settings = certified_settings(spec);
  std::vector<FoldPath> solved(inside.size());
  parallel_for(inside.size(), {setting<int>(spec, "threads"), shared},
               [&](std::size_t k) { solved[k] = fit_fold(problems[k], training[k], inside[k], lambda, settings); });
  for (std::size_t k = 0; k < solved.size(); ++k) {
    Rcpp::List result = as_result(problems[k], solved[k].path);
    result["mse"] = solved[k].error;
    results.push_back(result);
  }
  return results;
}

Rcpp::List fit_moments(const std::vector<Moments>& inside, const Rcpp::List& spec, Watch& watch) {
  const std::unique_ptr<Loss> loss = make_loss(setting<std::string>(spec, "family"));
  const Moments all = total(inside, watch);
  const Statement problem = statement_of(all, *loss, spec, watch);
  if (!std::isfinite(problem.null.deviance)) {
    return Rcpp::List::create(Rcpp::_["fit"] = Rcpp::List::create(Rcpp::_["null_deviance"] = R_PosInf));
  }
  const StandardForm form(problem);
  const MomentsForm moments(problem, form, all);
  const CertifiedSettings settings = certified_settings(spec);
  const auto path = fit_path(problem, form,
                             lambda_grid(
                                 problem, form, [&] { return moments.null_slopes(); }, spec),
                             path_settings(spec), [&] { return make_moments_solver(problem, form, moments, settings); });
  std::vector<double> lambda;
  for (const PathPoint& point : path) lambda.push_back(point.lambda);
  return Rcpp::List::create(Rcpp::_["fit"] = as_result(problem, path),
                            Rcpp::_["folds"] = fit_folds(inside, lambda, *loss, spec, watch));
}

}  // namespace

// Squared loss on dense columns: the path of all rows, and that of the rows outside each fold (fold: of each row, from 0) at
// the same lambdas, all from the moments that one pass gathers.
// [[Rcpp::export]]
Rcpp::List r_fit_folds(SEXP x, Rcpp::NumericVector y, SEXP weight, SEXP offset, std::vector<int> fold, int folds,
                       Rcpp::List spec) {
  RWatch watch(spec["progress"]);
  const double* values = dense_values(x);
  const std::size_t n = static_cast<std::size_t>(Rf_nrows(x)), p = static_cast<std::size_t>(Rf_ncols(x));
  const Work work{setting<int>(spec, "threads"), watch};
  check_folds(fold, n, folds);
  return fit_moments(fold_moments(values, p, as_response(y, weight, offset, n), fold, static_cast<std::size_t>(folds), work),
                     spec, watch);
}

// The same from moments as r_take_moments() gives them: of all rows, or of each fold.
// [[Rcpp::export]]
Rcpp::List r_fit_moments(Rcpp::List moments, Rcpp::List spec) {
  RWatch watch(spec["progress"]);
  return fit_moments(as_parts(moments), spec, watch);
}
