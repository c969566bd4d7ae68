// rows.h: where the numbers of x come from.
//
// A source answers a few whole-matrix questions (moments, products, the Gram matrix of some columns) and opens a reader
// that hands out blocks of rows in any order. To add a source: derive from Rows, and from RowReader for its rows, in
// one rows_*.cpp. Solvers, losses and the certificate need no change. Sizes: x has n rows and p columns.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "base/panel.h"
#include "base/parallel.h"
#include "base/row_parts.h"
#include "base/square.h"
#include "base/watch.h"
#include "rows/response.h"

namespace sgdlasso {

// Weighted moments of each column. A column counts as constant where its deviation is rounding of its own size, and
// where its squares overflow or vanish: it then takes no part.
struct ColumnMoment {
  double mean, variance, square, frequency;
  // With variance 0, and overflown squares as 0, where the column counts as constant.
  ColumnMoment checked() const;
};

struct ColumnMoments {
  std::vector<double> mean;
  std::vector<double> variance;   // around the mean, weights sum to 1; 0 for a constant column
  std::vector<double> square;     // mean of x^2
  std::vector<double> frequency;  // share of rows (by weight) that are not 0; 1 for dense columns

  // As checked() leaves it.
  void add(const ColumnMoment& column);
  ColumnMoment at(std::size_t j) const { return {mean[j], variance[j], square[j], frequency[j]}; }
};

// Working columns are (x - centre) * scale. The centre of a sparse column is 0, so that zeros stay zeros.
struct Scaling {
  std::vector<double> centre;
  std::vector<double> scale;

  static Scaling as_given(std::size_t p) { return {std::vector<double>(p, 0.0), std::vector<double>(p, 1.0)}; }
};

// One row of working columns with what belongs to it. Dense: value[0..size), size = p. Sparse: value[k] stands in
// column index[k], k < size.
struct Row {
  const double* value;
  const int* index;  // nullptr where dense
  std::size_t size;
  double norm2;  // sum of squares of the values
  double y;
  double weight;  // relative to the mean weight
  double offset;
};
// Asks memory for a row. Always inlined: a compiler may find that a function of prefetches alone does nothing.
// Locality: 3 the first cache, 2 the second.
template <int locality>
inline __attribute__((always_inline)) void fetch(const Row& row) {
  const std::size_t line = 64, most = 64;  // bytes; lines after which the machine's own look-ahead has started
  const char* value = reinterpret_cast<const char*>(row.value);
  const char* index = reinterpret_cast<const char*>(row.index);
  for (std::size_t k = 0; k < row.size * sizeof(double) && k < most * line; k += line) {
    __builtin_prefetch(value + k, 0, locality);
  }
  for (std::size_t k = 0; index && k < row.size * sizeof(int) && k < most * line; k += line) {
    __builtin_prefetch(index + k, 0, locality);
  }
}

// Some rows. Where the source has no rows to point at, the block owns their numbers.
struct RowBlock {
  std::vector<Row> rows;
  std::vector<double> numbers;
};

// Visits the rows of a block in turn while memory fetches, row by row, the block that comes next.
template <class Visit>
void for_each_row(const RowBlock& block, const RowBlock& next, Visit visit) {
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    if (i < next.rows.size()) fetch<2>(next.rows[i]);
    visit(block.rows[i]);
  }
}

class RowReader {
 public:
  virtual ~RowReader() = default;
  // The rows at these positions of the reader's order.
  virtual void read(const std::size_t* positions, std::size_t count, RowBlock& block) const = 0;
};

struct ReadPlan {
  Observations response;
  Scaling scaling;
  std::vector<std::size_t> order;  // position -> row; empty: as they are
  bool copy = true;                // dense x: keep a row-major copy, in that order
};

// Some working columns (x - centre) * scale. Unlike in a reader, sparse columns may have a centre: it is never
// subtracted from the zeros one by one.
struct Selection {
  const Scaling& scaling;
  const std::vector<std::size_t>& columns;
};

// The entries of one column, as they are in x.
struct ColumnView {
  const double* value;
  const int* index;  // rows; nullptr where dense: all
  std::size_t count;
};

// Lanes of neighbouring rows: element i of lane k is data[k * lane_stride + i * row_stride].
struct LaneBlock {
  std::size_t part;  // blocks of one part come in turn; parts may come side by side
  std::size_t first, rows;
  double* data;
  std::size_t lane_stride, row_stride;
};
using Turn = std::function<void(const LaneBlock&)>;

// Of p columns, one after another or side by side.
ColumnMoments moments_of_columns(std::size_t p, const Work& work,
                                 const std::function<ColumnMoment(std::size_t)>& moment);

class Rows {
 public:
  virtual ~Rows() = default;
  virtual std::size_t n() const = 0;
  virtual std::size_t p() const = 0;
  virtual bool sparse() const = 0;
  // All of x, column by column; nullptr where it is sparse or part of a larger matrix.
  virtual const double* dense_values() const { return nullptr; }
  virtual ColumnMoments moments(const Response& response, const Work& work) const = 0;
  // eta += X b, column after column, so each eta_i is a sum in column order.
  virtual void add_product(const std::vector<double>& b, std::vector<double>& eta, Watch& watch) const = 0;

  // Products with the working columns z of a selection, several vectors at once.
  virtual PanelLayout layout() const = 0;
  // out[c * lanes + k] = z_c' r_k
  virtual void cross_products(const Selection& z, const Panel& r, double* out, const Work& work) const = 0;
  // eta_k += sum_c z_c b[c * lanes + k]
  virtual void add_products(const Selection& z, const double* b, Panel& eta, const Work& work) const = 0;
  // Both at one look at x, where the source can: each block of lanes is Z b, which turn() replaces by r; out = Z' r.
  virtual void turn_products(const Selection& z, const double* b, std::size_t lanes, const Turn& turn, double* out,
                             const Work& work) const;
  // gram(i, j) = sum_r weight_r z_ri z_rj, for j (or i) of `first` and after; what stands before stays. weight: nullptr
  // for ones.
  virtual void gram(const Selection& z, std::size_t first, const double* weight, Square& gram,
                    const Work& work) const = 0;

  virtual ColumnView column(std::size_t j) const = 0;

  virtual std::unique_ptr<RowReader> reader(ReadPlan plan, Watch& watch) const = 0;

 private:
  mutable std::unique_ptr<Panel> turned_;  // what turn_products() works in, for the next time
};

// Column-major x, as R keeps it. The pointers must outlive the source.
std::unique_ptr<Rows> dense_rows(const double* x, std::size_t n, std::size_t p);
// Some rows of a larger matrix: stride is from one column to the next.
std::unique_ptr<Rows> dense_rows(const double* x, std::size_t n, std::size_t p, std::size_t stride);

// Compressed sparse columns, as in a dgCMatrix: column j has rows index[start[j]..start[j + 1]).
struct SparseColumns {
  const double* value;
  const int* index;
  const int* start;
  std::size_t n;
  std::size_t p;
};
std::unique_ptr<Rows> sparse_rows(const SparseColumns& x);

// Row -> its position in a plan's order.
std::vector<std::size_t> positions_of(const std::vector<std::size_t>& order, std::size_t n);

// Mean squares below this have lost digits, or all of them.
constexpr double least_square = 1e-280;

// Whether a deviation is no more than the rounding of values of this size.
bool is_rounding(double deviation, double size);

}  // namespace sgdlasso
