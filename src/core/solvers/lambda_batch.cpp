#include "solvers/lambda_batch.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/row_kernels.h"

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

Work work_on(const Problem& problem) {
  return {problem.threads, problem.watch};
}

// visit(part, row, model, place of its number in a panel of the batch), a part in the order in which its numbers stand
// in memory.
template <class Visit>
void for_each_number_of(const LambdaBatch& batch, const Work& work, Visit visit) {
  const Panel& panel = batch.eta;
  const std::size_t models = panel.lanes();
  for_each_part(panel.n(), work, [&](std::size_t part, std::size_t from, std::size_t to, Watch& watch) {
    if (panel.layout() == PanelLayout::lanes_together) {
      for (std::size_t i = from; i < to; ++i) {
        for (std::size_t k = 0; k < models; ++k) visit(part, i, k, i * models + k);
        if (i % 1024 == 0) watch.tick(0);
      }
      return;
    }
    for (std::size_t k = 0; k < models; ++k) {
      const std::size_t first = static_cast<std::size_t>(panel.lane(k) - panel.lane(0));
      for (std::size_t i = from; i < to; ++i) visit(part, i, k, first + i);
      watch.tick(0);
    }
  });
}

// Squared loss: residuals that sum to 0 where there is an intercept, and their square.
void set_squared_residuals(const Problem& problem, LambdaBatch& batch) {
  const Response& response = problem.response;
  const double n = static_cast<double>(response.n);
  std::vector<double> share(response.n);
  for (std::size_t i = 0; i < share.size(); ++i) share[i] = response.weight_of(i) / n;
  double* r = batch.residual.lane(0);
  const double* eta = batch.eta.lane(0);
  PartSums sums(batch.size()), squares(batch.size());
  for_each_number_of(batch, work_on(problem), [&](std::size_t part, std::size_t i, std::size_t k, std::size_t at) {
    const double off = response.y[i] - eta[at];
    sums.at(part, k) += share[i] * off;
    r[at] = off;
  });
  std::vector<double> sum = sums.total();
  for (std::size_t k = 0; k < batch.size(); ++k) set_sums(problem, {sum[k], 0}, batch.model[k]);
  if (!problem.intercept) std::fill(sum.begin(), sum.end(), 0.0);
  for_each_number_of(batch, work_on(problem), [&](std::size_t part, std::size_t i, std::size_t k, std::size_t at) {
    const double off = r[at] - sum[k];
    r[at] = share[i] * off;
    squares.at(part, k) += r[at] * off;
  });
  const std::vector<double> square = squares.total();
  for (std::size_t k = 0; k < batch.size(); ++k) batch.model[k].square = square[k];
}

}  // namespace

namespace {

// A run of predictors becomes one of residuals.
void take_run(const Problem& problem, std::size_t first, std::size_t rows, double* r, SumsBySign& sums) {
  const Response& response = problem.response;
  problem.loss.to_means(r, rows);
  row_kernels().residuals(response.y + first, response.weight ? response.weight + first : nullptr,
                          1 / static_cast<double>(response.n), rows, r, &sums.positive, &sums.negative);
}

}  // namespace

SumsBySign take_residuals(const Problem& problem, LambdaBatch& batch, std::size_t k, std::size_t first,
                          std::size_t rows) {
  const std::size_t stride = batch.eta.stride(), most = 256;
  double together[most];  // a run of residuals, where those of other models lie between them
  SumsBySign sums;
  for (std::size_t from = first; from < first + rows; from += most) {
    const std::size_t run = std::min(most, first + rows - from);
    const double* eta = batch.eta.lane(k) + from * stride;
    double *to = batch.residual.lane(k) + from * stride, *r = stride == 1 ? to : together;
    for (std::size_t i = 0; i < run; ++i) r[i] = eta[i * stride];
    take_run(problem, from, run, r, sums);
    for (std::size_t i = 0; stride > 1 && i < run; ++i) to[i * stride] = r[i];
  }
  return sums;
}

