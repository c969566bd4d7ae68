// growing_cholesky.h: the Cholesky factor of a symmetric matrix whose rows and columns come and go, each in time
// quadratic in their number.
#pragma once

#include <Eigen/Dense>

#include <cstddef>
#include <memory>
#include <vector>

#include "base/watch.h"

namespace sgdlasso {

class GrowingCholesky {
 public:
  // Of at most so many columns.
  explicit GrowingCholesky(std::size_t most) : most_(most), factor_(new double[most * most]) {}

  std::size_t size() const { return size_; }

  // A matrix whose lower triangle is given, instead of what was there. Whether it is positive definite; else 0 columns.
  bool take(Eigen::MatrixXd lower, Watch& watch);
  // One more column: its elements in the rows before it, its diagonal last. Whether it is independent of those before;
  // else all is as it was.
  bool append(std::vector<double> column);
  // Row and column `at`.
  void remove(std::size_t at);

  // b becomes the solution.
  void solve(std::vector<double>& b) const;

 private:
  double* column(std::size_t j) { return factor_.get() + j * most_; }
  const double* column(std::size_t j) const { return factor_.get() + j * most_; }
  void solve_lower(double* b) const;

  std::size_t most_, size_ = 0;
  std::unique_ptr<double[]> factor_;  // lower triangle, column by column; memory is touched where there are columns
};

}  // namespace sgdlasso
