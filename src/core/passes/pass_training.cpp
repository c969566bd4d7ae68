#include "passes/pass_training.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sgdlasso {

PassTraining::PassTraining(FitSpec spec, bool sparse, std::unique_ptr<Watch> watch)
    : record_(std::move(spec), sparse, std::move(watch)),
      phase_(record_.lambdas.automatic() ? moments_phase(record_) : begin_batch(record_)) {}

void PassTraining::add(const Rows& rows, const Observations& response) {
  record_.rows.count.add(response);
  if (phase_) phase_->add(rows, response);
}

std::unique_ptr<PassTraining> PassTraining::anew(std::unique_ptr<Watch> watch) const {
  return std::make_unique<PassTraining>(record_.spec, record_.sparse, std::move(watch));
}

bool PassTraining::end_part() {
  if (!phase_ || !phase_->end_part()) return false;
  further_ += 1;
  record_.rows.count = RowCount();
  return true;
}

void PassTraining::merge(const PassTraining& part) {
  if (part.phase() != phase()) throw StateError("is of another pass");
  further_ = std::max(further_, part.further_);
  record_.rows.count.merge(part.record_.rows.count);
  if (phase_) phase_->merge(*part.phase_, part.record_.rows.count.weight);
}

bool PassTraining::end_pass() {
  passes_ += 1;
  RowFacts& rows = record_.rows;
  const RowCount now = std::exchange(rows.count, RowCount());
  if (passes_ == 1) rows.first_count = now;
  if (!now.is_like(rows.first_count, record_.latest_moments().response().y_square))
    throw RowsChanged{now.rows, rows.first_count.rows};
  passes_ += std::exchange(further_, 0);
  if (phase_ && !phase_->end_pass()) phase_ = phase_->next();
  return phase_ != nullptr;
}

std::vector<PathPoint> PassTraining::path() const {
  std::vector<PathPoint> result = record_.path;
  std::vector<Trained> current;
  if (phase_) current = phase_->models();
  const std::vector<double> lambda = record_.lambdas.at_hand();
  for (std::size_t k = 0; k < current.size(); ++k) result.push_back({lambda[k], std::move(current[k])});
  for (PathPoint& point : result) point.trained.passes = passes_;
  return result;
}

// The problem as far as it is known.
Statement PassTraining::problem() const {
  if (record_.rows.stated) return record_.rows.stated->problem;
  const OnlineMoments& now = record_.latest_moments();
  NullModel null = null_model(now.response(), *record_.loss, record_.spec.penalty.intercept);
  if (!record_.loss->is_squared() && now.response().offset) {
    null.loss = null.deviance = std::numeric_limits<double>::quiet_NaN();
  }
  return record_.statement(now, null);
}

FittedPath PassTraining::result() const {
  return fitted_path(problem(), path());
}

void PassTraining::continue_pass() {
  TrainingRecord& record = record_;
  const bool learned = record.sgd && record.sgd->started() && !record.path.empty();
  if (!learned || record.path.size() > record.sgd->lambda().size()) throw StateError("is damaged");
  record.rows.stated.reset();
  record.lambdas.keep(record.path.size());
  record.path.clear();
  record.epoch = 0;
  record.spec.rewindable = false;
  record.sgd->resume();
  passes_ = 0;
  phase_ = sgd_phase(record);
}

}  // namespace sgdlasso