namespace {

void move_lane(const Problem& problem, double constant, const LaneBlock& block, std::size_t k, LambdaBatch& batch,
               SumsBySign& sums) {
  double* by = block.data + k * block.lane_stride;
  row_kernels().add(by, constant, block.rows, batch.eta.lane(k) + block.first);
  sums.add(take_residuals(problem, batch, k, block.first, block.rows));
  std::copy_n(batch.residual.lane(k) + block.first, block.rows, by);
}

// Lanes that lie together, the numbers of all at once.
void move_lanes(const Problem& problem, const std::vector<double>& constant, const std::vector<char>& moves,
                const LaneBlock& block, LambdaBatch& batch, SumsBySign* sums) {
  const Response& response = problem.response;
  const std::size_t models = batch.size(), first = block.first * models, count = block.rows * models;
  std::vector<double> positive(models), negative(models);
  row_kernels().add_rows(block.data, constant.data(), block.rows, models, batch.eta.lane(0) + first);
  problem.loss.to_means(block.data, count);
  row_kernels().residual_rows(response.y + block.first, response.weight ? response.weight + block.first : nullptr,
                              1 / static_cast<double>(response.n), block.rows, models, block.data, positive.data(),
                              negative.data());
  double* r = batch.residual.lane(0) + first;
  const bool all = std::all_of(moves.begin(), moves.end(), [](char one) { return one != 0; });
  if (all) std::copy_n(block.data, count, r);
  for (std::size_t k = 0; k < models; ++k) {
    if (moves[k]) sums[k].add({positive[k], negative[k]});
    for (std::size_t at = k; !all && moves[k] && at < count; at += models) r[at] = block.data[at];
  }
}

}  // namespace

void move_rows(const Problem& problem, const std::vector<double>& constant, const std::vector<char>& moves,
               const LaneBlock& block, LambdaBatch& batch, SumsBySign* sums) {
  if (batch.eta.layout() == PanelLayout::lanes_together) {
    return move_lanes(problem, constant, moves, block, batch, sums);
  }
  for (std::size_t k = 0; k < batch.size(); ++k) {
    if (moves[k]) move_lane(problem, constant[k], block, k, batch, sums[k]);
  }
}

SumsBySign total_of(const std::vector<SumsBySign>& sums, std::size_t k, std::size_t models) {
  SumsBySign total;
  for (std::size_t part = 0; part < kMostParts; ++part) total.add(sums[part * models + k]);
  return total;
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
  for_each_number_of(batch, work_on(problem), [&](std::size_t, std::size_t i, std::size_t k, std::size_t at) {
    eta[at] = intercept[k] + problem.response.offset_of(i);
  });
  problem.rows.add_products(set.selection(), b.data(), batch.eta, work_on(problem));
}

void set_residuals(const Problem& problem, LambdaBatch& batch) {
  if (problem.loss.is_squared()) return set_squared_residuals(problem, batch);
  const std::size_t models = batch.size();
  std::vector<SumsBySign> sums(kMostParts * models);
  for_each_block_of(batch, models, work_on(problem),
                    [&](std::size_t part, std::size_t k, std::size_t first, std::size_t rows) {
                      sums[part * models + k].add(take_residuals(problem, batch, k, first, rows));
                    });
  for (std::size_t k = 0; k < models; ++k) set_sums(problem, total_of(sums, k, models), batch.model[k]);
}

void balance_residuals(const Problem& problem, LambdaBatch& batch) {
  if (problem.loss.is_squared()) return;
  const std::size_t stride = batch.eta.stride();
  const auto scale = [&](std::size_t, std::size_t k, std::size_t first, std::size_t rows) {
    const LambdaModel& model = batch.model[k];
    if (model.balanced || (model.balance.positive == 1 && model.balance.negative == 1)) return;
    double* r = batch.residual.lane(k) + first * stride;
    const Balance f = model.balance;
    for (std::size_t i = 0; i < rows; ++i) {
      const double here = r[i * stride];
      r[i * stride] = f.positive * std::max(here, 0.0) + f.negative * std::min(here, 0.0);
    }
  };
  for_each_block_of(batch, batch.size(), work_on(problem), scale);
  for (LambdaModel& model : batch.model) model.balanced = true;
}

std::vector<double> residuals_of(const LambdaBatch& batch, std::size_t k) {
  std::vector<double> result(batch.residual.n());
  const double* r = batch.residual.lane(k);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = r[i * batch.residual.stride()];
  return result;
}

}  // namespace sgdlasso
