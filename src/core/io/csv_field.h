// csv_field.h: what every reader of numbers in csv.h's records shares: which numbers are exact, and one field the usual
// way.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "io/csv.h"

namespace sgdlasso {

constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::uint64_t kExact = std::uint64_t{1} << 53;  // whole numbers up to here are doubles

inline bool is_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

inline bool ends_line(const char* at, const char* end) {
  return at == end || *at == '\n';
}

// Any field, the usual way: false if it is no number.
inline bool parse_field(const char* text, std::size_t size, double missing, double& value, bool& finite) {
  if (size == 0) {
    value = missing;
    finite = false;
    return true;
  }
  if (!parse_number(text, size, value)) return false;
  finite = finite && std::isfinite(value);
  return true;
}

}  // namespace sgdlasso
