// residual_descent.h: the lasso of a quadratic by coordinate descent on the residuals, for so many columns that their
// Gram matrix would not fit.
//
// The quadratic is 1/2 sum_i h_i (e_i - z_i'd)^2 with the intercept profiled out, which centres the columns by their
// h-weighted means. The residuals h e are updated with each coefficient.
#pragma once

#include <vector>

#include "descent/coordinate_descent.h"
#include "model/standard_form.h"

namespace sgdlasso {

// A lasso whose quadratic is known up to its curvature.
struct QuadraticLasso {
  double curvature;                               // times the weights set
  const std::vector<CoordinatePenalty>& penalty;  // by position in the columns
  double square, widest;                          // as in Quadratic (coordinate_descent.h)
  double target;                                  // for the gap, absolute
};

class ResidualDescent {
 public:
  ResidualDescent(const Problem& problem, const StandardForm& form) : problem_(problem), form_(form) {}

  void set_weights(std::vector<double> h);

  // As descend(): moves b, the slopes q and the weighted residuals r, from which q came, until the gap is at most the
  // target.
  Descent descend(const std::vector<std::size_t>& columns, const QuadraticLasso& lasso, std::vector<double>& b,
                  std::vector<double>& q, std::vector<double> r);

 private:
  void learn(const std::vector<std::size_t>& columns);
  double slope(std::size_t j, const std::vector<double>& r) const;
  void move(std::size_t j, double by, std::vector<double>& r);

  const Problem& problem_;
  const StandardForm& form_;
  std::vector<double> h_;
  double total_ = 0;
  double sum_ = 0;                  // of the residuals, without what the intercept takes
  std::vector<double> column_sum_;  // by column of x: sum h v; NaN where not yet known
  std::vector<double> diagonal_;
};

}  // namespace sgdlasso
