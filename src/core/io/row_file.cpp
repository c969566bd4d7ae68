#include "io/row_file.h"

#include <cerrno>
#include <cstring>

#include "io/row_checksum.h"
#include "io/row_format.h"

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
  write_block(row_format::kBlock, {rows}, parts);
}

void RowFileWriter::sparse_block(const SparseColumns& x, const std::vector<Part>& parts) {
  const std::size_t nonzeros = static_cast<std::size_t>(x.start[x.p]), count = x.p + 1 + nonzeros;
  std::vector<double> integers(row_format::integers(count), 0.0);
  std::memcpy(integers.data(), x.start, (x.p + 1) * sizeof(int));
  std::memcpy(reinterpret_cast<char*>(integers.data()) + (x.p + 1) * sizeof(int), x.index, nonzeros * sizeof(int));
  std::vector<Part> all{{integers.data(), integers.size()}, {x.value, nonzeros}};
  all.insert(all.end(), parts.begin(), parts.end());
  write_block(row_format::kSparseBlock, {x.n, nonzeros}, all);
}

void RowFileWriter::write_block(std::uint32_t kind, const std::vector<std::uint64_t>& counts,
                                const std::vector<Part>& parts) {
  Checksum sum;
  std::uint64_t size = counts.size() * sizeof(std::uint64_t);
  sum.add(counts.data(), size);
  for (const Part& part : parts) {
    sum.add(part.data, part.count * sizeof(double));
    size += part.count * sizeof(double);
  }
  begin_piece(kind, size, sum.value());
  write(counts.data(), counts.size() * sizeof(std::uint64_t));
  for (const Part& part : parts) write(part.data, part.count * sizeof(double));
  ++blocks_;
  rows_ += counts[0];
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
