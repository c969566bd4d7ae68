#include <Rcpp.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

namespace {

struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Walks over what serialize() made (R Internals, section 1.8; big-endian, version 2) without making anything of it:
// unserialize() believes every length, and makes code, environments and pointers of what claims to be some. Plain data
// have none of these.
class Walk {
 public:
  Walk(const unsigned char* bytes, std::size_t size) : bytes_(bytes), size_(size) {}

  void whole() {
    if (size_ < 14 || std::memcmp(bytes_, "X\n", 2) != 0) throw Fault("it is not what serialize() makes");
    at_ = 2;
    if (integer() != 2) throw Fault("it is of another version of serialize()");
    integer();  // the version of R that wrote it, and the oldest that reads it
    integer();
    item(0);
    if (at_ != size_) throw Fault("more follows than it holds");
  }

 private:
  static constexpr int kNull = 254, kGlobal = 253, kEmpty = 242, kBase = 241, kReference = 255;
  static constexpr int kAttributes = 512, kTag = 1024;
  static constexpr int kDeepest = 1000;

  std::int32_t integer() {
    const unsigned char* from = take(1, 4);
    return static_cast<std::int32_t>(std::uint32_t{from[0]} << 24 | std::uint32_t{from[1]} << 16 |
                                     std::uint32_t{from[2]} << 8 | std::uint32_t{from[3]});
  }

  const unsigned char* take(std::uint64_t count, std::uint64_t bytes) {
    if (count > (size_ - at_) / bytes) throw Fault("it is cut off");
    const unsigned char* from = bytes_ + at_;
    at_ += count * bytes;
    return from;
  }

  std::uint64_t length() {
    const std::int32_t size = integer();
    if (size >= 0) return static_cast<std::uint64_t>(size);
    if (size != -1) throw Fault("a length is negative");
    const std::uint64_t upper = static_cast<std::uint32_t>(integer());  // of a long vector
    return upper << 32 | static_cast<std::uint32_t>(integer());
  }

  void item(int depth) {
    if (depth > kDeepest) throw Fault("it is too deep");
    std::int32_t flags = integer();
    // pairs and calls go on in their last part: a loop, or long ones would be deep
    while (is_pair(flags & 0xFF)) {
      if (flags & kAttributes) item(depth + 1);
      if (flags & kTag) item(depth + 1);
      item(depth + 1);
      flags = integer();
    }
    const int type = flags & 0xFF;
    contents(type, flags, depth);
    if ((flags & kAttributes) && has_attributes(type)) item(depth + 1);
  }

  static bool is_pair(int type) { return type == LISTSXP || type == LANGSXP; }
  static bool has_attributes(int type) {
    return type == LGLSXP || type == INTSXP || type == REALSXP || type == STRSXP || type == VECSXP || type == RAWSXP ||
           type == S4SXP;
  }

  void contents(int type, std::int32_t flags, int depth) {
    switch (type) {
      case kNull:
      case kGlobal:
      case kEmpty:
      case kBase:
        return;
      case kReference:
        if (std::int32_t to = flags >> 8 ? flags >> 8 : integer(); to < 1 || to > references_)
          throw Fault("it refers to nothing");
        return;
      case SYMSXP:
        if ((integer() & 0xFF) != CHARSXP) throw Fault("a name is no text");
        text();
        ++references_;
        return;
      case CHARSXP:
        return text();
      case LGLSXP:
      case INTSXP:
        take(length(), 4);
        return;
      case REALSXP:
        take(length(), 8);
        return;
      case RAWSXP:
        take(length(), 1);
        return;
      case STRSXP:
        for (std::uint64_t left = length(); left > 0; --left) {
          if ((integer() & 0xFF) != CHARSXP) throw Fault("an element of text is none");
          text();
        }
        return;
      case VECSXP:
        for (std::uint64_t left = length(); left > 0; --left) item(depth + 1);
        return;
      default:
        throw Fault("it holds something else than data");
    }
  }

  void text() {
    const std::int32_t size = integer();
    if (size < -1) throw Fault("a length is negative");
    if (size > 0) take(static_cast<std::uint64_t>(size), 1);
  }

  const unsigned char* bytes_;
  std::size_t size_;
  std::size_t at_ = 0;
  std::int32_t references_ = 0;
};

}  // namespace

// What keeps bytes from being plain data as serialize(version = 2) writes them; "" where nothing does.
// [[Rcpp::export]]
std::string r_serialized_fault(Rcpp::RawVector bytes) {
  try {
    Walk(bytes.begin(), static_cast<std::size_t>(bytes.size())).whole();
    return "";
  } catch (const Fault& fault) {
    return fault.what();
  }
}
