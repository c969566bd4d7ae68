#include "io/svmlight.h"

#include "plain.h"

using namespace sgdlasso;

namespace {

SparseLines read(const std::string& text, bool last = true) {
  return read_svmlight(text.data(), text.size(), last);
}

}  // namespace

TEST_CASE("lines come back as they were written") {
  Rng rng(1);
  for (int draw = 0; draw < 200; ++draw) {
    std::string text;
    SparseLines right;
    for (std::uint64_t rows = rng.up_to(10); rows > 0; --rows) {
      char number[60];
      right.y.push_back(plain::normal(rng));
      std::snprintf(number, sizeof number, "%.17g", right.y.back());
      text += number;
      int index = 0;
      for (std::uint64_t k = rng.up_to(5); k > 0; --k) {
        index += 1 + static_cast<int>(rng.up_to(1000));
        right.index.push_back(index);
        right.value.push_back(plain::normal(rng));
        std::snprintf(number, sizeof number, " %d:%.17g", index, right.value.back());
        text += number;
      }
      right.start.push_back(static_cast<int>(right.index.size()));
      text += rng.up_to(3) ? "\n" : " # a comment: 1:2\r\n";
    }
    const SparseLines found = read(text);
    CHECK(found.y == right.y);
    CHECK(found.index == right.index);
    CHECK(found.value == right.value);
    CHECK(found.start == right.start);
    CHECK(found.bytes == text.size());
  }
}

TEST_CASE("a piece that ends inside a line is read up to the one before") {
  const std::string text = "1 2:0.5 # two\n-1 qid:3 1:2 3:-1e0\n# nothing\n\n2\n";
  const SparseLines all = read(text);
  CHECK(all.y == std::vector<double>{1, -1, 2});
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const SparseLines first = read(text.substr(0, size), false);
    const SparseLines rest = read(text.substr(first.bytes));
    CHECK(first.y.size() + rest.y.size() == 3);
    CHECK(first.value.size() + rest.value.size() == 3);
  }
}

TEST_CASE("what is no row is an error that names the line") {
  for (const char* bad : {"x 1:2", "1 1", "1 a:2", "1 1:x", "1 1:2 1:3", "1 3:1 2:1", "1 -1:2", "1 2147483647:1",
                          "1 2147483648:1", "1 1e300:1", "1 inf:1", "1 1.5:2", "1 :2", "1 1:"}) {
    try {
      read(std::string("1 1:1\n") + bad + "\n");
      FAIL(bad);
    } catch (const LineError& error) {
      CHECK(error.line == 1);
    }
  }
}
