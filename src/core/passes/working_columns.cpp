#include "passes/working_columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace sgdlasso {

WorkingColumns::WorkingColumns(const StandardForm& form) : form_(form), inside_(form.columns.size(), 0) {
  for (std::size_t k = 0; k < form.columns.size(); ++k) {
    const CoordinatePenalty penalty = form.penalty.at(form.columns[k], 1);
    if (penalty.l1 == 0 && penalty.l2 == 0) add(k);
  }
  free_ = positions_.size();
}

std::vector<std::size_t> WorkingColumns::columns() const {
  std::vector<std::size_t> result;
  for (const std::size_t k : positions_) result.push_back(form_.columns[k]);
  return result;
}

void WorkingColumns::add(std::size_t position) {
  if (inside_[position]) return;
  inside_[position] = 1;
  positions_.push_back(position);
}

void WorkingColumns::exchange(Archive& archive) {
  std::vector<std::size_t> positions = positions_;
  archive(positions);
  if (!archive.reads()) return;
  positions_.resize(free_);
  std::fill(inside_.begin(), inside_.end(), char{0});
  archive.require(positions.size() >= free_ && std::equal(positions_.begin(), positions_.end(), positions.begin()));
  positions_.clear();
  for (const std::size_t k : positions) {
    archive.require(k < inside_.size() && !inside_[k]);
    add(k);
  }
}

void MissingColumns::note(double lambda, const std::vector<double>& slope, double weight) {
  const double nearly = 0.97;  // of its bound: a column whose slope is beyond may soon be needed
  for (std::size_t k = 0; k < form_.columns.size(); ++k) {
    if (working_.contains(k)) continue;
    const CoordinatePenalty penalty = form_.penalty.at(form_.columns[k], lambda);
    const double c = slope[k] / weight;
    if (std::abs(c) > nearly * penalty.l1 && form_.penalty.may_move(form_.columns[k], c)) {
      const double multiple = penalty.l1 > 0 ? std::abs(c) / penalty.l1 : std::numeric_limits<double>::infinity();
      excess_[k] = std::max(excess_[k], multiple);
    }
  }
}

std::size_t MissingColumns::count() const {
  return static_cast<std::size_t>(std::count_if(excess_.begin(), excess_.end(), [](double one) { return one > 0; }));
}

std::vector<std::size_t> MissingColumns::most_missed(std::size_t room) const {
  std::vector<std::size_t> found;
  for (std::size_t k = 0; k < excess_.size(); ++k) {
    if (excess_[k] > 0) found.push_back(k);
  }
  return strongest(std::move(found), excess_, room);
}

std::vector<std::size_t> strongest(std::vector<std::size_t> columns, const std::vector<double>& strength,
                                   std::size_t most) {
  if (columns.size() <= most) return columns;
  std::sort(columns.begin(), columns.end(), [&](std::size_t a, std::size_t b) {
    return strength[a] != strength[b] ? strength[a] > strength[b] : a < b;
  });
  columns.resize(most);
  std::sort(columns.begin(), columns.end());
  return columns;
}

}  // namespace sgdlasso
