// Lines of svmlight in pieces of any size, read as R does, against one piece.
#include "io/svmlight.h"

#include "fuzz/bytes.h"

using namespace sgdlasso;

namespace {

struct Read {
  SparseLines rows;
  std::string fault;  // the first, with its line
};

void check_rows(const SparseLines& lines) {
  fuzz::require(lines.start.size() == lines.y.size() + 1, "every row has a start");
  fuzz::require(lines.start.back() == static_cast<int>(lines.index.size()), "the last row ends with the entries");
  for (std::size_t i = 0; i + 1 < lines.start.size(); ++i) {
    fuzz::require(lines.start[i] <= lines.start[i + 1], "rows do not overlap");
    for (int k = lines.start[i] + 1; k < lines.start[i + 1]; ++k) {
      const std::size_t at = static_cast<std::size_t>(k);
      fuzz::require(lines.index[at - 1] < lines.index[at], "indices rise");
    }
  }
  for (const int index : lines.index) fuzz::require(index >= 0 && index <= kMostColumns, "indices are in range");
}

void append(const SparseLines& more, SparseLines& to) {
  const int before = to.start.back();
  for (std::size_t i = 1; i < more.start.size(); ++i) to.start.push_back(before + more.start[i]);
  to.y.insert(to.y.end(), more.y.begin(), more.y.end());
  to.index.insert(to.index.end(), more.index.begin(), more.index.end());
  to.value.insert(to.value.end(), more.value.begin(), more.value.end());
  to.bytes += more.bytes;
  to.lines += more.lines;
}

// False where there is a fault.
bool add_piece(const std::string& piece, bool last, Read& to) {
  try {
    append(read_svmlight(piece.data(), piece.size(), last), to.rows);
    return true;
  } catch (const LineError& error) {
    to.fault = std::to_string(to.rows.lines + error.line) + " " + error.what();
    return false;
  }
}

// Lines that end in a piece are read with it; what follows them waits for the next. size: of a piece; 0 for all.
Read read(const std::string& text, std::size_t size) {
  Read result;
  std::string rest;
  for (std::size_t at = 0; size > 0 && at < text.size(); at += size) {
    rest += text.substr(at, size);
    const std::size_t before = result.rows.bytes;
    if (!add_piece(rest, false, result)) return result;
    rest.erase(0, result.rows.bytes - before);
  }
  add_piece(size > 0 ? rest : text, true, result);
  return result;
}

// Bits, since some numbers may be none.
bool equal_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  const std::size_t piece = 1 + bytes.number<std::uint16_t>() % 300;
  const std::string text = bytes.rest();
  const Read all = read(text, 0), parts = read(text, piece);
  check_rows(parts.rows);
  fuzz::require(all.fault == parts.fault, "the first fault is the same, and its line");
  if (!all.fault.empty()) return 0;
  fuzz::require(all.rows.bytes == text.size() && parts.rows.bytes == text.size(), "all of the text is read");
  fuzz::require(equal_bits(all.rows.y, parts.rows.y), "pieces have the rows of the whole");
  fuzz::require(all.rows.start == parts.rows.start && all.rows.index == parts.rows.index &&
                    equal_bits(all.rows.value, parts.rows.value),
                "and their entries");
  fuzz::require(all.rows.lines == parts.rows.lines, "and its lines");
  return 0;
}
