// moments.h: sufficient statistics of squared loss: total weight, means and centred cross-products of the columns and the
// response. They add: of two parts of the rows, of new rows, of all rows but a fold.
//
// Merging uses the pairwise update of Chan, Golub and LeVeque (1979), which does not cancel.
#pragma once

#include <cstddef>
#include <vector>

#include "parallel.h"
#include "response.h"
#include "rows.h"

namespace sgdlasso {

struct Moments {
  explicit Moments(std::size_t p) : size(p + 1), mean(size, 0.0), cross(size * size, 0.0) {}

  void merge(const Moments& other);
  // Centred cross-product of columns i <= j; p stands for the response less its offset.
  double at(std::size_t i, std::size_t j) const { return cross[i * size + j]; }

  std::size_t size;  // columns and the response
  double weight = 0;
  std::vector<double> mean;
  std::vector<double> cross;  // row-major, upper triangle only
};

// One pass over dense columns. The rows are taken in parts whose number does not depend on the threads.
Moments dense_moments(const double* x, std::size_t p, const Response& response, const Work& work);

ColumnMoments column_moments(const Moments& moments);

// Mean product of columns i <= j around their means or, without an intercept, around 0.
double mean_product(const Moments& moments, bool intercept, std::size_t i, std::size_t j);

}  // namespace sgdlasso
