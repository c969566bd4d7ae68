// Row files whose pieces say other things than they hold, with checksums that fit: an error or numbers, always in
// bounds.
#include <fstream>
#include <memory>

#include "fuzz/bytes.h"
#include "io/row_checksum.h"
#include "io/row_file.h"
#include "io/row_format.h"
#include "io/row_stream.h"
#include "io/text_files.h"

using namespace sgdlasso;

namespace {

constexpr std::size_t kColumns = 3;

std::string written(bool sparse) {
  const plain::TemporaryFile file("");
  const std::vector<double> numbers(15, 1.5), y = {1, 0, 1, 0, 1};
  const std::vector<int> start = {0, 2, 2, 4}, index = {0, 4, 1, 3};
  RowFileWriter writer(file.path(), {'h', 'e', 'a', 'd'});
  for (int block = 0; block < 2; ++block) {
    if (sparse) {
      writer.sparse_block({numbers.data(), index.data(), start.data(), 5, kColumns}, {{y.data(), 5}});
    } else {
      writer.block(5, {{numbers.data(), 15}, {y.data(), 5}, {y.data(), 5}});
    }
  }
  writer.finish();
  return file.read();
}

// Gives every piece the checksum of what it holds, as far as pieces can be told.
void mend_checksums(std::vector<char>& content) {
  const std::size_t head = 4 + 8 + 8;
  std::size_t at = sizeof row_format::kMagic + 8;
  while (at + head <= content.size()) {
    std::uint64_t size = 0;
    std::memcpy(&size, content.data() + at + 4, 8);
    if (size > content.size() - at - head) return;
    Checksum sum;
    sum.add(content.data() + at + head, static_cast<std::size_t>(size));
    const std::uint64_t value = sum.value();
    std::memcpy(content.data() + at + 12, &value, 8);
    at += head + static_cast<std::size_t>(size);
  }
}

// Touches every number.
void read_all(const std::string& path, const RowLayout& layout, int threads) {
  RowStream stream(std::make_shared<RowPieces>(path), layout, threads);
  double sum = 0;
  while (const NumberBlock* block = stream.next()) {
    std::vector<double> column(block->n);
    for (std::size_t k = 0; block->x && k < block->n * block->p; ++k) sum += block->x[k];
    for (std::size_t j = 0; !block->x && j < block->p; ++j) {
      for (int k = block->start[j]; k < block->start[j + 1]; ++k)
        column[static_cast<std::size_t>(block->index[k])] += block->value[k];
    }
    for (std::size_t i = 0; i < block->n; ++i) sum += column[i] + block->response.y[i] * block->response.weight_of(i);
  }
  volatile double used = sum;
  (void)used;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string contents[] = {written(false), written(true)};
  static const plain::TemporaryFile file("");
  fuzz::Bytes bytes(data, size);
  const bool sparse = bytes.up_to(1) == 1;
  const bool mends = bytes.up_to(3) > 0;
  std::vector<char> content(contents[sparse].begin(), contents[sparse].end());
  bytes.damage(content);
  if (mends) mend_checksums(content);
  file.write(std::string(content.begin(), content.end()));
  for (const int threads : {1, 2}) {
    try {
      read_all(file.path(), {kColumns, !sparse, false, sparse}, threads);
    } catch (const RowFileError&) {
    }
  }
  return 0;
}
