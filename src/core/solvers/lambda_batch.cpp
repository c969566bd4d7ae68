#include "solvers/lambda_batch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdlasso {

void LambdaBatch::take(std::size_t k, const LambdaBatch& other, std::size_t from) {
  model[k] = other.model[from];
  const std::size_t to_stride = eta.stride(), from_stride = other.eta.stride();
  const double* from_eta = other.eta.lane(from);
  const double* from_residual = other.residual.lane(from);
  for (std::size_t i = 0; i < eta.n(); ++i) {
    eta.lane(k)[i * to_stride] = from_eta[i * from_stride];
    residual.lane(k)[i * to_stride] = from_residual[i * from_stride];
  }
}

namespace {

// visit(row, model, place of its number in a panel of the batch), in the order in which the numbers stand in memory.
template <class Visit>
void for_each_number_of(const LambdaBatch& batch, Watch& watch, Visit visit) {
  const Panel& panel = batch.eta;
  const std::size_t n = panel.n(), models = panel.lanes(), rows = 1024;  // between two ticks
  if (panel.layout() == PanelLayout::lanes_together) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < models; ++k) visit(i, k, i * models + k);
      if (i % rows == 0) watch.tick(0);
    }
    return;
  }
  for (std::size_t k = 0; k < models; ++k) {
    const std::size_t first = static_cast<std::size_t>(panel.lane(k) - panel.lane(0));
    for (std::size_t i = 0; i < n; ++i) visit(i, k, first + i);
    watch.tick(0);
  }
}

// Squared loss: residuals that sum to 0 where there is an intercept, and their square.
void set_squared_residuals(const Problem& problem, LambdaBatch& batch) {
  const Response& response = problem.response;
  const double n = static_cast<double>(response.n);
  std::vector<double> share(response.n), sum(batch.size(), 0.0), square(batch.size(), 0.0);
  for (std::size_t i = 0; i < share.size(); ++i) share[i] = response.weight_of(i) / n;
  double* r = batch.residual.lane(0);
  const double* eta = batch.eta.lane(0);
  for_each_number_of(batch, problem.watch, [&](std::size_t i, std::size_t k, std::size_t at) {
    const double off = response.y[i] - eta[at];
    sum[k] += share[i] * off;
    r[at] = off;
  });
  for (std::size_t k = 0; k < batch.size(); ++k) set_sums(problem, {sum[k], 0}, batch.model[k]);
  if (!problem.intercept) std::fill(sum.begin(), sum.end(), 0.0);
  for_each_number_of(batch, problem.watch, [&](std::size_t i, std::size_t k, std::size_t at) {
    const double off = r[at] - sum[k];
    r[at] = share[i] * off;
    square[k] += r[at] * off;
  });
  for (std::size_t k = 0; k < batch.size(); ++k) batch.model[k].square = square[k];
}

}  // namespace

SumsBySign take_residuals(const Problem& problem, LambdaBatch& batch, std::size_t k, std::size_t first,
                          std::size_t rows) {
  const Response& response = problem.response;
  const std::size_t stride = batch.eta.stride();
  const double share = 1 / static_cast<double>(response.n);
  double* r = batch.residual.lane(k) + first * stride;
  problem.loss.means(batch.eta.lane(k) + first * stride, rows, stride, r);
  SumsBySign sums;
  for (std::size_t i = 0; i < rows; ++i) {
    const double value = share * response.weight_of(first + i) * (response.y[first + i] - r[i * stride]);
    r[i * stride] = value;
    sums.positive += value > 0 ? value : 0;
    sums.negative += value > 0 ? 0 : value;
  }
  return sums;
}

void set_sums(const Problem& problem, const SumsBySign& sums, LambdaModel& model) {
  model.sum = sums.positive + sums.negative;
  model.balance = problem.intercept && !problem.loss.is_squared() ? balance(sums.positive, -sums.negative) : Balance{};
  model.balanced = false;
  model.square = 0;
}

