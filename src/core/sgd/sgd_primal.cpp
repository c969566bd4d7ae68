#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include <cmath>
#include <utility>

#include "kernels/dense_kernels.h"
#include "sgd/sgd_learner.h"
#include "sgd/sgd_rules.h"

namespace sgdlasso {
namespace {

// The penalty's own descent on one coefficient for a time s (the sum of steps times lambda): the exact flow of
// -theta alpha sign(b) - rho ridge b, stopped at zero. For alpha = 1 this is soft-thresholding by s theta. Times add
// up, so a coefficient may wait and be shrunk once for all the rows that left it alone.
class Flow {
 public:
  explicit Flow(const WorkingPenalty& penalty) : alpha_(penalty.alpha), ridge_(penalty.ridge) {}
  double operator()(double b, double time, double theta, double rho) const {
    const double decay = ridge_ * rho;
    if (decay * time == 0) return soft_threshold(b, alpha_ * time * theta);
    const double lost = -std::expm1(-decay * time);
    return soft_threshold(b - lost * b, alpha_ * theta * lost / decay);
  }

 private:
  double alpha_, ridge_;
};

class DenseWeights {
 public:
  explicit DenseWeights(const WorkingPenalty& penalty)
      : penalty_(penalty),
        flow_(penalty),
        b_(penalty.theta.size(), 0.0),
        total_(b_.size(), 0.0) {}
  std::size_t size() const { return b_.size(); }
  double& b(std::size_t j) { return b_[j]; }
  double& total(std::size_t j) { return total_[j]; }
  double b(std::size_t j) const { return b_[j]; }
  double total(std::size_t j) const { return total_[j]; }
  std::size_t visits(const Row&) const { return b_.size(); }

  double dot(const Row& row) { return kernels_.dot(row.value, b_.data(), b_.size()); }
  // b + move x, then the penalty for `time`
  void add(const Row& row, double move, double time) {
    const bool lasso = penalty_.alpha == 1;
    kernels_.primal_add(row.value, move, penalty_.theta.data(), lasso ? time : 0, b_.data(), b_.size());
    for (std::size_t j = 0; j < b_.size() && !lasso && time > 0; ++j) {
      b_[j] = flow_(b_[j], time, penalty_.theta[j], penalty_.rho[j]);
    }
  }
  void settle() {}
  void snapshot(double weight) { kernels_.accumulate(b_.data(), weight, total_.data(), b_.size()); }

 private:
  const DenseKernels& kernels_ = dense_kernels();
  WorkingPenalty penalty_;
  Flow flow_;
  std::vector<double> b_, total_;
};

// Coefficients wait with the penalty until a row reads them.
class SparseWeights {
 public:
  explicit SparseWeights(const WorkingPenalty& penalty) : flow_(penalty), records_(penalty.theta.size()) {
    for (std::size_t j = 0; j < records_.size(); ++j) records_[j] = {0, 0, 0, penalty.theta[j], penalty.rho[j]};
  }
  std::size_t size() const { return records_.size(); }
  double& b(std::size_t j) { return records_[j].b; }
  double& total(std::size_t j) { return records_[j].total; }
  double b(std::size_t j) const { return records_[j].b; }
  double total(std::size_t j) const { return records_[j].total; }
  std::size_t visits(const Row& row) const { return row.size; }

  double dot(const Row& row) {
    double sum = 0;
    for (std::size_t k = 0; k < row.size; ++k) sum += row.value[k] * settled(records_[row.index[k]]);
    return sum;
  }
  void add(const Row& row, double move, double time) {
    for (std::size_t k = 0; k < row.size; ++k) records_[row.index[k]].b += move * row.value[k];
    now_ += time;
  }
  void settle() {
    for (Record& record : records_) settled(record);
  }
  void snapshot(double weight) {
    for (Record& record : records_) record.total += weight * settled(record);
  }

 private:
  struct Record {
    double b, total, seen, theta, rho;
  };
  double settled(Record& at) {
    if (at.seen != now_) at.b = flow_(at.b, now_ - at.seen, at.theta, at.rho);
    at.seen = now_;
    return at.b;
  }

