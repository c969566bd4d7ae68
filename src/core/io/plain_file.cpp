#include "io/plain_file.h"

#include <cerrno>

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace sgdlasso {

#if defined(_WIN32)

PlainFile::PlainFile(const std::string& path) : file_(std::fopen(path.c_str(), "rb")) {
  if (!file_ || _fseeki64(file_, 0, SEEK_END) != 0) return;
  const long long end = _ftelli64(file_);
  opened_ = end >= 0;
  if (opened_) size_ = static_cast<std::uint64_t>(end);
}

PlainFile::~PlainFile() {
  if (file_) std::fclose(file_);
}

std::size_t PlainFile::read(std::uint64_t from, void* to, std::size_t bytes) const {
  const std::lock_guard<std::mutex> lock(guard_);
  errno = 0;
  if (_fseeki64(file_, static_cast<long long>(from), SEEK_SET) != 0) return 0;
  return std::fread(to, 1, bytes, file_);
}

void PlainFile::expect(std::uint64_t, std::uint64_t) const {}

#else

PlainFile::PlainFile(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  struct stat status;
  opened_ = file_ >= 0 && ::fstat(file_, &status) == 0 && S_ISREG(status.st_mode);
  if (opened_) size_ = static_cast<std::uint64_t>(status.st_size);
}

PlainFile::~PlainFile() {
  if (file_ >= 0) ::close(file_);
}

std::size_t PlainFile::read(std::uint64_t from, void* to, std::size_t bytes) const {
  std::size_t done = 0;
  errno = 0;
  while (done < bytes) {
    const ::ssize_t found =
        ::pread(file_, static_cast<char*>(to) + done, bytes - done, static_cast< ::off_t>(from + done));
    if (found < 0 && errno == EINTR) continue;
    if (found <= 0) break;
    done += static_cast<std::size_t>(found);
  }
  return done;
}

void PlainFile::expect(std::uint64_t from, std::uint64_t bytes) const {
#if defined(POSIX_FADV_WILLNEED)
  if (from < size_)
    ::posix_fadvise(file_, static_cast< ::off_t>(from), static_cast< ::off_t>(bytes), POSIX_FADV_WILLNEED);
#else
  static_cast<void>(from), static_cast<void>(bytes);
#endif
}

#endif

}  // namespace sgdlasso
