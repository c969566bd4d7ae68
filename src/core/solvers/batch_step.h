// batch_step.h: one proximal Newton step (Lee, Sun, Saunders 2014) of every model of a batch that moves, along which
// the loss is looked for where it falls.
#pragma once

#include <vector>

#include "solvers/lambda_batch.h"

namespace sgdlasso {

class BatchStep {
 public:
  BatchStep(const Problem& problem, const StandardForm& form, WorkingSet& set)
      : problem_(problem),
        form_(form),
        set_(set) {}

  // Moves the models, their slopes and their eta. Whether some step went far too far and was taken back again and
  // again.
  bool step(LambdaBatch& batch);

 private:
  // Of one model. Where the step begins its slope is that of the loss along it, which falls in absolute value.
  struct Direction {
    std::vector<double> b;  // by position in the working set; none: the model stands
    double intercept = 0;
    double slope = 0;
    double second = 0;  // second derivative along it, by the Gram matrix
    double cost = 0;    // how much the penalty grows
    double share = 0;   // of it that is taken
  };
  // Where a model's quadratic has its minimum: coefficients, slopes there, and slopes where it started.
  struct Profiled {
    std::vector<double> b, q, start;
  };
  std::vector<Direction> propose(const LambdaBatch& batch);
  double precision() const;
  Direction direction(const LambdaModel& model, const Profiled& to) const;
  bool search(LambdaBatch& batch, std::vector<Direction>& directions, std::vector<double>& slopes);
  std::vector<double> move_along(LambdaBatch& batch, const std::vector<Direction>& directions,
                                 const std::vector<double>& shares);
  double accept_or_shrink(LambdaModel& model, const Direction& direction, const double* slopes,
                          std::size_t stride) const;

  const Problem& problem_;
  const StandardForm& form_;
  WorkingSet& set_;
};

}  // namespace sgdlasso
