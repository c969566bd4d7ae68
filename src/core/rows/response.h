// response.h: what belongs to each row besides x: y, its weight and its offset. Views; the caller keeps the memory.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/watch.h"

namespace sgdlasso {

// Of some rows, weights as they were given.
struct Observations {
  std::size_t n = 0;
  const double* y = nullptr;
  const double* weight = nullptr;  // nullptr: all 1
  const double* offset = nullptr;  // nullptr: none

  double weight_of(std::size_t i) const { return weight ? weight[i] : 1.0; }
  double offset_of(std::size_t i) const { return offset ? offset[i] : 0.0; }
};

// Of all rows of a problem: weights are relative to their mean, so they sum to n.
struct Response : Observations {
  Response() = default;
  explicit Response(const Observations& rows, Watch* watch = nullptr) : Observations(rows), watch(watch) {}

  Watch* watch = nullptr;  // ticked on long ways

  // sum_i w_i term(i) with weights that sum to 1. Unit weights never multiply anything.
  template <class Term>
  double mean(Term term) const {
    double sum = 0;
    const std::size_t run = 1 << 16;
    for (std::size_t first = 0; first < n; first += run) {
      const std::size_t last = std::min(first + run, n);
      if (weight) {
        for (std::size_t i = first; i < last; ++i) sum += weight[i] * term(i);
      } else {
        for (std::size_t i = first; i < last; ++i) sum += term(i);
      }
      if (watch) watch->tick(0);
    }
    return sum / static_cast<double>(n);
  }
};

}  // namespace sgdlasso
