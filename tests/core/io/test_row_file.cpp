#include "io/row_file.h"

#include <cstring>
#include <memory>

#include "io/row_checksum.h"
#include "io/row_stream.h"
#include "io/text_files.h"
#include "plain.h"

using namespace sgdlasso;

namespace {

constexpr std::size_t kColumns = 3;

// Two blocks of a dense file, with weights.
std::string dense_file(const plain::TemporaryFile& file, Rng& rng, std::vector<std::vector<double>>& numbers) {
  RowFileWriter writer(file.path(), {'h', 'e', 'a', 'd'});
  for (const std::size_t rows : {5, 2}) {
    numbers.push_back(plain::normals(rng, rows * kColumns));
    numbers.push_back(plain::uniforms(rng, rows, 0.1, 1));
    numbers.push_back(plain::normals(rng, rows));
    const std::size_t at = numbers.size() - 3;
    writer.block(
        rows, {{numbers[at].data(), rows * kColumns}, {numbers[at + 1].data(), rows}, {numbers[at + 2].data(), rows}});
  }
  writer.finish();
  return file.read();
}

std::string sparse_file(const plain::TemporaryFile& file) {
  const std::vector<double> value = {1, 2, 3, 4}, y = {1, 0, 1, 0, 1};
  const std::vector<int> start = {0, 2, 2, 4}, index = {0, 4, 1, 3};
  RowFileWriter writer(file.path(), {});
  writer.sparse_block({value.data(), index.data(), start.data(), 5, kColumns}, {{y.data(), 5}});
  writer.finish();
  return file.read();
}

// Every number of a file; follows the indices of sparse blocks, so that a wrong one is seen by a sanitizer.
std::vector<double> read_all(const std::string& path, const RowLayout& layout, int threads) {
  RowStream stream(std::make_shared<RowPieces>(path), layout, threads);
  std::vector<double> found;
  while (const NumberBlock* block = stream.next()) {
    if (block->x) found.insert(found.end(), block->x, block->x + block->n * block->p);
    for (std::size_t j = 0; !block->x && j < block->p; ++j) {
      std::vector<double> column(block->n);
      for (int k = block->start[j]; k < block->start[j + 1]; ++k)
        column[static_cast<std::size_t>(block->index[k])] = block->value[k];
      found.insert(found.end(), column.begin(), column.end());
    }
    if (block->response.weight) found.insert(found.end(), block->response.weight, block->response.weight + block->n);
    found.insert(found.end(), block->response.y, block->response.y + block->n);
  }
  return found;
}

constexpr RowLayout kDense{kColumns, true, false, false}, kSparse{kColumns, false, false, true};

}  // namespace

TEST_CASE("blocks come back to the bit, dense and sparse, on any number of threads") {
  Rng rng(1);
  const plain::TemporaryFile file("");
  std::vector<std::vector<double>> numbers;
  dense_file(file, rng, numbers);
  std::vector<double> right;
  for (const std::vector<double>& part : numbers) right.insert(right.end(), part.begin(), part.end());
  for (const int threads : {1, 2, 7}) CHECK(read_all(file.path(), kDense, threads) == right);
  CHECK(RowPieces(file.path()).header() == std::vector<char>{'h', 'e', 'a', 'd'});
  sparse_file(file);
  const std::vector<double> sparse = {1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0, 1, 0, 1, 0, 1};
  CHECK(read_all(file.path(), kSparse, 2) == sparse);
}

TEST_CASE("damage anywhere is an error, never other numbers") {
  Rng rng(2);
  const plain::TemporaryFile file("");
  std::vector<std::vector<double>> numbers;
  for (const bool sparse : {false, true}) {
    const std::string content = sparse ? sparse_file(file) : dense_file(file, rng, numbers);
    const RowLayout& layout = sparse ? kSparse : kDense;
    for (std::size_t at = 0; at < content.size(); ++at) {
      std::string damaged = content;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << rng.up_to(7)));
      file.write(damaged);
      CHECK_THROWS_AS(read_all(file.path(), layout, 1 + static_cast<int>(at % 3)), RowFileError);
      file.write(content.substr(0, at));
      CHECK_THROWS_AS(read_all(file.path(), layout, 1), RowFileError);
    }
  }
}

TEST_CASE("a file of another layout is refused") {
  Rng rng(3);
  const plain::TemporaryFile file("");
  std::vector<std::vector<double>> numbers;
  dense_file(file, rng, numbers);
  for (const RowLayout& layout : {RowLayout{4, true, false, false}, RowLayout{kColumns, true, true, false}, kSparse}) {
    CHECK_THROWS_AS(read_all(file.path(), layout, 1), RowFileError);
  }
}

TEST_CASE("a file whose writer was dropped before its end was never finished") {
  const plain::TemporaryFile file("");
  {
    const std::vector<double> numbers(5 * kColumns, 1.0), one(5, 1.0);
    RowFileWriter writer(file.path(), {});
    writer.block(5, {{numbers.data(), 5 * kColumns}, {one.data(), 5}, {one.data(), 5}});
  }
  CHECK_THROWS_AS(read_all(file.path(), kDense, 2), RowFileError);
}

TEST_CASE("a checksum is of the bytes, in whatever pieces they come, and of their order") {
  Rng rng(4);
  const std::vector<double> numbers = plain::normals(rng, 64);
  Checksum whole, parts;
  whole.add(numbers.data(), 512);
  parts.add(numbers.data(), 128);
  parts.add(numbers.data() + 16, 384);
  CHECK(whole.value() == parts.value());
  std::vector<double> turned = numbers;
  std::swap(turned[3], turned[4]);
  Checksum other;
  other.add(turned.data(), 512);
  CHECK(other.value() != whole.value());
}
