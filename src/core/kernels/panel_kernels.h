// panel_kernels.h: the inner loops of products with many columns at once, chosen once at run time for this machine's
// registers.
//
// Unlike dense_kernels.h these use fused multiply-adds where the machine has them: their sums are certified afterwards,
// not promised to the bit across machines. For one machine the bits are always the same.
#pragma once

#include <cstddef>

namespace sgdlasso {

// Columns of equal length, `stride` apart.
struct ColumnBlock {
  const double* data;
  std::size_t stride;
  std::size_t count;
};

// Columns that lie anywhere, and as many that come next: memory is asked for these, which nobody reads.
struct ColumnsApart {
  const double* const* data;
  const double* const* next;
  std::size_t count;
};

// Entries of a sparse column, each less `shift`. Memory is asked in advance for rows of those that follow, also behind
// the last of them, up to `known` of them, which may be read.
struct IndexedEntries {
  const double* value;
  const int* index;
  std::size_t count, known;
  double shift;
};

struct PanelKernels {
  // out[i * ld + j] += sum_r a_i[r] b_j[r]. rows: a multiple of 8.
  void (*cross)(const ColumnBlock& a, const ColumnBlock& b, std::size_t rows, double* out, std::size_t ld);
  // The same where the columns a lie anywhere.
  void (*cross_apart)(const ColumnsApart& a, const ColumnBlock& b, std::size_t rows, double* out, std::size_t ld);
  // The same for j >= i only, of a block with itself.
  void (*self_cross)(const ColumnBlock& a, std::size_t rows, double* out, std::size_t ld);
  // to[r] = (from[r] - centre) * scale * root[r]; the sum of to[r] * root[r]. root: square roots of weights, nullptr
  // for ones.
  double (*pack)(const double* from, std::size_t rows, double centre, double scale, const double* root, double* to);
  // y_k[r] += sum over columns j of x_j[r] b[j * lanes + k]; y_k = y + k * y_stride. rows: a multiple of 8.
  void (*add)(const ColumnBlock& x, const double* b, std::size_t rows, double* y, std::size_t y_stride,
              std::size_t lanes);
  // Rows of lanes lying together: sum[k] += (value - shift) r[index * lanes + k]; lanes: a multiple of 8.
  void (*gather)(const IndexedEntries& x, const double* r, std::size_t lanes, double* sum);
  // r[index * lanes + k] += (value - shift) * b[k]
  void (*scatter)(const IndexedEntries& x, const double* b, std::size_t lanes, double* r);
  // y += a x
  void (*axpy)(double a, const double* x, std::size_t count, double* y);
};

const PanelKernels& panel_kernels();

// For tests: the kernels of the machine with the smallest registers.
const PanelKernels& portable_panel_kernels();

}  // namespace sgdlasso
