// A file of csv as a stream of blocks, in pieces of any size and on several threads, and the text that it hands on
// where it stops, against the whole text in one piece.
#include "io/csv_stream.h"

#include <algorithm>

#include "fuzz/bytes.h"
#include "io/csv_oracle.h"
#include "io/text_files.h"

using namespace sgdlasso;

namespace {

struct Draw {
  std::size_t columns, first, read, bytes;
  std::string text;
};

// The first column is y.
struct Streamed {
  std::vector<std::vector<double>> values;
  std::vector<std::size_t> rows;  // of each block
  std::size_t end = 0, lines = 0;
  bool stopped = false;
  std::string rest;
  std::vector<std::string> pieces;
};

Streamed stream(const plain::TemporaryFile& file, const Draw& draw, int threads) {
  CsvLayout layout{
      file.path(),    std::vector<CsvRole>(draw.columns, CsvRole::x), ',', draw.first, draw.read, draw.bytes,
      plain::kMissing};
  layout.role[0] = CsvRole::y;
  CsvStream from(layout, draw.text.substr(0, draw.first), threads);
  Streamed result;
  result.values.resize(draw.columns);
  while (const NumberBlock* block = from.next()) {
    result.rows.push_back(block->n);
    result.values[0].insert(result.values[0].end(), block->response.y, block->response.y + block->n);
    for (std::size_t j = 0; j < block->p; ++j) {
      const double* const column = block->x + j * block->n;
      result.values[j + 1].insert(result.values[j + 1].end(), column, column + block->n);
    }
  }
  result.stopped = from.stopped();
  result.end = static_cast<std::size_t>(from.end());
  result.lines = from.lines();
  if (!result.stopped) return result;
  const auto as_text = [](const std::vector<char>& bytes) { return std::string(bytes.begin(), bytes.end()); };
  result.rest = as_text(from.rest());
  for (;;) {
    result.pieces.push_back(as_text(from.next_text()));
    if (result.pieces.back().empty()) return result;
  }
}

// How far the file is read before piece k.
std::size_t limit(const Draw& draw, std::size_t k) {
  return std::min(draw.text.size(), draw.read + k * draw.bytes);
}

// The rows of the blocks up to byte `end`, as records end in pieces of text that another reader would read.
std::vector<std::size_t> rows_of_blocks(const Draw& draw, std::size_t end) {
  std::vector<std::size_t> rows;
  const char* const text = draw.text.data();
  for (std::size_t k = 0, from = draw.first; from < end; ++k) {
    const bool last = limit(draw, k) == draw.text.size();
    const std::size_t size = limit(draw, k + 1) - from;
    const CsvExtent extent = whole_records(text + from, size, ',', last);
    if (extent.lines > 0) rows.push_back(extent.lines);
    from += extent.bytes;
  }
  return rows;
}

void check(const Draw& draw, const Streamed& found) {
  fuzz::require(found.end <= draw.text.size(), "records end in the file");
  const plain::Columns right = plain::read_any(draw.text.substr(draw.first, found.end - draw.first), draw.columns);
  fuzz::require(right.numbers, "what is given is numbers");
  fuzz::require(plain::equal_bits(found.values, right.values), "the same that one piece holds");
  fuzz::require(found.lines == right.values[0].size(), "each on its line");
  fuzz::require(found.rows == rows_of_blocks(draw, found.end), "in the blocks of any other reader");
  if (!found.stopped) {
    fuzz::require(found.end == draw.text.size(), "a stream that does not stop gives all");
    return;
  }
  std::string text = found.rest;
  for (const std::string& piece : found.pieces) text += piece;
  fuzz::require(text == draw.text.substr(found.end), "the text that follows is handed on");
  std::size_t at = found.end + found.rest.size();
  for (const std::string& piece : found.pieces) {
    const bool begins_piece = at >= draw.read && (at - draw.read) % draw.bytes == 0;
    fuzz::require(begins_piece || at == draw.text.size(), "in the same pieces");
    at += piece.size();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const plain::TemporaryFile file("");
  fuzz::Bytes bytes(data, size);
  Draw draw{};
  draw.columns = 1 + bytes.up_to(4);
  const std::size_t first = bytes.up_to(20), more = bytes.up_to(60);
  draw.bytes = 1 + bytes.number<std::uint16_t>() % 500;
  const int threads = 2 + static_cast<int>(bytes.up_to(2));
  draw.text = bytes.rest();
  draw.first = std::min(first, draw.text.size());
  draw.read = std::min(draw.first + more, draw.text.size());
  file.write(draw.text);
  const Streamed alone = stream(file, draw, 1), together = stream(file, draw, threads);
  check(draw, alone);
  check(draw, together);
  fuzz::require(alone.end == together.end && alone.rows == together.rows && alone.pieces == together.pieces,
                "nothing depends on the number of threads");
  return 0;
}
