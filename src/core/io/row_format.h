// row_format.h: what row files consist of, for their writer and their reader.
//
// Layout, in the machine's own byte order, which the header tells: "sgdlrows", version, byte order, then pieces. A
// piece is its kind, its size, its checksum and its bytes. The first piece is the header (what R wants to find again),
// then come blocks (number of rows, then x column by column, weights, offset, y), last the end, which counts the
// blocks. A file without an end was never finished. A sparse block has the number of its nonzeros too, and for x the
// starts of its columns and the rows of its nonzeros, as 4-byte integers filled up to a multiple of 8 bytes, and their
// values.
#pragma once

#include <cstdint>

namespace sgdlasso {
namespace row_format {

constexpr char kMagic[8] = {'s', 'g', 'd', 'l', 'r', 'o', 'w', 's'};
constexpr std::uint32_t kVersion = 2;  // the first had a header by serialize(version = 3)
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::uint32_t kHeader = 1, kBlock = 2, kEnd = 3, kSparseBlock = 4;

// Numbers of 8 bytes that so many integers take.
inline std::uint64_t integers(std::uint64_t count) {
  return (count + 1) / 2;
}

}  // namespace row_format
}  // namespace sgdlasso
