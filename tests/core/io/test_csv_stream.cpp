#include "io/csv_stream.h"

#include "io/text_files.h"
#include "plain.h"

using namespace sgdlasso;

namespace {

// Three columns: y, x, x.
CsvLayout layout_of(const plain::TemporaryFile& file, std::uint64_t bytes) {
  return {file.path(), {CsvRole::y, CsvRole::x, CsvRole::x}, ',', 6, 6, bytes, -1};
}

struct Gathered {
  std::vector<double> y, x;
  std::vector<std::size_t> sizes;
  bool stopped = false;
  double bytes = 0;
};

Gathered gather(const plain::TemporaryFile& file, std::uint64_t bytes, int threads) {
  CsvStream stream(layout_of(file, bytes), "y,a,b\n", threads);
  Gathered result;
  while (const NumberBlock* block = stream.next()) {
    result.sizes.push_back(block->n);
    result.y.insert(result.y.end(), block->response.y, block->response.y + block->n);
    for (std::size_t i = 0; i < block->n; ++i) {
      for (std::size_t j = 0; j < block->p; ++j) result.x.push_back(block->x[j * block->n + i]);
    }
  }
  result.stopped = stream.stopped();
  result.bytes = stream.bytes();
  return result;
}

}  // namespace

TEST_CASE("a file comes block by block, the same blocks on any number of threads, whatever is read at a time") {
  Rng rng(1);
  std::string text = "y,a,b\n";
  std::vector<double> y, x;
  for (int i = 0; i < 700; ++i) {
    char line[80];
    const double one = static_cast<double>(rng.up_to(1000)) / 8, two = -static_cast<double>(rng.up_to(100)), three = i;
    std::snprintf(line, sizeof line, "%.3f,%.0f,%.0f\n", one, two, three);
    text += line;
    y.push_back(one);
    x.push_back(two);
    x.push_back(three);
  }
  text.pop_back();  // the last needs no line break
  const plain::TemporaryFile file(text);
  for (const std::uint64_t bytes : {20, 64, 1000, 100000}) {
    const Gathered alone = gather(file, bytes, 1);
    CHECK(alone.y == y);
    CHECK(alone.x == x);
    CHECK_FALSE(alone.stopped);
    CHECK(alone.bytes == static_cast<double>(text.size()));
    for (const int threads : {2, 5}) {
      const Gathered more = gather(file, bytes, threads);
      CHECK(more.y == alone.y);
      CHECK(more.sizes == alone.sizes);
    }
  }
}

TEST_CASE("a stream stops before the block that holds something else, and says where") {
  std::string text = "y,a,b\n";
  for (int i = 0; i < 300; ++i) text += i == 200 ? "1,\"2\",3\n" : "1,2,3\n";
  const plain::TemporaryFile file(text);
  for (const int threads : {1, 3}) {
    const Gathered found = gather(file, 100, threads);
    CHECK(found.stopped);
    CHECK(found.y.size() < 201);
    CHECK(found.y.size() > 150);
    CHECK(found.bytes == static_cast<double>(6 + 6 * found.y.size()));
  }
}

TEST_CASE("what does not begin as it was said to is no plain file") {
  const plain::TemporaryFile file("y,a,c\n1,2,3\n");
  CHECK_THROWS_AS(CsvStream(layout_of(file, 100), "y,a,b\n", 1), NotPlain);
  CHECK_THROWS_AS(CsvStream({"/nowhere/at/all", {CsvRole::y}, ',', 0, 0, 10, 0}, "", 1), NotPlain);
}

TEST_CASE("a stream that is dropped before its end ends its threads") {
  std::string text = "y,a,b\n";
  for (int i = 0; i < 5000; ++i) text += "1,2,3\n";
  const plain::TemporaryFile file(text);
  for (int k = 0; k < 30; ++k) {
    CsvStream stream(layout_of(file, 200), "y,a,b\n", 4);
    for (int blocks = 0; blocks < k % 4; ++blocks) CHECK(stream.next() != nullptr);
  }
}
