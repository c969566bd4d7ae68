// batch_slopes.h: the slopes of all columns for the models of a batch.
//
// Models of neighbouring lambdas have residuals that nearly are combinations of each other's. Where columns are dense a
// few models are multiplied with all columns; the slopes of the others are then known up to |e|, the length of what
// their residuals have beside (|z'e| <= |z| |e|). Only columns that may be near a bound by that are multiplied with
// all.
#pragma once

#include <vector>

#include "solvers/lambda_batch.h"

namespace sgdlasso {

class BatchSlopes {
 public:
  BatchSlopes(const Problem& problem, const StandardForm& form);

  // slopes: of the form's columns, models side by side; those of models that are done are left as they are. Exact for
  // columns of the working set and those near a bound of some model (kNearly); of the others some are only known to be
  // below that. Exact[k]: whether all of model k are.
  void take(const WorkingSet& set, const LambdaBatch& batch, std::vector<double>& slopes,
            std::vector<char>& exact) const;

 private:
  void take_lanes(const LambdaBatch& batch, const std::vector<std::size_t>& lanes,
                  const std::vector<std::size_t>& positions, std::vector<double>& slopes) const;

  const Problem& problem_;
  const StandardForm& form_;
  std::vector<std::size_t> all_;  // positions in the form
  std::vector<double> length_;    // of each column, weights summing to 1
};

}  // namespace sgdlasso
