// threads.h: as many threads as the system has room for, and for what they work in. Where one cannot be started the
// work is done by those that could.
#pragma once

#include <cstddef>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/address_space.h"

namespace sgdlasso {

class Threads {
 public:
  Threads() = default;
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { join(); }

  // run(k) on a thread of its own for k = 0 .. count - 1, until one cannot be started, or would leave the others and
  // the caller no room. run(k) throws nothing.
  template <class Run>
  void start(std::size_t count, Run run) {
    try {
      threads_.reserve(count);
      for (std::size_t k = 0; k < count && has_addresses((k + 2) * kRoom); ++k) {
        threads_.emplace_back([run, k] { run(k); });
      }
    } catch (const std::system_error&) {
    } catch (const std::bad_alloc&) {
    }
  }
  std::size_t size() const { return threads_.size(); }
  void join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  // What a thread works in: blocks of a file are the largest, some MB each, and the library's allocator takes 64 MB of
  // addresses at a time for some threads.
  static constexpr std::size_t kRoom = std::size_t{32} << 20;

  std::vector<std::thread> threads_;
};

}  // namespace sgdlasso
