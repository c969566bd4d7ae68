// coordinate_descent.h: the lasso of a quadratic, from its Gram matrix alone.
//
// Minimises 1/2 (b - a)' G (b - a) - q' (b - a) + sum_j cost_j(b_j), where q is the slope at the start a. Coordinates
// that cannot move are left out of a packed copy of G, on which sweeps run; every few sweeps Anderson's extrapolation
// (Bertrand, Massias 2021) is tried and kept if the objective falls.
#pragma once

#include <vector>

#include "base/watch.h"
#include "descent/gram_mixture.h"
#include "model/penalty.h"

namespace sgdlasso {

struct Quadratic {
  GramMixture gram;
  double curvature;                               // G is this times gram
  const std::vector<CoordinatePenalty>& penalty;  // one for each column of gram
  double square;                                  // r' H^-1 r of the residual at the start: what the gap scales
  double widest;                                  // the gap scales r by at most this
  Watch& watch;
};

struct Descent {
  double gap;  // of the quadratic, absolute
  std::size_t sweeps;
};

// Moves b, and its slope q with it, until the quadratic's own duality gap is at most `target`.
Descent descend(const Quadratic& quadratic, double target, std::vector<double>& b, std::vector<double>& q);

}  // namespace sgdlasso
