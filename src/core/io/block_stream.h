// block_stream.h: rows as numbers, block by block, in memory that is used again.
//
// A new kind of stream makes its blocks by a Filler for each thread (block_queue.h), which reads and parses ahead;
// r_block.h hands the blocks to whatever trains on them.
#pragma once

#include <cstddef>
#include <memory>

#include "base/large_buffer.h"
#include "rows/response.h"

namespace sgdlasso {

struct NumberBlock {
  const double* x = nullptr;   // column by column, n rows of p; nullptr where sparse
  const int* index = nullptr;  // sparse: as in SparseColumns (rows.h)
  const int* start = nullptr;
  const double* value = nullptr;
  std::size_t n = 0;
  std::size_t p = 0;
  Observations response;
  bool clean = false;  // every number is finite and every weight above 0; false where that is not sure
};

class BlockStream {
 public:
  virtual ~BlockStream() = default;
  // The next block that has rows, valid until the next call; nullptr after the last.
  virtual const NumberBlock* next() = 0;
};

// Memory for a block's numbers that grows and is used again.
class BlockMemory {
 public:
  double* room(std::size_t numbers) {
    if (numbers > size_) {
      memory_.reset();
      size_ = numbers + numbers / 8;  // blocks differ by a few rows
      memory_ = std::make_unique<LargeBuffer<double>>(size_);
    }
    return memory_->data();
  }

 private:
  std::unique_ptr<LargeBuffer<double>> memory_ = std::make_unique<LargeBuffer<double>>(1);
  std::size_t size_ = 1;
};

}  // namespace sgdlasso
