#include "base/parallel.h"

#include <atomic>
#include <stdexcept>
#include <thread>

#include "plain.h"

using namespace sgdlasso;

TEST_CASE("every task is done once, on any number of threads") {
  for (const int threads : {1, 2, 3, 17}) {
    for (const std::size_t count : {0, 1, 2, 50}) {
      std::vector<int> done(count);
      NoWatch watch;
      parallel_for(count, {threads, watch}, [&](std::size_t k) { ++done[k]; });
      CHECK(done == std::vector<int>(count, 1));
    }
  }
}

TEST_CASE("the first exception ends all and is thrown to the caller") {
  for (const int threads : {1, 4}) {
    NoWatch watch;
    std::atomic<int> started{0};
    CHECK_THROWS_WITH_AS(parallel_for(10000, {threads, watch},
                                      [&](std::size_t k) {
                                        ++started;
                                        if (k == 3) throw std::runtime_error("three");
                                        std::this_thread::yield();
                                      }),
                         "three", std::runtime_error);
    CHECK(started < 10000);
  }
}

TEST_CASE("a watch stops the work, and is asked by the calling thread only") {
  class OneThread final : public Watch {
   public:
    void expect(std::size_t) override {}
    void tick(std::size_t) override {
      if (std::this_thread::get_id() != mine_) wrong = true;
      if (++ticks_ == 20) throw plain::Stop();
    }
    bool wrong = false;

   private:
    std::thread::id mine_ = std::this_thread::get_id();
    int ticks_ = 0;
  };
  for (const int threads : {1, 3}) {
    OneThread watch;
    std::atomic<std::size_t> ends{0};
    const auto task = [&](std::size_t, Watch& inner) {
      for (int k = 0; k < 1000; ++k) {
        inner.tick(1);
        std::this_thread::yield();
      }
      ++ends;
    };
    CHECK_THROWS_AS(parallel_for(1000, {threads, watch}, task), plain::Stop);
    CHECK_FALSE(watch.wrong);
    CHECK(ends < 1000);
  }
}

TEST_CASE("a task that waits for the outside is stopped from there") {
  plain::CountingWatch watch(3);
  const auto task = [](std::size_t k, Watch& inner) {
    for (;;) {
      if (k > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      inner.tick(0);
    }
  };
  CHECK_THROWS_AS(parallel_for(4, {4, watch}, task), plain::Stop);
}
