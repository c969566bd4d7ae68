// csv_stream.h: the numbers of a plain file of comma-separated text, block by block.
//
// Blocks end where those of the reader in R (rows_files.R) end: block k at the last line break before byte read + (k +
// 1) * bytes. Where something other than plain numbers stands, the stream stops before the block that holds it, and
// that reader goes on.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/block_queue.h"
#include "io/block_stream.h"

namespace sgdlasso {

enum class CsvRole { x, y, weight, offset };

struct CsvLayout {
  std::string path;
  std::vector<CsvRole> role;  // of each column
  char separator;
  std::uint64_t first;  // where the records begin
  std::uint64_t read;   // how far the reader in R has read
  std::uint64_t bytes;  // read at a time
  double missing;       // what empty fields become
};

struct NotPlain : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CsvBlock {
  NumberBlock numbers;
  BlockMemory memory;
  std::uint64_t end = 0;  // of its records, in the file
  bool plain = false;
};

class CsvStream final : public BlockStream {
 public:
  // Throws NotPlain where the file does not begin with `start`, its first bytes as text, since it is compressed or no
  // file at all.
  CsvStream(const CsvLayout& layout, const std::string& start, int threads);

  const NumberBlock* next() override;
  bool stopped() const { return stopped_; }                   // before the end of the file
  std::size_t pieces() const { return pieces_; }              // read before that, those without a whole record included
  std::size_t lines() const { return lines_; }                // in them
  double bytes() const { return static_cast<double>(end_); }  // where they end

 private:
  BlockQueue<CsvBlock> queue_;
  bool stopped_ = false;
  std::size_t pieces_ = 0;
  std::size_t lines_ = 0;
  std::uint64_t end_;
};

}  // namespace sgdlasso
