// block_starts.h: where the entries of frequent sparse columns stand by blocks of rows. Products look at those columns
// a block of rows at a time, whose lanes stay in the second cache while the columns pass by.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "rows/rows.h"

namespace sgdlasso {

class BlockStarts {
 public:
  static constexpr std::size_t kRows = 2048;  // of a block

  explicit BlockStarts(const SparseColumns& x) : blocks_((x.n + kRows - 1) / kRows), at_(x.p, kRare) {
    const std::size_t often = 64;  // an entry in one of so many rows or more
    if (blocks_ < 2) return;
    for (std::size_t j = 0; j < x.p; ++j) {
      if (static_cast<std::size_t>(x.start[j + 1] - x.start[j]) * often < x.n) continue;
      at_[j] = start_.size();
      const int *entry = x.index + x.start[j], *end = x.index + x.start[j + 1];
      for (std::size_t block = 0; block <= blocks_; ++block) {
        entry = std::lower_bound(entry, end, std::min(block * kRows, x.n),
                                 [](int row, std::size_t first) { return static_cast<std::size_t>(row) < first; });
        start_.push_back(static_cast<std::size_t>(entry - x.index));
      }
    }
  }

  std::size_t blocks() const { return blocks_; }
  bool frequent(std::size_t j) const { return at_[j] != kRare; }
  // The entries of a frequent column in rows of a block: from this one to that of the next.
  std::size_t entry(std::size_t j, std::size_t block) const { return start_[at_[j] + block]; }

 private:
  static constexpr std::size_t kRare = static_cast<std::size_t>(-1);
  std::size_t blocks_;
  std::vector<std::size_t> at_;     // by column: where its starts begin, or kRare
  std::vector<std::size_t> start_;  // of each frequent column its blocks, and its end
};

}  // namespace sgdlasso
