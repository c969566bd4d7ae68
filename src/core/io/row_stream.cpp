#include "io/row_stream.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>

#include "io/row_checksum.h"
#include "io/row_file.h"
#include "io/row_format.h"
#include "kernels/dense_kernels.h"
#include "rows/sparse_fault.h"

namespace sgdlasso {
namespace {

constexpr std::uint64_t kMostRows = std::numeric_limits<int>::max();  // of a block, as in R's matrices
constexpr std::uint64_t kAhead = 4;                                   // blocks that the system is told of in advance
constexpr std::size_t kSegment = std::size_t{1} << 15;  // numbers read at a time: they stay in the second cache

class RowFiller final : public Filler<RowBlockRead> {
 public:
  RowFiller(std::shared_ptr<RowPieces> pieces, const RowLayout& layout) : pieces_(std::move(pieces)), layout_(layout) {}

  bool fill(std::size_t k, RowBlockRead& block) override {
    RowPieces::Place place;
    if (!pieces_->locate(k, layout_, place)) return false;
    const std::size_t n = place.rows;
    NumberBlock& numbers = block.numbers;
    numbers = NumberBlock();
    numbers.n = numbers.response.n = n;
    numbers.p = layout_.columns;
    numbers.clean = true;
    at_ = place.at;
    const std::uint64_t size = place.size * sizeof(double);  // about that of those to come
    pieces_->file().expect(at_ + (k == 0 ? 1 : kAhead) * size, k == 0 ? kAhead * size : size);
    Checksum sum;
    sum.add(&place.rows, sizeof place.rows);
    if (layout_.sparse) sum.add(&place.nonzeros, sizeof place.nonzeros);
    double* next = block.memory.room(place.size);
    const auto read_part = [&](std::size_t count) {
      double* const part = next;
      numbers.clean = read(k, part, count, sum) && numbers.clean;
      next += count;
      return part;
    };
    if (layout_.sparse) {
      const std::size_t starts = layout_.columns + 1;
      numbers.start = reinterpret_cast<const int*>(read_part(row_format::integers(starts + place.nonzeros)));
      numbers.index = numbers.start + starts;
      numbers.clean = true;  // integers are no numbers that could be infinite
      numbers.value = read_part(place.nonzeros);
    } else {
      numbers.x = read_part(n * layout_.columns);
    }
    if (layout_.weighted) numbers.response.weight = read_part(n);
    if (layout_.shifted) numbers.response.offset = read_part(n);
    numbers.response.y = read_part(n);
    if (sum.value() != place.checksum) {
      throw RowFileError("is damaged: the checksum of block " + std::to_string(k + 1) + " is wrong");
    }
    if (layout_.sparse) {
      const char* fault = sparse_fault({numbers.value, numbers.index, numbers.start, n, numbers.p}, place.nonzeros);
      if (fault) throw RowFileError("is damaged in block " + std::to_string(k + 1) + ": " + fault);
    }
    const double* weight = numbers.response.weight;
    if (weight) numbers.clean = numbers.clean && std::all_of(weight, weight + n, [](double w) { return w > 0; });
    return true;
  }

 private:
  // Whether all are finite. False too where their squares are not: then R looks again.
  bool read(std::size_t k, double* to, std::size_t count, Checksum& sum) {
    bool finite = true;
    for (std::size_t done = 0; done < count; done += kSegment) {
      const std::size_t some = std::min(kSegment, count - done), bytes = some * sizeof(double);
      if (pieces_->file().read(at_, to + done, bytes) != bytes) {
        throw RowFileError("is cut off after block " + std::to_string(k));
      }
      at_ += bytes;
      sum.add(to + done, bytes);
      double total = 0, square = 0;
      dense_kernels().shifted_sums(to + done, 0, some, &total, &square);
      finite = finite && std::isfinite(total) && std::isfinite(square);
    }
    return finite;
  }

