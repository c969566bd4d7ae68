#include "descent/lane_descent.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "base/large_buffer.h"

namespace sgdlasso {
namespace {

constexpr double kNear = 0.9;  // columns at 0 whose slope is below this share of their bound stay there

// Once signs have settled steps go a quarter too far (successive over-relaxation, Young 1954), which halves the sweeps
// that slow models need; larger shares gained no more.
constexpr std::size_t kUnrelaxed = 3;
constexpr float kRelaxation = 1.25F;

// Work between two ticks.
constexpr std::size_t kEnough = 1 << 17;

// The gap that residuals scaled to feasibility would have, of a response of deviation 1.
double gap_of(const SweepFindings& found, std::size_t k) {
  const double off = std::min(static_cast<double>(found.worst[k]), 1.0);
  return off * off / 2 + found.left[k] + off * found.cost[k];
}

// A coefficient that is `now` in sweeps: exactly 0 or at a limit where it is so there.
double changed(double b, float now, const SweepColumn& column, const CoordinatePenalty& penalty) {
  if (now == column.lower) return penalty.lower;
  if (now == column.upper) return penalty.upper;
  return b * now > 0 ? penalty.clamp(b) : 0;
}

}  // namespace

// Up to eight models, the columns that they move, and what has changed.
struct LaneDescent::Lanes {
  // position: in the columns of the caller; those of the block first, `together` of them.
  Lanes(std::size_t n, std::vector<std::size_t> position, std::size_t together)
      : position(std::move(position)),
        together(together),
        block_slope(together * kSweepLanes),
        block_by(together * kSweepLanes),
        b(this->position.size() * kSweepLanes, 0.0F),
        push(b.size(), 0.0F),
        side(b.size(), 1.0F),
        change(b.size(), 0.0F),
        residual_change(n * kSweepLanes) {
    std::fill(residual_change.data(), residual_change.data() + n * kSweepLanes, 0.0F);
    const float out_of_reach = 1e30F;  // lanes without a model stay at 0
    std::fill(models.l1, models.l1 + kSweepLanes, out_of_reach);
    std::fill(models.l2, models.l2 + kSweepLanes, 0.0F);
    std::fill(models.curvature, models.curvature + kSweepLanes, 1.0F);
    std::fill(models.change_sum, models.change_sum + kSweepLanes, 0.0F);
    std::fill(push.begin(), push.end(), -out_of_reach);
    models.b = b.data();
    models.push = push.data();
    models.side = side.data();
    models.change = change.data();
    models.residual_change = residual_change.data();
  }

  std::vector<std::size_t> position;
  std::vector<SweepColumn> columns;
  std::size_t together;
  std::vector<float> block_gram, block_slope, block_by;
  std::unique_ptr<EntriesByRows> block_rows;
  std::vector<float> b, push, side, change;
  LargeBuffer<float> residual_change;
  double unit = 1;  // of slopes and coefficients
  SweepModels models;
};

void LaneDescent::set_weights(const std::vector<double>& h) {
  h_ = h;
  total_ = 0;
  for (const double weight : h_) total_ += weight;
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  sums_.assign(problem_.rows.p(), {unknown, unknown});
  weight_.clear();
  frequent_.reset();
  if (std::all_of(h_.begin(), h_.end(), [&](double weight) { return weight == h_[0]; })) return;
  // less than that is nothing, and would make products denormal, which are slow
  const double least = 1e-12 * *std::max_element(h_.begin(), h_.end());
  for (const double weight : h_) weight_.push_back(weight < least ? 0.0F : static_cast<float>(weight));
}

void LaneDescent::learn(const std::vector<std::size_t>& columns) {
  columns_.take(columns);
  parallel_for(columns.size(), {problem_.threads, problem_.watch}, [&](std::size_t c) {
    const std::size_t j = columns[c];
    if (!std::isnan(sums_[j].sum)) return;
    ColumnSums sums{0, 0};
    columns_.for_each(j, [&](std::size_t i, double value) {
      const double weighted = h_[i] * value;
      sums.sum += weighted;
      sums.square += weighted * value;
    });
    sums_[j] = sums;
  });
}

// Positions of the columns that some of these models may move: those of the block first, in the order of memory.
std::vector<std::size_t> LaneDescent::moving(const std::vector<std::size_t>& columns, const QuadraticLasso* lassos,
                                             std::size_t models) const {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> position(problem_.rows.p(), none), result;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (std::size_t k = 0; k < models; ++k) {
      const CoordinatePenalty penalty = form_.penalty.at(columns[c], kNear * lassos[k].lambda);
      if ((*lassos[k].b)[c] == 0 && !(penalty.violation(0, (*lassos[k].q)[c]) > 0)) continue;
      position[columns[c]] = c;
      break;
    }
  }
  for (const bool together : {true, false}) {
    for (std::size_t j = 0; j < position.size(); ++j) {
      if (position[j] != none && frequent_.contains(j) == together) result.push_back(position[j]);
    }
  }
  return result;
}

