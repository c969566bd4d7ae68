// row_format.h: what row files consist of, for their writer and their reader.
//
// Layout, in the machine's own byte order, which the header tells: "sgdlrows", version, byte order, then pieces. A piece is its
// kind, its size, its checksum and its bytes. The first piece is the header (what R wants to find again), then come blocks
// (number of rows, then x column by column, y, weights, offset), last the end, which counts the blocks. A file without an end
// was never finished.
#pragma once

#include <cstdint>

namespace sgdlasso {
namespace row_format {

constexpr char kMagic[8] = {'s', 'g', 'd', 'l', 'r', 'o', 'w', 's'};
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::uint32_t kHeader = 1, kBlock = 2, kEnd = 3;

}  // namespace row_format
}  // namespace sgdlasso
