// threads.h: as many threads as the system has room for. Where one cannot be started the work is done by those that
// could.
#pragma once

#include <cstddef>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace sgdlasso {

class Threads {
 public:
  Threads() = default;
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { join(); }

  // run(k) on a thread of its own for k = 0 .. count - 1, until one cannot be started. run(k) throws nothing.
  template <class Run>
  void start(std::size_t count, Run run) {
    try {
      threads_.reserve(count);
      for (std::size_t k = 0; k < count; ++k) threads_.emplace_back([run, k] { run(k); });
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
  std::vector<std::thread> threads_;
};

}  // namespace sgdlasso
