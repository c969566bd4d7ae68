// path_rate.h: where the path leads. Between the lambdas at which coefficients enter and leave, coefficients and slopes
// of squared loss are linear in lambda (Osborne, Presnell, Turlach 2000).
#pragma once

#include <cstddef>
#include <vector>

#include "solvers/lambda_batch.h"

namespace sgdlasso {

class PathRate {
 public:
  // position: of a column of x among all of the form.
  PathRate(const StandardForm& form, const std::vector<std::size_t>& position) : form_(form), position_(position) {}

  // By the difference between model k of a batch and the one before it; where there is none nothing is known. slopes:
  // of the form's columns, models side by side.
  void take(const WorkingSet& set, const LambdaBatch& batch, std::size_t k, const std::vector<double>& slopes);
  // Moves the models, which stand at the lambda `from`, to where the path leads, up to the first that limits would
  // stop.
  void follow(const WorkingSet& set, double from, LambdaBatch& batch) const;

 private:
  const StandardForm& form_;
  const std::vector<std::size_t>& position_;
  std::vector<double> b_, q_;  // of all columns of the form, by lambda; empty where it is not known
};

}  // namespace sgdlasso
