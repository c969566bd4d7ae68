// dense_columns.h: a column-major matrix and its products with many vectors at once.
#pragma once

#include <cstddef>

#include "rows/rows.h"

namespace sgdlasso {

class DenseColumns {
 public:
  // stride: from one column to the next, n or more.
  DenseColumns(const double* x, std::size_t n, std::size_t p, std::size_t stride)
      : x_(x),
        n_(n),
        p_(p),
        stride_(stride) {}
  std::size_t n() const { return n_; }
  std::size_t p() const { return p_; }
  std::size_t stride() const { return stride_; }
  const double* column(std::size_t j) const { return x_ + j * stride_; }

  // As declared in rows.h.
  void cross_products(const Selection& z, const Panel& r, double* out, const Work& work) const;
  void add_products(const Selection& z, const double* b, Panel& eta, const Work& work) const;
  void turn_products(const Selection& z, const double* b, std::size_t lanes, const Turn& turn, double* out,
                     const Work& work) const;
  static constexpr std::size_t kMostTurned = 256;  // columns; a strip of them stays in the second cache
  void gram(const Selection& z, std::size_t first, const double* weight, Square& gram, const Work& work) const;

 private:
  const double* x_;
  std::size_t n_, p_, stride_;
};

}  // namespace sgdlasso
