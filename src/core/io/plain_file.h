// plain_file.h: a file read at places of one's choice, from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <string>

namespace sgdlasso {

// What is wrong with a file, as the end of the sentence "file.csv ...".
struct DamagedFile : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class PlainFile {
 public:
  // Neither a pipe nor a device, or else opened() is false.
  explicit PlainFile(const std::string& path);
  ~PlainFile();
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  bool opened() const { return opened_; }
  std::uint64_t size() const { return size_; }  // when it was opened
  // How many bytes were read: fewer than asked for where the file ends or cannot be read (errno tells).
  std::size_t read(std::uint64_t from, void* to, std::size_t bytes) const;
  // Tells the system that these bytes will be asked for soon: reads from several threads look random to it.
  void expect(std::uint64_t from, std::uint64_t bytes) const;

 private:
  bool opened_ = false;
  std::uint64_t size_ = 0;
#if defined(_WIN32)
  std::FILE* file_ = nullptr;
  mutable std::mutex guard_;
#else
  int file_ = -1;
#endif
};

}  // namespace sgdlasso
