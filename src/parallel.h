// parallel.h: independent tasks on several threads. Each task writes numbers of its own in an order of its own, so results have
// the same bits for any number of threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "watch.h"

namespace sgdlasso {

struct Work {
  int threads;
  Watch& watch;  // ticked by the calling thread only: the outside may not be reachable from others
};

// task(k) for k = 0 .. count - 1. The first exception ends all and is thrown here.
template <class Task>
void parallel_for(std::size_t count, const Work& work, Task task) {
  if (work.threads <= 1 || count <= 1) {
    for (std::size_t k = 0; k < count; ++k) {
      task(k);
      work.watch.tick(0);
    }
    return;
  }
  std::atomic<std::size_t> next{0};
  std::exception_ptr error;
  std::mutex guard;
  const auto run = [&](bool calling) {
    try {
      for (std::size_t k = next++; k < count; k = next++) {
        task(k);
        if (calling) work.watch.tick(0);
      }
    } catch (...) {
      next = count;
      const std::lock_guard<std::mutex> lock(guard);
      if (!error) error = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < work.threads && static_cast<std::size_t>(t) < count; ++t) others.emplace_back(run, false);
  run(true);
  for (std::thread& other : others) other.join();
  if (error) std::rethrow_exception(error);
}

}  // namespace sgdlasso
