#include "model/moments_form.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/linear_system.h"
#include "kernels/panel_kernels.h"

namespace sgdlasso {

MomentsForm::MomentsForm(const Statement& problem, const StandardForm& form, const Moments& moments)
    : null_deviance_(problem.null.deviance),
      watch_(problem.watch) {
  const std::vector<std::size_t>& columns = form.columns;
  const std::size_t size = columns.size(), y = moments.size - 1;
  const auto cross = [&](std::size_t i, std::size_t j) { return mean_product(moments, problem.intercept, i, j); };
  gram.grow(size);
  for (std::size_t b = 0; b < size; ++b) {
    watch_.tick(0);
    const double scale = form.scaling.scale[columns[b]];
    for (std::size_t a = 0; a <= b; ++a) {
      gram.at(a, b) = gram.at(b, a) = cross(columns[a], columns[b]) * scale * form.scaling.scale[columns[a]];
    }
    slope.push_back(cross(columns[b], y) * scale);
    if (problem.penalty.free(columns[b])) unpenalized_.push_back(b);
  }
  null_square = cross(y, y);
  intercept = problem.intercept ? moments.mean[y] : 0;
}

std::vector<double> MomentsForm::null_slopes() const {
  return project_off(unpenalized_, slope).slope;
}

double MomentsForm::square(const std::vector<double>& b, const std::vector<double>& q) const {
  double square = null_square;
  for (std::size_t j = 0; j < b.size(); ++j) square -= b[j] * (slope[j] + q[j]);
  return std::max(square, 0.0);
}

// As certify() does from the data.
Certificate MomentsForm::certify(const std::vector<CoordinatePenalty>& penalty, const std::vector<double>& b,
                                 const std::vector<double>& q) const {
  std::vector<std::size_t> free;
  for (std::size_t j = 0; j < b.size(); ++j) {
    if (penalty[j].free_at(b[j])) free.push_back(j);
  }
  const Projected feasible = project_off(free, q);
  const double left = std::max(square(b, q) - feasible.loss, 0.0);
  const Brackets brackets(penalty, b, feasible.slope);
  const double s = brackets.best_squared_scale(left);
  return relative(squared_rows(s, left, feasible.loss) + brackets.sum(s), Brackets(penalty, b, q).violation(),
                  null_deviance_);
}

MomentsForm::Projected MomentsForm::project_off(const std::vector<std::size_t>& columns,
                                                const std::vector<double>& q) const {
  Projected result{q, 0};
  if (columns.empty()) return result;
  std::vector<double> slopes;
  for (const std::size_t column : columns) slopes.push_back(q[column]);
  const Eigen::VectorXd target = bordered(false, 0, slopes);
  const auto inner = [&](std::size_t i, std::size_t j) { return gram.at(columns[i], columns[j]); };
  const Eigen::VectorXd a = PivotedCholesky(bordered(false, 0, slopes, inner, watch_), watch_).solve(target);
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    panel_kernels().axpy(-a[i], gram.column(columns[static_cast<std::size_t>(i)]), q.size(), result.slope.data());
  }
  result.loss = std::max(a.dot(target), 0.0);
  return result;
}

}  // namespace sgdlasso
