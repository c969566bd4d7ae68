// plain.h: what tests compare the core with.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "base/watch.h"
#include "draw.h"

namespace plain {

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
