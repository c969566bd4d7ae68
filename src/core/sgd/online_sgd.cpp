#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "sgd/online_sgd.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/dense_kernels.h"
#include "model/scaling.h"
#include "rows/row_order.h"

namespace sgdlasso {
namespace {

constexpr double kFirstForget = 80;     // rows until the early, wild steps are first forgotten
constexpr double kForgetGrowth = 1.25;  // until they are again
constexpr double kFarLonger = 10;       // than the mean row: its scales are not to be believed

}  // namespace

OnlineSgd::OnlineSgd(const Loss& loss, const PenaltySpec& penalty, std::vector<double> lambda, bool average,
                     std::vector<double> scale, bool sparse)
    : loss_(loss),
      penalty_(penalty),
      lambda_(std::move(lambda)),
      average_(average),
      given_scale_(std::move(scale)),
      sparse_(sparse),
      moments_(penalty.factor.size(), sparse) {}

void OnlineSgd::start_from(const OnlineMoments& moments, const NullModel& null) {
  moments_ = moments;
  learns_moments_ = false;
  make_learners(null.intercept);
}

void OnlineSgd::add(const Rows& rows, const Observations& response, Watch& watch) {
  const std::size_t p = rows.p();
  const Scaling as_given{std::vector<double>(p, 0.0), std::vector<double>(p, 1.0)};
  const auto reader = rows.reader({response, as_given, {}, false}, watch);
  for_each_block(*reader, RowOrder(response.n, Shuffle::none), [&](const RowBlock& block, const RowBlock&) {
    for (const Row& row : block.rows) take(row);
    watch.tick(block.rows.size());
  });
}

void OnlineSgd::take(const Row& row) {
  if (!learner_.empty()) {
    learn(row);
    return;
  }
  WaitingRow kept{{row.value, row.value + row.size}, {}, row.y, row.weight, row.offset};
  if (sparse_) kept.index.assign(row.index, row.index + row.size);
  waiting_.push_back(std::move(kept));
  if (waiting_.size() == kFirstRows) start();
}

Row OnlineSgd::WaitingRow::view(bool sparse) const {
  return {value.data(), sparse ? index.data() : nullptr, value.size(), 0, y, weight, offset};
}

bool OnlineSgd::WaitingRow::fits(std::size_t p, bool sparse) const {
  if (!sparse) return value.size() == p && index.empty();
  const auto outside = [&](int j) { return j < 0 || static_cast<std::size_t>(j) >= p; };
  return index.size() == value.size() && std::none_of(index.begin(), index.end(), outside);
}

// The first rows tell the scales, and are then learned from.
void OnlineSgd::start() {
  const std::vector<WaitingRow> first = std::move(waiting_);
  waiting_.clear();
  for (const WaitingRow& row : first) moments_.add(row.view(sparse_), loss_);
  const ResponseMoments& response = moments_.response();
  double intercept = 0;
  if (penalty_.intercept) {
    const double mean = (response.y * response.rows + 0.5) / (response.rows + 1);  // never at the end of its range
    intercept = loss_.is_squared() ? response.target : loss_.link(mean);
  }
  make_learners(intercept);
  learns_moments_ = false;
  for (const WaitingRow& row : first) learn(row.view(sparse_));
  learns_moments_ = true;
}

// What the user says of a column, else what its rows say so far.
ColumnMoment OnlineSgd::known_column(std::size_t j) const {
  ColumnMoment column = moments_.column(j);
  if (given_scale_.empty()) return column;
  column.variance = given_scale_[j] * given_scale_[j];
  column.square = column.variance + (sparse_ ? 0 : column.mean * column.mean);
  column.frequency = 1;
  return column;
}

ColumnMoments OnlineSgd::known_columns() const {
  ColumnMoments columns;
  for (std::size_t j = 0; j < penalty_.factor.size(); ++j) {
    const ColumnMoment one = known_column(j);
    columns.add(one.mean, one.variance, one.square, one.frequency);
  }
  return columns;
}

void OnlineSgd::make_learners(double intercept) {
  const ColumnMoments columns = known_columns();
  const Penalty penalty = penalty_.at(columns, loss_, null_deviance());
  scaling_ = unit_scaling(columns, penalty, penalty_.intercept && !sparse_);
  norm2_ = mean_norm2(columns, scaling_, penalty_.intercept);
  next_forget_ = kFirstForget;
  for (const double lambda : lambda_) {
    const LearnerInput input{loss_,    WorkingPenalty(penalty, scaling_),
                             sparse_,  penalty_.intercept,
                             average_, intercept,
                             norm2_,   "adaptive",
                             1,        "",
                             0};
    learner_.push_back(make_online_learner(input));
    learner_.back()->restart(lambda);
  }
}

// Of the rows so far, for squared loss.
double OnlineSgd::null_deviance() const {
  return moments_.response().weight > 0 ? moments_.response().null_square(penalty_.intercept) : 0;
}

void OnlineSgd::learn(const Row& row) {
  rows_ += 1;
  if (learns_moments_) see(row);
  if (rows_ >= next_forget_) {
    take_new_scales();
    next_forget_ = std::fmax(rows_ + 1, std::ceil(kForgetGrowth * rows_));
  }
  scale_row(row);
  if (learns_moments_ && given_scale_.empty() &&
      one_.rows[0].norm2 + (penalty_.intercept ? 1 : 0) > kFarLonger * norm2_) {
    take_new_scales_of(row, false);
    scale_row(row);
  }
  const RowBlock none;
  for (const auto& learner : learner_) learner->learn(one_, none);
}

// A new row: its moments, the ridge part that goes with the response's deviation so far, and scales for columns that no
// row has held before.
void OnlineSgd::see(const Row& row) {
  moments_.add(row, loss_);
  if (loss_.is_squared() && penalty_.alpha < 1) {
    const double ridge = ridge_share(penalty_.alpha, true, null_deviance());
    for (const auto& learner : learner_) learner->set_ridge(ridge);
  }
  if (!sparse_ || !given_scale_.empty()) return;
  const bool fresh = std::any_of(row.index, row.index + row.size,
                                 [&](int j) { return scaling_.scale[static_cast<std::size_t>(j)] == 0; });
  if (fresh) take_new_scales_of(row, true);
}

// Column j in the scale that its moments so far give; the centre moves only when all columns are seen anew.
NewScale OnlineSgd::new_scale(std::size_t j, const ColumnMoment& column, bool keeps_centre) {
  const bool centres = penalty_.intercept && !sparse_;
  const double old = scaling_.scale[j], before = scaling_.centre[j];
  const bool excluded = penalty_.excluded(j) || column.variance == 0;
  const double scale = excluded ? 0 : unit_scale(column.variance, column.square, column.frequency, centres);
  scaling_.scale[j] = scale;
  if (!keeps_centre) scaling_.centre[j] = centres && !excluded ? column.mean : 0;
  const double size = penalty_.spread(column.variance) * scale, factor = penalty_.factor[j];
  return {j,   scale != 0 ? factor * size : 1, scale != 0 ? factor * size * size : 1,
          old, old != 0 ? scale / old : 0,     scaling_.centre[j] - before};
}

// When the past is forgotten.
void OnlineSgd::take_new_scales() {
  const ColumnMoments columns = known_columns();
  std::vector<NewScale> all;
  for (std::size_t j = 0; j < columns.mean.size(); ++j) {
    all.push_back(new_scale(j, {columns.mean[j], columns.variance[j], columns.square[j], columns.frequency[j]}, false));
  }
  norm2_ = mean_norm2(columns, scaling_, penalty_.intercept);
  for (const auto& learner : learner_) learner->forget(all, norm2_);
}

// Of the columns of one row, or of those among them that no row has held before.
void OnlineSgd::take_new_scales_of(const Row& row, bool fresh_only) {
  std::vector<NewScale> some;
  for (std::size_t k = 0; k < row.size; ++k) {
    const std::size_t j = row.index ? static_cast<std::size_t>(row.index[k]) : k;
    if (fresh_only && scaling_.scale[j] != 0) continue;
    const ColumnMoment column = known_column(j).checked();
    if (column.variance > 0) some.push_back(new_scale(j, column, true));
  }
  if (some.empty()) return;
  for (const auto& learner : learner_) learner->rescale(some);
}

void OnlineSgd::scale_row(const Row& row) {
  one_.rows.assign(1, row);
  one_.numbers.resize(row.size);
  double* to = one_.numbers.data();
  if (!row.index) {
    dense_kernels().scaled(row.value, scaling_.centre.data(), scaling_.scale.data(), to, row.size);
  }
  for (std::size_t k = 0; k < row.size && row.index; ++k)
    to[k] = row.value[k] * scaling_.scale[static_cast<std::size_t>(row.index[k])];
  Row& scaled = one_.rows[0];
  scaled.value = to;
  scaled.norm2 = dense_kernels().dot(to, to, row.size);
  scaled.weight = row.weight / moments_.response().mean_weight();
}

void OnlineSgd::end_rows() {
  if (learner_.empty() && !waiting_.empty()) start();
}

void OnlineSgd::begin_pass() {
  learns_moments_ = false;
  for (const auto& learner : learner_) learner->end_epoch();
}

Coefficients OnlineSgd::coefficients(std::size_t k) const {
  const Estimate estimate = learner_[k]->estimate();
  Coefficients result = original_scale(scaling_, estimate.intercept, estimate.coefficients);
  if (!loss_.is_squared() || !penalty_.intercept) return result;
  // squared loss tells its intercept from the means
  const ColumnMoments columns = moments_.columns();
  result.intercept = moments_.response().target;
  for (std::size_t j = 0; j < result.beta.size(); ++j) result.intercept -= columns.mean[j] * result.beta[j];
  return result;
}

void OnlineSgd::exchange(Archive& archive) {
  const std::size_t p = penalty_.factor.size();
  bool started = this->started();
  archive(moments_, lambda_, learns_moments_, waiting_, started);
  archive.require(waiting_.size() < kFirstRows);
  for (const WaitingRow& row : waiting_) archive.require(row.fits(p, sparse_));
  if (!started) return;
  archive.require(waiting_.empty());
  if (archive.reads()) make_learners(0);
  for (const auto& learner : learner_) learner->exchange(archive);
  archive.sized(scaling_.centre, p);
  archive.sized(scaling_.scale, p);
  archive(norm2_, rows_, next_forget_);
}

}  // namespace sgdlasso
