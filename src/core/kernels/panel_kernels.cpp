#include "kernels/panel_kernels.h"

#include "base/vector_memory.h"

// Loops over registers must vanish: an array of them would live in memory.
#define SGDLASSO_UNROLL _Pragma("GCC unroll 16")

namespace sgdlasso {
namespace {

constexpr std::size_t kLine = 64 / sizeof(double);
constexpr std::size_t kLaneGroup = 8;
constexpr std::size_t kAhead = 12;  // entries whose rows memory is asked for in advance
constexpr std::size_t kTileA = 3, kTileB = 4;

template <std::size_t W>
SGDLASSO_INLINE double sum_of(const typename Vector<W>::Register& v) {
  double sum = 0;
  SGDLASSO_UNROLL
  for (std::size_t k = 0; k < W; ++k) sum += v[k];
  return sum;
}

// Asks memory, for its second cache, for the line at row r of each column that comes next. Requests one by one between
// products are twice as fast as all of them before, and as requests for the first cache.
template <std::size_t A>
SGDLASSO_INLINE void fetch_line(const double* const* next, std::size_t r) {
  if (r % kLine != 0) return;
  SGDLASSO_UNROLL
  for (std::size_t i = 0; i < A; ++i) __builtin_prefetch(next[i] + r, 0, 2);
}

// Dot products of A columns with B columns, all kept in registers: 3 x 4 of them fill the sixteen of AVX2. Where Fetch
// is true, `next` are A columns to come.
template <std::size_t W, std::size_t A, std::size_t B, bool Fetch>
SGDLASSO_INLINE void tile(const double* const* a, const double* const* next, const double* b, std::size_t b_stride,
                          std::size_t rows, double* out, std::size_t ld) {
  typename Vector<W>::Register sum[A][B] = {};
  for (std::size_t r = 0; r < rows; r += W) {
    typename Vector<W>::Register left[A];
    SGDLASSO_UNROLL
    for (std::size_t i = 0; i < A; ++i) left[i] = Vector<W>::at(a[i] + r).value;
    if (Fetch) fetch_line<A>(next, r);
    SGDLASSO_UNROLL
    for (std::size_t j = 0; j < B; ++j) {
      const typename Vector<W>::Register right = Vector<W>::at(b + j * b_stride + r).value;
      SGDLASSO_UNROLL
      for (std::size_t i = 0; i < A; ++i) sum[i][j] += left[i] * right;
    }
  }
  SGDLASSO_UNROLL
  for (std::size_t i = 0; i < A; ++i) {
    SGDLASSO_UNROLL
    for (std::size_t j = 0; j < B; ++j) out[i * ld + j] += sum_of<W>(sum[i][j]);
  }
}

template <std::size_t W, std::size_t A, std::size_t B>
SGDLASSO_INLINE void tile_at(const double* const* a, const double* const* next, const ColumnBlock& b, std::size_t j,
                             std::size_t rows, double* out, std::size_t ld) {
  const double* right = b.data + j * b.stride;
  next ? tile<W, A, B, true>(a, next, right, b.stride, rows, out + j, ld)
       : tile<W, A, B, false>(a, next, right, b.stride, rows, out + j, ld);
}
template <std::size_t W, std::size_t A>
SGDLASSO_INLINE void tile_row(const double* const* a, const double* const* next, const ColumnBlock& b, std::size_t from,
                              std::size_t rows, double* out, std::size_t ld) {
  std::size_t j = from;
  for (; j + kTileB <= b.count; j += kTileB) tile_at<W, A, kTileB>(a, j == from ? next : nullptr, b, j, rows, out, ld);
  for (; j < b.count; ++j) tile_at<W, A, 1>(a, j == from ? next : nullptr, b, j, rows, out, ld);
}
template <std::size_t W, std::size_t A>
SGDLASSO_INLINE void tile_row(const ColumnBlock& a, std::size_t i, const ColumnBlock& b, std::size_t from,
                              std::size_t rows, double* out, std::size_t ld) {
  const double* columns[A];
  for (std::size_t k = 0; k < A; ++k) columns[k] = a.data + (i + k) * a.stride;
  tile_row<W, A>(columns, nullptr, b, from, rows, out + i * ld, ld);
}

template <std::size_t W>
SGDLASSO_INLINE void cross_apart(const ColumnsApart& a, const ColumnBlock& b, std::size_t rows, double* out,
                                 std::size_t ld) {
  std::size_t i = 0;
  for (; i + kTileA <= a.count; i += kTileA) tile_row<W, kTileA>(a.data + i, a.next + i, b, 0, rows, out + i * ld, ld);
  for (; i < a.count; ++i) tile_row<W, 1>(a.data + i, a.next + i, b, 0, rows, out + i * ld, ld);
}

template <std::size_t W>
SGDLASSO_INLINE void cross(const ColumnBlock& a, const ColumnBlock& b, std::size_t rows, double* out, std::size_t ld) {
  std::size_t i = 0;
  for (; i + kTileA <= a.count; i += kTileA) tile_row<W, kTileA>(a, i, b, 0, rows, out, ld);
  for (; i < a.count; ++i) tile_row<W, 1>(a, i, b, 0, rows, out, ld);
}

template <std::size_t W>
SGDLASSO_INLINE void self_cross(const ColumnBlock& a, std::size_t rows, double* out, std::size_t ld) {
  std::size_t i = 0;
  for (; i + kTileA <= a.count; i += kTileA) tile_row<W, kTileA>(a, i, a, i, rows, out, ld);
  for (; i < a.count; ++i) tile_row<W, 1>(a, i, a, i, rows, out, ld);
}

template <std::size_t W, bool weighted>
SGDLASSO_INLINE double pack_of(const double* from, std::size_t rows, double centre, double scale, const double* root,
                               double* to) {
  const auto centres = centre - typename Vector<W>::Register{}, scales = scale - typename Vector<W>::Register{};
  typename Vector<W>::Register sums = {};
  std::size_t r = 0;
  for (; r + W <= rows; r += W) {
    if (r % kLaneGroup == 0) __builtin_prefetch(from + r + rows, 0, 2);  // the strip to come
    typename Vector<W>::Register value = (Vector<W>::at(from + r).value - centres) * scales;
    if (weighted) value *= Vector<W>::at(root + r).value;
    Vector<W>::at(to + r).value = value;
    sums += weighted ? value * Vector<W>::at(root + r).value : value;
  }
  double sum = sum_of<W>(sums);
  for (; r < rows; ++r) {
    to[r] = (from[r] - centre) * scale * (weighted ? root[r] : 1);
    sum += weighted ? to[r] * root[r] : to[r];
  }
  return sum;
}
template <std::size_t W>
SGDLASSO_INLINE double pack(const double* from, std::size_t rows, double centre, double scale, const double* root,
                            double* to) {
  return root ? pack_of<W, true>(from, rows, centre, scale, root, to)
              : pack_of<W, false>(from, rows, centre, scale, root, to);
}

template <std::size_t W, std::size_t C>
SGDLASSO_INLINE void add_columns(const double* x, std::size_t stride, const double* b, std::size_t rows, double* y,
                                 std::size_t y_stride, std::size_t lanes) {
  for (std::size_t r = 0; r < rows; r += 2 * W) {
    typename Vector<W>::Register value[C][2];
    SGDLASSO_UNROLL
    for (std::size_t j = 0; j < C; ++j) {
      value[j][0] = Vector<W>::at(x + j * stride + r).value;
      value[j][1] = Vector<W>::at(x + j * stride + r + W).value;
    }
    for (std::size_t k = 0; k < lanes; ++k) {
      double* to = y + k * y_stride + r;
      typename Vector<W>::Register first = Vector<W>::at(to).value, second = Vector<W>::at(to + W).value;
      SGDLASSO_UNROLL
      for (std::size_t j = 0; j < C; ++j) {
        const auto by = b[j * lanes + k] - typename Vector<W>::Register{};
        first += value[j][0] * by;
        second += value[j][1] * by;
      }
      Vector<W>::at(to).value = first;
      Vector<W>::at(to + W).value = second;
    }
  }
}

template <std::size_t W>
SGDLASSO_INLINE void add(const ColumnBlock& x, const double* b, std::size_t rows, double* y, std::size_t y_stride,
                         std::size_t lanes) {
  const std::size_t together = 4;
  std::size_t j = 0;
  for (; j + together <= x.count; j += together) {
    add_columns<W, together>(x.data + j * x.stride, x.stride, b + j * lanes, rows, y, y_stride, lanes);
  }
  for (; j < x.count; ++j) add_columns<W, 1>(x.data + j * x.stride, x.stride, b + j * lanes, rows, y, y_stride, lanes);
}

// `Registers` lanes at a time
template <std::size_t W, std::size_t Registers>
SGDLASSO_INLINE void gather_lanes(const IndexedEntries& x, const double* r, std::size_t lanes, double* sum) {
  typename Vector<W>::Register total[Registers];
  SGDLASSO_UNROLL
  for (std::size_t v = 0; v < Registers; ++v) total[v] = Vector<W>::at(sum + v * W).value;
  for (std::size_t e = 0; e < x.count; ++e) {
    const double* row = r + static_cast<std::size_t>(x.index[e]) * lanes;
    if (e + kAhead < x.known) {
      const double* ahead = r + static_cast<std::size_t>(x.index[e + kAhead]) * lanes;
      SGDLASSO_UNROLL
      for (std::size_t v = 0; v < Registers * W; v += kLaneGroup) __builtin_prefetch(ahead + v);
    }
    const auto by = (x.value[e] - x.shift) - typename Vector<W>::Register{};
    SGDLASSO_UNROLL
    for (std::size_t v = 0; v < Registers; ++v) total[v] += by * Vector<W>::at(row + v * W).value;
  }
  SGDLASSO_UNROLL
  for (std::size_t v = 0; v < Registers; ++v) Vector<W>::at(sum + v * W).value = total[v];
}
template <std::size_t W>
SGDLASSO_INLINE void gather(const IndexedEntries& x, const double* r, std::size_t lanes, double* sum) {
  constexpr std::size_t registers = kLaneGroup / W;
  std::size_t first = 0;
  for (; first + 2 * kLaneGroup <= lanes; first += 2 * kLaneGroup) {
    gather_lanes<W, 2 * registers>(x, r + first, lanes, sum + first);
  }
  for (; first < lanes; first += kLaneGroup) gather_lanes<W, registers>(x, r + first, lanes, sum + first);
}

template <std::size_t W, std::size_t Registers>
SGDLASSO_INLINE void scatter_lanes(const IndexedEntries& x, const double* b, std::size_t lanes, double* r) {
  typename Vector<W>::Register by[Registers];
  SGDLASSO_UNROLL
  for (std::size_t v = 0; v < Registers; ++v) by[v] = Vector<W>::at(b + v * W).value;
  for (std::size_t e = 0; e < x.count; ++e) {
    double* row = r + static_cast<std::size_t>(x.index[e]) * lanes;
    if (e + kAhead < x.known) {
      double* ahead = r + static_cast<std::size_t>(x.index[e + kAhead]) * lanes;
      SGDLASSO_UNROLL
      for (std::size_t v = 0; v < Registers * W; v += kLaneGroup) __builtin_prefetch(ahead + v, 1);
    }
    const auto times = (x.value[e] - x.shift) - typename Vector<W>::Register{};
    SGDLASSO_UNROLL
    for (std::size_t v = 0; v < Registers; ++v)
      Vector<W>::at(row + v * W).value = Vector<W>::at(row + v * W).value + times * by[v];
  }
}
template <std::size_t W>
SGDLASSO_INLINE void scatter(const IndexedEntries& x, const double* b, std::size_t lanes, double* r) {
  constexpr std::size_t registers = kLaneGroup / W;
  std::size_t first = 0;
  for (; first + 2 * kLaneGroup <= lanes; first += 2 * kLaneGroup) {
    scatter_lanes<W, 2 * registers>(x, b + first, lanes, r + first);
  }
  for (; first < lanes; first += kLaneGroup) scatter_lanes<W, registers>(x, b + first, lanes, r + first);
}

template <std::size_t W>
SGDLASSO_INLINE void axpy(double a, const double* x, std::size_t count, double* y) {
  const auto by = a - typename Vector<W>::Register{};
  std::size_t r = 0;
  for (; r + W <= count; r += W)
    Vector<W>::at(y + r).value = Vector<W>::at(y + r).value + by * Vector<W>::at(x + r).value;
  for (; r < count; ++r) y[r] += a * x[r];
}

// One version of all kernels: NAME, compiled with ATTRIBUTE for registers of W numbers.
#define SGDLASSO_PANEL_KERNELS(NAME, ATTRIBUTE, W)                                                                   \
  struct NAME {                                                                                                      \
    ATTRIBUTE static void cross_(const ColumnBlock& a, const ColumnBlock& b, std::size_t n, double* out,             \
                                 std::size_t ld) {                                                                   \
      cross<W>(a, b, n, out, ld);                                                                                    \
    }                                                                                                                \
    ATTRIBUTE static void cross_apart_(const ColumnsApart& a, const ColumnBlock& b, std::size_t n, double* out,      \
                                       std::size_t ld) {                                                             \
      cross_apart<W>(a, b, n, out, ld);                                                                              \
    }                                                                                                                \
    ATTRIBUTE static void self_cross_(const ColumnBlock& a, std::size_t n, double* out, std::size_t ld) {            \
      self_cross<W>(a, n, out, ld);                                                                                  \
    }                                                                                                                \
    ATTRIBUTE static double pack_(const double* x, std::size_t n, double c, double s, const double* w, double* to) { \
      return pack<W>(x, n, c, s, w, to);                                                                             \
    }                                                                                                                \
    ATTRIBUTE static void add_(const ColumnBlock& x, const double* b, std::size_t n, double* y, std::size_t stride,  \
                               std::size_t lanes) {                                                                  \
      add<W>(x, b, n, y, stride, lanes);                                                                             \
    }                                                                                                                \
    ATTRIBUTE static void gather_(const IndexedEntries& x, const double* r, std::size_t lanes, double* sum) {        \
      gather<W>(x, r, lanes, sum);                                                                                   \
    }                                                                                                                \
    ATTRIBUTE static void scatter_(const IndexedEntries& x, const double* b, std::size_t lanes, double* r) {         \
      scatter<W>(x, b, lanes, r);                                                                                    \
    }                                                                                                                \
    ATTRIBUTE static void axpy_(double a, const double* x, std::size_t n, double* y) { axpy<W>(a, x, n, y); }        \
    static constexpr PanelKernels kernels = {                                                                        \
        cross_, cross_apart_, self_cross_, pack_, add_, gather_, scatter_, axpy_};                                   \
  };

SGDLASSO_PANEL_KERNELS(Portable, , 2)

#if SGDLASSO_WIDE_REGISTERS
SGDLASSO_PANEL_KERNELS(Avx2, __attribute__((target("avx2,fma"))), 4)
#endif

const PanelKernels& best_kernels() {
#if SGDLASSO_WIDE_REGISTERS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Avx2::kernels;
#endif
  return Portable::kernels;
}

}  // namespace

const PanelKernels& panel_kernels() {
  static const PanelKernels& kernels = best_kernels();
  return kernels;
}

const PanelKernels& portable_panel_kernels() {
  return Portable::kernels;
}

}  // namespace sgdlasso
