#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "model/lambda_path.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sgdlasso {
namespace {

// The model before this one whose lambda is larger by what glmnet's grids of 100 have between two; neighbours on a
// finer grid may hardly differ, whatever is left to explain.
std::size_t before(const std::vector<PathPoint>& path, std::size_t at) {
  const double apart = 0.96;
  std::size_t k = at - 1;
  while (k > 0 && path[at].lambda > apart * path[k].lambda) --k;
  return k;
}

}  // namespace

double largest_lambda(const Statement& problem, const StandardForm& form, const std::vector<double>& slope) {
  const double least_alpha = 1e-3;  // as glmnet: for ridge no lambda is large enough
  double largest = 0;
  for (std::size_t k = 0; k < slope.size(); ++k) {
    const std::size_t j = form.columns[k];
    if (problem.penalty.free(j) || !form.penalty.may_move(j, slope[k])) continue;
    largest = std::max(largest, std::abs(slope[k]) / form.penalty.theta[j]);
  }
  return largest / std::max(problem.penalty.alpha, least_alpha);
}

FittedPath fitted_path(const Statement& problem, std::vector<PathPoint> points) {
  FittedPath result{std::move(points), problem.null.deviance, {}};
  for (const double variance : problem.moments.variance) result.deviation.push_back(std::sqrt(variance));
  return result;
}

Trained null_point(const Statement& problem, const StandardForm& form, double lambda) {
  Trained trained;
  trained.scored = scored_of(problem, form, {form.scaling, {}}, {}, problem.null.intercept, lambda, problem.null.loss);
  trained.certificate = {0, 0};
  trained.converged = Converged::yes;
  return trained;
}

bool explains_enough(const std::vector<PathPoint>& path, double null_deviance, double tol) {
  const std::size_t least = 5;
  if (path.size() < least) return false;
  const auto explained = [&](std::size_t at) { return 1 - path[at].trained.scored.deviance / null_deviance; };
  const std::size_t last = path.size() - 1;
  const double now = explained(last);
  if (now > 0.999) return true;
  const double next_to_nothing = std::max(1e-3, 1e3 * tol);  // where a gap of tol may hide what a lambda changes
  if (!(now > next_to_nothing)) return false;
  const auto agree = [&](std::size_t a, std::size_t b) { return std::abs(explained(a) - explained(b)) < 1e-5 * now; };
  if (path.back().trained.converged == Converged::yes) return agree(last, before(path, last));
  for (std::size_t k = last; k + least - 1 > last; --k) {
    if (!agree(k, k - 1)) return false;
  }
  return true;
}

bool path_ends(const std::vector<PathPoint>& path, bool automatic, double null_deviance, const StopSpec& stop) {
  if (path.back().trained.scored.nonzero > stop.most_nonzero) return true;
  return automatic && explains_enough(path, null_deviance, stop.tol);
}

std::vector<double> make_grid(const Statement& problem, const StandardForm& form, const std::vector<double>& slopes,
                              const LambdaSpec& spec) {
  const double largest = problem.null.deviance > 0 ? largest_lambda(problem, form, slopes) : 0;
  if (!(largest > 0)) return {0.0};
  const double ratio = spec.ratio_for(problem.rows_seen, problem.p());
  std::vector<double> grid;
  for (int k = 0; k < spec.length; ++k) {
    const double share = spec.length > 1 ? static_cast<double>(k) / (spec.length - 1) : 0;
    grid.push_back(largest * std::pow(ratio, share));
  }
  return grid;
}

}  // namespace sgdlasso
