// watch.h: how long work tells the outside that it goes on, and how the outside stops it (by throwing).
#pragma once

#include <cstddef>

namespace sgdlasso {

class Watch {
 public:
  virtual ~Watch() = default;
  // Called once: how many rows training will visit, over all epochs and lambdas.
  virtual void expect(std::size_t rows) = 0;
  // Called often, after `rows` more were visited (0 from work that is not counted). Must be cheap; may throw.
  virtual void tick(std::size_t rows) = 0;
};

// For work that is too short to be watched.
class NoWatch final : public Watch {
 public:
  void expect(std::size_t) override {}
  void tick(std::size_t) override {}
};

}  // namespace sgdlasso
