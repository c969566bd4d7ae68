#include "kernels/lane_sweep.h"

#include <cstdint>
#include <cstring>

#include "base/vector_memory.h"

#define SGDLASSO_UNROLL _Pragma("GCC unroll 16")

namespace sgdlasso {
namespace {

// Eight floats in registers of W.
template <std::size_t W>
struct Eight {
  typedef float Register __attribute__((vector_size(W * sizeof(float))));
  struct __attribute__((packed, aligned(4), may_alias)) InMemory {
    Register value;
  };
  static constexpr std::size_t kRegisters = kSweepLanes / W;
  Register part[kRegisters];

  static SGDLASSO_INLINE Eight load(const float* from) {
    Eight v;
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < kRegisters; ++k) v.part[k] = reinterpret_cast<const InMemory*>(from + k * W)->value;
    return v;
  }
  static SGDLASSO_INLINE Eight all(float value) {
    Eight v;
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < kRegisters; ++k) v.part[k] = value - Register{};
    return v;
  }
  SGDLASSO_INLINE void store(float* to) const {
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < kRegisters; ++k) reinterpret_cast<InMemory*>(to + k * W)->value = part[k];
  }
};

// f(register, register, ...) -> register, part by part
template <std::size_t W, class Function, class... Others>
SGDLASSO_INLINE Eight<W> each(Function f, const Eight<W>& a, const Others&... others) {
  Eight<W> result;
  SGDLASSO_UNROLL
  for (std::size_t k = 0; k < Eight<W>::kRegisters; ++k) f(result.part[k], a.part[k], others.part[k]...);
  return result;
}

constexpr std::size_t kAhead = 16;        // entries whose rows memory is asked for in advance
constexpr std::size_t kColumnsAhead = 2;  // columns whose first entries it is asked for
constexpr std::size_t kFirst = 48;        // so many of them

SGDLASSO_INLINE const float* row_of(const SweepEntries& x, std::size_t e, const float* r) {
  return r + kSweepLanes * (x.index ? static_cast<std::size_t>(x.index[e]) : e);
}

SGDLASSO_INLINE void ask_for(const SweepEntries& x, const float* r) {
  if (!x.index) return;
  const std::size_t count = x.count < kFirst ? x.count : kFirst;
  for (std::size_t e = 0; e < count; ++e) __builtin_prefetch(row_of(x, e, r), 1);
}

template <std::size_t W>
SGDLASSO_INLINE Eight<W> dot(const SweepEntries& x, const float* r) {
  Eight<W> sum = Eight<W>::all(0);
  for (std::size_t e = 0; e < x.count; ++e) {
    if (x.index && e >= kFirst - kAhead && e + kAhead < x.count) __builtin_prefetch(row_of(x, e + kAhead, r), 1);
    const float value = x.value[e];
    const Eight<W> row = Eight<W>::load(row_of(x, e, r));
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < Eight<W>::kRegisters; ++k) sum.part[k] += value * row.part[k];
  }
  return sum;
}

// Row by row weight * value * by
template <std::size_t W>
SGDLASSO_INLINE void add(const SweepEntries& x, const Eight<W>& by, const float* weight, float* r) {
  for (std::size_t e = 0; e < x.count; ++e) {
    const std::size_t i = x.index ? static_cast<std::size_t>(x.index[e]) : e;
    float value = x.value[e];
    if (weight) value *= weight[i];
    float* row = r + kSweepLanes * i;
    Eight<W> there = Eight<W>::load(row);
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < Eight<W>::kRegisters; ++k) there.part[k] += value * by.part[k];
    there.store(row);
  }
}

template <std::size_t W>
SGDLASSO_INLINE bool is_zero(const Eight<W>& v) {
  std::uint64_t bits[kSweepLanes / 2], any = 0;
  std::memcpy(bits, v.part, sizeof bits);
  for (const std::uint64_t two : bits) any |= two;
  const std::uint64_t without_signs = 0x7fffffff7fffffff;
  return (any & without_signs) == 0;
}

// The step of each model's coefficient to its optimum.
template <std::size_t W>
struct Step {
  using V = Eight<W>;
  V by, after, violation;

