#include <Rcpp.h>

#include "path.h"
#include "r_path.h"
#include "r_problem.h"
#include "solver.h"

using namespace sgdlasso;

namespace {

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
  const PathSettings whole{false, problem.p()};
  FoldPath result;
  result.path =
      fit_path(problem, form, {lambda, false}, whole, [&] { return make_moments_solver(problem, form, moments, settings); });
  for (const PathPoint& point : result.path) {
    result.error.push_back(mean_squared_error(held_out, sparse_model(point.trained.scored.coefficients)));
  }
  return result;
}

std::vector<double> lambdas_of(const std::vector<PathPoint>& path) {
  std::vector<double> lambda;
  for (const PathPoint& point : path) lambda.push_back(point.lambda);
  return lambda;
}

Rcpp::List as_list(const Statement& problem, const FoldPath& fold) {
  Rcpp::List result = as_result(problem, fold.path);
  result["mse"] = fold.error;
  return result;
}

}  // namespace

// Squared loss on dense columns: the path of all rows, and that of the rows outside each fold (fold: of each row, from 0) at
// the same lambdas, all from the moments that one pass gathers.
// [[Rcpp::export]]
Rcpp::List r_fit_folds(SEXP x, Rcpp::NumericVector y, SEXP weight, SEXP offset, std::vector<int> fold, int folds,
                       Rcpp::List spec) {
  RWatch watch(spec["progress"]);
  const int threads = setting<int>(spec, "threads");
  const std::size_t p = static_cast<std::size_t>(Rf_ncols(x));
  const std::vector<Moments> inside =
      fold_moments(REAL(x), p, as_response(y, weight, offset), fold, static_cast<std::size_t>(folds), {threads, watch});
  const RProblem all(x, y, weight, offset, spec, std::make_unique<Moments>(total(inside)));
  const CertifiedSettings settings{setting<double>(spec, "tol"), setting<double>(spec, "maxpasses")};
  const PathSettings path_settings{setting<bool>(spec, "trace"), static_cast<std::size_t>(setting<double>(spec, "dfmax"))};
  const auto path = fit_path(all.problem, all.form, lambda_grid(all, spec), path_settings,
                             [&] { return make_moments_solver(all.problem, all.form, *all.moments_form, settings); });
  const std::vector<double> lambda = lambdas_of(path);
  const std::vector<Moments> training = leave_each_out(inside);
  NoWatch quiet;  // R cannot be asked from other threads
  std::vector<Statement> problems;
  for (const Moments& moments : training) {
    problems.push_back(
        make_statement(column_moments(moments), null_model(moments, all.problem.intercept), *all.loss, spec, quiet));
  }
  std::vector<FoldPath> solved(inside.size());
  parallel_for(inside.size(), {threads, watch},
               [&](std::size_t k) { solved[k] = fit_fold(problems[k], training[k], inside[k], lambda, settings); });
  Rcpp::List results;
  for (std::size_t k = 0; k < solved.size(); ++k) results.push_back(as_list(problems[k], solved[k]));
  return Rcpp::List::create(Rcpp::_["fit"] = as_result(all.problem, path), Rcpp::_["folds"] = results);
}
