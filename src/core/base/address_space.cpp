#include "base/address_space.h"

#if !defined(_WIN32)
#include <sys/mman.h>

// OpenBSD and macOS have the older name only
#if !defined(MAP_ANONYMOUS)
#define MAP_ANONYMOUS MAP_ANON
#endif
#endif

namespace sgdlasso {

#if defined(_WIN32)

bool has_addresses(std::size_t) {
  return true;  // Windows sets no such limit
}

#else

bool has_addresses(std::size_t bytes) {
  void* const place = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) return false;
  ::munmap(place, bytes);
  return true;
}

#endif

}  // namespace sgdlasso
