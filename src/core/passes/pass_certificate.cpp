// The certificate of models that a pass has looked at: see pass_solver.h for what is bounded and how.
#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/linear_system.h"
#include "passes/pass_solver.h"

namespace sgdlasso {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

// By all columns of the form.
std::vector<double> PassSolver::spread_out(const PassModel& model) const {
  std::vector<double> b(form_.columns.size(), 0.0);
  for (std::size_t c = 0; c < model.b.size(); ++c) b[working_[c]] = model.b[c];
  return b;
}

// free: positions of working columns.
PassSolver::Projection PassSolver::project(const std::vector<std::size_t>& free, const ModelSums& sums,
                                           const Curvature* curvature) const {
  Projection result;
  const bool squared = problem_.loss.is_squared();
  const std::size_t first = problem_.intercept ? 1 : 0, size = first + free.size();
  if (size == 0) return result;
  const std::size_t stride = squared ? known_ : curvature ? curvature->size : 0;
  const double* products = nullptr;
  if (!free.empty()) products = squared ? gram_.data() : curvature->products.data();
  const double share = squared ? 1 : 1 / weight_;  // gram_ has it already
  Eigen::MatrixXd inner = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size));
  Eigen::VectorXd target(static_cast<Eigen::Index>(size));
  if (first) {
    inner(0, 0) = sums.curvature / weight_;
    target[0] = sums.residual / weight_;
  }
  for (std::size_t f = 0; f < free.size(); ++f) {
    const Eigen::Index row = static_cast<Eigen::Index>(first + f);
    target[row] = sums.slope[working_[free[f]]] / weight_;
    if (first) inner(0, row) = inner(row, 0) = sums.border[free[f]] / weight_;
    for (std::size_t g = 0; g < free.size(); ++g) {
      inner(row, static_cast<Eigen::Index>(first + g)) = products[free[f] * stride + free[g]] * share;
    }
  }
  const Eigen::VectorXd a = PivotedCholesky(std::move(inner), problem_.watch).solve(target);
  result.fall = std::max(a.dot(target), 0.0);
  // Centred columns have no slope along a constant, if all rows count alike.
  const double moving = squared && first ? std::max(result.fall - a[0] * target[0], 0.0) : result.fall;
  result.slack = std::sqrt(moving * (squared ? 1 : sums.most_curvature));
  if (squared) return result;
  if (first) result.reach = std::abs(a[0]);
  for (std::size_t f = 0; f < free.size(); ++f) {
    result.reach += std::abs(a[static_cast<Eigen::Index>(first + f)]) * look_.largest()[free[f]];
  }
  return result;
}

Certificate PassSolver::certify(const Lane& lane, const ModelSums& sums, const Curvature* curvature) const {
  const double scale = problem_.null.deviance / 2;
  if (scale == 0) return {0, 0};
  const bool squared = problem_.loss.is_squared();
  const std::vector<CoordinatePenalty> penalty = penalties_at(form_, form_.columns, lane.lambda);
  const std::vector<double> b = spread_out(lane.at);
  std::vector<double> c = sums.slope;
  for (double& slope : c) slope /= weight_;
  const double off = problem_.intercept ? std::abs(sums.residual) / weight_ : 0;
  const double violation = std::max(Brackets(penalty, b, c).violation(), off) / std::sqrt(2 * scale);
  std::vector<std::size_t> free;
  std::vector<char> projected(c.size(), 0);
  const std::size_t known = squared ? known_ : curvature ? curvature->size : 0;
  for (std::size_t w = 0; w < known; ++w) {
    if (!penalty[working_[w]].free_at(b[working_[w]])) continue;
    free.push_back(w);
    projected[working_[w]] = 1;
  }
  const Projection part = project(free, sums, curvature);
  double blurred = 0;
  for (std::size_t k = 0; k < c.size(); ++k) {
    if (projected[k]) {
      c[k] = 0;
      continue;
    }
    if (penalty[k].free_at(b[k])) return {kInfinity, violation};  // its products are not known
    const std::size_t j = form_.columns[k];
    const double size = problem_.intercept ? 1 : std::sqrt(problem_.moments.square[j] / problem_.moments.variance[j]);
    const double slack = part.slack * size;
    c[k] += std::copysign(slack, c[k]);
    blurred += 2 * slack * std::abs(b[k]);
  }
  if (!squared && part.reach > 1) return {kInfinity, violation};
  const Brackets brackets(penalty, b, c);
  const double misfit = std::max(sums.misfit / weight_ - part.fall, 0.0), share = squared ? 0.5 : 1;
  const double s = squared ? brackets.best_squared_scale(misfit) : brackets.best_squared_scale(2 * misfit, 0, 1);
  const double rows = share * ((1 - s) * (1 - s) * misfit + part.fall);
  return {(rows + brackets.sum(s) + std::abs(s) * blurred) / scale, violation};
}

}  // namespace sgdlasso
