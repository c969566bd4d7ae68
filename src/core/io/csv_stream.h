// csv_stream.h: the numbers of a plain file of comma-separated text, block by block.
//
// csv.h tells how a file is cut into pieces, and what makes a piece plain. The stream stops before the first piece that
// is not, and another reader goes on with its text, which the stream hands out then.
#pragma once

#include <cstdint>
#include <memory>
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
  std::uint64_t begin = 0, end = 0;  // of its records, in the file
  bool plain = false;
  std::vector<char> text;  // where it is not plain and was read: from `begin` on to where the piece ends
};

class CsvPieces;

class CsvStream final : public BlockStream {
 public:
  // Throws NotPlain where the file does not begin with `start`, its first bytes as text, since it is compressed or no
  // file at all.
  CsvStream(const CsvLayout& layout, const std::string& start, int threads);

  const NumberBlock* next() override;
  bool stopped() const { return stopped_; }     // before the end of the file
  std::size_t lines() const { return lines_; }  // in the blocks given
  std::uint64_t end() const { return end_; }    // of their records, in the file

  // For the reader that goes on where this one has stopped. Both throw DamagedFile.
  std::vector<char> rest() const;  // what follows the records given in pieces read before
  std::vector<char> next_text();   // then piece by piece; none after the last

 private:
  std::vector<char> text(std::uint64_t from, std::uint64_t to) const;

  std::shared_ptr<const CsvPieces> pieces_;
  std::unique_ptr<BlockQueue<CsvBlock>> queue_;  // nullptr once it has stopped
  std::int64_t piece_ = 0;                       // the next
  std::size_t lines_ = 0;
  std::uint64_t end_;
  bool stopped_ = false;
  std::vector<char> held_;  // the text of the piece that it stopped at
  std::uint64_t held_from_ = 0;
};

}  // namespace sgdlasso
