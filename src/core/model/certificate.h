// certificate.h: how far coefficients are from the optimum, by the dual point that their own residuals make.
//
// For any s and any u = s r' with sum w u = 0 and no slope along unpenalised columns,
//
//   P - D = sum_i w_i divergence(r_i - u_i, eta_i) + sum_j [ cost(b_j) + conjugate(c_j) - b_j c_j ],   c = Z'W u,
//
// where every term is >= 0 (Fenchel and Young), so nothing cancels. r' is the residual r made feasible: projected off
// the unpenalised columns and the intercept for squared loss, residuals of one sign scaled down to balance otherwise.
// The gap is told relative to P(null) - P(saturated).
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "base/archive.h"
#include "model/standard_form.h"

namespace sgdlasso {

// What overflow or rounding made of a gap certifies nothing: one that is not finite, or below 0 by more than rounding,
// is infinite. NaN is a gap that was not looked for. So certified() holds for proven gaps alone.
class Certificate {
 public:
  Certificate() = default;
  Certificate(double gap, double kkt);

  double gap() const { return gap_; }
  // Largest violation of the optimality conditions, columns at unit deviation, relative to the null deviation of y.
  double kkt() const { return kkt_; }
  bool known() const { return gap_ >= 0; }
  bool certified(double tol) const { return gap_ <= tol; }

  void exchange(Archive& archive);

 private:
  double gap_ = std::numeric_limits<double>::quiet_NaN();
  double kkt_ = std::numeric_limits<double>::quiet_NaN();
};

// Of what rows and columns add to the gap, and the largest violation.
inline Certificate relative(double gap, double violation, double null_deviance) {
  return {gap / (null_deviance / 2), violation / std::sqrt(null_deviance)};
}
// What the rows of squared loss add at scale s: from the mean square of the feasible residuals, and by how much it fell
// when they were made so.
inline double squared_rows(double s, double square, double fall) {
  return ((1 - s) * (1 - s) * square + fall) / 2;
}

// From the data: one product with x and one with its transpose (two where unpenalised columns are not fitted out).
Certificate certify(const Problem& problem, const StandardForm& form, const Coefficients& at, double lambda);

constexpr double kAnyScale = 1e3;

// What the columns add. penalty, b and c (slopes of the feasible residual) go together, column by column.
class Brackets {
 public:
  // Scales s from -widest to widest are tried.
  Brackets(const std::vector<CoordinatePenalty>& penalty, const std::vector<double>& b, const std::vector<double>& c,
           double widest = kAnyScale);

  // The best s for squared loss: minimises (1 - s)^2/2 square + sum(s) over feasible s, or over those between lowest
  // and highest. square: sum w r'^2.
  double best_squared_scale(double square, double lowest = -std::numeric_limits<double>::infinity(),
                            double highest = std::numeric_limits<double>::infinity()) const;
  // A good s in [0, 1] for other losses: the largest feasible one, unless limits or a ridge part make all feasible;
  // then the best for squared loss of about the same size.
  double good_scale(double square) const { return linear_ ? std::min(1.0, high_) : best_squared_scale(square, 0, 1); }
  // sum_j [ cost(b_j) + conjugate(s c_j) - s b_j c_j ]; a free column, whose c_j is 0 up to rounding, counts c_j^2/2.
  double sum(double s) const;
  // Largest violation of the optimality conditions at slopes c.
  double violation() const;

 private:
  double slope(double s) const;

  const std::vector<CoordinatePenalty>& penalty_;
  const std::vector<double>& b_;
  const std::vector<double>& c_;
  double fit_ = 0;      // sum b_j c_j
  double low_, high_;   // feasible s
  bool linear_ = true;  // no conjugate is ever anything but 0 or infinite
};

}  // namespace sgdlasso
