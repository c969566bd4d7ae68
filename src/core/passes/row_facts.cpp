#include "passes/row_facts.h"

#include <cmath>

namespace sgdlasso {

void RowCount::add(const Observations& response) {
  rows += static_cast<double>(response.n);
  for (std::size_t i = 0; i < response.n; ++i) {
    weight += response.weight_of(i);
    y += response.weight_of(i) * response.y[i];
  }
}

void RowCount::merge(const RowCount& other) {
  rows += other.rows;
  weight += other.weight;
  y += other.y;
}

bool RowCount::is_like(const RowCount& first, double y_square) const {
  const auto near = [](double a, double b, double size) { return !(std::abs(a - b) > 1e-9 * (std::abs(b) + size)); };
  return rows == first.rows && near(weight, first.weight, 0) && near(y, first.y, std::sqrt(y_square) * first.weight);
}

}  // namespace sgdlasso
