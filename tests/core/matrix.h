// matrix.h: the same numbers as the core's dense and sparse rows.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "draw.h"
#include "rows/rows.h"

namespace plain {

// A matrix in both forms, column-major.
struct Matrix {
  Matrix(std::size_t n, std::size_t p, std::vector<double> dense) : n(n), p(p), dense(std::move(dense)) {
    start.push_back(0);
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = 0; i < n; ++i) {
        if (at(i, j) == 0) continue;
        value.push_back(at(i, j));
        index.push_back(static_cast<int>(i));
      }
      start.push_back(static_cast<int>(value.size()));
    }
  }
  double at(std::size_t i, std::size_t j) const { return dense[j * n + i]; }
  std::unique_ptr<sgdlasso::Rows> rows(bool sparse) const {
    if (!sparse) return sgdlasso::dense_rows(dense.data(), n, p);
    return sgdlasso::sparse_rows({value.data(), index.data(), start.data(), n, p});
  }

  // Rows first, first + 1, ..., last - 1.
  Matrix rows_between(std::size_t first, std::size_t last) const {
    std::vector<double> values;
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = first; i < last; ++i) values.push_back(at(i, j));
    }
    return Matrix(last - first, p, values);
  }

  std::size_t n, p;
  std::vector<double> dense, value;
  std::vector<int> index, start;
};

// Normal numbers, of which a share is not 0.
inline Matrix draw(sgdlasso::Rng& rng, std::size_t n, std::size_t p, double share, double mean = 0) {
  std::vector<double> values = plain::normals(rng, n * p, mean);
  for (double& value : values) {
    if (rng.uniform() > share) value = 0;
  }
  return Matrix(n, p, values);
}

}  // namespace plain