  // At: of the column's first model. push: as it is now.
  SGDLASSO_INLINE Step(const SweepColumn& column, const SweepModels& models, std::size_t at, const V& push) {
    using R = typename V::Register;
    const R theta = column.theta - R{}, rho = column.rho - R{}, diagonal = column.diagonal - R{};
    const R relax = models.relaxation - R{};
    const R lower = column.lower - R{}, upper = column.upper - R{}, none = {}, plus = 1 - R{}, minus = -1 - R{};
    const V l1s = V::load(models.l1), l2s = V::load(models.l2), curvatures = V::load(models.curvature);
    const V b = V::load(models.b + at), sides = V::load(models.side + at);
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < V::kRegisters; ++k) {
      const R l1 = theta * l1s.part[k], l2 = rho * l2s.part[k], g = diagonal * curvatures.part[k];
      const R was = b.part[k], side = sides.part[k], whole = g + l2;
      const R z = push.part[k] + side * l1 + whole * was;  // of minimiser() in penalty.h
      const R toward = was > none ? plus : was < none ? minus : z > none ? plus : minus;
      // To the minimum on this side of 0, by differences that have not lost their digits.
      const R by_push = (push.part[k] + (side - toward) * l1) / whole * relax;
      const R straight = was + by_push;
      const R size = (z < none ? -z : z) - l1, other = size > none ? (z < none ? -size : size) / whole : none;
      const R free = straight * toward > none ? straight : was * toward > none ? other : none;
      const R above = free > lower ? free : lower;
      const R end = above < upper ? above : upper;
      const R moved = end == straight ? by_push : end - was;
      const R far = moved < none ? -moved : moved;
      by.part[k] = moved;
      after.part[k] = end;
      violation.part[k] = far * whole / relax;
    }
  }
};

template <std::size_t W>
SGDLASSO_INLINE Eight<W> slope_change(const SweepColumn& column, const SweepModels& models, const Eight<W>& sums) {
  Eight<W> change = dot<W>(column.entries, models.residual_change);
  SGDLASSO_UNROLL
  for (std::size_t k = 0; k < Eight<W>::kRegisters; ++k) change.part[k] -= column.centre * sums.part[k];
  return change;
}

// Findings and what is summed on the way, held in registers.
template <std::size_t W>
struct Sweeping {
  using V = Eight<W>;
  using R = typename V::Register;
  V worst, left, cost, l1, l2, curvature;

  SGDLASSO_INLINE Sweeping(const SweepModels& models, const SweepFindings& found)
      : worst(V::load(found.worst)),
        left(V::load(found.left)),
        cost(V::load(found.cost)),
        l1(V::load(models.l1)),
        l2(V::load(models.l2)),
        curvature(V::load(models.curvature)) {}

  SGDLASSO_INLINE void store(SweepFindings& found) const {
    worst.store(found.worst);
    left.store(found.left);
    cost.store(found.cost);
  }

  // Moves the coefficients at `at`; by: minus curvature times how far. False where none moved.
  SGDLASSO_INLINE bool move(const SweepColumn& column, SweepModels& models, std::size_t at, const V& slope_change,
                            V& by) {
    V push = V::load(models.push + at), total = V::load(models.change + at);
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < V::kRegisters; ++k) {
      push.part[k] += slope_change.part[k] - column.rho * l2.part[k] * total.part[k];
    }
    const Step<W> step(column, models, at, push);
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < V::kRegisters; ++k) {
      const R size = step.after.part[k] < R{} ? -step.after.part[k] : step.after.part[k];
      const R bound = column.theta * l1.part[k], share = step.violation.part[k] / bound;
      if (column.theta > 0) worst.part[k] = share > worst.part[k] ? share : worst.part[k];
      left.part[k] += step.violation.part[k] * (column.theta > 0 ? size : step.violation.part[k]);
      cost.part[k] += bound * size;
      total.part[k] += step.by.part[k];
      by.part[k] = -curvature.part[k] * step.by.part[k];
    }
    if (is_zero(step.by)) return false;
    step.after.store(models.b + at);
    total.store(models.change + at);
    return true;
  }
};

template <std::size_t W>
SGDLASSO_INLINE void sweep(const SweepColumn* columns, std::size_t count, SweepModels& models, SweepFindings& found) {
  using V = Eight<W>;
  Sweeping<W> sweeping(models, found);
  V sums = V::load(models.change_sum), by;
  for (std::size_t c = 0; c < count; ++c) {
    const SweepColumn& column = columns[c];
    if (c + kColumnsAhead < count) ask_for(columns[c + kColumnsAhead].entries, models.residual_change);
    if (!(column.diagonal > 0)) continue;
    const V change = slope_change<W>(column, models, sums);
    if (!sweeping.move(column, models, c * kSweepLanes, change, by)) continue;
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < V::kRegisters; ++k) {
      sums.part[k] += column.sum * by.part[k];
      if (!models.weight) by.part[k] *= models.share;
    }
    add<W>(column.entries, by, models.weight, models.residual_change);
  }
  sums.store(models.change_sum);
  sweeping.store(found);
}

