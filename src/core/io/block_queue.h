// block_queue.h: pieces of a file made into blocks ahead of their use, on several threads, in memory that is used
// again.
//
// What a piece is depends on the file and on nothing else, so blocks are the same for any number of threads. The
// calling thread takes its turn: where the next piece is not ready, it fills one itself.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/threads.h"

namespace sgdlasso {

// One a thread, for what it needs besides the block. Never calls R.
template <class Block>
class Filler {
 public:
  virtual ~Filler() = default;
  // Makes of whatever is in `block` piece k, from 0; false if there are not so many. What it throws comes out of
  // next().
  virtual bool fill(std::size_t k, Block& block) = 0;
};

template <class Block>
class BlockQueue {
 public:
  // fillers: the first is for the calling thread, each other one gets a thread.
  explicit BlockQueue(std::vector<std::unique_ptr<Filler<Block>>> fillers) : fillers_(std::move(fillers)) {
    // they wait until there are slots, as many as there are threads to fill them
    const std::lock_guard<std::mutex> lock(guard_);
    slots_.reserve(fillers_.size() + 2);
    for (std::size_t k = 0; k < fillers_.size() + 2; ++k) slots_.push_back(std::make_unique<Slot>());
    threads_.start(fillers_.size() - 1, [this](std::size_t t) { work(*fillers_[t + 1]); });
    slots_.resize(threads_.size() > 0 ? threads_.size() + 3 : 1);
  }
  ~BlockQueue() { stop(); }
  BlockQueue(const BlockQueue&) = delete;
  BlockQueue& operator=(const BlockQueue&) = delete;

  // Pieces in their order, each valid until the next call; nullptr after the last.
  Block* next() {
    std::unique_lock<std::mutex> lock(guard_);
    free_ = given_;  // the block given before may be filled anew
    changed_.notify_all();
    Slot& slot = slot_of(given_);
    while (given_ < end_ && !(slot.full && slot.piece == given_)) {
      if (can_fill()) {
        fill_one(*fillers_[0], lock);
      } else {
        changed_.wait(lock);
      }
    }
    if (given_ == end_) return nullptr;
    if (slot.error) {
      end_ = given_;
      std::rethrow_exception(slot.error);
    }
    ++given_;
    return &slot.block;
  }

 private:
  struct Slot {
    Block block;
    std::size_t piece = 0;
    bool full = false;
    std::exception_ptr error;
  };

  // All of these are called with the lock held.
  Slot& slot_of(std::size_t piece) { return *slots_[piece % slots_.size()]; }
  bool can_fill() const { return taken_ < end_ && taken_ < free_ + slots_.size(); }
  void fill_one(Filler<Block>& filler, std::unique_lock<std::mutex>& lock) {
    Slot& slot = slot_of(taken_);
    slot.piece = taken_++;
    slot.full = false;
    lock.unlock();
    bool found = true;
    std::exception_ptr error;
    try {
      found = filler.fill(slot.piece, slot.block);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    slot.error = error;
    slot.full = found;
    if (!found && slot.piece < end_) end_ = slot.piece;
    changed_.notify_all();
  }
  void work(Filler<Block>& filler) {
    std::unique_lock<std::mutex> lock(guard_);
    while (taken_ < end_) {
      if (can_fill()) {
        fill_one(filler, lock);
      } else {
        changed_.wait(lock);
      }
    }
  }

  void stop() {
    {
      const std::lock_guard<std::mutex> lock(guard_);
      end_ = 0;
    }
    changed_.notify_all();
    threads_.join();
  }

  std::vector<std::unique_ptr<Filler<Block>>> fillers_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::mutex guard_;
  std::condition_variable changed_;
  std::size_t taken_ = 0;                                      // pieces that someone fills or has filled
  std::size_t given_ = 0;                                      // pieces handed out
  std::size_t free_ = 0;                                       // of these, the pieces whose slots may be filled again
  std::size_t end_ = std::numeric_limits<std::size_t>::max();  // how many pieces there are, once that is known
  Threads threads_;                                            // last: they use all of the above
};

}  // namespace sgdlasso
