// forget_schedule.h: when the adaptive rule forgets a part of the past: early steps are wild.
#pragma once

#include <cmath>

#include "base/archive.h"

namespace sgdlasso {

// At the 80th row, and each time that a quarter more have come.
class ForgetSchedule {
 public:
  // Asked once for each row, before it is learned from. rows: how many have come, this one included.
  bool due(double rows) {
    if (rows < next_) return false;
    next_ = std::fmax(rows + 1, std::ceil(kGrowth * rows));
    return true;
  }
  void exchange(Archive& archive) { archive(next_); }

 private:
  static constexpr double kFirst = 80;
  static constexpr double kGrowth = 1.25;

  double next_ = kFirst;
};

}  // namespace sgdlasso
