#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "sgd/online_sgd.h"

#include <algorithm>
#include <utility>

#include "model/scaling.h"
#include "rows/row_order.h"

namespace sgdlasso {

OnlineSgd::OnlineSgd(const Loss& loss, const PenaltySpec& penalty, std::vector<double> lambda, bool average,
                     std::vector<double> scale, bool sparse)
    : loss_(loss),
      penalty_(penalty),
      lambda_(std::move(lambda)),
      average_(average),
      sparse_(sparse),
      moments_(penalty.p(), sparse),
      scales_(penalty_, std::move(scale), sparse) {}

void OnlineSgd::start_from(const OnlineMoments& moments, const NullModel& null) {
  moments_ = moments;
  learns_moments_ = false;
  make_learners(null.intercept);
}

void OnlineSgd::add(const Rows& rows, const Observations& response, Watch& watch) {
  for_each_given_row(rows, response, watch, [this](const Row& row) { take(row); });
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

void OnlineSgd::make_learners(double intercept) {
  const ColumnMoments columns = scales_.known(moments_);
  const Penalty penalty = penalty_.at(columns, loss_, null_deviance());
  scales_.start(columns, penalty);
  for (const double lambda : lambda_) {
    LearnerInput input{loss_, WorkingPenalty(penalty, scales_.scaling())};
    input.sparse = sparse_;
    input.intercept = penalty_.intercept;
    input.average = average_;
    input.start = intercept;
    input.mean_norm2 = scales_.norm2();
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
  if (forget_.due(rows_)) {
    const std::vector<NewScale> all = scales_.all_anew(moments_);
    for (const auto& learner : learner_) learner->forget(all, scales_.norm2());
  }
  scales_.scale(row, one_);
  if (learns_moments_ && scales_.learned() && scales_.is_far_longer(one_.rows[0])) {
    rescale(row, false);
    scales_.scale(row, one_);
  }
  one_.rows[0].weight = row.weight / moments_.response().mean_weight();
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
  if (sparse_ && scales_.learned()) rescale(row, true);
}

// New scales for the row's columns, or for those among them that no row has held before.
void OnlineSgd::rescale(const Row& row, bool fresh_only) {
  const std::vector<NewScale> some = scales_.some_anew(moments_, row, fresh_only);
  if (some.empty()) return;
  for (const auto& learner : learner_) learner->rescale(some);
}

void OnlineSgd::end_rows() {
  if (learner_.empty() && !waiting_.empty()) start();
}

void OnlineSgd::begin_pass() {
  learns_moments_ = false;
  for (const auto& learner : learner_) learner->end_epoch();
}

void OnlineSgd::merge(const OnlineSgd& part, double weight, bool new_rows) {
  if (new_rows) moments_.merge(part.moments_);
  if (!part.started() || !(weight > 0)) return;
  learner_.clear();
  parts_.weight += weight;
  parts_.models.resize(lambda_.size());
  const double share = weight / parts_.weight;
  const auto average = [share](std::vector<double>& to, const std::vector<double>& from) {
    to.resize(from.size(), 0.0);
    for (std::size_t j = 0; j < to.size(); ++j) to[j] += share * (from[j] - to[j]);
  };
  for (std::size_t k = 0; k < lambda_.size(); ++k) {
    Parts::Model& model = parts_.models[k];
    const Coefficients from = part.coefficients(k);
    model.coefficients.intercept += share * (from.intercept - model.coefficients.intercept);
    average(model.coefficients.beta, from.beta);
    average(model.strengths, part.strengths(k));
  }
}

std::vector<double> OnlineSgd::strengths(std::size_t k) const {
  return parts_.weight > 0 ? parts_.models[k].strengths : learner_[k]->strengths();
}

Coefficients OnlineSgd::learned(std::size_t k) const {
  if (parts_.weight > 0) return parts_.models[k].coefficients;
  const Estimate estimate = learner_[k]->estimate();
  return original_scale(scales_.scaling(), estimate.intercept, estimate.coefficients);
}

Coefficients OnlineSgd::coefficients(std::size_t k) const {
  Coefficients result = learned(k);
  if (!loss_.is_squared() || !penalty_.intercept) return result;
  // squared loss tells its intercept from the means
  const ColumnMoments columns = moments_.columns();
  result.intercept = moments_.response().target;
  for (std::size_t j = 0; j < result.beta.size(); ++j) result.intercept -= columns.mean[j] * result.beta[j];
  return result;
}

void OnlineSgd::exchange(Archive& archive) {
  const std::size_t p = penalty_.p();
  bool learns = !learner_.empty();
  archive(moments_, lambda_, learns_moments_, waiting_, learns);
  exchange_parts(archive);
  archive.require(waiting_.size() < kFirstRows);
  for (const WaitingRow& row : waiting_) archive.require(row.fits(p, sparse_));
  if (!learns) return;
  archive.require(waiting_.empty() && parts_.weight == 0);
  if (archive.reads()) make_learners(0);
  for (const auto& learner : learner_) learner->exchange(archive);
  archive(scales_, rows_, forget_);
}

void OnlineSgd::exchange_parts(Archive& archive) {
  archive(parts_.weight);
  archive.require(parts_.weight >= 0);
  if (!(parts_.weight > 0)) return;
  if (archive.reads()) parts_.models.resize(lambda_.size());
  for (Parts::Model& model : parts_.models) {
    archive(model.coefficients.intercept);
    archive.sized(model.coefficients.beta, penalty_.p());
    archive.sized(model.strengths, penalty_.p());
  }
}

}  // namespace sgdlasso
