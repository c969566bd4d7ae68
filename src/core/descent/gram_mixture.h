// gram_mixture.h: a Gram matrix that may be a mixture of two, which is never made as a whole.
#pragma once

#include <cstddef>

#include "base/square.h"
#include "kernels/panel_kernels.h"

namespace sgdlasso {

class GramMixture {
 public:
  GramMixture(const Square& gram) : now_(gram), before_(gram), newer_(1) {}  // NOLINT: a matrix is one
  // `newer` is the share of the first.
  GramMixture(const Square& now, const Square& before, double newer) : now_(now), before_(before), newer_(newer) {}

  double at(std::size_t i, std::size_t j) const {
    return newer_ == 1 ? now_.at(i, j) : newer_ * now_.at(i, j) + (1 - newer_) * before_.at(i, j);
  }
  // y += a times the first `size` numbers of column j
  void add_column(double a, std::size_t j, std::size_t size, double* y) const {
    panel_kernels().axpy(a * newer_, now_.column(j), size, y);
    if (newer_ != 1) panel_kernels().axpy(a * (1 - newer_), before_.column(j), size, y);
  }

 private:
  const Square &now_, &before_;
  double newer_;
};

}  // namespace sgdlasso
