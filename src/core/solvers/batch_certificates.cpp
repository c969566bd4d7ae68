#include "solvers/batch_certificates.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdlasso {
namespace {

// Of so many models. sum_of(which, first row, rows): of some rows, weighted.
template <class SumOf>
std::vector<double> row_means(const Problem& problem, const LambdaBatch& batch, std::size_t models, SumOf sum_of) {
  const Response& response = problem.response;
  PartSums sums(models);
  const auto add = [&](std::size_t part, std::size_t at, std::size_t first, std::size_t rows) {
    const double* weight = response.weight ? response.weight + first : nullptr;
    sums.at(part, at) += sum_of(at, first, Observations{rows, response.y + first, weight, nullptr});
  };
  for_each_block_of(batch, models, {problem.threads, problem.watch}, add);
  std::vector<double> means = sums.total();
  for (double& mean : means) mean /= static_cast<double>(response.n);
  return means;
}

// What the rows make of the gaps of some of the models at their dual points.
std::vector<double> row_gaps(const Problem& problem, const LambdaBatch& batch, const std::vector<std::size_t>& models,
                             const std::vector<DualPoint>& at, const std::vector<std::size_t>& some) {
  if (problem.loss.is_squared()) {
    std::vector<double> gaps;
    for (const std::size_t m : some) {
      const LambdaModel& model = batch.model[models[m]];
      const double off = problem.intercept ? model.sum : 0;  // was taken out of the residuals
      gaps.push_back(squared_rows(at[m].scale, model.square, off * off));
    }
    return gaps;
  }
  return row_means(problem, batch, some.size(), [&](std::size_t which, std::size_t first, const Observations& rows) {
    const std::size_t m = some[which], k = models[m], stride = batch.eta.stride();
    const Balance& f = batch.model[k].balance;
    if (at[m].scale == 1 && f.positive == 1 && f.negative == 1) return 0.0;
    return problem.loss.sum_of_divergences(batch.residual.lane(k) + first * stride, batch.eta.lane(k) + first * stride,
                                           stride, rows, 1 / static_cast<double>(problem.response.n), f, at[m].scale);
  });
}

}  // namespace

DualPoint dual_point(const Problem& problem, const LambdaModel& model, const Brackets& brackets) {
  const double scale = problem.loss.is_squared() ? brackets.best_squared_scale(model.square)
                                                 : brackets.good_scale(problem.null.deviance);
  return {scale, brackets.sum(scale)};
}

double gap_if_squared(const Problem& problem, const LambdaModel& model, const DualPoint& at) {
  const double unbalanced = problem.intercept ? 1 - std::min(model.balance.positive, model.balance.negative) : 0;
  const double off = 1 - at.scale;
  return problem.null.deviance / 2 * (off * off + unbalanced * unbalanced) + at.columns;
}

std::vector<double> mean_losses(const Problem& problem, const LambdaBatch& batch,
                                const std::vector<std::size_t>& models) {
  if (models.empty()) return {};
  if (problem.loss.is_squared()) {  // known from the residuals
    std::vector<double> losses(models.size());
    for (std::size_t at = 0; at < losses.size(); ++at) {
      const LambdaModel& model = batch.model[models[at]];
      const double off = problem.intercept ? model.sum : 0;
      losses[at] = (model.square + off * off) / 2;
    }
    return losses;
  }
  return row_means(problem, batch, models.size(), [&](std::size_t at, std::size_t first, const Observations& rows) {
    const Panel& eta = batch.eta;
    return problem.loss.sum_of_values(eta.lane(models[at]) + first * eta.stride(), eta.stride(), rows);
  });
}

std::vector<Certificate> certificates_of(const Problem& problem, const LambdaBatch& batch,
                                         const std::vector<std::size_t>& models,
                                         const std::function<ModelSlopes(std::size_t)>& slopes_of, double exact_below) {
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<Certificate> result(models.size());
  std::vector<DualPoint> points(models.size());
  parallel_for(models.size(), {problem.threads, problem.watch}, [&](std::size_t m) {
    const LambdaModel& model = batch.model[models[m]];
    const ModelSlopes at = slopes_of(models[m]);
    for (std::size_t j = 0; j < at.b.size(); ++j) {
      if (at.penalty[j].free_at(at.b[j])) return;
    }
    if (!std::isfinite(model.sum)) {
      result[m] = {infinity, infinity};
      return;
    }
    const Brackets brackets(at.penalty, at.b, at.c, 1 / kNearly);
    const double violation = std::max(brackets.violation(), problem.intercept ? std::abs(model.sum) : 0);
    points[m] = dual_point(problem, model, brackets);
    result[m] = relative(gap_if_squared(problem, model, points[m]), violation, problem.null.deviance);
  });
  std::vector<std::size_t> exact;
  for (std::size_t m = 0; m < models.size(); ++m) {
    const double gap = result[m].gap();  // NaN where it is not known
    if (std::isfinite(gap) && (gap <= exact_below || problem.loss.is_squared())) exact.push_back(m);
  }
  const std::vector<double> rows = row_gaps(problem, batch, models, points, exact);
  for (std::size_t e = 0; e < exact.size(); ++e) {
    const std::size_t m = exact[e];
    result[m] = {(rows[e] + points[m].columns) / (problem.null.deviance / 2), result[m].kkt()};
  }
  return result;
}

}  // namespace sgdlasso
