// row_order.h: in which order an epoch visits the rows.
//
// none: as they stand. rows: a new full permutation each epoch. blocks: blocks of neighbours in a new order each epoch,
// and the rows inside each block too; memory is then read almost in sequence, which is several times faster than rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "rows/rows.h"

namespace sgdlasso {

constexpr std::size_t kBlockRows = 64;  // a block of usual rows fits the second cache

enum class Shuffle { none, rows, blocks };

inline std::vector<std::size_t> counting(std::size_t n) {
  std::vector<std::size_t> values(n);
  std::iota(values.begin(), values.end(), std::size_t{0});
  return values;
}

class RowOrder {
 public:
  RowOrder(std::size_t n, Shuffle how)
      : how_(how),
        positions_(counting(n)),
        blocks_(counting((n + kBlockRows - 1) / kBlockRows)) {}

  void reshuffle(Rng& rng) {
    if (how_ == Shuffle::rows) rng.shuffle(positions_);
    if (how_ == Shuffle::blocks) shuffle_blocks(rng);
  }
  std::size_t size() const { return positions_.size(); }
  const std::size_t* positions() const { return positions_.data(); }

 private:
  void shuffle_blocks(Rng& rng) {
    rng.shuffle(blocks_);
    std::size_t* to = positions_.data();
    for (const std::size_t block : blocks_) {
      const std::size_t first = block * kBlockRows;
      const std::size_t count = std::min(kBlockRows, positions_.size() - first);
      std::iota(to, to + count, first);
      rng.shuffle_few(to, count);
      to += count;
    }
  }

  Shuffle how_;
  std::vector<std::size_t> positions_;
  std::vector<std::size_t> blocks_;
};

// Hands the rows out block by block in this order: visit(block, next), with an empty next after the last.
template <class Visit>
void for_each_block(const RowReader& reader, const RowOrder& order, Visit visit) {
  RowBlock block, next;
  const auto read = [&](std::size_t first, RowBlock& to) {
    reader.read(order.positions() + first, std::min(kBlockRows, order.size() - first), to);
  };
  read(0, block);
  for (std::size_t first = 0; first < order.size(); first += kBlockRows) {
    next.rows.clear();
    if (first + kBlockRows < order.size()) read(first + kBlockRows, next);
    visit(block, next);
    std::swap(block, next);
  }
}

// Hands the rows out one by one in their order, with the numbers and weights that they were given.
template <class Visit>
void for_each_given_row(const Rows& rows, const Observations& response, Watch& watch, Visit visit) {
  const auto reader = rows.reader({response, Scaling::as_given(rows.p()), {}, false}, watch);
  for_each_block(*reader, RowOrder(response.n, Shuffle::none), [&](const RowBlock& block, const RowBlock&) {
    for (const Row& row : block.rows) visit(row);
    watch.tick(block.rows.size());
  });
}

}  // namespace sgdlasso
