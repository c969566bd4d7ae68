#include "row_file.h"

#include <cerrno>
#include <cstring>

#include "row_checksum.h"
#include "row_format.h"

namespace sgdlasso {
namespace {

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
    write(row_format::kMagic, sizeof row_format::kMagic);
    write(&row_format::kVersion, sizeof row_format::kVersion);
    write(&row_format::kByteOrder, sizeof row_format::kByteOrder);
    begin_piece(row_format::kHeader, header.size(), sum.value());
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
  begin_piece(row_format::kBlock, size, sum.value());
  write(&count, sizeof count);
  for (const Part& part : parts) write(part.data, part.count * sizeof(double));
  ++blocks_;
  rows_ += rows;
}

void RowFileWriter::finish() {
  const std::uint64_t counts[2] = {blocks_, rows_};
  Checksum sum;
  sum.add(counts, sizeof counts);
  begin_piece(row_format::kEnd, sizeof counts, sum.value());
  write(counts, sizeof counts);
  errno = 0;
  const bool flushed = std::fflush(file_) == 0;
  const bool closed = std::fclose(file_) == 0;
  file_ = nullptr;
  if (!flushed || !closed) throw RowFileError("cannot be written" + reason());
}

}  // namespace sgdlasso
