// row_file.h: blocks of rows in a file of our own, to be read again without parsing.
//
// row_stream.h reads what this writes; row_format.h tells the layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "rows/rows.h"

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
  // The same where x is sparse: parts are the rest.
  void sparse_block(const SparseColumns& x, const std::vector<Part>& parts);
  // Writes the end and closes the file.
  void finish();

 private:
  void write(const void* bytes, std::size_t size);
  void begin_piece(std::uint32_t kind, std::uint64_t size, std::uint64_t checksum);
  void write_block(std::uint32_t kind, const std::vector<std::uint64_t>& counts, const std::vector<Part>& parts);

  std::FILE* file_;
  std::uint64_t blocks_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace sgdlasso
