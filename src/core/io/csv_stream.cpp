#include "io/csv_stream.h"

#include <algorithm>
#include <cstring>

#include "io/csv.h"
#include "io/csv_numbers.h"
#include "io/plain_file.h"

namespace sgdlasso {

// A file's pieces, by their bytes.
class CsvPieces {
 public:
  explicit CsvPieces(const CsvLayout& layout) : layout_(layout), file_(layout.path) {}

  const CsvLayout& layout() const { return layout_; }
  const PlainFile& file() const { return file_; }
  // How far has been read once piece k is complete; k = -1: before the first. The last piece is what the file's last
  // read left.
  std::uint64_t limit(std::int64_t k) const {
    const std::uint64_t pieces = static_cast<std::uint64_t>(k + 1);
    return std::min(file_.size(), layout_.read + pieces * layout_.bytes);
  }
  bool is_last(std::size_t k) const { return limit(static_cast<std::int64_t>(k) - 1) == file_.size(); }
  bool exists(std::size_t k) const { return k == 0 || !is_last(k - 1); }

 private:
  CsvLayout layout_;
  PlainFile file_;
};

namespace {

constexpr std::int64_t kAhead = 4;  // pieces that the system is told of in advance
constexpr std::uint64_t kBack = std::uint64_t{1}
                                << 20;  // bytes before a piece, or four pieces, that a line may begin in

// Where the last line in [from, end) ends, or from.
const char* end_of_lines(const char* from, const char* end) {
  while (end > from && end[-1] != '\n') --end;
  return end;
}

class CsvFiller final : public Filler<CsvBlock> {
 public:
  explicit CsvFiller(std::shared_ptr<const CsvPieces> pieces) : pieces_(std::move(pieces)) {}

  bool fill(std::size_t k, CsvBlock& block) override {
    if (!pieces_->exists(k)) return false;
    const std::int64_t piece = static_cast<std::int64_t>(k), first = k == 0 ? piece : piece + kAhead - 1;
    pieces_->file().expect(pieces_->limit(first), pieces_->limit(piece + kAhead) - pieces_->limit(first));
    block.text.clear();
    const bool is_read = read_records(k);
    block.plain = is_read && parse(block);
    if (is_read && !block.plain) block.text.assign(begin_, piece_end_);
    return true;
  }

 private:
  // Whether all of the records are plain.
  bool parse(CsvBlock& block) {
    const CsvLayout& layout = pieces_->layout();
    const std::size_t size = static_cast<std::size_t>(end_ - begin_);
    const std::size_t rows = count_lines(begin_, end_) + (size > 0 && end_[-1] != '\n');
    block.begin = begin_at_;
    block.end = begin_at_ + size;
    if (!may_be_records(rows, layout.role.size(), size)) return false;
    place(rows, block);
    const CsvNumbers found =
        read_csv_numbers(begin_, size, layout.role.size(), layout.separator, layout.missing, columns_.data());
    const double* weight = block.numbers.response.weight;
    block.numbers.clean =
        found.finite && (!weight || std::all_of(weight, weight + rows, [](double w) { return w > 0; }));
    return found.plain;
  }

  // The whole records of piece k, from begin_ to end_; false where the file cannot be read, or where a record began so
  // far before that reading it again with every piece would take more time than the reader in R does.
  bool read_records(std::size_t k) {
    const CsvLayout& layout = pieces_->layout();
    const std::uint64_t from = pieces_->limit(static_cast<std::int64_t>(k) - 1);
    const std::uint64_t to = pieces_->limit(static_cast<std::int64_t>(k));
    for (;; before_ *= 4) {  // the first record began in the piece before
      const std::uint64_t back = k == 0 ? from - layout.first : std::min<std::uint64_t>(before_, from - layout.first);
      const bool whole = k == 0 || back == from - layout.first;
      const std::size_t size = static_cast<std::size_t>(to - from + back);
      if (text_.size() < size) text_.resize(size);
      if (pieces_->file().read(from - back, text_.data(), size) != size) return false;
      const char* const split = text_.data() + back;
      begin_ = k == 0 ? text_.data() : end_of_lines(text_.data(), split);
      if (begin_ == text_.data() && !whole) {
        if (before_ > std::max(kBack, 4 * layout.bytes)) return false;
        continue;
      }
      begin_at_ = from - back + static_cast<std::uint64_t>(begin_ - text_.data());
      end_ = piece_end_ = text_.data() + size;
      if (!pieces_->is_last(k)) end_ = end_of_lines(begin_, end_);
      return true;
    }
  }

