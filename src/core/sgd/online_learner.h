// online_learner.h: a learner of the adaptive rule on rows whose moments become known as they come. Its owner says when
// the past is forgotten and what the scales are.
#pragma once

#include <memory>
#include <vector>

#include "base/archive.h"
#include "sgd/dual_learner.h"

namespace sgdlasso {

class OnlineLearner : public Learner {
 public:
  // Forgets a part of the past, each nonzero coefficient staying where it is on the scale of x. `all`: of each column
  // in turn. mean_norm2: in the new scales.
  virtual void forget(const std::vector<NewScale>& all, double mean_norm2) = 0;
  // The ridge part of the penalty, which depends on what the response deviates.
  virtual void set_ridge(double ridge) = 0;
  // Some columns: their sums stay on the scale of x, their coefficients do not.
  virtual void rescale(const std::vector<NewScale>& some) = 0;
  // Of each column its averaged sum as a multiple of what makes its coefficient leave 0.
  virtual std::vector<double> strengths() const = 0;
  virtual void exchange(Archive& archive) = 0;
};

std::unique_ptr<OnlineLearner> make_online_learner(const LearnerInput& input);

}  // namespace sgdlasso
