#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "sgd/online_learner.h"

#include <cmath>

namespace sgdlasso {
namespace {

template <class Features>
class AdaptiveOnline final : public DualLearner<Features, AdaptiveSteps, OnlineLearner> {
  using Base = DualLearner<Features, AdaptiveSteps, OnlineLearner>;
  using Base::features_, Base::intercept_, Base::shrink_, Base::scaled_weight_, Base::steps_, Base::in_;

 public:
  using Base::Base;

  void forget(const std::vector<NewScale>& all, double mean_norm2) override {
    Base::forget_past([&](std::size_t j) { return all[j]; });
    steps_.set_mean_norm2(mean_norm2);
  }

  void set_ridge(double ridge) override { in_.penalty.ridge = ridge; }

  void rescale(const std::vector<NewScale>& some) override {
    for (const NewScale& to : some) {
      const Averaged z = features_.sum(to.column);
      features_.set_sum(to.column, {z.value * to.ratio, z.carry * to.ratio});
      features_.set_factors(to.column, to.factors);
    }
  }

  std::vector<double> strengths() const override {
    const double bound = Base::shrinkage(shrink_.average(scaled_weight_), 1).l1;
    std::vector<double> result(features_.size());
    for (std::size_t j = 0; j < result.size(); ++j) {
      const double z = std::abs(features_.sum(j).average(scaled_weight_));
      result[j] = z > 0 ? z / (bound * features_.factors(j).theta) : 0;
    }
    return result;
  }

  void exchange(Archive& archive) override {
    features_.exchange(archive);
    steps_.exchange(archive);
    archive(Base::start_, Base::lambda_, intercept_, shrink_, Base::rows_, Base::weight_, scaled_weight_);
  }
};

}  // namespace

std::unique_ptr<OnlineLearner> make_online_learner(const LearnerInput& input) {
  const AdaptiveSteps steps(input.mean_norm2, input.intercept, input.steps.rate);
  if (input.sparse) return std::make_unique<AdaptiveOnline<SparseFeatures>>(input, steps);
  return std::make_unique<AdaptiveOnline<DenseFeatures>>(input, steps);
}

}  // namespace sgdlasso
