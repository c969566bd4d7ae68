// quadratic.h: 1/2 (b - a)' G (b - a) - q' (b - a) + sum_j cost_j(b_j), where q is the slope at the start a.
#pragma once

#include <vector>

#include "base/square.h"
#include "base/watch.h"
#include "kernels/panel_kernels.h"
#include "model/penalty.h"

namespace sgdlasso {

struct Quadratic {
  const Square& gram;
  double curvature;                               // G is this times gram
  const std::vector<CoordinatePenalty>& penalty;  // one for each column of gram
  double square;                                  // r' H^-1 r of the residual at the start: what the gap scales
  double widest;                                  // the gap scales r by at most this
  Watch& watch;

  double at(std::size_t i, std::size_t j) const { return curvature * gram.at(i, j); }
  // Coefficient j grows by this: slopes q follow.
  void move(double by, std::size_t j, std::vector<double>& q) const {
    panel_kernels().axpy(-by * curvature, gram.column(j), q.size(), q.data());
  }
};

}  // namespace sgdlasso
