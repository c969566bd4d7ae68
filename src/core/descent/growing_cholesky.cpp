#include "descent/growing_cholesky.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/linear_system.h"
#include "kernels/dense_kernels.h"
#include "kernels/panel_kernels.h"

namespace sgdlasso {

bool GrowingCholesky::take(Eigen::MatrixXd lower, Watch& watch) {
  size_ = 0;
  if (!factor_cholesky(lower, watch)) return false;
  size_ = static_cast<std::size_t>(lower.cols());
  for (std::size_t j = 0; j < size_; ++j) {
    const double* from = lower.data() + j * size_;
    std::copy(from + j, from + size_, column(j) + j);
  }
  return true;
}

bool GrowingCholesky::append(std::vector<double> column_of) {
  const double dependent = 1e-12;  // of the diagonal: what is left of it is rounding
  solve_lower(column_of.data());
  double left = column_of[size_];
  for (std::size_t j = 0; j < size_; ++j) left -= column_of[j] * column_of[j];
  if (!(left > dependent * column_of[size_])) return false;
  for (std::size_t j = 0; j < size_; ++j) column(j)[size_] = column_of[j];
  column(size_)[size_] = std::sqrt(left);
  ++size_;
  return true;
}

// Without its row the factor has one element too many in each row below; rotations of neighbouring columns take them
// off.
void GrowingCholesky::remove(std::size_t at) {
  for (std::size_t j = 0; j < at; ++j) std::copy(column(j) + at + 1, column(j) + size_, column(j) + at);
  std::vector<double> carried(column(at), column(at) + size_);
  for (std::size_t j = at; j + 1 < size_; ++j) {
    const double* right = column(j + 1);
    const double length = std::hypot(carried[j + 1], right[j + 1]);
    const double c = carried[j + 1] / length, s = right[j + 1] / length;
    for (std::size_t i = j + 1; i < size_; ++i) {
      const double left = carried[i];
      column(j)[i - 1] = c * left + s * right[i];
      carried[i] = c * right[i] - s * left;
    }
  }
  --size_;
}

void GrowingCholesky::solve_lower(double* b) const {
  for (std::size_t j = 0; j < size_; ++j) {
    b[j] /= column(j)[j];
    panel_kernels().axpy(-b[j], column(j) + j + 1, size_ - j - 1, b + j + 1);
  }
}

void GrowingCholesky::solve(std::vector<double>& b) const {
  solve_lower(b.data());
  for (std::size_t j = size_; j-- > 0;) {
    b[j] = (b[j] - dense_kernels().dot(column(j) + j + 1, b.data() + j + 1, size_ - j - 1)) / column(j)[j];
  }
}

}  // namespace sgdlasso