SweepColumn LaneDescent::column(std::size_t j, double unit) const {
  const double sum = sums_[j].sum, centre = problem_.intercept ? sum / total_ : 0;
  const WorkingPenalty& penalty = form_.penalty;
  return {columns_.entries(j),
          static_cast<float>(sum),
          static_cast<float>(centre),
          static_cast<float>(sums_[j].square - centre * sum),
          static_cast<float>(penalty.theta[j]),
          static_cast<float>(penalty.rho[j]),
          static_cast<float>(penalty.lower[j] / unit),
          static_cast<float>(penalty.upper[j] / unit)};
}

void LaneDescent::descend(const std::vector<std::size_t>& columns, std::vector<QuadraticLasso>& lassos) {
  learn(columns);
  frequent_.refresh(columns, h_, total_, [&](std::size_t j) {
    return sums_[j].sum - total_ * (form_.scaling.centre[j] - columns_.shift(j)) * form_.scaling.scale[j];
  });
  const std::size_t groups = (lassos.size() + kSweepLanes - 1) / kSweepLanes;
  parallel_for(groups, {problem_.threads, problem_.watch}, [&](std::size_t group, Watch& watch) {
    const std::size_t first = group * kSweepLanes;
    descend_some(columns, lassos.data() + first, std::min(kSweepLanes, lassos.size() - first), watch);
  });
}

void LaneDescent::sweep(Lanes& lanes, SweepFindings& found, Watch& watch) const {
  sweep_block(lanes, found, watch);
  SweepModels part = lanes.models;
  for (std::size_t first = lanes.together, last = first; first < lanes.columns.size(); first = last) {
    for (std::size_t entries = 0; last < lanes.columns.size() && entries < kEnough; ++last) {
      entries += 1 + lanes.columns[last].entries.count;
    }
    part.b = lanes.models.b + first * kSweepLanes;
    part.push = lanes.models.push + first * kSweepLanes;
    part.side = lanes.models.side + first * kSweepLanes;
    part.change = lanes.models.change + first * kSweepLanes;
    lane_kernels().sweep(lanes.columns.data() + first, last - first, part, found);
    watch.tick(0);
  }
  std::copy(part.change_sum, part.change_sum + kSweepLanes, lanes.models.change_sum);
}

void LaneDescent::sweep_block(Lanes& lanes, SweepFindings& found, Watch& watch) const {
  if (lanes.together == 0) return;
  const LaneKernels& kernels = lane_kernels();
  std::fill(lanes.block_slope.begin(), lanes.block_slope.end(), 0.0F);
  std::fill(lanes.block_by.begin(), lanes.block_by.end(), 0.0F);
  for (std::size_t block = 0; block < lanes.block_rows->blocks(); ++block) {
    kernels.dot(lanes.block_rows->of(block).data(), lanes.together, lanes.models, lanes.block_slope.data());
    watch.tick(0);
  }
  for (std::size_t c = 0; c < lanes.together; ++c) {
    for (std::size_t k = 0; k < kSweepLanes; ++k) {
      lanes.block_slope[c * kSweepLanes + k] -= lanes.columns[c].centre * lanes.models.change_sum[k];
    }
  }
  const SweepBlock block{lanes.columns.data(), lanes.together, lanes.block_gram.data(), lanes.block_slope.data(),
                         lanes.block_by.data()};
  kernels.sweep_block(block, lanes.models, found);
  for (std::size_t rows = 0; rows < lanes.block_rows->blocks(); ++rows) {
    kernels.add(lanes.block_rows->of(rows).data(), lanes.together, lanes.block_by.data(), lanes.models);
    watch.tick(0);
  }
}

