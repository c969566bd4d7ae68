#include "row_file.h"

#include <cerrno>
#include <cstring>
#include <limits>

namespace sgdlasso {
namespace {

constexpr char kMagic[8] = {'s', 'g', 'd', 'l', 'r', 'o', 'w', 's'};
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::uint32_t kHeader = 1, kBlock = 2, kEnd = 3;

// Four lanes side by side, so that the sum costs little. Finds damage, not malice.
class Checksum {
 public:
  void add(const void* bytes, std::size_t size) {
    const char* from = static_cast<const char*>(bytes);
    for (; size >= 32; from += 32, size -= 32) {
      for (int k = 0; k < 4; ++k) lane_[k] = mix(lane_[k], word(from + 8 * k));
    }
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

std::string reason() {
  return errno ? std::string(": ") + std::strerror(errno) : std::string();
}

}  // namespace

RowFileWriter::RowFileWriter(const std::string& path, const std::vector<char>& header) {
  errno = 0;
  file_ = std::fopen(path.c_str(), "wb");
  if (!file_) throw RowFileError("cannot be written" + reason());
  Checksum sum;
  sum.add(header.data(), header.size());
  try {
    write(kMagic, sizeof kMagic);
    write(&kVersion, sizeof kVersion);
    write(&kByteOrder, sizeof kByteOrder);
    begin_piece(kHeader, header.size(), sum.value());
    write(header.data(), header.size());
  } catch (...) {
    std::fclose(file_);
    throw;
  }
}

RowFileWriter::~RowFileWriter() {
  if (file_) std::fclose(file_);
}

void RowFileWriter::write(const void* bytes, std::size_t size) {
  errno = 0;
  if (size > 0 && std::fwrite(bytes, 1, size, file_) != size) throw RowFileError("cannot be written" + reason());
}

void RowFileWriter::begin_piece(std::uint32_t kind, std::uint64_t size, std::uint64_t checksum) {
  write(&kind, sizeof kind);
  write(&size, sizeof size);
  write(&checksum, sizeof checksum);
}

void RowFileWriter::block(std::size_t rows, const std::vector<Part>& parts) {
  const std::uint64_t count = rows;
  Checksum sum;
  sum.add(&count, sizeof count);
  std::uint64_t size = sizeof count;
  for (const Part& part : parts) {
    sum.add(part.data, part.count * sizeof(double));
    size += part.count * sizeof(double);
  }
  begin_piece(kBlock, size, sum.value());
  write(&count, sizeof count);
  for (const Part& part : parts) write(part.data, part.count * sizeof(double));
  ++blocks_;
  rows_ += rows;
}

void RowFileWriter::finish() {
  const std::uint64_t counts[2] = {blocks_, rows_};
  Checksum sum;
  sum.add(counts, sizeof counts);
  begin_piece(kEnd, sizeof counts, sum.value());
  write(counts, sizeof counts);
  errno = 0;
  const bool flushed = std::fflush(file_) == 0;
  const bool closed = std::fclose(file_) == 0;
  file_ = nullptr;
  if (!flushed || !closed) throw RowFileError("cannot be written" + reason());
}

RowFileReader::RowFileReader(const std::string& path) {
  errno = 0;
  file_ = std::fopen(path.c_str(), "rb");
  if (!file_) throw RowFileError("cannot be read" + reason());
  const long end = std::fseek(file_, 0, SEEK_END) == 0 ? std::ftell(file_) : -1;
  size_ = end < 0 ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(end);
  std::rewind(file_);
  try {
    char magic[sizeof kMagic];
    if (std::fread(magic, 1, sizeof magic, file_) != sizeof magic || std::memcmp(magic, kMagic, sizeof magic) != 0) {
      throw RowFileError("is no row file of this package");
    }
    std::uint32_t version = 0, order = 0;
    read_bytes(&version, sizeof version);
    read_bytes(&order, sizeof order);
    if (order != kByteOrder) throw RowFileError("was written on a machine of another byte order");
    if (version != kVersion)
      throw RowFileError("has version " + std::to_string(version) + ", and this package reads version 1");
    const Piece found = piece();
    if (found.kind != kHeader) throw RowFileError("is damaged: its header is not where it should be");
    header_.resize(found.size);
    read_bytes(header_.data(), header_.size());
    Checksum sum;
    sum.add(header_.data(), header_.size());
    if (sum.value() != found.checksum) throw RowFileError("is damaged: the checksum of its header is wrong");
  } catch (...) {
    std::fclose(file_);
    throw;
  }
}

RowFileReader::~RowFileReader() {
  std::fclose(file_);
}

void RowFileReader::read_bytes(void* to, std::size_t size) {
  if (size > 0 && std::fread(to, 1, size, file_) != size) {
    throw RowFileError("is cut off after block " + std::to_string(blocks_));
  }
}

RowFileReader::Piece RowFileReader::piece() {
  Piece result;
  read_bytes(&result.kind, sizeof result.kind);
  read_bytes(&result.size, sizeof result.size);
  read_bytes(&result.checksum, sizeof result.checksum);
  if (result.size > size_) throw RowFileError("is damaged or cut off after block " + std::to_string(blocks_));
  return result;
}

std::size_t RowFileReader::next_rows(std::size_t numbers) {
  current_ = piece();
  if (current_.kind == kEnd) {
    std::uint64_t counts[2] = {0, 0};
    read_bytes(counts, sizeof counts);
    Checksum sum;
    sum.add(counts, sizeof counts);
    const bool right = sum.value() == current_.checksum && counts[0] == blocks_ && counts[1] == rows_;
    if (!right) throw RowFileError("is damaged: its end does not count the blocks that are there");
    return 0;
  }
  if (current_.kind != kBlock) throw RowFileError("is damaged after block " + std::to_string(blocks_));
  std::uint64_t rows = 0;
  read_bytes(&rows, sizeof rows);
  if (rows == 0 || rows > current_.size / sizeof(double) || current_.size != sizeof rows + rows * numbers * sizeof(double)) {
    throw RowFileError("is damaged after block " + std::to_string(blocks_));
  }
  rows_ += rows;
  return rows;
}

void RowFileReader::read(const std::vector<std::pair<double*, std::size_t>>& parts) {
  const std::uint64_t rows = parts.empty() ? 0 : parts.back().second;
  Checksum sum;
  sum.add(&rows, sizeof rows);
  for (const auto& part : parts) {
    read_bytes(part.first, part.second * sizeof(double));
    sum.add(part.first, part.second * sizeof(double));
  }
  if (sum.value() != current_.checksum) {
    throw RowFileError("is damaged: the checksum of block " + std::to_string(blocks_ + 1) + " is wrong");
  }
  ++blocks_;
}

}  // namespace sgdlasso
