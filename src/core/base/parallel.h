// parallel.h: independent tasks on several threads. Each task writes numbers of its own in an order of its own, so
// results have the same bits for any number of threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <type_traits>

#include "base/threads.h"
#include "base/watch.h"

namespace sgdlasso {

struct Work {
  int threads;
  Watch& watch;  // ticked by the calling thread only: the outside may not be reachable from others
};

// task(k) for k = 0 .. count - 1; long ones are task(k, watch) and tick on their way. The first exception ends all and
// is thrown here.
template <class Task>
void parallel_for(std::size_t count, const Work& work, Task task) {
  const auto run_task = [&](std::size_t k, Watch& watch) {
    if constexpr (std::is_invocable_v<Task, std::size_t, Watch&>) {
      task(k, watch);
    } else {
      task(k);
    }
  };
  if (work.threads <= 1 || count <= 1) {
    for (std::size_t k = 0; k < count; ++k) {
      run_task(k, work.watch);
      work.watch.tick(0);
    }
    return;
  }
  SharedWatch shared(work.watch);
  std::atomic<std::size_t> next{0};
  std::exception_ptr error;
  std::mutex guard;
  std::condition_variable ended;
  std::size_t running = 0;
  const auto guarded = [&](auto code) {
    try {
      code();
    } catch (const Stopped&) {  // where it was stopped is told what by
      next = count;
    } catch (...) {
      next = count;
      shared.stop();
      const std::lock_guard<std::mutex> lock(guard);
      if (!error) error = std::current_exception();
    }
  };
  const auto run = [&] {
    for (std::size_t k = next++; k < count; k = next++) {
      run_task(k, shared);
      shared.tick(0);
    }
  };
  const auto run_beside = [&] {
    guarded(run);
    const std::lock_guard<std::mutex> lock(guard);
    --running;
    ended.notify_one();
  };
  const std::size_t wanted = std::min(static_cast<std::size_t>(work.threads), count) - 1;
  running = wanted;
  Threads others;
  others.start(wanted, [&](std::size_t) { run_beside(); });
  {
    const std::lock_guard<std::mutex> lock(guard);
    running -= wanted - others.size();
  }
  guarded(run);
  // The outside is heard while the others end their last tasks.
  const auto often = std::chrono::milliseconds(20);
  for (bool left = true; left;) {
    guarded([&] { shared.tick(0); });
    std::unique_lock<std::mutex> lock(guard);
    left = !ended.wait_for(lock, often, [&] { return running == 0; });
  }
  others.join();
  if (error) std::rethrow_exception(error);
}

}  // namespace sgdlasso
