#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include <stdexcept>

#include "sgd/dual_learner.h"
#include "sgd/forget_schedule.h"

namespace sgdlasso {
namespace {

// The adaptive rule where the scales of the columns are known from the start.
template <class Features>
class AdaptiveLearner final : public DualLearner<Features, AdaptiveSteps> {
  using Base = DualLearner<Features, AdaptiveSteps>;
  using Base::features_, Base::rows_;

 public:
  using Base::Base;

  void restart(double lambda) override {
    Base::restart(lambda);
    forget_ = ForgetSchedule();
  }

  void learn(const RowBlock& block, const RowBlock& next) override {
    for_each_row(block, next, [this](const Row& row) {
      if (forget_.due(rows_ + 1)) this->forget_past([this](std::size_t j) { return as_before(j); });
      this->learn_row(row);
    });
  }

 private:
  NewScale as_before(std::size_t j) const { return {j, features_.factors(j), 1, 1, 0}; }

  ForgetSchedule forget_;
};

template <class Steps>
std::unique_ptr<Learner> make_for(const LearnerInput& input, const Steps& steps) {
  if (input.sparse) return std::make_unique<DualLearner<SparseFeatures, Steps>>(input, steps);
  return std::make_unique<DualLearner<DenseFeatures, Steps>>(input, steps);
}

}  // namespace

std::unique_ptr<Learner> make_adaptive_learner(const LearnerInput& input) {
  const AdaptiveSteps steps(input.mean_norm2, input.intercept, input.steps.rate);
  if (input.sparse) return std::make_unique<AdaptiveLearner<SparseFeatures>>(input, steps);
  return std::make_unique<AdaptiveLearner<DenseFeatures>>(input, steps);
}

std::unique_ptr<Learner> make_cumulative_learner(const LearnerInput& input) {
  return make_for(input, CumulativeSteps(Schedule(input.steps)));
}

std::unique_ptr<Learner> make_dual_averaging_learner(const LearnerInput& input) {
  return make_for(input, DualAveragingSteps(Schedule(input.steps)));
}

}  // namespace sgdlasso
