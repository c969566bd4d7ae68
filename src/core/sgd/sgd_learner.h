// sgd_learner.h: what one pass of stochastic gradient descent does with each row of working columns.
//
// Two kinds of learner share this face. A dual learner (dual_learner.h) keeps sums of gradient steps and reads
// coefficients off them by one soft threshold; a primal learner (sgd_primal.cpp) keeps the coefficients themselves.
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <vector>

#include "model/fit_spec.h"
#include "model/loss.h"
#include "model/penalty.h"
#include "rows/rows.h"

namespace sgdlasso {

// Coefficients of working columns.
struct Estimate {
  double intercept = 0;
  std::vector<double> coefficients;
};

// How long steps are.
struct StepSpec {
  double rate = 1;                               // of a textbook rule; multiplies the steps of the adaptive rule
  SgdSchedule schedule = SgdSchedule::constant;  // of a textbook rule, with its delay
  double delay = 0;
};

struct LearnerInput {
  const Loss& loss;
  WorkingPenalty penalty;
  bool sparse = false;
  bool intercept = true;
  bool average = true;
  double start = 0;       // the intercept to start from
  double mean_norm2 = 0;  // mean of |x|^2 over the rows, 1 more with an intercept
  StepSpec steps = {};
};

// The linear predictor became infinite or undefined.
struct NotFinite {};

class Learner {
 public:
  virtual ~Learner() = default;
  // Forgets the steps taken, keeps the coefficients (but for dual averaging), and aims at another lambda.
  virtual void restart(double lambda) = 0;
  // Learns from each row of the block; `next` is the block that follows, if any.
  virtual void learn(const RowBlock& block, const RowBlock& next) = 0;
  virtual void end_epoch() = 0;
  virtual Estimate estimate() const = 0;
  virtual double step_size() const = 0;                // the latest, for a row of weight 1
  virtual std::size_t coefficient_visits() const = 0;  // work done so far, for tests
};

std::unique_ptr<Learner> make_adaptive_learner(const LearnerInput& input);
std::unique_ptr<Learner> make_cumulative_learner(const LearnerInput& input);
std::unique_ptr<Learner> make_dual_averaging_learner(const LearnerInput& input);
std::unique_ptr<Learner> make_proximal_learner(const LearnerInput& input);
std::unique_ptr<Learner> make_truncated_learner(const LearnerInput& input);

inline std::unique_ptr<Learner> make_learner(SgdRule rule, const LearnerInput& input) {
  switch (rule) {
    case SgdRule::adaptive:
      return make_adaptive_learner(input);
    case SgdRule::truncated:
      return make_truncated_learner(input);
    case SgdRule::cumulative:
      return make_cumulative_learner(input);
    case SgdRule::proximal:
      return make_proximal_learner(input);
    case SgdRule::dual_averaging:
      return make_dual_averaging_learner(input);
  }
  throw std::invalid_argument("no such rule");
}

}  // namespace sgdlasso
