#include "descent/frequent_columns.h"

#include <algorithm>

#include "descent/profiled_intercept.h"

namespace sgdlasso {
namespace {

constexpr std::size_t kRare = 64;           // columns with an entry in fewer than one of so many rows are not frequent
constexpr std::size_t kMostColumns = 1000;  // beyond, their Gram matrix takes longer than it saves
constexpr std::size_t kRowBlock = 1024;     // rows whose eight models stay in the first cache
constexpr std::size_t kMostBlocks = 2048;

}  // namespace

void FrequentColumns::reset() {
  columns_.clear();
  position_.clear();
  border_.clear();
  gram_ = Square();
}

void FrequentColumns::take(std::size_t j) {
  const ColumnView x = problem_.rows.column(j);
  if (x.index == nullptr || x.count * kRare < problem_.response.n || columns_.size() >= kMostColumns) return;
  if (position_.empty()) position_.assign(problem_.rows.p(), kNone);
  if (position_[j] != kNone) return;
  position_[j] = columns_.size();
  columns_.push_back(j);
}

void FrequentColumns::extend_gram(std::size_t from, const std::vector<double>& h, double total) {
  gram_.grow(columns_.size());
  problem_.rows.gram({form_.scaling, columns_}, from, h.data(), gram_, {problem_.threads, problem_.watch});
  if (problem_.intercept) ProfiledIntercept{total, border_}.profile(gram_, from, problem_.watch);
}

std::vector<float> FrequentColumns::gram(const std::vector<std::size_t>& columns) const {
  std::vector<float> result;
  result.reserve(columns.size() * columns.size());
  for (const std::size_t right : columns) {
    const double* column = gram_.column(position_[right]);
    for (const std::size_t left : columns) result.push_back(static_cast<float>(column[position_[left]]));
  }
  return result;
}

EntriesByRows::EntriesByRows(const std::vector<SweepColumn>& columns, std::size_t count, std::size_t n) : part_(count) {
  const std::size_t rows = std::max(kRowBlock, (n + kMostBlocks - 1) / kMostBlocks);
  blocks_ = (n + rows - 1) / rows;
  begin_.reserve(count * (blocks_ + 1));
  for (std::size_t c = 0; c < count; ++c) {
    const SweepEntries& x = columns[c].entries;
    whole_.push_back(x);
    const int* const end = x.index + x.count;
    const int* at = x.index;
    for (std::size_t block = 0; block <= blocks_; ++block) {
      at = std::lower_bound(at, end, static_cast<int>(std::min(block * rows, n)));
      begin_.push_back(static_cast<int>(at - x.index));
    }
  }
}

const std::vector<SweepEntries>& EntriesByRows::of(std::size_t block) {
  for (std::size_t c = 0; c < whole_.size(); ++c) {
    const int* begin = begin_.data() + c * (blocks_ + 1) + block;
    const std::size_t first = static_cast<std::size_t>(begin[0]);
    part_[c] = whole_[c];
    part_[c].value += first;
    part_[c].index += first;
    part_[c].count = static_cast<std::size_t>(begin[1]) - first;
  }
  return part_;
}

}  // namespace sgdlasso
