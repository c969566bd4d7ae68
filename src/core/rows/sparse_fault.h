// sparse_fault.h: whether sparse columns are what they say, before anyone follows their indices.
#pragma once

#include <cstddef>

#include "rows/rows.h"

namespace sgdlasso {

// In words; nullptr where nothing is wrong. x.start has x.p + 1 places, x.index and x.value have `nonzeros`.
const char* sparse_fault(const SparseColumns& x, std::size_t nonzeros);

}  // namespace sgdlasso
