// row_checksum.h: by which damage to a row file is found; no guard against malice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sgdlasso {

// Four lanes side by side, so that the sum costs little. Parts of a multiple of 32 bytes may be added in pieces of such
// multiples.
class Checksum {
 public:
  void add(const void* bytes, std::size_t size) {
    const char* from = static_cast<const char*>(bytes);
    std::uint64_t a = lane_[0], b = lane_[1], c = lane_[2], d = lane_[3];  // in registers
    for (; size >= 32; from += 32, size -= 32) {
      a = mix(a, word(from));
      b = mix(b, word(from + 8));
      c = mix(c, word(from + 16));
      d = mix(d, word(from + 24));
    }
    lane_[0] = a, lane_[1] = b, lane_[2] = c, lane_[3] = d;
    for (; size > 0;) {
      char rest[8] = {0};
      const std::size_t some = size < 8 ? size : 8;
      std::memcpy(rest, from, some);
      lane_[0] = mix(lane_[0], word(rest) + some);
      from += some;
      size -= some;
    }
  }
  std::uint64_t value() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t lane : lane_) sum = mix(sum, lane);
    return sum;
  }

 private:
  static std::uint64_t word(const char* from) {
    std::uint64_t value;
    std::memcpy(&value, from, 8);
    return value;
  }
  static std::uint64_t mix(std::uint64_t sum, std::uint64_t value) {
    sum = (sum ^ value) * 0x9E3779B97F4A7C15u;
    return sum ^ (sum >> 29);
  }
  std::uint64_t lane_[4] = {1, 2, 3, 4};
};

}  // namespace sgdlasso
