#include "kernels/lane_sweep.h"

#include <limits>

#include "matrix.h"
#include "model/penalty.h"
#include "plain.h"

using namespace sgdlasso;

namespace {

// Eight models of some columns; what sweeps change, in plain doubles, beside it in floats.
struct Sweeps {
  static constexpr std::size_t lanes = kSweepLanes;

  Sweeps(Rng& rng, std::size_t n, std::size_t p, bool sparse, bool weighted)
      : x(plain::draw(rng, n, p, sparse ? 0.3 : 1)),
        value(x.value.begin(), x.value.end()),
        dense(x.dense.begin(), x.dense.end()),
        h(n, 0.5F),
        b(plain::normals(rng, p * lanes)),
        slope(plain::normals(rng, p * lanes)),
        r(n * lanes, 0.0),
        change(p * lanes, 0.0) {
    for (float& one : h) one = weighted ? static_cast<float>(rng.uniform()) : one;
    for (double& one : b) one = rng.up_to(2) ? one : 0;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < p; ++j) {
      const int first = x.start[j];
      const std::size_t count = static_cast<std::size_t>(x.start[j + 1] - first);
      SweepEntries entries{value.data() + first, x.index.data() + first, count};
      if (!sparse) entries = {dense.data() + j * n, nullptr, n};
      double sum = 0, square = 0;
      each(entries, [&](std::size_t i, double v) { sum += h[i] * v, square += h[i] * v * v; });
      const float theta = rng.up_to(4) ? 1 + static_cast<float>(rng.uniform()) : 0;
      const bool limited = rng.up_to(3) == 0;
      columns.push_back({entries, static_cast<float>(sum), 0.01F, static_cast<float>(square), theta,
                         static_cast<float>(rng.uniform()), static_cast<float>(limited ? -0.2 : -infinity),
                         static_cast<float>(limited ? 0.1 : infinity)});
      for (std::size_t k = 0; limited && k < lanes; ++k) b[j * lanes + k] = rng.up_to(1) ? 0.1 : 0;
    }
    for (std::size_t k = 0; k < lanes; ++k) {
      models.l1[k] = 0.1F * static_cast<float>(k + 1);
      models.l2[k] = k % 2 ? 0.0F : 0.3F;
      models.curvature[k] = 1 + 0.1F * static_cast<float>(k);
      models.change_sum[k] = 0;
    }
    models.relaxation = 1;
    models.share = 0.5F;
    to_floats(b, floats_b);
    for (std::size_t at = 0; at < b.size(); ++at) {
      const SweepColumn& c = columns[at / lanes];
      const std::size_t k = at % lanes;
      floats_side.push_back((b[at] != 0 ? b[at] : slope[at]) < 0 ? -1.0F : 1.0F);
      const double side = floats_side.back();
      floats_push.push_back(
          static_cast<float>(slope[at] - side * c.theta * models.l1[k] - c.rho * models.l2[k] * b[at]));
    }
    to_floats(change, floats_change);
    to_floats(r, floats_r);
    models.b = floats_b.data();
    models.push = floats_push.data();
    models.side = floats_side.data();
    models.change = floats_change.data();
    models.residual_change = floats_r.data();
    models.weight = weighted ? h.data() : nullptr;
  }

  static void to_floats(const std::vector<double>& from, std::vector<float>& to) {
    to.assign(from.begin(), from.end());
  }

  template <class Visit>
  static void each(const SweepEntries& entries, Visit visit) {
    for (std::size_t e = 0; e < entries.count; ++e) {
      visit(entries.index ? static_cast<std::size_t>(entries.index[e]) : e, static_cast<double>(entries.value[e]));
    }
  }

  double slope_now(std::size_t j, std::size_t k) const {
    double now = slope[j * lanes + k] - columns[j].centre * sum[k];
    each(columns[j].entries, [&](std::size_t i, double v) { now += v * r[i * lanes + k]; });
    return now;
  }

