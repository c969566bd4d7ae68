// The fast reader of numbers against the one for any field, in one piece and in two.
#include "fuzz/bytes.h"
#include "io/csv_oracle.h"

using namespace sgdlasso;

namespace {

// The header and records end where they end, however the text is cut.
void check_ends(const std::string& text, std::size_t cut) {
  RecordEnds whole(','), parts(',');
  const std::size_t end = whole.last_end(text.data(), text.size());
  const std::size_t first = parts.last_end(text.data(), cut),
                    second = parts.last_end(text.data() + cut, text.size() - cut);
  fuzz::require(end == (second > 0 ? cut + second : first), "records end where they end");
  try {
    const CsvHeader header = read_csv_header(text.data(), text.size(), ',', true);
    fuzz::require(header.read.bytes <= text.size(), "a header is in the text");
    for (const std::string& name : header.names) shown(name.data(), name.size());
  } catch (const LineError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  const std::size_t columns = 1 + bytes.up_to(7), cut = bytes.number<std::uint16_t>();
  const std::string text = bytes.rest();
  const plain::Columns any = plain::read_any(text, columns);
  for (const auto read : {read_csv_numbers, read_csv_numbers_portably}) {
    const plain::FastRead fast = plain::read_fast(read, text, columns);
    if (!fast.found.plain) continue;
    fuzz::require(any.numbers, "what is plain is read by the other reader");
    fuzz::require(plain::equal_bits(fast.values, any.values), "both readers read the same numbers");
  }
  check_ends(text, text.empty() ? 0 : cut % text.size());
  return 0;
}
