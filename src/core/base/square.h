// square.h: a symmetric matrix that grows by rows and columns. Column j is contiguous.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/large_buffer.h"

namespace sgdlasso {

class Square {
 public:
  Square() : values_(0) {}
  std::size_t size() const { return size_; }
  std::size_t stride() const { return capacity_; }
  double* column(std::size_t j) { return values_.data() + j * capacity_; }
  const double* column(std::size_t j) const { return values_.data() + j * capacity_; }
  double& at(std::size_t i, std::size_t j) { return column(j)[i]; }
  double at(std::size_t i, std::size_t j) const { return column(j)[i]; }

  // Keeps what is there; the rest is not initialised.
  void grow(std::size_t size) {
    if (size > capacity_) {
      const std::size_t capacity = std::max(size, capacity_ + capacity_ / 2);
      LargeBuffer<double> values(capacity * capacity);
      for (std::size_t j = 0; j < size_; ++j) std::copy(column(j), column(j) + size_, values.data() + j * capacity);
      values_ = std::move(values);
      capacity_ = capacity;
    }
    size_ = size;
  }

  // These rows and columns alone, in ascending order.
  void keep(const std::vector<std::size_t>& kept) {
    for (std::size_t k = 0; k < kept.size(); ++k) {
      for (std::size_t i = 0; i < kept.size(); ++i) at(i, k) = at(kept[i], kept[k]);
    }
    size_ = kept.size();
  }

 private:
  std::size_t size_ = 0, capacity_ = 0;
  LargeBuffer<double> values_;
};

}  // namespace sgdlasso
