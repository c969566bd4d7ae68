// large_buffer.h: memory for many numbers, not initialised. On Linux it asks for large pages: first touches and random
// rows of a large copy then cost a fraction.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace sgdlasso {

template <class T>
class LargeBuffer {
 public:
  explicit LargeBuffer(std::size_t size) : data_(allocate(size * sizeof(T))) {}
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }

 private:
  struct Free {
    void operator()(T* data) const { std::free(data); }
  };

  static T* allocate(std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    const std::size_t page = std::size_t{1} << 21;
    if (bytes >= 2 * page) {
      void* data = nullptr;
      const std::size_t rounded = (bytes + page - 1) / page * page;
      if (posix_memalign(&data, page, rounded) != 0) throw std::bad_alloc();
      madvise(data, rounded, MADV_HUGEPAGE);  // a wish: refusing it changes speed only
      return static_cast<T*>(data);
    }
#endif
    void* data = std::malloc(bytes > 0 ? bytes : 1);
    if (data == nullptr) throw std::bad_alloc();
    return static_cast<T*>(data);
  }

  std::unique_ptr<T, Free> data_;
};

}  // namespace sgdlasso
