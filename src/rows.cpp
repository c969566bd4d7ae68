#include "rows.h"

#include <limits>

namespace sgdlasso {

std::vector<std::size_t> positions_of(const std::vector<std::size_t>& order, std::size_t n) {
  std::vector<std::size_t> position(n);
  for (std::size_t k = 0; k < n; ++k) position[order.empty() ? k : order[k]] = k;
  return position;
}

bool is_rounding(double deviation, double size) {
  const double roundings = 16;  // a sum of equal numbers is off by a few
  return deviation <= roundings * std::numeric_limits<double>::epsilon() * size;
}

}  // namespace sgdlasso
