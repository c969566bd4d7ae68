// watch.h: how long work tells the outside that it goes on, and how the outside stops it (by throwing).
//
// Whatever may take longer than a person waits, .2 seconds, ticks on its way: loops over rows, columns, lambdas, folds,
// and factorizations between their panels (linear_system.h).
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>

namespace sgdlasso {

class Watch {
 public:
  virtual ~Watch() = default;
  // Called once: how many rows training will visit, over all epochs and lambdas.
  virtual void expect(std::size_t rows) = 0;
  // Called often, after `rows` more were visited (0 from work that is not counted). Must be cheap; may throw.
  virtual void tick(std::size_t rows) = 0;
};

// Columns between two ticks where each takes so little that a tick could cost more.
constexpr std::size_t kUnwatched = 64;

// For work that is too short to be watched.
class NoWatch final : public Watch {
 public:
  void expect(std::size_t) override {}
  void tick(std::size_t) override {}
};

// Thrown in the threads of work that was stopped in another one.
struct Stopped {};

// A watch for several threads: the outside is asked by the one that made it only, as it may not be reachable from
// others; these hear when it has stopped the work.
class SharedWatch final : public Watch {
 public:
  explicit SharedWatch(Watch& outside) : outside_(outside), asking_(std::this_thread::get_id()) {}

  void expect(std::size_t) override {}
  void tick(std::size_t rows) override {
    if (stopped_) throw Stopped();
    if (std::this_thread::get_id() != asking_) return;
    try {
      outside_.tick(rows);
    } catch (...) {
      stopped_ = true;
      throw;
    }
  }
  void stop() { stopped_ = true; }

 private:
  Watch& outside_;
  const std::thread::id asking_;
  std::atomic<bool> stopped_{false};
};

}  // namespace sgdlasso
