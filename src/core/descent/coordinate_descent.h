// coordinate_descent.h: the lasso of a quadratic, from its Gram matrix alone.
//
// Minimises 1/2 (b - a)' G (b - a) - q' (b - a) + sum_j cost_j(b_j), where q is the slope at the start a. Coordinates
// that cannot move are left out of a packed copy of G, on which sweeps run; every few sweeps Anderson's extrapolation
// (Bertrand, Massias 2021) is tried and kept if the objective falls.
#pragma once

#include <vector>

#include "descent/face.h"
#include "descent/quadratic.h"

namespace sgdlasso {

struct Descent {
  double gap;  // of the quadratic, absolute
  std::size_t sweeps;
};

// Of the quadratic at b, where its slope is q.
double gap_at(const Quadratic& quadratic, const std::vector<double>& b, const std::vector<double>& q);

// Moves b, and its slope q with it, until the quadratic's own duality gap is at most `target`. face: what there is of
// an earlier lasso of the same Gram matrix, whose columns may have become more since; rounds on it come first.
Descent descend(const Quadratic& quadratic, double target, std::vector<double>& b, std::vector<double>& q,
                Face* face = nullptr);

}  // namespace sgdlasso
