// lanes.h: eight numbers handled side by side, always eight, so that sums have the same bits on every instruction set.
//
// The compiler maps the eight lanes to registers of W numbers (2 on any 64-bit machine, 4 with AVX2). No lane ever uses
// a fused multiply-add, which rounds once where two operations round twice.
#pragma once

#include <cstddef>

#include "base/vector_memory.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

namespace sgdlasso {

constexpr std::size_t kLanes = 8;

template <std::size_t W>
struct Lanes {
  using Register = typename Vector<W>::Register;
  static constexpr std::size_t kRegisters = kLanes / W;
  Register part[kRegisters];

  static SGDLASSO_INLINE Lanes zero() {
    Lanes v;
    for (std::size_t k = 0; k < kRegisters; ++k) v.part[k] = Register{};
    return v;
  }
  static SGDLASSO_INLINE Lanes load(const double* from) {
    Lanes v;
    for (std::size_t k = 0; k < kRegisters; ++k) v.part[k] = Vector<W>::at(from + k * W).value;
    return v;
  }
  static SGDLASSO_INLINE Lanes all(double value) {
    Lanes v;
    for (std::size_t k = 0; k < kRegisters; ++k) v.part[k] = value - Register{};
    return v;
  }
  SGDLASSO_INLINE void store(double* to) const {
    for (std::size_t k = 0; k < kRegisters; ++k) Vector<W>::at(to + k * W).value = part[k];
  }

  // Lane by lane in a fixed order.
  SGDLASSO_INLINE double sum() const {
    double lane[kLanes];
    store(lane);
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
  }
};

template <std::size_t W>
SGDLASSO_INLINE Lanes<W> operator+(const Lanes<W>& a, const Lanes<W>& b) {
  Lanes<W> result;
  for (std::size_t k = 0; k < Lanes<W>::kRegisters; ++k) result.part[k] = a.part[k] + b.part[k];
  return result;
}
template <std::size_t W>
SGDLASSO_INLINE Lanes<W> operator-(const Lanes<W>& a, const Lanes<W>& b) {
  Lanes<W> result;
  for (std::size_t k = 0; k < Lanes<W>::kRegisters; ++k) result.part[k] = a.part[k] - b.part[k];
  return result;
}
template <std::size_t W>
SGDLASSO_INLINE Lanes<W> operator*(const Lanes<W>& a, const Lanes<W>& b) {
  Lanes<W> result;
  for (std::size_t k = 0; k < Lanes<W>::kRegisters; ++k) result.part[k] = a.part[k] * b.part[k];
  return result;
}
template <std::size_t W>
SGDLASSO_INLINE Lanes<W> operator/(const Lanes<W>& a, const Lanes<W>& b) {
  Lanes<W> result;
  for (std::size_t k = 0; k < Lanes<W>::kRegisters; ++k) result.part[k] = a.part[k] / b.part[k];
  return result;
}

// sign(z) max(|z| - t, 0), as z minus z clamped to [-t, t]
template <std::size_t W>
SGDLASSO_INLINE Lanes<W> soft_threshold(const Lanes<W>& z, const Lanes<W>& t) {
  Lanes<W> result;
  for (std::size_t k = 0; k < Lanes<W>::kRegisters; ++k) {
    const auto above = z.part[k] > -t.part[k] ? z.part[k] : -t.part[k];
    result.part[k] = z.part[k] - (above < t.part[k] ? above : t.part[k]);
  }
  return result;
}
SGDLASSO_INLINE double soft_threshold(double z, double t) {
  const double above = z > -t ? z : -t;
  return z - (above < t ? above : t);
}

}  // namespace sgdlasso
