// quadratic_lasso.h: a lasso whose quadratic is known but for its Gram matrix.
#pragma once

#include <vector>

namespace sgdlasso {

// b and its slopes q, by position in the columns, are where it starts, and where it ends.
struct QuadraticLasso {
  double lambda;
  double curvature;       // multiplies the Gram matrix
  double square, widest;  // as in Quadratic (quadratic.h)
  double target;          // for the gap, absolute
  std::vector<double>* b;
  std::vector<double>* q;
  bool one_loss = false;     // the slopes are of a loss that others share, so that it may start where one of them ended
  bool wants_slopes = true;  // at the end. Without them descent on residuals leaves q where it was
  double gap = 0;            // at the end; where descent is on residuals an estimate
};

// Where one is.
struct LassoPoint {
  std::vector<double> b, q;
};

}  // namespace sgdlasso
