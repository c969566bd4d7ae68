#include "descent/growing_cholesky.h"

#include <algorithm>
#include <cmath>

#include "kernels/dense_kernels.h"
#include "kernels/panel_kernels.h"

namespace sgdlasso {

std::vector<char> GrowingCholesky::append(const std::vector<std::vector<double>>& columns, Watch& watch) {
  const double dependent = 1e-12;  // of the diagonal: what is left of it is rounding
  const std::size_t count = columns.size();
  upper_.grow(size_);
  upper_.grow(size_ + count);
  for (std::size_t c = 0; c < count; ++c) std::copy_n(columns[c].data(), size_, column(size_ + c));
  solve_transposed(count, watch);
  const std::vector<double> product = products(count);
  std::vector<char> taken(count, 0);
  std::vector<std::size_t> before;  // those taken
  for (std::size_t c = 0; c < count; ++c) {
    double* to = column(size_ + before.size());
    std::copy_n(column(size_ + c), size_, to);
    double left = columns[c].back() - product[c * count + c];
    for (std::size_t t = 0; t < before.size(); ++t) {
      const double* other = column(size_ + t) + size_;
      double value = columns[c][size_ + before[t]] - product[before[t] * count + c];
      for (std::size_t s = 0; s < t; ++s) value -= other[s] * to[size_ + s];
      to[size_ + t] = value / other[t];
      left -= to[size_ + t] * to[size_ + t];
    }
    if (!(left > dependent * columns[c].back())) continue;
    to[size_ + before.size()] = std::sqrt(left);
    before.push_back(c);
    taken[c] = 1;
  }
  size_ += before.size();
  return taken;
}

// The elements of the columns behind the factor become what the factor's rows have there, block by block.
void GrowingCholesky::solve_transposed(std::size_t count, Watch& watch) {
  const std::size_t block = 24;
  std::vector<double> sums(block * count);
  for (std::size_t first = 0; first < size_; first += block) {
    const std::size_t rows = std::min(block, size_ - first);
    std::fill(sums.begin(), sums.end(), 0.0);
    panel_kernels().cross({column(first), upper_.stride(), rows}, {column(size_), upper_.stride(), count}, first,
                          sums.data(), count);
    for (std::size_t c = 0; c < count; ++c) {
      double* to = column(size_ + c) + first;
      for (std::size_t i = 0; i < rows; ++i) {
        const double* row = column(first + i) + first;
        double value = to[i] - sums[i * count + c];
        for (std::size_t k = 0; k < i; ++k) value -= row[k] * to[k];
        to[i] = value / row[i];
      }
    }
    watch.tick(0);
  }
}

// Of the columns behind the factor with each other, in the factor's rows.
std::vector<double> GrowingCholesky::products(std::size_t count) const {
  std::vector<double> result(count * count);
  const std::size_t whole = size_ / 8 * 8;
  panel_kernels().self_cross({column(size_), upper_.stride(), count}, whole, result.data(), count);
  for (std::size_t d = 0; d < count; ++d) {
    for (std::size_t c = d; c < count; ++c) {
      for (std::size_t i = whole; i < size_; ++i) result[d * count + c] += column(size_ + d)[i] * column(size_ + c)[i];
    }
  }
  return result;
}

// Without its column the factor has one element too many below the diagonal of each column after it; rotations of
// neighbouring rows take them off.
void GrowingCholesky::remove(std::size_t at, Watch& watch) {
  const std::size_t together = 4;  // columns whose rotations do not wait for each other's
  std::vector<double> cosine(size_), sine(size_);
  for (std::size_t first = at; first + 1 < size_; first += together) {
    const std::size_t count = std::min(together, size_ - 1 - first);
    const double* from[together];
    double *to[together], carried[together] = {};
    for (std::size_t k = 0; k < together; ++k) {
      const std::size_t j = first + std::min(k, count - 1);
      from[k] = column(j + 1);
      to[k] = column(j);
    }
    for (std::size_t k = 0; k < count; ++k) {
      std::copy_n(from[k], at, to[k]);
      carried[k] = from[k][at];
    }
    const auto rotate = [&](std::size_t k, std::size_t i) {
      const double next = from[k][i + 1];
      to[k][i] = cosine[i] * carried[k] + sine[i] * next;
      carried[k] = cosine[i] * next - sine[i] * carried[k];
    };
    if (count == together) {
      for (std::size_t i = at; i < first; ++i) {
        for (std::size_t k = 0; k < together; ++k) rotate(k, i);
      }
    }
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t j = first + k;
      for (std::size_t i = count == together ? first : at; i < j; ++i) rotate(k, i);
      const double length = std::hypot(carried[k], from[k][j + 1]);
      cosine[j] = carried[k] / length;
      sine[j] = from[k][j + 1] / length;
      to[k][j] = length;
    }
    if ((first - at) % kUnwatched == 0) watch.tick(0);
  }
  --size_;
}

void GrowingCholesky::solve(std::vector<double>& b) const {
  for (std::size_t j = 0; j < size_; ++j) {
    b[j] = (b[j] - dense_kernels().dot(column(j), b.data(), j)) / column(j)[j];
  }
  for (std::size_t j = size_; j-- > 0;) {
    b[j] /= column(j)[j];
    panel_kernels().axpy(-b[j], column(j), j, b.data());
  }
}

}  // namespace sgdlasso