  // One sweep by the definition.
  void sweep() {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      for (std::size_t k = 0; k < lanes; ++k) {
        const SweepColumn& c = columns[j];
        if (!(c.diagonal > 0)) continue;  // a column without entries stays where it is
        const CoordinatePenalty penalty{c.theta * models.l1[k], c.rho * models.l2[k], c.lower, c.upper};
        const double g = c.diagonal * models.curvature[k];
        double& one = b[j * lanes + k];
        const double by = penalty.minimiser(g, slope_now(j, k) + g * one) - one;
        one += by;
        change[j * lanes + k] += by;
        sum[k] -= models.curvature[k] * c.sum * by;
        each(c.entries, [&](std::size_t i, double v) { r[i * lanes + k] -= models.curvature[k] * h[i] * v * by; });
      }
    }
  }

  void check() const {
    const double rounding = 2e-5;
    for (std::size_t at = 0; at < b.size(); ++at) {
      plain::check_near(floats_b[at], b[at], rounding);
      plain::check_near(floats_change[at], change[at], rounding);
    }
    for (std::size_t at = 0; at < r.size(); ++at) plain::check_near(floats_r[at], r[at], rounding);
    for (std::size_t k = 0; k < lanes; ++k) plain::check_near(models.change_sum[k], sum[k], rounding);
  }

  plain::Matrix x;
  std::vector<float> value, dense;  // of x
  std::vector<float> h;
  std::vector<double> b, slope, r, change;
  double sum[lanes] = {};
  std::vector<SweepColumn> columns;
  std::vector<float> floats_b, floats_push, floats_side, floats_change, floats_r;
  SweepModels models;
};

}  // namespace

TEST_CASE("a sweep moves each coefficient to its optimum, dense and sparse, weighted or not, limits and ridge") {
  Rng rng(1);
  for (const LaneKernels* kernels : {&lane_kernels(), &portable_lane_kernels()}) {
    for (int draw = 0; draw < 40; ++draw) {
      Sweeps sweeps(rng, 5 + rng.up_to(90), 1 + rng.up_to(20), draw % 2 == 1, draw % 4 > 1);
      SweepFindings found;
      for (int repeat = 0; repeat < 2; ++repeat) {
        kernels->sweep(sweeps.columns.data(), sweeps.columns.size(), sweeps.models, found);
        sweeps.sweep();
      }
      sweeps.check();
      std::vector<float> slopes(sweeps.b.size());
      kernels->slope_changes(sweeps.columns.data(), sweeps.columns.size(), sweeps.models, slopes.data());
      for (std::size_t at = 0; at < slopes.size(); ++at) {
        const double right = sweeps.slope_now(at / kSweepLanes, at % kSweepLanes) - sweeps.slope[at];
        plain::check_near(slopes[at], right, 1e-4);
      }
    }
  }
}

TEST_CASE("a block of columns moves by its Gram matrix as it would by its residuals") {
  Rng rng(2);
  for (const LaneKernels* kernels : {&lane_kernels(), &portable_lane_kernels()}) {
    for (int draw = 0; draw < 20; ++draw) {
      const std::size_t n = 40 + rng.up_to(40), p = 1 + rng.up_to(8);
      Sweeps sweeps(rng, n, p, true, draw % 2 == 1);
      std::vector<SweepEntries> entries;
      for (const SweepColumn& column : sweeps.columns) entries.push_back(column.entries);
      std::vector<float> gram(p * p), slopes(p * kSweepLanes), by(slopes.size());
      for (std::size_t j = 0; j < p; ++j) {
        std::vector<double> v(n);
        Sweeps::each(entries[j], [&](std::size_t i, double value) { v[i] = value; });
        for (std::size_t i = 0; i < p; ++i) {
          double sum = -static_cast<double>(sweeps.columns[i].centre) * sweeps.columns[j].sum;
          Sweeps::each(entries[i], [&](std::size_t row, double value) { sum += sweeps.h[row] * value * v[row]; });
          gram[j * p + i] = static_cast<float>(sum);
        }
      }
      kernels->dot(entries.data(), p, sweeps.models, slopes.data());
      SweepFindings found;
      kernels->sweep_block({sweeps.columns.data(), p, gram.data(), slopes.data(), by.data()}, sweeps.models, found);
      kernels->add(entries.data(), p, by.data(), sweeps.models);
      sweeps.sweep();
      sweeps.sweep();
      sweeps.check();
    }
  }
}