void set_predictors(const Problem& problem, const WorkingSet& set, LambdaBatch& batch) {
  const std::size_t models = batch.size();
  std::vector<double> b(set.size() * models), intercept(models);
  for (std::size_t k = 0; k < models; ++k) {
    intercept[k] = batch.model[k].intercept;
    for (std::size_t c = 0; c < set.size(); ++c) b[c * models + k] = batch.model[k].b[c];
  }
  double* eta = batch.eta.lane(0);
  for_each_number_of(batch, problem.watch, [&](std::size_t i, std::size_t k, std::size_t at) {
    eta[at] = intercept[k] + problem.response.offset_of(i);
  });
  problem.rows.add_products(set.selection(), b.data(), batch.eta, {problem.threads, problem.watch});
}

void set_residuals(const Problem& problem, LambdaBatch& batch) {
  if (problem.loss.is_squared()) return set_squared_residuals(problem, batch);
  std::vector<SumsBySign> sums(batch.size());
  for_each_block_of(batch, problem.watch, [&](std::size_t k, std::size_t first, std::size_t rows) {
    sums[k].add(take_residuals(problem, batch, k, first, rows));
  });
  for (std::size_t k = 0; k < sums.size(); ++k) set_sums(problem, sums[k], batch.model[k]);
}

void balance_residuals(const Problem& problem, LambdaBatch& batch) {
  if (problem.loss.is_squared()) return;
  const std::size_t stride = batch.eta.stride();
  for_each_block_of(batch, problem.watch, [&](std::size_t k, std::size_t first, std::size_t rows) {
    const LambdaModel& model = batch.model[k];
    if (model.balanced || (model.balance.positive == 1 && model.balance.negative == 1)) return;
    double* r = batch.residual.lane(k) + first * stride;
    for (std::size_t i = 0; i < rows; ++i) r[i * stride] *= model.balance.of(r[i * stride]);
  });
  for (LambdaModel& model : batch.model) model.balanced = true;
}

std::vector<double> residuals_of(const LambdaBatch& batch, std::size_t k) {
  std::vector<double> result(batch.residual.n());
  const double* r = batch.residual.lane(k);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = r[i * batch.residual.stride()];
  return result;
}

std::vector<double> mean_losses(const Problem& problem, const LambdaBatch& batch,
                                const std::vector<std::size_t>& models) {
  const Response& response = problem.response;
  const std::size_t stride = batch.eta.stride();
  std::vector<double> losses(models.size(), 0.0);
  if (models.empty()) return losses;
  if (problem.loss.is_squared()) {  // known from the residuals
    for (std::size_t at = 0; at < losses.size(); ++at) {
      const LambdaModel& model = batch.model[models[at]];
      const double off = problem.intercept ? model.sum : 0;
      losses[at] = (model.square + off * off) / 2;
    }
    return losses;
  }
  for_each_block_of(batch, models.size(), problem.watch, [&](std::size_t at, std::size_t first, std::size_t rows) {
    const Observations part{rows, response.y + first, response.weight ? response.weight + first : nullptr, nullptr};
    losses[at] += problem.loss.sum_of_values(batch.eta.lane(models[at]) + first * stride, stride, part);
  });
  for (double& loss : losses) loss /= static_cast<double>(response.n);
  return losses;
}

Certificate certificate_of(const Problem& problem, const LambdaBatch& batch, std::size_t k,
                           const std::vector<CoordinatePenalty>& penalty, const std::vector<double>& b,
                           const std::vector<double>& c) {
  const double infinity = std::numeric_limits<double>::infinity();
  const LambdaModel& model = batch.model[k];
  if (!std::isfinite(model.sum)) return {infinity, infinity};
  const Brackets brackets(penalty, b, c, 1 / kNearly);
  double rows = 0, s = 1;
  if (problem.loss.is_squared()) {
    s = brackets.best_squared_scale(model.square);
    const double off = problem.intercept ? model.sum : 0;  // was taken out of the residuals
    rows = squared_rows(s, model.square, off * off);
  } else {
    s = brackets.good_scale(problem.null.deviance);
    const bool as_is = s == 1 && model.balance.positive == 1 && model.balance.negative == 1;
    const double* r = batch.residual.lane(k);
    rows = as_is ? 0
                 : problem.loss.mean_divergence(r, batch.eta.lane(k), batch.eta.stride(), problem.response,
                                                model.balance, s);
  }
  const double violation = std::max(brackets.violation(), problem.intercept ? std::abs(model.sum) : 0);
  return relative(rows + brackets.sum(s), violation, problem.null.deviance);
}

}  // namespace sgdlasso