  // Gives every column its place in the block.
  void place(std::size_t rows, CsvBlock& block) {
    const std::vector<CsvRole>& role = pieces_->layout().role;
    double* const memory = block.memory.room(std::max<std::size_t>(rows * role.size(), 1));
    NumberBlock& numbers = block.numbers;
    numbers = NumberBlock();
    numbers.x = memory;
    numbers.n = numbers.response.n = rows;
    numbers.p = static_cast<std::size_t>(std::count(role.begin(), role.end(), CsvRole::x));
    double* x = memory;
    double* other = memory + numbers.p * rows;
    columns_.clear();
    for (const CsvRole one : role) {
      double*& next = one == CsvRole::x ? x : other;
      if (one == CsvRole::y) numbers.response.y = next;
      if (one == CsvRole::weight) numbers.response.weight = next;
      if (one == CsvRole::offset) numbers.response.offset = next;
      columns_.push_back(next);
      next += rows;
    }
  }

  std::shared_ptr<const CsvPieces> pieces_;
  std::vector<char> text_;
  std::vector<double*> columns_;
  const char* begin_ = nullptr;
  std::uint64_t begin_at_ = 0;  // in the file
  const char* end_ = nullptr;
  const char* piece_end_ = nullptr;
  std::size_t before_ = 8192;
};

std::shared_ptr<const CsvPieces> open_pieces(const CsvLayout& layout, const std::string& start) {
  const auto pieces = std::make_shared<const CsvPieces>(layout);
  const PlainFile& file = pieces->file();
  std::string found(start.size(), ' ');
  if (!file.opened() || layout.first > file.size() || file.read(0, &found[0], found.size()) != found.size() ||
      found != start) {
    throw NotPlain("It is no plain file.");
  }
  return pieces;
}

std::vector<std::unique_ptr<Filler<CsvBlock>>> make_fillers(const std::shared_ptr<const CsvPieces>& pieces,
                                                            int threads) {
  std::vector<std::unique_ptr<Filler<CsvBlock>>> fillers;
  for (int t = 0; t < std::max(threads, 1); ++t) fillers.push_back(std::make_unique<CsvFiller>(pieces));
  return fillers;
}

}  // namespace

CsvStream::CsvStream(const CsvLayout& layout, const std::string& start, int threads)
    : pieces_(open_pieces(layout, start)),
      queue_(std::make_unique<BlockQueue<CsvBlock>>(make_fillers(pieces_, threads))),
      end_(layout.first) {}

const NumberBlock* CsvStream::next() {
  while (!stopped_) {
    CsvBlock* block = queue_->next();
    if (!block) return nullptr;
    if (!block->plain) {
      stopped_ = true;
      held_.swap(block->text);
      held_from_ = block->begin;
      queue_.reset();
      return nullptr;
    }
    ++piece_;
    lines_ += block->numbers.n;
    end_ = block->end;
    if (block->numbers.n > 0) return &block->numbers;
  }
  return nullptr;
}

std::vector<char> CsvStream::rest() const {
  return text(end_, pieces_->limit(piece_ - 1));
}

std::vector<char> CsvStream::next_text() {
  std::vector<char> found = text(pieces_->limit(piece_ - 1), pieces_->limit(piece_));
  std::vector<char>().swap(held_);
  ++piece_;
  return found;
}

// These bytes of the file, from memory where they are still there.
std::vector<char> CsvStream::text(std::uint64_t from, std::uint64_t to) const {
  const std::size_t size = static_cast<std::size_t>(to - from);
  if (from >= held_from_ && to <= held_from_ + held_.size()) {
    const char* const first = held_.data() + (from - held_from_);
    return std::vector<char>(first, first + size);
  }
  std::vector<char> found(size);
  if (pieces_->file().read(from, found.data(), size) != size) throw DamagedFile("cannot be read to its end");
  return found;
}

}  // namespace sgdlasso
