// moments.h: sufficient statistics of squared loss: total weight, means and centred cross-products of the columns and
// the response. They add: of two parts of the rows, of new rows, of all rows but a fold.
//
// Merging uses the pairwise update of Chan, Golub and LeVeque (1979), which does not cancel.
#pragma once

#include <cstddef>
#include <vector>

#include "base/parallel.h"
#include "rows/response.h"
#include "rows/rows.h"

namespace sgdlasso {

struct Moments {
  explicit Moments(std::size_t p) : size(p + 1), mean(size, 0.0), cross(size * size, 0.0) {}

  void merge(const Moments& later);
  // The same sums, kept by the other: these stay what they were, for a caller who may yet be interrupted.
  void merge_into(Moments& later) const;
  // Centred cross-product of columns i <= j; p stands for the response less its offset.
  double at(std::size_t i, std::size_t j) const { return cross[i * size + j]; }

  std::size_t size;  // columns and the response
  double weight = 0;
  std::vector<double> mean;
  std::vector<double> cross;  // row-major, upper triangle only
};

// Of no rows. The memory of many takes longer to make than an interrupt may wait.
std::vector<Moments> empty_moments(std::size_t p, std::size_t count, Watch& watch);

// One pass over dense columns.
Moments dense_moments(const double* x, std::size_t p, const Observations& response, const Work& work);

// One pass too, for the rows of each fold: row i is in fold[i], from 0.
using FoldOfRow = std::vector<int>;
std::vector<Moments> fold_moments(const double* x, std::size_t p, const Observations& response, const FoldOfRow& fold,
                                  std::size_t folds, const Work& work);
Moments total(const std::vector<Moments>& folds, Watch& watch);
// For each fold the moments of all others.
std::vector<Moments> leave_each_out(const std::vector<Moments>& folds, Watch& watch);

// A model's nonzero coefficients, of these columns in rising order.
struct SparseModel {
  double intercept;
  std::vector<std::size_t> index;
  std::vector<double> value;
};
// Its (weighted) mean squared error on the rows of the moments; NaN where rounding would take more than ten digits of
// it.
double mean_squared_error(const Moments& moments, const SparseModel& model);

ColumnMoments column_moments(const Moments& moments);

// Mean product of columns i <= j around their means or, without an intercept, around 0.
double mean_product(const Moments& moments, bool intercept, std::size_t i, std::size_t j);

}  // namespace sgdlasso
