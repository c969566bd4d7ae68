// penalty.h: lambda sum_j v_j ( alpha |s_j b_j| + ridge/2 (s_j b_j)^2 ), s_j the column's deviation if standardising,
// and limits l_j <= b_j <= u_j.
//
// An infinite v_j excludes the column. The sum over j is taken here once for lambda = 1.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "rows/rows.h"

namespace sgdlasso {

// What multiplies the squares: 1 - alpha, for squared loss divided by the deviation of the response from the null
// model, as in glmnet, so that fits do not depend on the units of y. A response that does not deviate needs no ridge.
inline double ridge_share(double alpha, bool squared_loss, double null_deviance) {
  if (!squared_loss) return 1 - alpha;
  return null_deviance > 0 ? (1 - alpha) / std::sqrt(null_deviance) : 0;
}

struct Penalty {
  double alpha = 1;
  double ridge = 0;
  std::vector<double> factor;  // v, sums to p
  std::vector<double> spread;  // s: the deviation of each column, or 1
  std::vector<double> lower;   // limits; empty where there are none
  std::vector<double> upper;

  bool excluded(std::size_t j) const { return std::isinf(factor[j]); }
  bool free(std::size_t j) const { return factor[j] == 0; }

  double value(std::size_t j, double b) const {
    if (b == 0) return 0;
    const double size = std::abs(spread[j] * b);
    return factor[j] * (alpha * size + ridge / 2 * size * size);
  }
  double value(const std::vector<double>& b) const {
    double sum = 0;
    for (std::size_t j = 0; j < b.size(); ++j) sum += value(j, b[j]);
    return sum;
  }
  double clamp(std::size_t j, double b) const {
    const double least = lower.empty() ? b : std::max(b, lower[j]);
    return upper.empty() ? least : std::min(least, upper[j]);
  }
};

// What one coefficient costs: l1 |b| + l2/2 b^2 within lower <= b <= upper, lower <= 0 <= upper.
struct CoordinatePenalty {
  double l1, l2, lower, upper;

  bool unpenalized() const { return l1 == 0 && l2 == 0 && std::isinf(lower) && std::isinf(upper); }
  // Costs nothing around b: the slope there must be 0.
  bool free_at(double b) const { return l1 == 0 && l2 == 0 && b > lower && b < upper; }
  double cost(double b) const { return l1 * std::abs(b) + l2 / 2 * b * b; }
  double clamp(double b) const { return std::min(std::max(b, lower), upper); }
  // argmin over b of g/2 b^2 - z b + cost(b)
  double minimiser(double g, double z) const {
    const double size = std::abs(z) - l1;
    return size > 0 ? clamp(std::copysign(size, z) / (g + l2)) : 0;
  }
  // argmax over b of c b - cost(b); infinite where there is none.
  double dual_point(double c) const {
    const double excess = std::abs(c) - l1;
    if (!(excess > 0)) return 0;
    return clamp(std::copysign(l2 > 0 ? excess / l2 : std::numeric_limits<double>::infinity(), c));
  }
  // max over b of c b - cost(b), the convex conjugate
  double conjugate(double c) const {
    const double b = dual_point(c);
    return b == 0 ? 0 : std::isinf(b) ? std::numeric_limits<double>::infinity() : c * b - cost(b);
  }
  // How far the slope c of the fit at b is from what makes b optimal.
  double violation(double b, double c) const {
    const double push = c - l2 * b;  // what the L1 part and the limits have to balance
    if (b == 0) return std::max({upper > 0 ? push - l1 : 0.0, lower < 0 ? -push - l1 : 0.0, 0.0});
    const double excess = b > 0 ? push - l1 : push + l1;
    const double rounding = 1e-12;  // of a limit on another scale
    if (b >= upper - rounding * std::abs(upper)) return std::max(-excess, 0.0);
    if (b <= lower + rounding * std::abs(lower)) return std::max(excess, 0.0);
    return std::abs(excess);
  }
};

// The penalty of one working coefficient b is alpha theta |b| + ridge/2 rho b^2.
struct WorkingFactors {
  double theta = 1;
  double rho = 1;
};
// Of a column seen through this scale; with scale 0 it takes no part.
inline WorkingFactors working_factors(double factor, double spread, double scale) {
  if (scale == 0) return {};
  const double size = spread * scale;
  return {factor * size, factor * size * size};
}

// The same penalty on coefficients of working columns (x - centre) * scale, which are b_j / scale_j:
// alpha theta_j |b| + ridge/2 rho_j b^2.
struct WorkingPenalty {
  double alpha;
  double ridge;
  std::vector<double> theta;
  std::vector<double> rho;
  std::vector<double> lower;
  std::vector<double> upper;

  WorkingPenalty(const Penalty& penalty, const Scaling& scaling) : alpha(penalty.alpha), ridge(penalty.ridge) {
    const double infinity = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < penalty.factor.size(); ++j) {
      const WorkingFactors factors = working_factors(penalty.factor[j], penalty.spread[j], scaling.scale[j]);
      const bool takes_part = scaling.scale[j] != 0;
      theta.push_back(factors.theta);
      rho.push_back(factors.rho);
      lower.push_back(takes_part && !penalty.lower.empty() ? penalty.lower[j] / scaling.scale[j] : -infinity);
      upper.push_back(takes_part && !penalty.upper.empty() ? penalty.upper[j] / scaling.scale[j] : infinity);
    }
  }

  // Whether limits let coefficient j leave 0 in the direction of this slope.
  bool may_move(std::size_t j, double slope) const { return slope > 0 ? upper[j] > 0 : lower[j] < 0; }

  CoordinatePenalty at(std::size_t j, double lambda) const {
    return {lambda * alpha * theta[j], lambda * ridge * rho[j], lower[j], upper[j]};
  }
};

}  // namespace sgdlasso
