#include "solvers/batch_step.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sgdlasso {

bool BatchStep::step(LambdaBatch& batch) {
  const std::size_t models = batch.size();
  std::vector<Direction> directions = propose(batch);
  std::vector<double> slopes(set_.size() * models);
  const bool too_far = search(batch, directions, slopes);
  for (std::size_t k = 0; k < models; ++k) {
    const Direction& direction = directions[k];
    LambdaModel& model = batch.model[k];
    for (std::size_t c = 0; c < direction.b.size(); ++c) {
      // what a whole step sets to 0 is exactly 0
      const bool ends_at_0 = direction.share == 1 && model.b[c] == -direction.b[c];
      model.b[c] = ends_at_0 ? 0 : model.b[c] + direction.share * direction.b[c];
      model.q[c] = slopes[c * models + k];
    }
    model.intercept += direction.share * direction.intercept;
  }
  return too_far;
}

// To the minimum of each quadratic model, the intercept profiled out.
std::vector<BatchStep::Direction> BatchStep::propose(const LambdaBatch& batch) {
  const double scale = problem_.null.deviance / 2;
  set_.refresh();
  std::vector<Direction> directions(batch.size());
  std::vector<Profiled> profiled(batch.size());
  std::vector<QuadraticLasso> lassos;
  for (std::size_t k = 0; k < batch.size(); ++k) {
    const LambdaModel& model = batch.model[k];
    if (!model.moves()) continue;
    Profiled& to = profiled[k];
    to = {model.b, model.q, {}};
    set_.intercept().profile(problem_.intercept ? model.sum : 0, to.q);
    to.start = to.q;
    // The quadratic's own gap starts at 1 or less.
    const double precise = std::max(precision() * std::min(model.gap, 1.0), 0.2 * model.target);
    lassos.push_back({model.lambda, model.curvature, 2 * scale, 1, precise * scale, &to.b, &to.q});
  }
  set_.descend(lassos);
  for (std::size_t k = 0; k < batch.size(); ++k) {
    if (batch.model[k].moves()) directions[k] = direction(batch.model[k], profiled[k]);
  }
  return directions;
}

// Of a step, as a share of the gap. Sweeps over residuals cost more than a step gains by precision.
double BatchStep::precision() const {
  return set_.wide() ? 0.25 : 0.00002;
}

BatchStep::Direction BatchStep::direction(const LambdaModel& model, const Profiled& to) const {
  const std::vector<CoordinatePenalty> penalty = penalties_at(form_, set_.columns(), model.lambda);
  const ProfiledIntercept intercept = set_.intercept();
  const double sum = problem_.intercept ? model.sum : 0;
  Direction result;
  result.share = 1;
  result.b.resize(to.b.size());
  for (std::size_t c = 0; c < to.b.size(); ++c) {
    const double move = result.b[c] = to.b[c] - model.b[c];
    if (move == 0) continue;
    result.second += move * (to.start[c] - to.q[c]);
    result.slope -= move * model.q[c];
    result.cost += penalty[c].cost(to.b[c]) - penalty[c].cost(model.b[c]);
  }
  if (problem_.intercept) {
    const double off = sum / intercept.total;  // from where its slope is 0, times the curvature
    result.intercept = intercept.step(sum, model.curvature, result.b);
    result.slope -= result.intercept * sum;
    result.second += off * off * intercept.total / model.curvature;
  }
  result.second /= model.curvature;
  return result;
}

// Moves eta along the directions, by less and less in models whose loss would not fall.
bool BatchStep::search(LambdaBatch& batch, std::vector<Direction>& directions, std::vector<double>& slopes) {
  const std::size_t models = directions.size();
  const int most = 60, far = 3;
  bool too_far = false;
  std::vector<double> moved(models);
  for (std::size_t k = 0; k < models; ++k) moved[k] = directions[k].share;
  for (int tries = 0; tries < most; ++tries) {
    const std::vector<double> there = move_along(batch, directions, moved);
    bool again = false;
    for (std::size_t k = 0; k < models; ++k) {
      if (moved[k] == 0) continue;
      for (std::size_t c = 0; c < set_.size(); ++c) slopes[c * models + k] = there[c * models + k];
      const double wanted = accept_or_shrink(batch.model[k], directions[k], slopes.data() + k, models);
      moved[k] = wanted - std::exchange(directions[k].share, wanted);
      again = again || moved[k] != 0;
      too_far = too_far || (tries >= far && moved[k] != 0);
    }
    if (!again) break;
  }
  return too_far;
}

// Model k by shares[k] of its direction; those that do not move stay as they are. Returns the slopes there, in one look
// at x.
std::vector<double> BatchStep::move_along(LambdaBatch& batch, const std::vector<Direction>& directions,
                                          const std::vector<double>& shares) {
  const std::size_t models = directions.size();
  std::vector<double> b(set_.size() * models, 0.0), slopes(b.size()), intercept(models);
  std::vector<char> moves(models);
  for (std::size_t k = 0; k < models; ++k) {
    const Direction& direction = directions[k];
    if (shares[k] == 0) continue;
    moves[k] = 1;
    intercept[k] = shares[k] * direction.intercept;
    for (std::size_t c = 0; c < direction.b.size(); ++c) b[c * models + k] = shares[k] * direction.b[c];
  }
  std::vector<SumsBySign> sums(kMostParts * models);
  const auto turn = [&](const LaneBlock& block) {
    move_rows(problem_, intercept, moves, block, batch, &sums[block.part * models]);
  };
  problem_.rows.turn_products(set_.selection(), b.data(), models, turn, slopes.data(),
                              {problem_.threads, problem_.watch});
  for (std::size_t k = 0; k < models; ++k) {
    if (shares[k] == 0) continue;
    set_sums(problem_, total_of(sums, k, models), batch.model[k]);
  }
  return slopes;
}

// The loss is convex, so it grows by at most its slope at the end of the step. Returns the share that is taken: as it
// is, or smaller.
double BatchStep::accept_or_shrink(LambdaModel& model, const Direction& direction, const double* slopes,
                                   std::size_t stride) const {
  const double share = direction.share, cost = direction.cost;
  double slope = problem_.intercept ? -direction.intercept * model.sum : 0;
  for (std::size_t c = 0; c < direction.b.size(); ++c) {
    if (direction.b[c] != 0) slope -= direction.b[c] * slopes[c * stride];
  }
  if (!std::isfinite(slope)) return share / 8;
  const double met = (slope - direction.slope) / (share * direction.second);
  if (direction.second > 0 && met > 0) model.curvature = std::min(std::max(met, 0.05), 1e6);
  const double change = (slope + direction.slope) / 2 * share + cost * share;  // by the trapezoid
  const bool certain = slope * share + cost * share <= 0;
  const double rounding = 1e-15 * problem_.null.deviance, much = 0.1 * problem_.null.deviance / 2;
  const bool far = -(direction.slope + cost) * share > much;  // a trapezoid claims more than there is to be had
  if (certain || (!far && change < rounding) || share < 1e-12) return share;
  // Where a parabola through both slopes has its minimum.
  const double best = -(direction.slope + cost) / (slope - direction.slope) * share;
  return std::min(std::max(best, share / 10), share / 2);
}

}  // namespace sgdlasso
