#include "descent/float_columns.h"

#include <algorithm>

namespace sgdlasso {

void FloatColumns::take(const std::vector<std::size_t>& columns) {
  value_.resize(problem_.rows.p(), nullptr);
  std::vector<std::size_t> fresh, begin;
  std::size_t total = 0;
  for (const std::size_t j : columns) {
    if (value_[j] != nullptr) continue;
    fresh.push_back(j);
    begin.push_back(total);
    total += problem_.rows.column(j).count;
  }
  if (total == 0) return;
  values_.emplace_back(total);
  float* const values = values_.back().data();
  const std::size_t some = 64;
  parallel_for((fresh.size() + some - 1) / some, {problem_.threads, problem_.watch}, [&](std::size_t task) {
    for (std::size_t k = task * some; k < std::min(fresh.size(), (task + 1) * some); ++k) {
      float* to = values + begin[k];
      for_each(fresh[k], [&](std::size_t, double value) { *to++ = static_cast<float>(value); });
    }
  });
  for (std::size_t k = 0; k < fresh.size(); ++k) value_[fresh[k]] = values + begin[k];
}

SweepEntries FloatColumns::entries(std::size_t j) const {
  const ColumnView view = problem_.rows.column(j);
  return {value_[j], view.index, view.count};
}

}  // namespace sgdlasso
