// saga_rows.h: the state of SAGA and how rows change it: blocks of dense rows take one step together, sparse rows one
// each, where a coefficient that a row does not read waits with its steps until one does (just in time).
#pragma once

#include <cstddef>
#include <vector>

#include "model/problem.h"

namespace sgdlasso {

class SagaState {
 public:
  SagaState(const Problem& problem, const WorkingPenalty& penalty);

  // position: those of the block's rows, under which their slopes are kept.
  void visit(const RowBlock& block, const RowBlock& next, const std::size_t* position, double step, double lambda);
  // Takes all steps that coefficients still wait for.
  void settle(double step, double lambda);

  double intercept;
  std::vector<double> b;  // of working columns

 private:
  void visit_dense(const RowBlock& block, const RowBlock& next, const std::size_t* position, double step,
                   double lambda);
  void visit_sparse(const Row& row, std::size_t position, double step, double lambda);
  void catch_up(std::size_t j, double step, double lambda);
  double slope_change(const Row& row, double eta, std::size_t position);

  const Problem* problem_;
  WorkingPenalty penalty_;
  std::vector<double> slope_;  // w (mu - y) of each row when it was last visited
  std::vector<double> mean_;   // of slope * row
  double mean_slope_ = 0;
  std::vector<double> change_;     // of a block
  std::vector<std::size_t> seen_;  // sparse: steps that a coefficient has taken
  std::size_t steps_ = 0;
};

// The largest eigenvalue of (1 / rows) sum_i w_i (1, x_i)(1, x_i)' of a block, by power iteration.
double block_curvature(const RowBlock& block, std::size_t p);

}  // namespace sgdlasso
