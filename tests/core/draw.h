// draw.h: numbers for tests, the same in each run.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "base/rng.h"

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

}  // namespace plain
