#include "io/csv_stream.h"

#include "io/plain_file.h"
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
  std::uint64_t end = 0;
  std::string text;  // handed on from there
};

std::string as_text(const std::vector<char>& bytes) {
  return std::string(bytes.begin(), bytes.end());
}

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
  result.end = stream.end();
  if (!result.stopped) return result;
  result.text = as_text(stream.rest());
  for (std::string piece = as_text(stream.next_text()); !piece.empty(); piece = as_text(stream.next_text()))
    result.text += piece;
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
    CHECK(alone.end == text.size());
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
    CHECK(found.end == 6 + 6 * found.y.size());
    CHECK(found.text == text.substr(found.end));
  }
}

TEST_CASE("a stream that stops hands on what it has read, without reading it again") {
  std::string text = "y,a,b\n";
  for (int i = 0; i < 300; ++i) text += i == 200 ? "1,\"2\",3\n" : "1,2,3\n";
  const plain::TemporaryFile file(text);
  for (const int threads : {1, 3}) {
    file.write(text);
    CsvStream stream(layout_of(file, 100), "y,a,b\n", threads);
    while (stream.next() != nullptr) {
    }
    CHECK(stream.stopped());
    file.write(std::string(text.size(), '#'));
    const std::string rest = as_text(stream.rest()), piece = as_text(stream.next_text());
    CHECK(piece.size() == 100);
    // what stands before the piece was read with it; the next was not kept
    CHECK(rest + piece == text.substr(stream.end(), rest.size() + 100));
    CHECK(as_text(stream.next_text()) == std::string(100, '#'));
  }
}

TEST_CASE("a file that is cut off while it is read is damaged where its text is handed on") {
  std::string text = "y,a,b\n1,\"2\",3\n";
  for (int i = 0; i < 300; ++i) text += "1,2,3\n";
  const plain::TemporaryFile file(text);
  CsvStream stream(layout_of(file, 100), "y,a,b\n", 2);
  CHECK(stream.next() == nullptr);
  CHECK(stream.stopped());
  file.write(text.substr(0, 500));
  const auto read_on = [&] {
    while (!stream.next_text().empty()) {
    }
  };
  CHECK_THROWS_AS(read_on(), DamagedFile);
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
