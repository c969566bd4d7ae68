#include "io/block_queue.h"

#include <atomic>
#include <stdexcept>
#include <thread>

#include "plain.h"

using namespace sgdlasso;

namespace {

class Counter final : public Filler<std::size_t> {
 public:
  Counter(std::size_t count, std::size_t fault, std::atomic<int>& made) : count_(count), fault_(fault), made_(made) {}
  bool fill(std::size_t k, std::size_t& block) override {
    if (k % 3 == 0) std::this_thread::yield();
    if (k >= count_) return false;
    if (k == fault_) throw std::runtime_error("piece " + std::to_string(k));
    block = 10 * k;
    ++made_;
    return true;
  }

 private:
  std::size_t count_, fault_;
  std::atomic<int>& made_;
};

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

BlockQueue<std::size_t> queue_of(std::size_t fillers, std::size_t count, std::size_t fault, std::atomic<int>& made) {
  std::vector<std::unique_ptr<Filler<std::size_t>>> all;
  for (std::size_t k = 0; k < fillers; ++k) all.push_back(std::make_unique<Counter>(count, fault, made));
  return BlockQueue<std::size_t>(std::move(all));
}

}  // namespace

TEST_CASE("pieces come in their order, each once, on any number of threads") {
  for (const std::size_t fillers : {1, 2, 3, 8}) {
    for (const std::size_t count : {0, 1, 2, 5, 100}) {
      std::atomic<int> made{0};
      BlockQueue<std::size_t> queue = queue_of(fillers, count, kNone, made);
      for (std::size_t k = 0; k < count; ++k) {
        const std::size_t* block = queue.next();
        REQUIRE(block);
        CHECK(*block == 10 * k);
      }
      CHECK(queue.next() == nullptr);
      CHECK(queue.next() == nullptr);
      CHECK(made == static_cast<int>(count));
    }
  }
}

TEST_CASE("an error comes where its piece would, once") {
  for (const std::size_t fillers : {1, 2, 5}) {
    std::atomic<int> made{0};
    BlockQueue<std::size_t> queue = queue_of(fillers, 50, 7, made);
    for (std::size_t k = 0; k < 7; ++k) CHECK(*queue.next() == 10 * k);
    CHECK_THROWS_WITH(queue.next(), "piece 7");
    CHECK(queue.next() == nullptr);
  }
}

TEST_CASE("a queue that is dropped early makes no more than it has room for") {
  for (const std::size_t fillers : {1, 4}) {
    std::atomic<int> made{0};
    {
      BlockQueue<std::size_t> queue = queue_of(fillers, 100000, kNone, made);
      queue.next();
    }
    CHECK(made <= static_cast<int>(2 * fillers + 6));
  }
}
