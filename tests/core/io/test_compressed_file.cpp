#include "io/compressed_file.h"

#include "io/packed.h"
#include "io/text_files.h"
#include "plain.h"

using namespace sgdlasso;
using plain::bzipped;
using plain::gzipped;

namespace {

std::string unpacked(const std::string& content, const std::string& kind, std::size_t at_once = 37) {
  const plain::TemporaryFile file(content);
  CompressedFile compressed(file.path(), kind);
  std::string text;
  std::vector<char> some(at_once);
  while (const std::size_t bytes = compressed.read(some.data(), some.size())) text.append(some.data(), bytes);
  return text;
}

std::string some_text() {
  Rng rng(1);
  std::string text;
  for (int k = 0; k < 400; ++k) text += std::to_string(rng.up_to(100000)) + (k % 7 ? "," : "\n");
  return text;
}

}  // namespace

TEST_CASE("compressed files come back, of several streams too, in pieces of any size") {
  const std::string text = some_text();
  for (const std::size_t at_once : {1, 37, 100000}) {
    CHECK(unpacked(gzipped(text), "gzip", at_once) == text);
    CHECK(unpacked(bzipped(text), "bzip2", at_once) == text);
    CHECK(unpacked(gzipped(text) + gzipped("more"), "gzip", at_once) == text + "more");
    CHECK(unpacked(bzipped(text) + bzipped("more"), "bzip2", at_once) == text + "more");
  }
  CHECK(unpacked(gzipped(""), "gzip").empty());
}

TEST_CASE("a file that is cut off anywhere is damaged, never shorter") {
  for (const bool gzip : {true, false}) {
    const std::string whole = gzip ? gzipped(some_text()) : bzipped(some_text());
    for (std::size_t size = 1; size < whole.size(); size += size < 40 ? 1 : 13) {
      CHECK_THROWS_AS(unpacked(whole.substr(0, size), gzip ? "gzip" : "bzip2"), DamagedFile);
    }
    CHECK_THROWS_AS(unpacked(whole.substr(0, whole.size() - 1), gzip ? "gzip" : "bzip2"), DamagedFile);
  }
}

TEST_CASE("changed bytes are damage, or the text is the same") {
  Rng rng(2);
  const std::string text = some_text();
  for (const bool gzip : {true, false}) {
    const std::string whole = gzip ? gzipped(text) : bzipped(text);
    int damaged = 0;
    for (int k = 0; k < 300; ++k) {
      std::string other = whole;
      other[rng.up_to(other.size() - 1)] ^= static_cast<char>(1 << rng.up_to(7));
      try {
        const std::string found = unpacked(other, gzip ? "gzip" : "bzip2");
        CHECK(found == text);  // times and names in the header do not count
      } catch (const DamagedFile&) {
        ++damaged;
      }
    }
    CHECK(damaged > 250);
  }
}
