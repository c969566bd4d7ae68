#include "io/svmlight.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace sgdlasso {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

// The next word of a line, [from, to); empty at its end.
const char* next_word(const char*& from, const char* end) {
  while (from < end && is_blank(*from)) ++from;
  const char* to = from;
  while (to < end && !is_blank(*to)) ++to;
  return to;
}

LineError wrong(const char* from, const char* to, std::size_t line, const char* what) {
  return LineError(line, shown(from, static_cast<std::size_t>(to - from)) + what);
}

int whole_index(const char* from, const char* to, std::size_t line) {
  double value = 0;
  if (!parse_number(from, static_cast<std::size_t>(to - from), value) || !(value >= 0) || value != std::floor(value)) {
    throw wrong(from, to, line, " is no number of a column");
  }
  if (value > kMostColumns) throw wrong(from, to, line, " is beyond the largest number of a column, 100,000,000");
  return static_cast<int>(value);
}

double number(const char* from, const char* to, std::size_t line) {
  double value = 0;
  if (!parse_number(from, static_cast<std::size_t>(to - from), value)) throw wrong(from, to, line, " is not a number");
  return value;
}

void read_line(const char* from, const char* end, SparseLines& found) {
  end = std::find(from, end, '#');
  const char* to = next_word(from, end);
  if (from == to) return;
  found.y.push_back(number(from, to, found.lines));
  int before = -1;
  for (from = to, to = next_word(from, end); from < to; from = to, to = next_word(from, end)) {
    const char* colon = std::find(from, to, ':');
    if (colon == to) throw wrong(from, to, found.lines, " is not index:value");
    if (colon - from == 3 && std::equal(from, colon, "qid")) continue;
    const int index = whole_index(from, colon, found.lines);
    if (index <= before)
      throw LineError(found.lines,
                      "column " + std::to_string(index) + " does not come after " + std::to_string(before));
    before = index;
    found.index.push_back(index);
    found.value.push_back(number(colon + 1, to, found.lines));
  }
  found.start.push_back(static_cast<int>(found.index.size()));
}

}  // namespace

SparseLines read_svmlight(const char* text, std::size_t size, bool last) {
  SparseLines found;
  const char* end = text + size;
  for (const char* at = text; at < end;) {
    const char* stop = std::find(at, end, '\n');
    if (stop == end && !last) break;
    read_line(at, stop, found);
    at = stop == end ? end : stop + 1;
    ++found.lines;
    found.bytes = static_cast<std::size_t>(at - text);
  }
  return found;
}

}  // namespace sgdlasso
