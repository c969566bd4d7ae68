// row_parts.h: rows in parts that threads share. Where parts end depends on the number of rows alone, so what is summed
// part by part has the same bits for any number of threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/parallel.h"

namespace sgdlasso {

constexpr std::size_t kMostParts = 64;

// visit(part, first row, last row + 1, watch) for at most kMostParts parts, none so small that a thread is not worth
// it.
template <class Visit>
void for_each_part(std::size_t n, const Work& work, Visit visit) {
  const std::size_t least = 2048, parts = std::min(kMostParts, std::max<std::size_t>(n / least, 1));
  parallel_for(parts, work,
               [&](std::size_t part, Watch& watch) { visit(part, n * part / parts, n * (part + 1) / parts, watch); });
}

// A sum for each lane and part; parts that lie side by side in memory would slow each other down.
class PartSums {
 public:
  explicit PartSums(std::size_t lanes)
      : lanes_(lanes),
        stride_((lanes + kLine - 1) / kLine * kLine + kLine),
        sums_(kMostParts * stride_) {}
  double& at(std::size_t part, std::size_t k) { return sums_[part * stride_ + k]; }
  std::vector<double> total() const {
    std::vector<double> result(lanes_);
    for (std::size_t part = 0; part < kMostParts; ++part) {
      for (std::size_t k = 0; k < lanes_; ++k) result[k] += sums_[part * stride_ + k];
    }
    return result;
  }

 private:
  static constexpr std::size_t kLine = 64 / sizeof(double);

  std::size_t lanes_, stride_;
  std::vector<double> sums_;
};

}  // namespace sgdlasso
