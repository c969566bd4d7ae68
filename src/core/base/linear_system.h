// linear_system.h: factorizations in steps that are short enough for an interrupt to be heard between them.
#pragma once

#include <Eigen/Dense>

#include <vector>

#include "base/watch.h"

namespace sgdlasso {

// a becomes its Cholesky factor, in the lower triangle, which alone is read. False where a is not positive definite.
bool factor_cholesky(Eigen::MatrixXd& a, Watch& watch);
// b becomes the solution, from that factor.
void solve_cholesky(const Eigen::MatrixXd& factor, Eigen::VectorXd& b);

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

// The columns of z made orthonormal (Gram-Schmidt in blocks, repeated); those that depend on others but for rounding
// are gone.
Eigen::MatrixXd orthonormal_basis(Eigen::MatrixXd z, Watch& watch);

}  // namespace sgdlasso
