// Compressed files of one stream or several, some of them damaged, and bytes that are none: the right text or an error,
// the same whatever is read at a time.
#include "io/compressed_file.h"

#include "fuzz/bytes.h"
#include "io/packed.h"
#include "io/text_files.h"

using namespace sgdlasso;

namespace {

constexpr std::size_t kMost = std::size_t{1} << 20;  // of text: a few bytes may stand for very many

struct Unpacked {
  std::string text;
  bool damaged = false;
};

Unpacked unpack(const std::string& path, const char* kind, std::size_t at_once) {
  Unpacked result;
  std::vector<char> some(at_once);
  try {
    CompressedFile file(path, kind);
    while (result.text.size() < kMost) {
      const std::size_t found = file.read(some.data(), some.size());
      result.text.append(some.data(), found);
      if (found < some.size()) return result;
    }
  } catch (const DamagedFile&) {
    result.damaged = true;
  }
  return result;
}

bool begins(const std::string& text, const std::string& with) {
  return text.compare(0, with.size(), with) == 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const plain::TemporaryFile file("");
  fuzz::Bytes bytes(data, size);
  const bool gzip = bytes.up_to(1) == 0;
  const unsigned how = static_cast<unsigned>(bytes.up_to(2));  // as they are, packed, packed and damaged
  const std::size_t at_once = 1 + bytes.number<std::uint16_t>() % 3000;
  const auto pack = gzip ? plain::gzipped : plain::bzipped;
  std::string text, content;
  if (how == 0) {
    content = bytes.rest();
  } else {
    for (std::size_t streams = 1 + bytes.up_to(2); streams > 0; --streams) {
      const std::string part(bytes.up_to(60), static_cast<char>(bytes.number<std::uint8_t>()));
      text += part;
      content += pack(part);
    }
    std::vector<char> changed(content.begin(), content.end());
    if (how == 2) bytes.damage(changed);
    content.assign(changed.begin(), changed.end());
  }
  file.write(content);
  const char* const kind = gzip ? "gzip" : "bzip2";
  const Unpacked whole = unpack(file.path(), kind, kMost), parts = unpack(file.path(), kind, at_once);
  if (whole.text.size() >= kMost || parts.text.size() >= kMost) return 0;
  fuzz::require(whole.damaged == parts.damaged, "damage does not depend on what is read at a time");
  fuzz::require(whole.damaged || whole.text == parts.text, "nor does the text");
  if (how == 1) fuzz::require(!whole.damaged && whole.text == text, "what was packed comes back");
  // a file that is cut off between two streams is whole
  if (how == 2 && !whole.damaged) fuzz::require(begins(text, whole.text), "what is not damaged is right");
  return 0;
}
