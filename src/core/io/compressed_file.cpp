#include "io/compressed_file.h"

#include <bzlib.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>

namespace sgdlasso {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 18;

const char* const kDamaged = "is damaged: its bytes do not agree with its checksums";

unsigned at_most_unsigned(std::size_t size) {
  return static_cast<unsigned>(std::min<std::size_t>(size, std::numeric_limits<unsigned>::max()));
}

class Gunzip final : public Unpacker {
 public:
  Gunzip() {
    const int gzip = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip) != Z_OK) throw std::bad_alloc();
  }
  ~Gunzip() override { inflateEnd(&stream_); }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  Step step(const char* from, std::size_t size, char* to, std::size_t room) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from));
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_in = at_most_unsigned(size);
    stream_.avail_out = at_most_unsigned(room);
    const unsigned in = stream_.avail_in, out = stream_.avail_out;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) throw DamagedFile(kDamaged);
    return {in - stream_.avail_in, out - stream_.avail_out, code == Z_STREAM_END};
  }
  void restart() override { inflateReset(&stream_); }

 private:
  z_stream stream_{};
};

class Bunzip2 final : public Unpacker {
 public:
  Bunzip2() { begin(); }
  ~Bunzip2() override { BZ2_bzDecompressEnd(&stream_); }
  Bunzip2(const Bunzip2&) = delete;
  Bunzip2& operator=(const Bunzip2&) = delete;

  Step step(const char* from, std::size_t size, char* to, std::size_t room) override {
    stream_.next_in = const_cast<char*>(from);
    stream_.next_out = to;
    stream_.avail_in = at_most_unsigned(size);
    stream_.avail_out = at_most_unsigned(room);
    const unsigned in = stream_.avail_in, out = stream_.avail_out;
    const int code = BZ2_bzDecompress(&stream_);
    if (code == BZ_MEM_ERROR) throw std::bad_alloc();
    if (code != BZ_OK && code != BZ_STREAM_END) throw DamagedFile(kDamaged);
    return {in - stream_.avail_in, out - stream_.avail_out, code == BZ_STREAM_END};
  }
  void restart() override {
    BZ2_bzDecompressEnd(&stream_);
    begin();
  }

 private:
  void begin() {
    stream_ = bz_stream{};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
  }
  bz_stream stream_{};
};

std::unique_ptr<Unpacker> make_unpacker(const std::string& kind) {
  if (kind == "gzip") return std::make_unique<Gunzip>();
  return std::make_unique<Bunzip2>();
}

}  // namespace

CompressedFile::CompressedFile(const std::string& path, const std::string& kind)
    : file_(path),
      unpacker_(make_unpacker(kind)),
      buffer_(kBuffer) {
  if (!file_.opened()) throw DamagedFile("cannot be opened");
}

// False at the end of the file.
bool CompressedFile::refill() {
  if (at_ < size_) return true;
  at_ = 0;
  size_ = file_.read(read_, buffer_.data(), buffer_.size());
  if (size_ < buffer_.size() && errno != 0) throw DamagedFile("cannot be read");
  read_ += size_;
  return size_ > 0;
}

// False where no stream follows. Zeros behind the last one are what tapes and block devices add.
bool CompressedFile::start_stream() {
  if (any_) {
    bool zeros = false;
    while (refill() && buffer_[at_] == '\0') zeros = true, ++at_;
    if (at_ == size_) return false;
    if (zeros) throw DamagedFile(kDamaged);
    unpacker_->restart();
  }
  inside_ = true;
  return true;
}

std::size_t CompressedFile::read(char* to, std::size_t bytes) {
  std::size_t made = 0;
  while (made < bytes) {
    if (!inside_ && !start_stream()) return made;
    const bool more = refill();
    const Unpacker::Step step = unpacker_->step(buffer_.data() + at_, size_ - at_, to + made, bytes - made);
    at_ += step.used;
    made += step.made;
    if (step.ended) any_ = true, inside_ = false;
    if (!more && !step.ended && step.made == 0) throw DamagedFile("is cut off: its last part is missing");
  }
  return made;
}

}  // namespace sgdlasso
