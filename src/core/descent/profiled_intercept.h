// profiled_intercept.h: a quadratic model of the loss with its intercept minimised out, so that descent moves
// coefficients alone.
//
// Curvature times [total border'; border G] is the second derivative by intercept and coefficients, `sum` the weighted
// residuals' sum where the step begins. Without an intercept sum and border are 0.
#pragma once

#include <cstddef>
#include <vector>

#include "base/square.h"
#include "base/watch.h"

namespace sgdlasso {

struct ProfiledIntercept {
  double total;
  std::vector<double> border;

  // G where the intercept follows, for the columns from `from` on.
  void profile(Square& gram, std::size_t from, Watch& watch) const;
  // The slopes of the residuals where it follows.
  void profile(double sum, std::vector<double>& slopes) const;
  // By which it moves while the coefficients move by `step`.
  double step(double sum, double curvature, const std::vector<double>& step) const;
};

}  // namespace sgdlasso
