// penalty.h: lambda sum_j v_j ( alpha |s_j b_j| + (1 - alpha)/2 (s_j b_j)^2 ), s_j the column's deviation if standardising.
//
// An infinite v_j excludes the column. The sum over j is taken here once for lambda = 1.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "rows.h"

namespace sgdlasso {

struct Penalty {
  double alpha = 1;
  std::vector<double> factor;  // v, sums to p
  std::vector<double> spread;  // s: the deviation of each column, or 1

  bool excluded(std::size_t j) const { return std::isinf(factor[j]); }
  bool free(std::size_t j) const { return factor[j] == 0; }

  double value(const std::vector<double>& b) const {
    double sum = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (b[j] == 0) continue;
      const double size = std::abs(spread[j] * b[j]);
      sum += factor[j] * (alpha * size + (1 - alpha) / 2 * size * size);
    }
    return sum;
  }
};

// The same penalty on coefficients of working columns (x - centre) * scale, which are b_j / scale_j:
// alpha theta_j |b| + (1 - alpha)/2 rho_j b^2. A column with scale 0 takes no part.
struct WorkingPenalty {
  double alpha;
  std::vector<double> theta;
  std::vector<double> rho;

  WorkingPenalty(const Penalty& penalty, const Scaling& scaling) : alpha(penalty.alpha) {
    for (std::size_t j = 0; j < penalty.factor.size(); ++j) {
      const double size = penalty.spread[j] * scaling.scale[j];
      const bool takes_part = scaling.scale[j] != 0;
      theta.push_back(takes_part ? penalty.factor[j] * size : 1);
      rho.push_back(takes_part ? penalty.factor[j] * size * size : 1);
    }
  }
};

}  // namespace sgdlasso
