// row_stream.h: the blocks of a row file (row_file.h), read ahead, each with its checksum compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/block_queue.h"
#include "io/block_stream.h"
#include "io/plain_file.h"

namespace sgdlasso {

// What the numbers of a row are besides x.
struct RowLayout {
  std::size_t columns;
  bool weighted, shifted, sparse;
  std::size_t others() const { return std::size_t{1} + weighted + shifted; }
};

struct RowBlockRead {
  NumberBlock numbers;
  BlockMemory memory;
};

// The pieces of a file, found one after another, asked for by several threads. Throws RowFileError.
class RowPieces {
 public:
  explicit RowPieces(const std::string& path);

  const std::vector<char>& header() const { return header_; }
  const PlainFile& file() const { return file_; }

  struct Place {
    std::uint64_t at;  // of the first number
    std::uint64_t rows;
    std::uint64_t nonzeros;  // where sparse
    std::uint64_t checksum;
    std::uint64_t size;  // numbers of 8 bytes
  };
  // Block k; false where there are not so many, and the end is right.
  bool locate(std::size_t k, const RowLayout& layout, Place& place);

 private:
  struct Piece {
    std::uint32_t kind;
    std::uint64_t size;
    std::uint64_t checksum;
  };
  void read(void* to, std::size_t size);
  Piece piece();
  void check_end(const Piece& piece);
  Place place_of(const Piece& piece, const RowLayout& layout);

  PlainFile file_;
  std::vector<char> header_;
  std::mutex guard_;
  std::uint64_t at_ = 0;  // what follows is not located yet
  std::vector<Place> blocks_;
  std::uint64_t rows_ = 0;  // in these
};

class RowStream final : public BlockStream {
 public:
  RowStream(std::shared_ptr<RowPieces> pieces, const RowLayout& layout, int threads);
  const NumberBlock* next() override;

 private:
  BlockQueue<RowBlockRead> queue_;
};

}  // namespace sgdlasso
