// row_file.h: blocks of rows in a file of our own, to be read again without parsing.
//
// Layout, in the machine's own byte order, which the header tells: "sgdlrows", version, byte order, then pieces. A piece is its
// kind, its size, its checksum and its bytes. The first piece is the header (what R wants to find again), then come blocks
// (number of rows, then x column by column, y, weights, offset), last the end, which counts the blocks. A file without an end
// was never finished.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sgdlasso {

// What is wrong with a file, in words.
struct RowFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class RowFileWriter {
 public:
  // Throws where the file cannot be made, or the disk is full.
  RowFileWriter(const std::string& path, const std::vector<char>& header);
  ~RowFileWriter();
  RowFileWriter(const RowFileWriter&) = delete;
  RowFileWriter& operator=(const RowFileWriter&) = delete;

  // Parts of one block, one after another.
  struct Part {
    const double* data;
    std::size_t count;
  };
  void block(std::size_t rows, const std::vector<Part>& parts);
  // Writes the end and closes the file.
  void finish();

 private:
  void write(const void* bytes, std::size_t size);
  void begin_piece(std::uint32_t kind, std::uint64_t size, std::uint64_t checksum);

  std::FILE* file_;
  std::uint64_t blocks_ = 0;
  std::uint64_t rows_ = 0;
};

class RowFileReader {
 public:
  explicit RowFileReader(const std::string& path);
  ~RowFileReader();
  RowFileReader(const RowFileReader&) = delete;
  RowFileReader& operator=(const RowFileReader&) = delete;

  const std::vector<char>& header() const { return header_; }
  // Rows of the next block, each of so many numbers; 0 after the last, once the end has been found right.
  std::size_t next_rows(std::size_t numbers);
  // The parts of that block, into memory of the caller's; checked.
  void read(const std::vector<std::pair<double*, std::size_t>>& parts);

 private:
  struct Piece {
    std::uint32_t kind;
    std::uint64_t size;
    std::uint64_t checksum;
  };
  Piece piece();
  void read_bytes(void* to, std::size_t size);

  std::FILE* file_;
  std::uint64_t size_ = 0;  // of the file: no piece is larger
  std::vector<char> header_;
  Piece current_{0, 0, 0};
  std::uint64_t blocks_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace sgdlasso
