#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include <cmath>
#include <utility>

#include "sgd/primal_weights.h"
#include "sgd/sgd_learner.h"
#include "sgd/sgd_rules.h"

namespace sgdlasso {
namespace {

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

// every: rows after which the penalty acts.
std::unique_ptr<Learner> make_for(const LearnerInput& input, int every) {
  const Schedule schedule(input.steps);
  if (input.sparse) return std::make_unique<PrimalLearner<SparseWeights>>(input, schedule, Clock(every));
  return std::make_unique<PrimalLearner<DenseWeights>>(input, schedule, Clock(every));
}

}  // namespace

std::unique_ptr<Learner> make_proximal_learner(const LearnerInput& input) {
  return make_for(input, 1);
}

std::unique_ptr<Learner> make_truncated_learner(const LearnerInput& input) {
  const int every = 10;  // as in the paper's experiments
  return make_for(input, every);
}

}  // namespace sgdlasso
