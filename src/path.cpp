#include "lanes.h"  // first: it forbids fused multiply-adds in this file

#include "path.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "unpenalized.h"

namespace sgdlasso {
namespace {

double largest_lambda(const Problem& problem) {
  const double least_alpha = 1e-3;  // as glmnet: for ridge no lambda is large enough
  const std::vector<double> residuals = unpenalized_residuals(problem);
  const std::vector<double> gradient = problem.rows.cross_product(residuals, problem.watch);
  double sum = 0;
  for (const double r : residuals) sum += r;
  double largest = 0;
  for (std::size_t j = 0; j < gradient.size(); ++j) {
    const Penalty& penalty = problem.penalty;
    if (penalty.free(j) || penalty.excluded(j) || problem.moments.variance[j] == 0) continue;
    // Around the mean, which changes nothing but rounding where the intercept has taken the sum out.
    const double slope = problem.intercept ? gradient[j] - problem.moments.mean[j] * sum : gradient[j];
    largest = std::max(largest, std::abs(slope) / (penalty.factor[j] * penalty.spread[j]));
  }
  return largest / std::max(problem.penalty.alpha, least_alpha);
}

Trained null_point(const Problem& problem, double lambda) {
  Coefficients zeros{problem.null.intercept, std::vector<double>(problem.rows.p(), 0.0)};
  return {score(problem, std::move(zeros), lambda), {}, 0};
}

// glmnet's constants: after 5 lambdas, stop when the deviance hardly changes, or hardly any is left. Stochastic fits may agree
// by chance, or lose a little from one lambda to the next: all of the last five must agree.
bool explains_enough(const std::vector<PathPoint>& path, double null_deviance) {
  const std::size_t least = 5;
  if (path.size() < least) return false;
  const auto explained = [&](std::size_t back) {
    return 1 - path[path.size() - 1 - back].trained.scored.deviance / null_deviance;
  };
  const double now = explained(0);
  if (now > 0.999) return true;
  for (std::size_t back = 0; back + 1 < least; ++back) {
    if (!(std::abs(explained(back) - explained(back + 1)) < 1e-5 * now)) return false;
  }
  return true;
}

}  // namespace

LambdaGrid make_grid(const Problem& problem, const GridSettings& settings) {
  const double largest = problem.null.deviance > 0 ? largest_lambda(problem) : 0;
  if (!(largest > 0)) return {{0.0}, true};
  LambdaGrid grid{{}, true};
  for (int k = 0; k < settings.length; ++k) {
    const double share = settings.length > 1 ? static_cast<double>(k) / (settings.length - 1) : 0;
    grid.lambda.push_back(largest * std::pow(settings.ratio, share));
  }
  return grid;
}

std::vector<PathPoint> fit_path(const Problem& problem, const LambdaGrid& grid, bool trace, const MakeSolver& make_solver) {
  std::vector<PathPoint> path;
  const std::unique_ptr<Solver> solver = problem.null.deviance > 0 ? make_solver() : nullptr;
  if (solver) problem.watch.expect(grid.lambda.size() * solver->epochs() * problem.response.n);
  for (const double lambda : grid.lambda) {
    path.push_back({lambda, solver ? solver->train(lambda, trace) : null_point(problem, lambda)});
    if (grid.automatic && explains_enough(path, problem.null.deviance)) break;
  }
  return path;
}

}  // namespace sgdlasso
