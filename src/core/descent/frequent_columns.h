// frequent_columns.h: sparse columns that most rows have some of. In sweeps they move as one block: their Gram matrix
// says what they do to each other, and residuals are looked at, and changed, a block of rows at a time, which stays in
// the cache while the columns pass by.
#pragma once

#include <cstddef>
#include <vector>

#include "base/square.h"
#include "kernels/lane_sweep.h"
#include "model/standard_form.h"

namespace sgdlasso {

class FrequentColumns {
 public:
  FrequentColumns(const Problem& problem, const StandardForm& form) : problem_(problem), form_(form) {}

  // Forgets the Gram matrix: the weights are others.
  void reset();
  // Takes in those of these columns that are frequent. h: weights of rows; border: the h-weighted sum of a working
  // column, by column of x.
  template <class Border>
  void refresh(const std::vector<std::size_t>& columns, const std::vector<double>& h, double total, Border border) {
    const std::size_t from = columns_.size();
    for (const std::size_t j : columns) take(j);
    if (columns_.size() == from) return;
    for (std::size_t c = from; c < columns_.size(); ++c)
      border_.push_back(problem_.intercept ? border(columns_[c]) : 0);
    extend_gram(from, h, total);
  }
  bool contains(std::size_t j) const { return !position_.empty() && position_[j] != kNone; }
  // Of some of them, with curvature 1, column by column.
  std::vector<float> gram(const std::vector<std::size_t>& columns) const;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void take(std::size_t j);
  void extend_gram(std::size_t from, const std::vector<double>& h, double total);

  const Problem& problem_;
  const StandardForm& form_;
  std::vector<std::size_t> columns_, position_;
  std::vector<double> border_;
  Square gram_;
};

// The entries of columns, a block of rows at a time.
class EntriesByRows {
 public:
  EntriesByRows(const std::vector<SweepColumn>& columns, std::size_t count, std::size_t n);
  std::size_t blocks() const { return blocks_; }
  const std::vector<SweepEntries>& of(std::size_t block);

 private:
  std::size_t blocks_;
  std::vector<SweepEntries> whole_, part_;
  std::vector<int> begin_;  // by column and block: of its entries
};

}  // namespace sgdlasso
