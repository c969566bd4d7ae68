#include <algorithm>
#include <cmath>

#include "descent/coordinate_descent.h"
#include "descent/profiled_intercept.h"
#include "passes/looked_model.h"

namespace sgdlasso {
namespace {

Square as_square(const double* values, std::size_t size, double weight) {
  Square result;
  result.grow(size);
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t i = 0; i < size; ++i) result.at(i, j) = values[j * size + i] / weight;
  }
  return result;
}

}  // namespace

void solve(const LookedModel& model, double target, PassModel& at) {
  const Statement& problem = model.problem;
  const ModelSums& sums = model.sums;
  const std::vector<CoordinatePenalty> penalty = penalties_at(model.form, model.working.columns(), model.lambda);
  std::vector<double> q;
  for (const std::size_t k : model.working.positions()) q.push_back(sums.slope[k] / model.weight);
  const double residual = problem.intercept ? sums.residual / model.weight : 0;
  const double square = std::max(sums.misfit / model.weight - residual * residual, 0.0);
  const Square gram = as_square(model.products.values, model.products.known, 1);
  descend({gram, 1, penalty, square, kAnyScale, problem.watch}, target * problem.null.deviance / 2, at.b, q);
  at.intercept += residual;
}

void step(const LookedModel& model, const NewtonStep& newton, PassModel& at) {
  const Statement& problem = model.problem;
  const ModelSums& sums = model.sums;
  const double weight = model.weight;
  const std::size_t size = model.working.size();
  const double sum = problem.intercept ? sums.residual / weight : 0, total = newton.at_curvature.curvature / weight;
  const double factor = newton.damping * sums.curvature / newton.at_curvature.curvature;
  if (!(total > 0) || !std::isfinite(factor) || !(factor > 0)) return;
  Square gram = as_square(newton.curvature.products.data(), size, weight);
  std::vector<double> border(size, 0.0), q(size);
  for (std::size_t c = 0; c < size; ++c) {
    if (problem.intercept) border[c] = newton.at_curvature.border[c] / weight;
    q[c] = sums.slope[model.working.positions()[c]] / weight;
  }
  const ProfiledIntercept intercept{total, border};
  intercept.profile(sum, q);
  intercept.profile(gram, 0, problem.watch);
  const std::vector<CoordinatePenalty> penalty = penalties_at(model.form, model.working.columns(), model.lambda);
  std::vector<double> moved = at.b;
  // The residuals cannot be scaled up, or no mean would be left to them: nor may the quadratic's.
  const double widest = 1;
  descend({gram, factor, penalty, sums.misfit / weight / factor, widest, problem.watch},
          newton.target * problem.null.deviance / 2, moved, q);
  at.b.swap(moved);
  if (!problem.intercept) return;
  for (std::size_t c = 0; c < size; ++c) moved[c] = at.b[c] - moved[c];
  at.intercept += intercept.step(sum, factor, moved);
}

}  // namespace sgdlasso
