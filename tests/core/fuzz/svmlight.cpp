// Lines of svmlight in one piece and in two.
#include "io/svmlight.h"
#include "fuzz/bytes.h"

using namespace sgdlasso;

namespace {

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  const std::size_t cut = bytes.number<std::uint16_t>();
  const std::string text = bytes.rest();
  SparseLines all;
  try {
    all = read_svmlight(text.data(), text.size(), true);
  } catch (const LineError&) {
    return 0;
  }
  check_rows(all);
  const SparseLines first = read_svmlight(text.data(), text.empty() ? 0 : cut % text.size(), false);
  const SparseLines rest = read_svmlight(text.data() + first.bytes, text.size() - first.bytes, true);
  fuzz::require(first.y.size() + rest.y.size() == all.y.size(), "two pieces have the rows of one");
  fuzz::require(first.index.size() + rest.index.size() == all.index.size(), "and their entries");
  return 0;
}
