// plain.h: what tests compare the core with: numbers drawn anew in each run from a fixed seed, and loops that anyone can read.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "base/rng.h"
#include "base/watch.h"

namespace plain {

// Normal numbers by Box and Muller.
inline double normal(sgdlasso::Rng& rng) {
  const double u = 1 - rng.uniform(), v = rng.uniform();
  return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
}

inline std::vector<double> normals(sgdlasso::Rng& rng, std::size_t count, double mean = 0, double deviation = 1) {
  std::vector<double> values(count);
  for (double& value : values) value = mean + deviation * normal(rng);
  return values;
}

inline std::vector<double> uniforms(sgdlasso::Rng& rng, std::size_t count, double from = 0, double to = 1) {
  std::vector<double> values(count);
  for (double& value : values) value = from + (to - from) * rng.uniform();
  return values;
}

// As the core takes weights: they sum to their number.
inline std::vector<double> weights(sgdlasso::Rng& rng, std::size_t count) {
  std::vector<double> values = uniforms(rng, count, 0.1, 1);
  double sum = 0;
  for (const double value : values) sum += value;
  for (double& value : values) value *= static_cast<double>(count) / sum;
  return values;
}

inline void check_near(double found, double right, double tolerance = 1e-12) {
  CHECK_MESSAGE(std::abs(found - right) <= tolerance * (1 + std::abs(right)), found, " is not ", right);
}

inline void check_near(const std::vector<double>& found, const std::vector<double>& right, double tolerance = 1e-12) {
  REQUIRE(found.size() == right.size());
  for (std::size_t k = 0; k < found.size(); ++k) check_near(found[k], right[k], tolerance);
}

// A watch that stops the work at its `after`-th tick; it counts all of them.
struct Stop {};
class CountingWatch final : public sgdlasso::Watch {
 public:
  explicit CountingWatch(std::size_t after = static_cast<std::size_t>(-1)) : after_(after) {}
  void expect(std::size_t) override {}
  void tick(std::size_t) override {
    if (++ticks == after_) throw Stop();
  }
  std::size_t ticks = 0;

 private:
  std::size_t after_;
};

}  // namespace plain