// Eight models, or what there is, where they start.
LaneDescent::Lanes LaneDescent::start(const std::vector<std::size_t>& columns, const QuadraticLasso* lassos,
                                      std::size_t models) const {
  const std::vector<std::size_t> position = moving(columns, lassos, models);
  std::vector<std::size_t> block;
  for (const std::size_t c : position) {
    if (frequent_.contains(columns[c])) block.push_back(columns[c]);
  }
  Lanes lanes(problem_.response.n, position, block.size());
  lanes.unit = std::sqrt(lassos[0].square);
  lanes.block_gram = frequent_.gram(block);
  lanes.models.weight = weight_.empty() ? nullptr : weight_.data();
  lanes.models.share = static_cast<float>(h_[0]);
  for (std::size_t k = 0; k < models; ++k) {
    lanes.models.l1[k] = static_cast<float>(lassos[k].lambda * form_.penalty.alpha / lanes.unit);
    lanes.models.l2[k] = static_cast<float>(lassos[k].lambda * form_.penalty.ridge);
    lanes.models.curvature[k] = static_cast<float>(lassos[k].curvature);
  }
  for (std::size_t c = 0; c < position.size(); ++c) {
    lanes.columns.push_back(column(columns[position[c]], lanes.unit));
    for (std::size_t k = 0; k < models; ++k) {
      const double b = (*lassos[k].b)[position[c]], q = (*lassos[k].q)[position[c]];
      const CoordinatePenalty penalty = form_.penalty.at(columns[position[c]], lassos[k].lambda);
      const double side = (b != 0 ? b : q) < 0 ? -1 : 1;
      const std::size_t at = c * kSweepLanes + k;
      lanes.b[at] = static_cast<float>(b / lanes.unit);
      lanes.side[at] = static_cast<float>(side);
      lanes.push[at] = static_cast<float>((q - side * penalty.l1 - penalty.l2 * b) / lanes.unit);
    }
  }
  lanes.block_rows = std::make_unique<EntriesByRows>(lanes.columns, block.size(), problem_.response.n);
  return lanes;
}

// Until no gap is likely to be above its target, or none falls.
void LaneDescent::run(Lanes& lanes, QuadraticLasso* lassos, std::size_t models, Watch& watch) const {
  const std::size_t most = 1000, patience = 10;  // sweeps
  const double square = lanes.unit * lanes.unit, falls = 0.7;
  std::vector<double> least(models, std::numeric_limits<double>::infinity());
  for (std::size_t sweeps = 0, in_vain = 0; sweeps < most && in_vain < patience; ++sweeps) {
    SweepFindings found;
    lanes.models.relaxation = sweeps < kUnrelaxed ? 1 : kRelaxation;
    sweep(lanes, found, watch);
    bool reached = true, better = false;
    for (std::size_t k = 0; k < models; ++k) {
      lassos[k].gap = gap_of(found, k) * square;
      reached = reached && lassos[k].gap <= lassos[k].target;
      if (!(lassos[k].gap < falls * least[k])) continue;
      better = true;
      least[k] = lassos[k].gap;
    }
    if (reached) return;
    in_vain = better ? 0 : in_vain + 1;
  }
}

// Takes coefficients and slopes from where sweeps have ended.
void LaneDescent::take(const std::vector<std::size_t>& columns, const Lanes& lanes, QuadraticLasso* lassos,
                       std::size_t models) const {
  std::vector<float> changes(lanes.b.size());
  if (lassos[0].wants_slopes) {
    lane_kernels().slope_changes(lanes.columns.data(), lanes.columns.size(), lanes.models, changes.data());
  }
  for (std::size_t c = 0; c < lanes.columns.size(); ++c) {
    const std::size_t position = lanes.position[c];
    const CoordinatePenalty limits = form_.penalty.at(columns[position], 0);
    for (std::size_t k = 0; k < models; ++k) {
      const std::size_t at = c * kSweepLanes + k;
      (*lassos[k].q)[position] += lanes.unit * changes[at];
      if (lanes.change[at] == 0) continue;
      double& b = (*lassos[k].b)[position];
      b = changed(b + lanes.unit * lanes.change[at], lanes.b[at], lanes.columns[c], limits);
    }
  }
}

void LaneDescent::descend_some(const std::vector<std::size_t>& columns, QuadraticLasso* lassos, std::size_t models,
                               Watch& watch) const {
  Lanes lanes = start(columns, lassos, models);
  watch.tick(0);
  run(lanes, lassos, models, watch);
  take(columns, lanes, lassos, models);
}

}  // namespace sgdlasso
