#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/linear_system.h"
#include "passes/looked_model.h"

namespace sgdlasso {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The residuals' part along the intercept and the columns without penalty.
struct Projection {
  double fall = 0;   // what taking it off saves
  double slack = 0;  // by which it may change the slope of a column of unit mean square
  double reach = 0;  // bound of its size in any row, as a multiple of the row's variance
};

// By all columns of the form.
std::vector<double> spread_out(const LookedModel& model, const PassModel& at) {
  std::vector<double> b(model.form.columns.size(), 0.0);
  for (std::size_t c = 0; c < at.b.size(); ++c) b[model.working.positions()[c]] = at.b[c];
  return b;
}

// free: of the first working columns, by their places there.
Projection project(const LookedModel& model, const std::vector<std::size_t>& free) {
  Projection result;
  const ModelSums& sums = model.sums;
  const double weight = model.weight;
  const bool squared = model.problem.loss.is_squared(), intercept = model.problem.intercept;
  if (!intercept && free.empty()) return result;
  const ColumnProducts& products = model.products;
  std::vector<double> slopes, border;
  for (const std::size_t f : free) {
    slopes.push_back(sums.slope[model.working.positions()[f]] / weight);
    border.push_back(intercept ? sums.border[f] / weight : 0);
  }
  const auto inner = [&](std::size_t i, std::size_t j) {
    return products.values[free[i] * products.known + free[j]] * products.share;
  };
  Watch& watch = model.problem.watch;
  const Eigen::VectorXd target = bordered(intercept, sums.residual / weight, slopes);
  const Eigen::VectorXd a =
      PivotedCholesky(bordered(intercept, sums.curvature / weight, border, inner, watch), watch).solve(target);
  result.fall = std::max(a.dot(target), 0.0);
  // Centred columns have no slope along a constant, if all rows count alike.
  const double moving = squared && intercept ? std::max(result.fall - a[0] * target[0], 0.0) : result.fall;
  result.slack = std::sqrt(moving * (squared ? 1 : sums.most_curvature));
  if (squared) return result;
  if (intercept) result.reach = std::abs(a[0]);
  for (std::size_t f = 0; f < free.size(); ++f) {
    result.reach += std::abs(a[static_cast<Eigen::Index>(f + (intercept ? 1 : 0))]) * model.largest[free[f]];
  }
  return result;
}

}  // namespace

Certificate certify(const LookedModel& model, const PassModel& at) {
  const Statement& problem = model.problem;
  const StandardForm& form = model.form;
  const std::vector<std::size_t>& working = model.working.positions();
  const double null_deviance = problem.null.deviance;
  if (null_deviance == 0) return {0, 0};
  const bool squared = problem.loss.is_squared();
  const std::vector<CoordinatePenalty> penalty = penalties_at(form, form.columns, model.lambda);
  const std::vector<double> b = spread_out(model, at);
  std::vector<double> c = model.sums.slope;
  for (double& slope : c) slope /= model.weight;
  const double off = problem.intercept ? std::abs(model.sums.residual) / model.weight : 0;
  const double violation = std::max(Brackets(penalty, b, c).violation(), off);
  std::vector<std::size_t> free;
  std::vector<char> projected(c.size(), 0);
  for (std::size_t w = 0; w < model.products.known; ++w) {
    if (!penalty[working[w]].free_at(b[working[w]])) continue;
    free.push_back(w);
    projected[working[w]] = 1;
  }
  const Projection part = project(model, free);
  double blurred = 0;
  for (std::size_t k = 0; k < c.size(); ++k) {
    if (projected[k]) {
      c[k] = 0;
      continue;
    }
    if (penalty[k].free_at(b[k])) return relative(kInfinity, violation, null_deviance);  // its products are not known
    const std::size_t j = form.columns[k];
    const double size = problem.intercept ? 1 : std::sqrt(problem.moments.square[j] / problem.moments.variance[j]);
    const double slack = part.slack * size;
    c[k] += std::copysign(slack, c[k]);
    blurred += 2 * slack * std::abs(b[k]);
  }
  if (!squared && part.reach > 1) return relative(kInfinity, violation, null_deviance);
  const Brackets brackets(penalty, b, c);
  const double misfit = std::max(model.sums.misfit / model.weight - part.fall, 0.0);
  const double s = squared ? brackets.best_squared_scale(misfit) : brackets.best_squared_scale(2 * misfit, 0, 1);
  const double rows =
      (squared ? 1 : 2) * squared_rows(s, misfit, part.fall);  // outside squared loss the bound is twice
  return relative(rows + brackets.sum(s) + std::abs(s) * blurred, violation, null_deviance);
}

}  // namespace sgdlasso
