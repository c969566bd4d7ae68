#include "solvers/window.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdlasso {

namespace {

// Squared loss: the residuals made to sum to 0, and their square.
void centre_residuals(const Problem& problem, Window& window) {
  const Response& response = problem.response;
  const std::size_t stride = window.eta.stride();
  const double n = static_cast<double>(response.n);
  for_each_block_of(window, problem.watch, [&](std::size_t k, std::size_t first, std::size_t rows) {
    double* r = window.residual.lane(k) + first * stride;
    Lane& lane = window.lane[k];
    const double off = problem.intercept ? lane.sum / n : 0;
    double square = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      const double weight = response.weight_of(first + i);
      r[i * stride] -= off * weight;
      square += r[i * stride] * r[i * stride] / weight;
    }
    lane.square += n * square;
  });
}

}  // namespace

SumsBySign take_residuals(const Problem& problem, Window& window, std::size_t k, std::size_t first, std::size_t rows) {
  const Response& response = problem.response;
  const std::size_t stride = window.eta.stride();
  const double share = 1 / static_cast<double>(response.n);
  double* r = window.residual.lane(k) + first * stride;
  problem.loss.means(window.eta.lane(k) + first * stride, rows, stride, r);
  SumsBySign sums;
  for (std::size_t i = 0; i < rows; ++i) {
    const double value = share * response.weight_of(first + i) * (response.y[first + i] - r[i * stride]);
    r[i * stride] = value;
    sums.positive += value > 0 ? value : 0;
    sums.negative += value > 0 ? 0 : value;
  }
  return sums;
}

void set_sums(const Problem& problem, const SumsBySign& sums, Lane& lane) {
  lane.sum = sums.positive + sums.negative;
  lane.balance = problem.intercept && !problem.loss.is_squared() ? balance(sums.positive, -sums.negative) : Balance{};
  lane.balanced = false;
  lane.square = 0;
}

void set_predictors(const Problem& problem, const WorkingSet& set, Window& window) {
  const std::size_t lanes = window.lane.size(), n = problem.response.n, stride = window.eta.stride();
  std::vector<double> b(set.size() * lanes);
  for (std::size_t k = 0; k < lanes; ++k) {
    for (std::size_t c = 0; c < set.size(); ++c) b[c * lanes + k] = window.lane[k].b[c];
    double* eta = window.eta.lane(k);
    for (std::size_t i = 0; i < n; ++i) eta[i * stride] = window.lane[k].intercept + problem.response.offset_of(i);
  }
  problem.rows.add_products(set.selection(), b.data(), window.eta, {problem.threads, problem.watch});
}

void set_residuals(const Problem& problem, Window& window) {
  std::vector<SumsBySign> sums(window.lane.size());
  for_each_block_of(window, problem.watch, [&](std::size_t k, std::size_t first, std::size_t rows) {
    sums[k].add(take_residuals(problem, window, k, first, rows));
  });
  for (std::size_t k = 0; k < sums.size(); ++k) set_sums(problem, sums[k], window.lane[k]);
  if (problem.loss.is_squared()) centre_residuals(problem, window);
}

void balance_residuals(const Problem& problem, Window& window) {
  if (problem.loss.is_squared()) return;
  const std::size_t stride = window.eta.stride();
  for_each_block_of(window, problem.watch, [&](std::size_t k, std::size_t first, std::size_t rows) {
    const Lane& lane = window.lane[k];
    if (lane.balanced || (lane.balance.positive == 1 && lane.balance.negative == 1)) return;
    double* r = window.residual.lane(k) + first * stride;
    for (std::size_t i = 0; i < rows; ++i) r[i * stride] *= lane.balance.of(r[i * stride]);
  });
  for (Lane& lane : window.lane) lane.balanced = true;
}

std::vector<double> mean_losses(const Problem& problem, const Window& window) {
  const Response& response = problem.response;
  const std::size_t stride = window.eta.stride();
  std::vector<double> losses(window.lane.size(), 0.0);
  if (problem.loss.is_squared()) {  // known from the residuals
    for (std::size_t k = 0; k < losses.size(); ++k) {
      const double off = problem.intercept ? window.lane[k].sum : 0;
      losses[k] = (window.lane[k].square + off * off) / 2;
    }
    return losses;
  }
  for_each_block_of(window, problem.watch, [&](std::size_t k, std::size_t first, std::size_t rows) {
    const Observations part{rows, response.y + first, response.weight ? response.weight + first : nullptr, nullptr};
    losses[k] += problem.loss.sum_of_values(window.eta.lane(k) + first * stride, stride, part);
  });
  for (double& loss : losses) loss /= static_cast<double>(response.n);
  return losses;
}

Certificate certificate_of(const Problem& problem, const Window& window, std::size_t k,
                           const std::vector<CoordinatePenalty>& penalty, const std::vector<double>& b,
                           const std::vector<double>& c) {
  const double scale = problem.null.deviance / 2, infinity = std::numeric_limits<double>::infinity();
  const Lane& lane = window.lane[k];
  if (!std::isfinite(lane.sum)) return {infinity, infinity};
  const Brackets brackets(penalty, b, c, 1 / kNearly);
  double rows = 0, s = 1;
  if (problem.loss.is_squared()) {
    s = brackets.best_squared_scale(lane.square);
    const double off = problem.intercept ? lane.sum : 0;  // was taken out of the residuals
    rows = (off * off + (1 - s) * (1 - s) * lane.square) / 2;
  } else {
    s = brackets.good_scale(problem.null.deviance);
    const bool as_is = s == 1 && lane.balance.positive == 1 && lane.balance.negative == 1;
    const double* r = window.residual.lane(k);
    rows = as_is ? 0
                 : problem.loss.mean_divergence(r, window.eta.lane(k), window.eta.stride(), problem.response,
                                                lane.balance, s);
  }
  const double violation = std::max(brackets.violation(), problem.intercept ? std::abs(lane.sum) : 0);
  return {(rows + brackets.sum(s)) / scale, violation / std::sqrt(2 * scale)};
}

}  // namespace sgdlasso