  std::shared_ptr<RowPieces> pieces_;
  RowLayout layout_;
  std::uint64_t at_ = 0;
};

std::vector<std::unique_ptr<Filler<RowBlockRead>>> make_fillers(const std::shared_ptr<RowPieces>& pieces,
                                                                const RowLayout& layout, int threads) {
  std::vector<std::unique_ptr<Filler<RowBlockRead>>> fillers;
  for (int t = 0; t < std::max(threads, 1); ++t) fillers.push_back(std::make_unique<RowFiller>(pieces, layout));
  return fillers;
}

}  // namespace

RowPieces::RowPieces(const std::string& path) : file_(path) {
  if (!file_.opened()) throw RowFileError("cannot be read");
  char magic[sizeof row_format::kMagic];
  if (file_.read(0, magic, sizeof magic) != sizeof magic || std::memcmp(magic, row_format::kMagic, sizeof magic) != 0) {
    throw RowFileError("is no row file of this package");
  }
  at_ = sizeof magic;
  std::uint32_t version = 0, order = 0;
  read(&version, sizeof version);
  read(&order, sizeof order);
  if (order != row_format::kByteOrder) throw RowFileError("was written on a machine of another byte order");
  if (version != row_format::kVersion) {
    throw RowFileError("has version " + std::to_string(version) + ", and this package reads version " +
                       std::to_string(row_format::kVersion));
  }
  const Piece found = piece();
  if (found.kind != row_format::kHeader) throw RowFileError("is damaged: its header is not where it should be");
  header_.resize(found.size);
  read(header_.data(), header_.size());
  Checksum sum;
  sum.add(header_.data(), header_.size());
  if (sum.value() != found.checksum) throw RowFileError("is damaged: the checksum of its header is wrong");
}

void RowPieces::read(void* to, std::size_t size) {
  if (file_.read(at_, to, size) != size) throw RowFileError("is cut off after block " + std::to_string(blocks_.size()));
  at_ += size;
}

RowPieces::Piece RowPieces::piece() {
  Piece result;
  read(&result.kind, sizeof result.kind);
  read(&result.size, sizeof result.size);
  read(&result.checksum, sizeof result.checksum);
  if (result.size > file_.size()) {
    throw RowFileError("is damaged or cut off after block " + std::to_string(blocks_.size()));
  }
  return result;
}

void RowPieces::check_end(const Piece& piece) {
  std::uint64_t counts[2] = {0, 0};
  read(counts, sizeof counts);
  Checksum sum;
  sum.add(counts, sizeof counts);
  const bool right =
      piece.size == sizeof counts && sum.value() == piece.checksum && counts[0] == blocks_.size() && counts[1] == rows_;
  if (!right) throw RowFileError("is damaged: its end does not count the blocks that are there");
}

// What a piece holds, once its counts agree with its size.
RowPieces::Place RowPieces::place_of(const Piece& piece, const RowLayout& layout) {
  const std::string after = "is damaged after block " + std::to_string(blocks_.size());
  if (piece.kind != (layout.sparse ? row_format::kSparseBlock : row_format::kBlock)) throw RowFileError(after);
  Place place{0, 0, 0, piece.checksum, 0};
  read(&place.rows, sizeof place.rows);
  std::uint64_t counts = 1, x = 0;
  if (layout.sparse) {
    read(&place.nonzeros, sizeof place.nonzeros);
    counts = 2;
  }
  const std::uint64_t most = piece.size / sizeof(double);
  const std::uint64_t widest = layout.sparse ? 1 : std::max<std::uint64_t>(layout.columns, 1);
  if (place.rows == 0 || place.rows > most / widest || place.rows > kMostRows || place.nonzeros > most)
    throw RowFileError(after);
  x = layout.sparse ? row_format::integers(layout.columns + 1 + place.nonzeros) + place.nonzeros
                    : place.rows * layout.columns;
  place.size = x + place.rows * layout.others();
  if (piece.size != (counts + place.size) * sizeof(double)) throw RowFileError(after);
  place.at = at_;
  return place;
}

bool RowPieces::locate(std::size_t k, const RowLayout& layout, Place& place) {
  const std::lock_guard<std::mutex> lock(guard_);
  while (blocks_.size() <= k) {
    const std::uint64_t from = at_;
    try {
      const Piece found = piece();
      if (found.kind == row_format::kEnd) {
        check_end(found);
        at_ = from;
        return false;
      }
      blocks_.push_back(place_of(found, layout));
      rows_ += blocks_.back().rows;
      at_ += blocks_.back().size * sizeof(double);
    } catch (...) {
      at_ = from;  // who asks again is told the same
      throw;
    }
  }
  place = blocks_[k];
  return true;
}

RowStream::RowStream(std::shared_ptr<RowPieces> pieces, const RowLayout& layout, int threads)
    : queue_(make_fillers(pieces, layout, threads)) {}

const NumberBlock* RowStream::next() {
  const RowBlockRead* block = queue_.next();
  return block ? &block->numbers : nullptr;
}

}  // namespace sgdlasso
