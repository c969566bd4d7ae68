// as_count.h: a number of things from a size that was reckoned in doubles, which may be beyond any count.
#pragma once

#include <cstddef>

namespace sgdlasso {

// The whole part; 0 for what is below 1 or NaN, and the most that a double counts exactly for what is beyond.
inline std::size_t as_count(double size) {
  constexpr double most = 9007199254740992.0;  // 2^53
  if (!(size >= 1)) return 0;
  return size < most ? static_cast<std::size_t>(size) : static_cast<std::size_t>(most);
}

}  // namespace sgdlasso
