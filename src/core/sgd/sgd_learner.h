// sgd_learner.h: what one pass of stochastic gradient descent does with each row of working columns.
//
// Two kinds of learner share this face. A dual learner (sgd_dual.cpp) keeps sums of gradient steps and reads
// coefficients off them by one soft threshold; a primal learner (sgd_primal.cpp) keeps the coefficients themselves.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/archive.h"
#include "model/loss.h"
#include "model/penalty.h"
#include "rows/rows.h"

namespace sgdlasso {

// Coefficients of working columns.
struct Estimate {
  double intercept = 0;
  std::vector<double> coefficients;
};

struct LearnerInput {
  const Loss& loss;
  WorkingPenalty penalty;
  bool sparse;
  bool intercept;
  bool average;
  double start;       // the intercept to start from
  double mean_norm2;  // mean of |x|^2 over the rows, 1 more with an intercept
  std::string rule;
  double rate;           // of a textbook rule; multiplies the steps of the adaptive rule
  std::string schedule;  // of a textbook rule, with its delay
  double delay;
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

// A column is seen through another scale from now on, because more rows tell more of it.
struct NewScale {
  std::size_t column;
  double theta, rho;  // the penalty in the new scale
  double old_scale;
  double ratio;  // new / old; 0 where either is 0
  double shift;  // new centre less the old one
};

// A learner of the adaptive rule on rows whose moments become known as they come. Its owner says when to forget.
class OnlineLearner : public Learner {
 public:
  // Forgets a part of the past, each nonzero coefficient staying where it is on the scale of x. `all` has every column.
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

std::unique_ptr<Learner> make_dual_learner(const LearnerInput& input);
std::unique_ptr<Learner> make_primal_learner(const LearnerInput& input);

}  // namespace sgdlasso
