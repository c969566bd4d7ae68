// layout_order.h: in which order a copy of the rows is laid out.
#pragma once

#include <cstddef>
#include <vector>

#include "base/rng.h"
#include "rows/response.h"

namespace sgdlasso {

// Rows that stand sorted by y would make every block one-sided, so a copy of such rows is laid out in a random order,
// once. So is a small one, where that costs nothing. Empty: as they stand.
std::vector<std::size_t> layout_order(const Response& response, Rng& rng);

}  // namespace sgdlasso
