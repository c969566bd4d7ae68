#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "sgd/saga_rows.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/dense_kernels.h"
#include "rows/row_order.h"

namespace sgdlasso {
namespace {

// One step along the slope `drift`, then the penalty's.
double proximal_step(double b, double drift, const CoordinatePenalty& penalty, double step) {
  return soft_threshold(b - step * drift, step * penalty.l1) / (1 + step * penalty.l2);
}

// b after `count` steps b <- soft(b - step * drift, step * l1) / (1 + step * l2), by the closed form on each side of 0.
double repeated_step(double b, double drift, double l1, double l2, double step, std::size_t count) {
  const double shrink = 1 / (1 + step * l2);
  double left = static_cast<double>(count);
  while (left > 0) {
    if (b == 0 && std::abs(drift) <= l1) return 0;
    const double sign = b != 0 ? (b > 0 ? 1 : -1) : (drift < 0 ? 1 : -1);
    const double push = step * (drift + sign * l1) * shrink;  // b <- shrink * b - push while the sign lasts
    const double rest = l2 > 0 ? -push / (1 - shrink) : 0;    // where that would end
    const auto after = [&](double steps) {
      return l2 > 0 ? rest + (b - rest) * std::pow(shrink, steps) : b - push * steps;
    };
    if (sign * after(left) > 0) return after(left);
    // The last step before the sign would change, then one step across.
    double stay = 0;
    if (b != 0) {
      const double until = l2 > 0 ? std::log(rest / (rest - b)) / std::log(shrink) : b / push;
      stay = std::min(std::max(std::floor(until), 0.0), left - 1);
      while (stay > 0 && !(sign * after(stay) > 0)) --stay;
    }
    const double before = stay > 0 ? after(stay) : b;
    b = soft_threshold(before - step * drift, step * l1) * shrink;
    left -= stay + 1;
  }
  return b;
}

}  // namespace

SagaState::SagaState(const Problem& problem, const WorkingPenalty& penalty)
    : intercept(problem.intercept ? problem.null.intercept : 0),
      b(problem.rows.p(), 0.0),
      problem_(&problem),
      penalty_(penalty),
      slope_(problem.response.n, 0.0),
      mean_(problem.rows.p(), 0.0),
      change_(problem.rows.p(), 0.0),
      seen_(problem.rows.sparse() ? problem.rows.p() : 0, 0) {}

double SagaState::slope_change(const Row& row, double eta, std::size_t position) {
  const double slope = row.weight * (problem_->loss.mean(eta) - row.y);
  return slope - std::exchange(slope_[position], slope);
}

void SagaState::visit(const RowBlock& block, const RowBlock& next, const std::size_t* position, double step,
                      double lambda) {
  if (!problem_->rows.sparse()) return visit_dense(block, next, position, step, lambda);
  for_each_row(block, next, [&](const Row& row) { visit_sparse(row, *position++, step, lambda); });
}

void SagaState::visit_dense(const RowBlock& block, const RowBlock& next, const std::size_t* position, double step,
                            double lambda) {
  const std::size_t p = b.size();
  const double n = static_cast<double>(problem_->response.n), blocks = std::ceil(n / kBlockRows);
  std::fill(change_.begin(), change_.end(), 0.0);
  double change = 0;
  for_each_row(block, next, [&](const Row& row) {
    const double eta = dense_kernels().dot(row.value, b.data(), p) + intercept + row.offset;
    const double moved = slope_change(row, eta, *position++);
    dense_kernels().accumulate(row.value, moved, change_.data(), p);
    change += moved;
  });
  const double share = blocks / n;  // the last block, which may be smaller, counts as much as its rows
  for (std::size_t j = 0; j < p; ++j) {
    b[j] = proximal_step(b[j], mean_[j] + share * change_[j], penalty_.at(j, lambda), step);
    mean_[j] += change_[j] / n;
  }
  if (problem_->intercept) intercept -= step * (mean_slope_ + share * change);
  mean_slope_ += change / n;
}

void SagaState::visit_sparse(const Row& row, std::size_t position, double step, double lambda) {
  const double n = static_cast<double>(problem_->response.n);
  double eta = intercept + row.offset;
  for (std::size_t k = 0; k < row.size; ++k) {
    const std::size_t j = static_cast<std::size_t>(row.index[k]);
    catch_up(j, step, lambda);
    eta += row.value[k] * b[j];
  }
  const double moved = slope_change(row, eta, position);
  ++steps_;
  for (std::size_t k = 0; k < row.size; ++k) {
    const std::size_t j = static_cast<std::size_t>(row.index[k]);
    b[j] = proximal_step(b[j], mean_[j] + moved * row.value[k], penalty_.at(j, lambda), step);
    mean_[j] += moved * row.value[k] / n;
    seen_[j] = steps_;
  }
  if (problem_->intercept) intercept -= step * (mean_slope_ + moved);
  mean_slope_ += moved / n;
}

void SagaState::catch_up(std::size_t j, double step, double lambda) {
  const std::size_t missed = steps_ - seen_[j];
  if (missed == 0) return;
  const CoordinatePenalty at = penalty_.at(j, lambda);
  b[j] = repeated_step(b[j], mean_[j], at.l1, at.l2, step, missed);
  seen_[j] = steps_;
}

void SagaState::settle(double step, double lambda) {
  for (std::size_t j = 0; j < seen_.size(); ++j) catch_up(j, step, lambda);
}

double block_curvature(const RowBlock& block, std::size_t p) {
  std::vector<double> v(p, 1.0), next(p);
  double constant = 1, curvature = 0;
  const int iterations = 12;
  for (int k = 0; k < iterations; ++k) {
    double norm = constant * constant;
    for (const double value : v) norm += value * value;
    norm = std::sqrt(norm);
    for (double& value : v) value /= norm;
    constant /= norm;
    std::fill(next.begin(), next.end(), 0.0);
    double next_constant = 0;
    for (const Row& row : block.rows) {
      const double dot = row.weight * (dense_kernels().dot(row.value, v.data(), p) + constant);
      dense_kernels().accumulate(row.value, dot, next.data(), p);
      next_constant += dot;
    }
    curvature = constant * next_constant;
    for (std::size_t j = 0; j < p; ++j) curvature += v[j] * next[j];
    curvature /= static_cast<double>(block.rows.size());
    v.swap(next);
    constant = next_constant;
  }
  return curvature;
}

}  // namespace sgdlasso
