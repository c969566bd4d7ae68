// lasso_trail.h: lassos of one Gram matrix, one after another, so that each finds what the one before it knew.
#pragma once

#include <cstddef>
#include <vector>

#include "descent/face.h"
#include "descent/quadratic_lasso.h"
#include "descent/weighted_gram.h"

namespace sgdlasso {

class LassoTrail {
 public:
  LassoTrail(const Problem& problem, const StandardForm& form) : problem_(problem), form_(form) {}

  // Another Gram matrix, or other columns at these places. More columns are no other matrix.
  void clear() { face_.clear(); }
  // Moves b and q of each, by position in the columns, until its gap is at most its target.
  void follow(const WeightedGram& gram, const std::vector<std::size_t>& columns, std::vector<QuadraticLasso>& lassos);

 private:
  const Problem& problem_;
  const StandardForm& form_;
  Face face_;          // of the last lasso
  double lambda_ = 0;  // its own
};

}  // namespace sgdlasso
