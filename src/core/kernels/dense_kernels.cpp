#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "kernels/dense_kernels.h"

namespace sgdlasso {
namespace {

template <std::size_t W>
SGDLASSO_INLINE double dual_dot_of(const double* x, const double* z, const double* theta, Shrinkage by, std::size_t p) {
  using V = Lanes<W>;
  V sum = V::zero();
  const V l1 = V::all(by.l1);
  std::size_t j = 0;
  for (; j + kLanes <= p; j += kLanes) {
    sum = sum + V::load(x + j) * soft_threshold(V::load(z + j), l1 * V::load(theta + j));
  }
  double rest = 0;
  for (; j < p; ++j) rest += x[j] * soft_threshold(z[j], by.l1 * theta[j]);
  return sum.sum() + rest;
}

template <std::size_t W>
SGDLASSO_INLINE double dual_dot_ridge_of(const double* x, const double* z, const double* theta, const double* rho,
                                         Shrinkage by, std::size_t p) {
  using V = Lanes<W>;
  V sum = V::zero();
  const V l1 = V::all(by.l1), l2 = V::all(by.l2), one = V::all(1);
  std::size_t j = 0;
  for (; j + kLanes <= p; j += kLanes) {
    const V shrunk = soft_threshold(V::load(z + j), l1 * V::load(theta + j));
    sum = sum + V::load(x + j) * (shrunk / (one + l2 * V::load(rho + j)));
  }
  double rest = 0;
  for (; j < p; ++j) rest += x[j] * (soft_threshold(z[j], by.l1 * theta[j]) / (1 + by.l2 * rho[j]));
  return sum.sum() + rest;
}

template <std::size_t W>
SGDLASSO_INLINE double dual_dot(const double* x, const double* z, const double* theta, const double* rho, Shrinkage by,
                                std::size_t p) {
  return by.l2 == 0 ? dual_dot_of<W>(x, z, theta, by, p) : dual_dot_ridge_of<W>(x, z, theta, rho, by, p);
}

template <std::size_t W>
SGDLASSO_INLINE void dual_add(const double* x, double step, double weight, double* z, double* carry, std::size_t p) {
  using V = Lanes<W>;
  const V steps = V::all(step), weights = V::all(weight);
  std::size_t j = 0;
  for (; j + kLanes <= p; j += kLanes) {
    const V move = steps * V::load(x + j);
    (V::load(z + j) + move).store(z + j);
    (V::load(carry + j) + weights * move).store(carry + j);
  }
  for (; j < p; ++j) {
    const double move = step * x[j];
    z[j] += move;
    carry[j] += weight * move;
  }
}

template <std::size_t W>
SGDLASSO_INLINE double dot(const double* x, const double* b, std::size_t p) {
  using V = Lanes<W>;
  V sum = V::zero();
  std::size_t j = 0;
  for (; j + kLanes <= p; j += kLanes) sum = sum + V::load(x + j) * V::load(b + j);
  double rest = 0;
  for (; j < p; ++j) rest += x[j] * b[j];
  return sum.sum() + rest;
}

template <std::size_t W>
SGDLASSO_INLINE void primal_add(const double* x, double step, const double* theta, double l1, double* b,
                                std::size_t p) {
  using V = Lanes<W>;
  const V steps = V::all(step), l1s = V::all(l1);
  std::size_t j = 0;
  for (; j + kLanes <= p; j += kLanes) {
    soft_threshold(V::load(b + j) + steps * V::load(x + j), l1s * V::load(theta + j)).store(b + j);
  }
  for (; j < p; ++j) b[j] = soft_threshold(b[j] + step * x[j], l1 * theta[j]);
}

template <std::size_t W>
SGDLASSO_INLINE void accumulate(const double* b, double weight, double* total, std::size_t p) {
  using V = Lanes<W>;
  const V weights = V::all(weight);
  std::size_t j = 0;
  for (; j + kLanes <= p; j += kLanes) (V::load(total + j) + weights * V::load(b + j)).store(total + j);
  for (; j < p; ++j) total[j] += weight * b[j];
}

template <std::size_t W>
SGDLASSO_INLINE void shifted_sums(const double* x, double shift, std::size_t p, double* sum, double* square) {
  using V = Lanes<W>;
  V sums = V::zero(), squares = V::zero();
  const V shifts = V::all(shift);
  std::size_t j = 0;
  for (; j + kLanes <= p; j += kLanes) {
    const V d = V::load(x + j) - shifts;
    sums = sums + d;
    squares = squares + d * d;
  }
  double rest = 0, rest_square = 0;
  for (; j < p; ++j) {
    const double d = x[j] - shift;
    rest += d;
    rest_square += d * d;
  }
  *sum = sums.sum() + rest;
  *square = squares.sum() + rest_square;
}

template <std::size_t W>
SGDLASSO_INLINE void moments_add(const double* x, double share, double weight, double off, double* mean, double* square,
                                 double* cross, std::size_t p) {
  using V = Lanes<W>;
  const V shares = V::all(share), weights = V::all(weight), offs = V::all(off);
  std::size_t j = 0;
  for (; j + kLanes <= p; j += kLanes) {
    const V value = V::load(x + j), before = V::load(mean + j), d = value - before, after = before + shares * d;
    after.store(mean + j);
    (V::load(square + j) + weights * d * (value - after)).store(square + j);
    (V::load(cross + j) + offs * d).store(cross + j);
  }
  for (; j < p; ++j) {
    const double d = x[j] - mean[j];
    mean[j] += share * d;
    square[j] += weight * d * (x[j] - mean[j]);
    cross[j] += off * d;
  }
}

template <std::size_t W>
SGDLASSO_INLINE void scaled(const double* x, const double* centre, const double* scale, double* to, std::size_t p) {
  using V = Lanes<W>;
  std::size_t j = 0;
  for (; j + kLanes <= p; j += kLanes) ((V::load(x + j) - V::load(centre + j)) * V::load(scale + j)).store(to + j);
  for (; j < p; ++j) to[j] = (x[j] - centre[j]) * scale[j];
}

// One version of all kernels: NAME, compiled with ATTRIBUTE for registers of W numbers.
#define SGDLASSO_KERNELS(NAME, ATTRIBUTE, W)                                                                      \
  struct NAME {                                                                                                   \
    ATTRIBUTE static double dual_dot_(const double* x, const double* z, const double* t, const double* r,         \
                                      Shrinkage by, std::size_t p) {                                              \
      return dual_dot<W>(x, z, t, r, by, p);                                                                      \
    }                                                                                                             \
    ATTRIBUTE static void dual_add_(const double* x, double s, double w, double* z, double* c, std::size_t p) {   \
      dual_add<W>(x, s, w, z, c, p);                                                                              \
    }                                                                                                             \
    ATTRIBUTE static double dot_(const double* x, const double* b, std::size_t p) { return dot<W>(x, b, p); }     \
    ATTRIBUTE static void primal_add_(const double* x, double s, const double* t, double l1, double* b,           \
                                      std::size_t p) {                                                            \
      primal_add<W>(x, s, t, l1, b, p);                                                                           \
    }                                                                                                             \
    ATTRIBUTE static void accumulate_(const double* b, double w, double* total, std::size_t p) {                  \
      accumulate<W>(b, w, total, p);                                                                              \
    }                                                                                                             \
    ATTRIBUTE static void shifted_sums_(const double* x, double shift, std::size_t p, double* s, double* q) {     \
      shifted_sums<W>(x, shift, p, s, q);                                                                         \
    }                                                                                                             \
    ATTRIBUTE static void moments_add_(const double* x, double share, double w, double off, double* m, double* s, \
                                       double* c, std::size_t p) {                                                \
      moments_add<W>(x, share, w, off, m, s, c, p);                                                               \
    }                                                                                                             \
    ATTRIBUTE static void scaled_(const double* x, const double* c, const double* s, double* to, std::size_t p) { \
      scaled<W>(x, c, s, to, p);                                                                                  \
    }                                                                                                             \
    static constexpr DenseKernels kernels = {dual_dot_,   dual_add_,     dot_,         primal_add_,               \
                                             accumulate_, shifted_sums_, moments_add_, scaled_};                  \
  };

SGDLASSO_KERNELS(Portable, , 2)

#if SGDLASSO_WIDE_REGISTERS
SGDLASSO_KERNELS(Avx2, __attribute__((target("avx2"))), 4)
#endif

const DenseKernels& best_kernels() {
#if SGDLASSO_WIDE_REGISTERS
  if (__builtin_cpu_supports("avx2")) return Avx2::kernels;
#endif
  return Portable::kernels;
}

}  // namespace

const DenseKernels& dense_kernels() {
  static const DenseKernels& kernels = best_kernels();
  return kernels;
}

const DenseKernels& portable_kernels() {
  return Portable::kernels;
}

}  // namespace sgdlasso