template <std::size_t W>
SGDLASSO_INLINE void sweep_block(const SweepBlock& block, SweepModels& models, SweepFindings& found) {
  using V = Eight<W>;
  V sums = V::load(models.change_sum), by;
  const int repeats = 2;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    SweepFindings again;  // what counts is how far it was at first
    Sweeping<W> sweeping(models, repeat == 0 ? found : again);
    for (std::size_t c = 0; c < block.count; ++c) {
      const std::size_t at = c * kSweepLanes;
      if (!(block.columns[c].diagonal > 0)) continue;
      if (!sweeping.move(block.columns[c], models, at, V::load(block.slope_changes + at), by)) continue;
      V moved = V::load(block.by + at);
      SGDLASSO_UNROLL
      for (std::size_t k = 0; k < V::kRegisters; ++k) {
        moved.part[k] += by.part[k];
        sums.part[k] += block.columns[c].sum * by.part[k];
      }
      moved.store(block.by + at);
      const float* gram = block.gram + c * block.count;
      for (std::size_t i = 0; i < block.count; ++i) {
        V slope = V::load(block.slope_changes + i * kSweepLanes);
        SGDLASSO_UNROLL
        for (std::size_t k = 0; k < V::kRegisters; ++k) slope.part[k] += gram[i] * by.part[k];
        slope.store(block.slope_changes + i * kSweepLanes);
      }
    }
    if (repeat == 0) sweeping.store(found);
  }
  sums.store(models.change_sum);
}

template <std::size_t W>
SGDLASSO_INLINE void dots(const SweepEntries* entries, std::size_t count, const SweepModels& models, float* out) {
  for (std::size_t c = 0; c < count; ++c) {
    Eight<W> sum = Eight<W>::load(out + c * kSweepLanes);
    const Eight<W> more = dot<W>(entries[c], models.residual_change);
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < Eight<W>::kRegisters; ++k) sum.part[k] += more.part[k];
    sum.store(out + c * kSweepLanes);
  }
}

template <std::size_t W>
SGDLASSO_INLINE void adds(const SweepEntries* entries, std::size_t count, const float* by, const SweepModels& models) {
  for (std::size_t c = 0; c < count; ++c) {
    Eight<W> scaled = Eight<W>::load(by + c * kSweepLanes);
    if (is_zero(scaled)) continue;
    SGDLASSO_UNROLL
    for (std::size_t k = 0; k < Eight<W>::kRegisters; ++k) scaled.part[k] *= models.weight ? 1 : models.share;
    add<W>(entries[c], scaled, models.weight, models.residual_change);
  }
}

template <std::size_t W>
SGDLASSO_INLINE void slope_changes(const SweepColumn* columns, std::size_t count, const SweepModels& models,
                                   float* out) {
  const Eight<W> sums = Eight<W>::load(models.change_sum);
  for (std::size_t c = 0; c < count; ++c) {
    if (c + kColumnsAhead < count) ask_for(columns[c + kColumnsAhead].entries, models.residual_change);
    slope_change<W>(columns[c], models, sums).store(out + c * kSweepLanes);
  }
}

#define SGDLASSO_LANE_KERNELS(NAME, ATTRIBUTE, W)                                                                  \
  struct NAME {                                                                                                    \
    ATTRIBUTE static void sweep_(const SweepColumn* columns, std::size_t count, SweepModels& models,               \
                                 SweepFindings& found) {                                                           \
      sweep<W>(columns, count, models, found);                                                                     \
    }                                                                                                              \
    ATTRIBUTE static void sweep_block_(const SweepBlock& block, SweepModels& models, SweepFindings& found) {       \
      sweep_block<W>(block, models, found);                                                                        \
    }                                                                                                              \
    ATTRIBUTE static void dot_(const SweepEntries* entries, std::size_t count, const SweepModels& models,          \
                               float* out) {                                                                       \
      dots<W>(entries, count, models, out);                                                                        \
    }                                                                                                              \
    ATTRIBUTE static void add_(const SweepEntries* entries, std::size_t count, const float* by,                    \
                               const SweepModels& models) {                                                        \
      adds<W>(entries, count, by, models);                                                                         \
    }                                                                                                              \
    ATTRIBUTE static void slope_changes_(const SweepColumn* columns, std::size_t count, const SweepModels& models, \
                                         float* out) {                                                             \
      slope_changes<W>(columns, count, models, out);                                                               \
    }                                                                                                              \
    static constexpr LaneKernels kernels = {sweep_, sweep_block_, dot_, add_, slope_changes_};                     \
  };

SGDLASSO_LANE_KERNELS(Portable, , 4)

#if SGDLASSO_WIDE_REGISTERS
SGDLASSO_LANE_KERNELS(Avx2, __attribute__((target("avx2,fma"))), 8)
#endif

const LaneKernels& best_kernels() {
#if SGDLASSO_WIDE_REGISTERS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Avx2::kernels;
#endif
  return Portable::kernels;
}

}  // namespace

const LaneKernels& lane_kernels() {
  static const LaneKernels& kernels = best_kernels();
  return kernels;
}

const LaneKernels& portable_lane_kernels() {
  return Portable::kernels;
}

}  // namespace sgdlasso
