// rows.h: where the numbers of x come from.
//
// A source answers a few whole-matrix questions (moments, X b, X'r) and opens a reader that hands out blocks of rows in any
// order. To add a source: derive from Rows, and from RowReader for its rows, in one rows_*.cpp. Solvers, losses and the
// certificate need no change. Sizes: x has n rows and p columns.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "response.h"
#include "watch.h"

namespace sgdlasso {

// Weighted moments of each column. A column counts as constant where its deviation is rounding of its own size.
struct ColumnMoments {
  std::vector<double> mean;
  std::vector<double> variance;   // around the mean, weights sum to 1; 0 for a constant column
  std::vector<double> square;     // mean of x^2
  std::vector<double> frequency;  // share of rows (by weight) that are not 0; 1 for dense columns
};

// Working columns are (x - centre) * scale. The centre of a sparse column is 0, so that zeros stay zeros.
struct Scaling {
  std::vector<double> centre;
  std::vector<double> scale;
};

// Some rows of working columns. Dense: value[i][0..p). Sparse: value[i][k] stands in column index[i][k], k < size[i].
struct RowBlock {
  std::vector<std::size_t> id;  // the row's number in the source
  std::vector<const double*> value;
  std::vector<const int*> index;  // sparse rows only
  std::vector<std::size_t> size;
  std::vector<double> norm2;  // sum of squares of the row's values

  std::size_t count() const { return id.size(); }
  void resize(std::size_t count);
};

class RowReader {
 public:
  virtual ~RowReader() = default;
  // The rows at these positions of the reader's order; the block is valid until the next call.
  virtual const RowBlock& read(const std::size_t* positions, std::size_t count) = 0;
};

struct ReadPlan {
  Scaling scaling;
  std::vector<std::size_t> order;  // position -> row; empty: as they are
  bool copy = true;                // dense x: keep a row-major copy, in that order
};

class Rows {
 public:
  virtual ~Rows() = default;
  virtual std::size_t n() const = 0;
  virtual std::size_t p() const = 0;
  virtual bool sparse() const = 0;
  virtual ColumnMoments moments(const Response& response, Watch& watch) const = 0;
  // eta += X b, column after column, so each eta_i is a sum in column order.
  virtual void add_product(const std::vector<double>& b, std::vector<double>& eta, Watch& watch) const = 0;
  // X'r
  virtual std::vector<double> cross_product(const std::vector<double>& r, Watch& watch) const = 0;
  virtual std::unique_ptr<RowReader> reader(ReadPlan plan, Watch& watch) const = 0;
};

// Column-major x, as R keeps it. The pointers must outlive the source.
std::unique_ptr<Rows> dense_rows(const double* x, std::size_t n, std::size_t p);

// Compressed sparse columns, as in a dgCMatrix: column j has rows index[start[j]..start[j + 1]).
struct SparseColumns {
  const double* value;
  const int* index;
  const int* start;
  std::size_t n;
  std::size_t p;
};
std::unique_ptr<Rows> sparse_rows(const SparseColumns& x);

// Whether a deviation is no more than the rounding of values of this size.
bool is_rounding(double deviation, double size);

}  // namespace sgdlasso
