#include "descent/residual_descent.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "model/certificate.h"

namespace sgdlasso {

void ResidualDescent::set_weights(std::vector<double> h) {
  h_ = std::move(h);
  total_ = 0;
  for (const double weight : h_) total_ += weight;
  column_sum_.assign(problem_.rows.p(), std::numeric_limits<double>::quiet_NaN());
  diagonal_.assign(problem_.rows.p(), 0.0);
}

void ResidualDescent::learn(const std::vector<std::size_t>& columns) {
  for (const std::size_t j : columns) {
    if (!std::isnan(column_sum_[j])) continue;
    problem_.watch.tick(0);
    problem_.rows.column_sums(form_.scaling, j, h_.data(), &column_sum_[j], &diagonal_[j]);
    if (problem_.intercept) diagonal_[j] -= column_sum_[j] * column_sum_[j] / total_;
  }
}

double ResidualDescent::slope(std::size_t j, const std::vector<double>& r) const {
  const double centre = problem_.intercept ? column_sum_[j] / total_ : 0;
  return problem_.rows.column_dot(form_.scaling, j, r.data()) - centre * sum_;
}

void ResidualDescent::move(std::size_t j, double by, std::vector<double>& r) {
  problem_.rows.column_add(form_.scaling, j, -by, h_.data(), r.data());
  sum_ -= by * column_sum_[j];
}

Descent ResidualDescent::descend(const std::vector<std::size_t>& columns, const QuadraticLasso& lasso,
                                 std::vector<double>& b, std::vector<double>& q, std::vector<double> r) {
  learn(columns);
  sum_ = 0;
  for (const double value : r) sum_ += value;
  Descent result{0, 0};
  const std::size_t most = 5000, between = 5;  // sweeps; sweeps of the nonzeros between two of all
  const auto sweep = [&](bool all) {
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (!all && b[k] == 0) continue;
      const double g = lasso.curvature * diagonal_[columns[k]];
      if (!(g > 0)) continue;
      problem_.watch.tick(0);
      q[k] = slope(columns[k], r);
      const double moved = lasso.penalty[k].minimiser(g, q[k] + g * b[k]) - b[k];
      if (moved == 0) continue;
      b[k] += moved;
      move(columns[k], moved * lasso.curvature, r);
    }
    ++result.sweeps;
  };
  while (result.sweeps < most) {
    for (std::size_t k = 0; k < columns.size(); ++k) {
      q[k] = slope(columns[k], r);
      problem_.watch.tick(0);
    }
    const Brackets brackets(lasso.penalty, b, q, lasso.widest);
    const double s = brackets.best_squared_scale(lasso.square);
    result.gap = (1 - s) * (1 - s) / 2 * lasso.square + brackets.sum(s);
    if (result.gap <= lasso.target) break;
    sweep(true);
    for (std::size_t k = 0; k < between; ++k) sweep(false);
  }
  return result;
}

}  // namespace sgdlasso
