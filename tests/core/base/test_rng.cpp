#include "base/rng.h"

#include <algorithm>
#include <numeric>

#include "plain.h"

using namespace sgdlasso;

TEST_CASE("uniform numbers are those of numpy's RandomState") {
  // numpy.random.RandomState(0).random_sample(3), RandomState(4294967295).random_sample(1)
  Rng zero(0);
  CHECK(zero.uniform() == 0.5488135039273248);
  CHECK(zero.uniform() == 0.7151893663724195);
  CHECK(zero.uniform() == 0.6027633760716439);
}

TEST_CASE("shuffled rows are those of numpy's RandomState") {
  // RandomState(0).permutation(10)
  Rng rng(0);
  std::vector<int> order(10);
  std::iota(order.begin(), order.end(), 0);
  rng.shuffle(order);
  CHECK(order == std::vector<int>{2, 8, 4, 9, 1, 6, 7, 3, 0, 5});
}

TEST_CASE("bounded numbers are uniform, beyond 32 bits too") {
  Rng rng(1);
  std::vector<int> count(7);
  for (int k = 0; k < 70000; ++k) ++count[rng.up_to(6)];
  for (const int one : count) CHECK(std::abs(one - 10000) < 600);
  std::uint64_t largest = 0;
  for (int k = 0; k < 1000; ++k) largest = std::max(largest, rng.up_to(std::uint64_t{1} << 40));
  CHECK(largest <= std::uint64_t{1} << 40);
  CHECK(largest > std::uint64_t{1} << 39);
  CHECK(rng.up_to(0) == 0);
}

TEST_CASE("a few elements are shuffled to every order alike") {
  Rng rng(2);
  std::vector<int> first(5);
  for (int k = 0; k < 50000; ++k) {
    int order[5] = {0, 1, 2, 3, 4};
    rng.shuffle_few(order, 5);
    ++first[static_cast<std::size_t>(order[0])];
  }
  for (const int one : first) CHECK(std::abs(one - 10000) < 600);
}
