// growing_cholesky.h: the Cholesky factor of a symmetric matrix whose rows and columns come and go, each in time
// quadratic in their number; those that come together cost far less than one by one.
#pragma once

#include <cstddef>
#include <vector>

#include "base/square.h"
#include "base/watch.h"

namespace sgdlasso {

class GrowingCholesky {
 public:
  static constexpr std::size_t kTogether = 32;

  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

  // At most kTogether columns more: of each its elements in the rows before it, those of the columns that come with it
  // too, its diagonal last. Which of them are independent of those before; the others are not taken.
  std::vector<char> append(const std::vector<std::vector<double>>& columns, Watch& watch);
  // Row and column `at`.
  void remove(std::size_t at, Watch& watch);

  // b becomes the solution.
  void solve(std::vector<double>& b) const;

 private:
  double* column(std::size_t j) { return upper_.column(j); }
  const double* column(std::size_t j) const { return upper_.column(j); }
  void solve_transposed(std::size_t count, Watch& watch);
  std::vector<double> products(std::size_t count) const;

  std::size_t size_ = 0;
  Square upper_;  // U with U'U the matrix; what is below the diagonal is not used
};

}  // namespace sgdlasso
