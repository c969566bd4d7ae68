// sparse_columns.h: compressed sparse columns and their products with many vectors at once.
//
// Centring is implicit: zeros are never touched. A column without zeros is shifted by its centre entry by entry, as a
// dense one is; else its deviation is at least its mean / sqrt(n), and subtracting the centre's share at the end loses
// nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "kernels/panel_kernels.h"
#include "rows/block_starts.h"
#include "rows/rows.h"

namespace sgdlasso {

class SparseProducts {
 public:
  explicit SparseProducts(const SparseColumns& x);
  ~SparseProducts();

  // As declared in rows.h.
  double shift(const Scaling& scaling, std::size_t j) const { return count(j) == x_.n ? scaling.centre[j] : 0; }
  void cross_products(const Selection& z, const Panel& r, double* out, const Work& work) const;
  void add_products(const Selection& z, const double* b, Panel& eta, const Work& work) const;
  void gram(const Selection& z, std::size_t first, const double* weight, Square& gram, const Work& work) const;

 private:
  // By position in a selection.
  struct Split {
    std::vector<std::size_t> frequent, rare;
  };
  Split split(const std::vector<std::size_t>& columns) const;
  IndexedEntries entries(std::size_t first, std::size_t last, std::size_t known, double shift) const;
  std::size_t begin(std::size_t j) const { return static_cast<std::size_t>(x_.start[j]); }
  std::size_t count(std::size_t j) const { return static_cast<std::size_t>(x_.start[j + 1] - x_.start[j]); }

  class RowLists;
  SparseColumns x_;
  BlockStarts blocks_;
  mutable std::unique_ptr<RowLists> lists_;
};

}  // namespace sgdlasso
