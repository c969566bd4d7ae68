// panel.h: n rows of several vectors at once, one vector a lambda ("lane"). One read of x then serves all of them.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/large_buffer.h"

namespace sgdlasso {

// Dense sources multiply fastest when each lane is contiguous, sparse ones when the lanes of a row are.
enum class PanelLayout { lanes_apart, lanes_together };

class Panel {
 public:
  Panel(std::size_t n, std::size_t lanes, PanelLayout layout)
      : n_(n),
        lanes_(lanes),
        layout_(layout),
        padded_((n + kPad - 1) / kPad * kPad),
        values_(padded_ * lanes) {
    fill(0);
  }
  std::size_t n() const { return n_; }
  std::size_t lanes() const { return lanes_; }
  PanelLayout layout() const { return layout_; }
  void fill(double value) { std::fill(values_.data(), values_.data() + padded_ * lanes_, value); }

  // lanes_apart: element i of a lane is lane(k)[i], followed by zeros up to a multiple of kPad rows.
  double* lane(std::size_t k) { return values_.data() + (layout_ == PanelLayout::lanes_apart ? k * padded_ : k); }
  const double* lane(std::size_t k) const { return const_cast<Panel*>(this)->lane(k); }
  // In either layout element i of a lane is lane(k)[i * stride()].
  std::size_t stride() const { return layout_ == PanelLayout::lanes_apart ? 1 : lanes_; }

  static constexpr std::size_t kPad = 8;

 private:
  std::size_t n_, lanes_;
  PanelLayout layout_;
  std::size_t padded_;
  LargeBuffer<double> values_;
};

}  // namespace sgdlasso