  Flow flow_;
  double now_ = 0;  // the penalty's time so far
  std::vector<Record> records_;
};

// When the time of the penalty runs. Proximal (Duchi, Singer 2009, forward-backward splitting): with every row.
// Truncated gradient (Langford, Li, Zhang 2009, equation 6 with no upper limit on the coefficients it acts on): every K
// rows at once.
class Clock {
 public:
  explicit Clock(int every) : every_(every) {}
  double advance(double time) {
    waiting_ += time;
    if (++rows_ % every_ != 0) return 0;
    return std::exchange(waiting_, 0.0);
  }
  void restart() {
    waiting_ = 0;
    rows_ = 0;
  }

 private:
  int every_;
  long long rows_ = 0;
  double waiting_ = 0;
};

template <class Weights>
class PrimalLearner final : public Learner {
 public:
  PrimalLearner(const LearnerInput& input, const Schedule& schedule, Clock clock)
      : in_(input),
        schedule_(schedule),
        clock_(clock),
        weights_(input.penalty),
        intercept_(input.start) {}

  void restart(double lambda) override {
    const Estimate kept = estimate();
    intercept_ = kept.intercept;
    for (std::size_t j = 0; j < weights_.size(); ++j) {
      weights_.b(j) = kept.coefficients[j];
      weights_.total(j) = 0;
    }
    lambda_ = lambda;
    clock_.restart();
    rows_ = pending_ = total_weight_ = intercept_total_ = 0;
    visited_ = 0;
  }

  void learn(const RowBlock& block, const RowBlock& next) override {
    for_each_row(block, next, [this](const Row& row) { learn_row(row); });
  }
  void end_epoch() override {
    weights_.settle();
    visits_ += weights_.size();
    if (pending_ > 0) take_snapshot();
  }
  double step_size() const override { return schedule_.at(rows_ > 0 ? rows_ : 1); }
  std::size_t coefficient_visits() const override { return visits_; }

  Estimate estimate() const override {
    const bool averages = in_.average && total_weight_ > 0;
    Estimate result{averages ? intercept_total_ / total_weight_ : intercept_, std::vector<double>(weights_.size())};
    for (std::size_t j = 0; j < weights_.size(); ++j) {
      result.coefficients[j] = averages ? weights_.total(j) / total_weight_ : weights_.b(j);
    }
    return result;
  }

 private:
  void learn_row(const Row& row) {
    rows_ += 1;
    const double eta = intercept_ + weights_.dot(row) + row.offset;
    if (!std::isfinite(eta)) throw NotFinite();
    const double weight = row.weight;
    const double size = schedule_.at(rows_) * weight;
    const double move = size * (row.y - in_.loss.mean(eta));
    weights_.add(row, move, clock_.advance(size * lambda_));
    if (in_.intercept) intercept_ += move;
    pending_ += weight * rows_ * rows_;
    visited_ += weights_.visits(row);
    visits_ += weights_.visits(row);
    if (in_.average && visited_ >= weights_.size()) take_snapshot();
  }

  // The average (weights t^2, as for dual learners) is over iterates p visits apart: every row where rows are dense,
  // and as many as keep the work proportional to the nonzeros where they are sparse.
  void take_snapshot() {
    weights_.snapshot(pending_);
    intercept_total_ += pending_ * intercept_;
    total_weight_ += pending_;
    pending_ = 0;
    if (in_.sparse) visits_ += weights_.size();
    visited_ = 0;
  }

  LearnerInput in_;
  Schedule schedule_;
  Clock clock_;
  Weights weights_;
  double intercept_;
  double lambda_ = 0;
  double rows_ = 0;
  double pending_ = 0;  // weight of the rows since the last snapshot
  double total_weight_ = 0, intercept_total_ = 0;
  std::size_t visited_ = 0;  // coefficients visited since then
  std::size_t visits_ = 0;
};

}  // namespace

std::unique_ptr<Learner> make_primal_learner(const LearnerInput& input) {
  const int kTruncateEvery = 10;  // rows, as in the paper's experiments
  const Clock clock(input.rule == "truncated" ? kTruncateEvery : 1);
  const Schedule schedule(input.schedule, input.rate, input.delay);
  if (input.sparse) return std::make_unique<PrimalLearner<SparseWeights>>(input, schedule, clock);
  return std::make_unique<PrimalLearner<DenseWeights>>(input, schedule, clock);
}

}  // namespace sgdlasso
