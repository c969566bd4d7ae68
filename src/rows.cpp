#include "rows.h"

#include <limits>

namespace sgdlasso {

void RowBlock::resize(std::size_t count) {
  id.resize(count);
  value.resize(count);
  norm2.resize(count);
}

bool is_rounding(double deviation, double size) {
  const double roundings = 16;  // a sum of equal numbers is off by a few
  return deviation <= roundings * std::numeric_limits<double>::epsilon() * size;
}

}  // namespace sgdlasso
