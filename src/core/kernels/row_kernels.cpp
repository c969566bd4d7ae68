#include "kernels/row_kernels.h"

#include <cstdint>

#include "base/vector_memory.h"

namespace sgdlasso {
namespace {

template <std::size_t W>
using Register = typename Vector<W>::Register;
template <std::size_t W>
struct Bits {
  typedef std::uint64_t Register __attribute__((vector_size(W * sizeof(std::uint64_t))));
};

template <std::size_t W>
SGDLASSO_INLINE void bound(Register<W>& x, double low, double high) {  // NaN stays
  const Register<W> from = low - Register<W>{}, to = high - Register<W>{};
  x = x < from ? from : x;
  x = x > to ? to : x;
}

// Numbers plus this have their nearest integer in the last bits.
constexpr double kRounds = 0x1.8p52;

// 2^k, where k + kRounds is given
template <std::size_t W>
SGDLASSO_INLINE void power_of_2(Register<W>& k) {
  using Integer = typename Bits<W>::Register;
  const Integer bits = reinterpret_cast<Integer>(k);
  k = reinterpret_cast<Register<W>>((bits + 1023) << 52);
}

// x = k log 2 + r (Cody, Waite 1980), and the Taylor series of exp(r) for |r| < .35 to its last bit, in Estrin's order.
// 2^k is multiplied in two parts, so that results overflow and underflow as they should.
struct Exp {
  template <std::size_t W>
  static SGDLASSO_INLINE void of(Register<W>& x) {
    bound<W>(x, -750, 710);
    const Register<W> rounded = x * 0x1.71547652b82fep0 + kRounds, k = rounded - kRounds;
    const Register<W> r = (x - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33;
    const Register<W> r2 = r * r, r4 = r2 * r2;
    const Register<W> a = (1.0 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
    const Register<W> b = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    const Register<W> c = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
    const Register<W> d = 1.0 / 479001600 + r * (1.0 / 6227020800);
    Register<W> half = k * 0.5 + kRounds, other = (k - (half - kRounds)) + kRounds;
    power_of_2<W>(half);
    power_of_2<W>(other);
    x = (a + r4 * (b + r4 * (c + r4 * d))) * half * other;
  }
};

struct Logistic {
  template <std::size_t W>
  static SGDLASSO_INLINE void of(Register<W>& x) {
    x = -x;
    Exp::of<W>(x);
    x = 1.0 / (1.0 + x);
  }
};

// max(x, 0) + log(1 + e) with e = exp(-|x|) <= 1. The logarithm, of half of 1 + e where that is more than the root of
// 2, is 2 artanh(s) = 2 (s + s^3 / 3 + ...) with s = (t - 1) / (t + 1) below .172.
struct Softplus {
  template <std::size_t W>
  static SGDLASSO_INLINE void of(Register<W>& x) {
    const Register<W> zero = {}, positive = x < zero ? zero : x;
    Register<W> e = x < zero ? x : -x;
    Exp::of<W>(e);
    const auto is_large = e > 0.41421356237309503 - zero;
    const Register<W> s = (is_large ? e - 1.0 : e) / (is_large ? e + 3.0 : e + 2.0);
    const Register<W> z = s * s, z2 = z * z, z4 = z2 * z2;
    const Register<W> a = (1.0 / 3 + z * (1.0 / 5)) + z2 * (1.0 / 7 + z * (1.0 / 9));
    const Register<W> b = (1.0 / 11 + z * (1.0 / 13)) + z2 * (1.0 / 15 + z * (1.0 / 17));
    const Register<W> c = 1.0 / 19 + z * (1.0 / 21);
    const Register<W> series = 2.0 * (s + s * z * (a + z4 * (b + z4 * c)));
    x = positive + (series + (is_large ? 0x1.62e42fefa39efp-1 - zero : zero));
  }
};

// Those that fill no register go through one of their own.
template <std::size_t W, class Function>
SGDLASSO_INLINE void each(double* x, std::size_t count) {
  std::size_t i = 0;
  for (; i + W <= count; i += W) {
    Register<W> v = Vector<W>::at(x + i).value;
    Function::template of<W>(v);
    Vector<W>::at(x + i).value = v;
  }
  if (i == count) return;
  Register<W> v = {};
  for (std::size_t k = i; k < count; ++k) v[k - i] = x[k];
  Function::template of<W>(v);
  for (std::size_t k = i; k < count; ++k) x[k] = v[k - i];
}

template <std::size_t W>
SGDLASSO_INLINE void residuals(const double* y, const double* weight, double share, std::size_t count, double* r,
                               double* positive, double* negative) {
  const Register<W> zero = {}, by = share - zero;
  Register<W> above = {}, below = {};
  std::size_t i = 0;
  for (; i + W <= count; i += W) {
    Register<W> v = by * (Vector<W>::at(y + i).value - Vector<W>::at(r + i).value);
    if (weight) v *= Vector<W>::at(weight + i).value;
    Vector<W>::at(r + i).value = v;
    above += v > zero ? v : zero;
    below += v > zero ? zero : v;
  }
  for (std::size_t k = 0; k < W; ++k) *positive += above[k], *negative += below[k];
  for (; i < count; ++i) {
    r[i] = share * (weight ? weight[i] : 1) * (y[i] - r[i]);
    *(r[i] > 0 ? positive : negative) += r[i];
  }
}

constexpr double kSmall = 0.01;

// delta becomes its summand. large: 1 where the series was not right for some, as for NaN.
template <std::size_t W>
SGDLASSO_INLINE void entropy(Register<W>& delta, const Register<W>& from, Register<W>& large) {
  const Register<W> zero = {}, one = 1 - zero, a = delta / from, size = a < zero ? -a : a;
  large = size <= kSmall - zero ? large : one;
  delta *= a * (1.0 / 2 - a * (1.0 / 6 - a * (1.0 / 12 - a * (1.0 / 20 - a * (1.0 / 30 - a * (1.0 / 42 - a / 56))))));
}

template <std::size_t W>
SGDLASSO_INLINE bool entropies(const double* delta, const double* from, std::size_t count, double* sum) {
  Register<W> large = {};
  std::size_t i = 0;
  for (; i + W <= count; i += W) {
    Register<W> d = Vector<W>::at(delta + i).value;
    const Register<W> of = Vector<W>::at(from + i).value;
    entropy<W>(d, of, large);
    Vector<W>::at(sum + i).value = Vector<W>::at(sum + i).value + d;
  }
  if (i < count) {
    Register<W> d = {}, of = 1 - d;  // by what no number is divided
    for (std::size_t k = i; k < count; ++k) d[k - i] = delta[k], of[k - i] = from[k];
    entropy<W>(d, of, large);
    for (std::size_t k = i; k < count; ++k) sum[k] += d[k - i];
  }
  bool right = true;
  for (std::size_t k = 0; k < W; ++k) right = right && large[k] == 0;
  return right;
}

template <std::size_t W>
SGDLASSO_INLINE void add(const double* x, double constant, std::size_t count, double* y) {
  std::size_t i = 0;
  for (; i + W <= count; i += W)
    Vector<W>::at(y + i).value = Vector<W>::at(y + i).value + (Vector<W>::at(x + i).value + constant);
  for (; i < count; ++i) y[i] += x[i] + constant;
}

// Lanes in registers, then those that fill none.
template <std::size_t W>
SGDLASSO_INLINE void add_rows(double* x, const double* constant, std::size_t rows, std::size_t lanes, double* y) {
  std::size_t k = 0;
  for (; k + W <= lanes; k += W) {
    const Register<W> by = Vector<W>::at(constant + k).value;
    for (std::size_t at = k; at < rows * lanes; at += lanes) {
      const Register<W> sum = Vector<W>::at(y + at).value + (Vector<W>::at(x + at).value + by);
      Vector<W>::at(x + at).value = Vector<W>::at(y + at).value = sum;
    }
  }
  for (; k < lanes; ++k) {
    for (std::size_t at = k; at < rows * lanes; at += lanes) x[at] = y[at] += x[at] + constant[k];
  }
}

template <std::size_t W>
SGDLASSO_INLINE void residual_rows(const double* y, const double* weight, double share, std::size_t rows,
                                   std::size_t lanes, double* r, double* positive, double* negative) {
  std::size_t k = 0;
  for (; k + W <= lanes; k += W) {
    const Register<W> zero = {};
    Register<W> above = {}, below = {};
    for (std::size_t i = 0; i < rows; ++i) {
      double* at = r + i * lanes + k;
      const double by = weight ? share * weight[i] : share;
      const Register<W> v = by * (y[i] - Vector<W>::at(at).value);
      Vector<W>::at(at).value = v;
      above += v > zero ? v : zero;
      below += v > zero ? zero : v;
    }
    for (std::size_t l = 0; l < W; ++l) positive[k + l] += above[l], negative[k + l] += below[l];
  }
  for (; k < lanes; ++k) {
    for (std::size_t i = 0; i < rows; ++i) {
      double& one = r[i * lanes + k];
      one = (weight ? share * weight[i] : share) * (y[i] - one);
      (one > 0 ? positive : negative)[k] += one;
    }
  }
}

// One version of all kernels: NAME, compiled with ATTRIBUTE for registers of W numbers.
#define SGDLASSO_ROW_KERNELS(NAME, ATTRIBUTE, W)                                                                    \
  struct NAME {                                                                                                     \
    ATTRIBUTE static void exp_(double* x, std::size_t count) { each<W, Exp>(x, count); }                            \
    ATTRIBUTE static void logistic_(double* x, std::size_t count) { each<W, Logistic>(x, count); }                  \
    ATTRIBUTE static void softplus_(double* x, std::size_t count) { each<W, Softplus>(x, count); }                  \
    ATTRIBUTE static void residuals_(const double* y, const double* weight, double share, std::size_t n, double* r, \
                                     double* positive, double* negative) {                                          \
      residuals<W>(y, weight, share, n, r, positive, negative);                                                     \
    }                                                                                                               \
    ATTRIBUTE static bool entropies_(const double* delta, const double* from, std::size_t count, double* sum) {     \
      return entropies<W>(delta, from, count, sum);                                                                 \
    }                                                                                                               \
    ATTRIBUTE static void add_(const double* x, double constant, std::size_t count, double* y) {                    \
      add<W>(x, constant, count, y);                                                                                \
    }                                                                                                               \
    ATTRIBUTE static void add_rows_(double* x, const double* constant, std::size_t rows, std::size_t lanes,         \
                                    double* y) {                                                                    \
      add_rows<W>(x, constant, rows, lanes, y);                                                                     \
    }                                                                                                               \
    ATTRIBUTE static void residual_rows_(const double* y, const double* weight, double share, std::size_t rows,     \
                                         std::size_t lanes, double* r, double* positive, double* negative) {        \
      residual_rows<W>(y, weight, share, rows, lanes, r, positive, negative);                                       \
    }                                                                                                               \
    static constexpr RowKernels kernels = {exp_,       logistic_, softplus_, residuals_,                            \
                                           entropies_, add_,      add_rows_, residual_rows_};                       \
  };

SGDLASSO_ROW_KERNELS(Portable, , 2)

#if SGDLASSO_WIDE_REGISTERS
SGDLASSO_ROW_KERNELS(Avx2, __attribute__((target("avx2,fma"))), 4)
#endif

const RowKernels& best_kernels() {
#if SGDLASSO_WIDE_REGISTERS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Avx2::kernels;
#endif
  return Portable::kernels;
}

}  // namespace

const RowKernels& row_kernels() {
  static const RowKernels& kernels = best_kernels();
  return kernels;
}

const RowKernels& portable_row_kernels() {
  return Portable::kernels;
}

}  // namespace sgdlasso
