// stalled_columns.h: lassos that sweeps over residuals bring no further, as their columns depend on each other. The
// columns that move have a Gram matrix of their own, if they are not too many; of others the next look at all will
// tell.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "descent/lasso_trail.h"

namespace sgdlasso {

class StalledColumns {
 public:
  StalledColumns(const Problem& problem, const StandardForm& form, std::size_t most)
      : problem_(problem),
        form_(form),
        most_(most) {}

  void forget_weights() { known_.reset(); }
  // Those of these lassos that sweeps left above their targets, from where they started; slopes of columns that did not
  // move stay as they are.
  void solve(const std::vector<std::size_t>& columns, const std::vector<double>& weights,
             const std::vector<LassoPoint>& start, std::vector<QuadraticLasso>& lassos);

 private:
  struct Known {
    Known(const Problem& problem, const StandardForm& form, const std::vector<double>& weights)
        : gram(problem, form),
          trail(problem, form) {
      gram.set_weights(weights);
    }
    std::vector<std::size_t> columns;
    WeightedGram gram;
    LassoTrail trail;
  };
  std::vector<std::size_t> moving(const std::vector<std::size_t>& columns, const std::vector<LassoPoint>& start,
                                  const std::vector<QuadraticLasso>& lassos) const;
  bool learn(const std::vector<std::size_t>& moving, const std::vector<double>& weights);

  const Problem& problem_;
  const StandardForm& form_;
  std::size_t most_;
  std::optional<Known> known_;  // of these weights
};

}  // namespace sgdlasso
