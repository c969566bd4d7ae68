#include "io/compressed_file.h"

#include <bzlib.h>
#include <zlib.h>

#include "io/text_files.h"
#include "plain.h"

using namespace sgdlasso;

namespace {

std::string gzipped(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string result(text.size() + 100, ' ');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(&result[0]);
  stream.avail_out = static_cast<uInt>(result.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

std::string bzipped(const std::string& text) {
  unsigned int size = static_cast<unsigned int>(text.size() + 1000);
  std::string result(size, ' ');
  REQUIRE(BZ2_bzBuffToBuffCompress(&result[0], &size, const_cast<char*>(text.data()),
                                   static_cast<unsigned int>(text.size()), 1, 0, 0) == BZ_OK);
  result.resize(size);
  return result;
}

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
