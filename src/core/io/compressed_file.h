// compressed_file.h: a gzip or bzip2 file, read from its start, every checksum and length in it compared. R's own
// connections end where such a file is cut off or damaged as if nothing were to follow.
//
// To add a kind: derive from Unpacker (compressed_file.cpp), name it in make_unpacker() and in compression_of() of
// R/rows_files.R.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/plain_file.h"

namespace sgdlasso {

// A stream of compressed bytes. Files may hold several, one after another.
class Unpacker {
 public:
  struct Step {
    std::size_t used, made;
    bool ended;
  };
  virtual ~Unpacker() = default;
  // Goes on as far as there is something to read and room to write. Throws DamagedFile.
  virtual Step step(const char* from, std::size_t size, char* to, std::size_t room) = 0;
  // Makes ready for the stream after the one that has ended.
  virtual void restart() = 0;
};

class CompressedFile {
 public:
  // kind: "gzip" or "bzip2"
  CompressedFile(const std::string& path, const std::string& kind);

  // The next bytes, fewer than asked for only at the end of the file. Throws DamagedFile.
  std::size_t read(char* to, std::size_t bytes);

 private:
  bool refill();
  bool start_stream();

  PlainFile file_;
  std::unique_ptr<Unpacker> unpacker_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, size_ = 0;  // what of the buffer is to be used
  std::uint64_t read_ = 0;
  bool inside_ = false;  // a stream
  bool any_ = false;     // stream has ended
};

}  // namespace sgdlasso
