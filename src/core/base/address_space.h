// address_space.h: whether the system would still give so much memory.
#pragma once

#include <cstddef>

namespace sgdlasso {

// Whether so many more bytes have addresses: a limit on them (ulimit -v) ends programs that have memory left. Takes
// none.
bool has_addresses(std::size_t bytes);

}  // namespace sgdlasso
