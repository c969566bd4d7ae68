// batch_slopes.h: the slopes of all columns for the models of a batch, look after look.
//
// Models of neighbouring lambdas have residuals that nearly are combinations of each other's. So where columns are
// dense only some residuals are multiplied with all of them, the basis; the slopes of a model are then known up to |e|,
// the length of what its residuals have beside the basis: |z'e| <= |z| |e|. Columns that may be near a bound by that,
// few, are multiplied with every model's. Later looks at the batch often need no other basis.
#pragma once

#include <Eigen/Dense>

#include <vector>

#include "solvers/lambda_batch.h"

namespace sgdlasso {

class BatchSlopes {
 public:
  BatchSlopes(const Problem& problem, const StandardForm& form);

  // Whether some slopes are not exact. The lanes of a sparse row cost little more than one of them, and few columns
  // little more than the basis.
  bool estimates() const {
    const std::size_t tall = 20;
    return problem_.rows.layout() == PanelLayout::lanes_apart && tall * problem_.rows.p() >= problem_.rows.n();
  }

  // A new batch.
  void start();
  // slopes: of the form's columns, models side by side; those of models that are done are left as they are. Exact for
  // columns of the working set and for those near a bound of some model (kNearly); others are below that, and so is
  // what is told of them.
  void take(const WorkingSet& set, const LambdaBatch& batch, std::vector<double>& slopes);

 private:
  // Its residuals are multiplied with all columns.
  struct Known {
    Eigen::VectorXd residual;  // scaled
    std::vector<double> slopes;
  };
  // The residuals of a model as a combination of the basis.
  struct Combination {
    std::vector<double> share;
    double beside;  // length of what is not
    double bound;   // where slopes count as near, for a column of factor 1
  };

  Eigen::VectorXd scaled(const LambdaBatch& batch, std::size_t k) const;
  void add_to_basis(const LambdaBatch& batch, const std::vector<std::size_t>& lanes);
  std::vector<Combination> combine(const LambdaBatch& batch, const std::vector<std::size_t>& lanes) const;
  std::vector<std::size_t> estimate(const WorkingSet& set, const LambdaBatch& batch,
                                    const std::vector<std::size_t>& lanes, std::vector<double>& slopes) const;
  std::vector<double> products(const LambdaBatch& batch, const std::vector<std::size_t>& lanes,
                               const std::vector<std::size_t>& columns) const;

  const Problem& problem_;
  const StandardForm& form_;
  std::vector<double> length_;  // of each column of the form, weights summing to 1
  std::vector<Known> basis_;
  bool helps_ = true;  // with this batch
};

}  // namespace sgdlasso
