// linear_system.h: factorizations in steps that are short enough for an interrupt to be heard between them.
#pragma once

#include <Eigen/Dense>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/watch.h"

namespace sgdlasso {

// A symmetric positive semidefinite matrix by Cholesky with complete pivoting (Higham 2002, section 10.3), of which the
// lower triangle is read. What depends on earlier pivots but for rounding counts as dependent, and gets 0 in solutions.
class PivotedCholesky {
 public:
  PivotedCholesky(Eigen::MatrixXd a, Watch& watch);
  // x with a x = b, where b is in the range of a.
  Eigen::VectorXd solve(const Eigen::VectorXd& b) const;

 private:
  Eigen::Index pivot(Eigen::Index j, Eigen::Index first);
  void exchange(Eigen::Index j, Eigen::Index with);

  Eigen::MatrixXd factor_;
  std::vector<Eigen::Index> order_;
  Eigen::Index rank_;
};

// The symmetric system of an intercept, where there is one, and of columns: [corner border'; border inner], where
// inner(i, j) is of two columns; and a vector of the same shape.
template <class Inner>
Eigen::MatrixXd bordered(bool intercept, double corner, const std::vector<double>& border, Inner inner, Watch& watch) {
  const Eigen::Index first = intercept ? 1 : 0, size = static_cast<Eigen::Index>(border.size());
  Eigen::MatrixXd result(first + size, first + size);
  if (intercept) result(0, 0) = corner;
  for (Eigen::Index i = 0; i < size; ++i) {
    watch.tick(0);
    const std::size_t row = static_cast<std::size_t>(i);
    if (intercept) result(0, first + i) = result(first + i, 0) = border[row];
    for (Eigen::Index j = 0; j < size; ++j) result(first + i, first + j) = inner(row, static_cast<std::size_t>(j));
  }
  return result;
}
inline Eigen::VectorXd bordered(bool intercept, double first, const std::vector<double>& values) {
  Eigen::VectorXd result((intercept ? 1 : 0) + static_cast<Eigen::Index>(values.size()));
  if (intercept) result[0] = first;
  std::copy(values.begin(), values.end(), result.data() + (intercept ? 1 : 0));
  return result;
}

// The columns of z made orthonormal (Gram-Schmidt in blocks, repeated); those that depend on others but for rounding
// are gone.
Eigen::MatrixXd orthonormal_basis(Eigen::MatrixXd z, Watch& watch);

}  // namespace sgdlasso
