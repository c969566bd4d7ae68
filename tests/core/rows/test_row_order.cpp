#include "rows/row_order.h"

#include <algorithm>

#include "plain.h"
#include "rows/layout_order.h"
#include "rows/sparse_fault.h"

using namespace sgdlasso;

TEST_CASE("every order visits every row once; blocks stay together") {
  Rng rng(3);
  for (const std::size_t n : {1, 63, 64, 65, 200}) {
    for (const Shuffle how : {Shuffle::none, Shuffle::rows, Shuffle::blocks}) {
      RowOrder order(n, how);
      for (int epoch = 0; epoch < 3; ++epoch) {
        order.reshuffle(rng);
        std::vector<std::size_t> seen(order.positions(), order.positions() + n);
        std::size_t changes = 0;
        for (std::size_t k = 1; k < n; ++k) changes += seen[k] / kBlockRows != seen[k - 1] / kBlockRows;
        if (how != Shuffle::rows) CHECK(changes == (n - 1) / kBlockRows);
        if (how == Shuffle::none) CHECK(seen == counting(n));
        std::sort(seen.begin(), seen.end());
        CHECK(seen == counting(n));
      }
    }
  }
}

TEST_CASE("places in a block are uniform") {
  Rng rng(4);
  RowOrder order(64, Shuffle::blocks);
  std::vector<double> first(64);
  for (int epoch = 0; epoch < 6400; ++epoch) {
    order.reshuffle(rng);
    ++first[order.positions()[0]];
  }
  double chi_squared = 0;
  for (const double count : first) chi_squared += (count - 100) * (count - 100) / 100;
  CHECK(chi_squared < 130);  // of 63 degrees of freedom: exceeded with probability 1e-6
}

TEST_CASE("rows that stand sorted by y are laid out anew, where many stand as they come they stay") {
  Rng rng(5);
  const std::size_t n = 30000;
  std::vector<double> y = plain::normals(rng, n);
  Response response;
  response.n = n;
  response.y = y.data();
  CHECK(layout_order(response, rng).empty());
  std::sort(y.begin(), y.end());
  CHECK(layout_order(response, rng).size() == n);
  response.n = 100;
  CHECK(layout_order(response, rng).size() == 100);
}

TEST_CASE("sparse columns that are not what they say are found out") {
  const std::vector<double> value = {1, 2, 3, 4};
  const auto fault = [&](std::vector<int> start, std::vector<int> index, std::size_t nonzeros = 4) {
    return sparse_fault({value.data(), index.data(), start.data(), 5, start.size() - 1}, nonzeros) != nullptr;
  };
  CHECK_FALSE(fault({0, 2, 4}, {0, 4, 1, 3}));
  CHECK_FALSE(fault({0, 0, 4}, {0, 1, 2, 3}));
  CHECK(fault({0, 2, 4}, {0, 5, 1, 3}));   // beyond the rows
  CHECK(fault({0, 2, 4}, {0, -1, 1, 3}));  // before them
  CHECK(fault({0, 2, 4}, {4, 0, 1, 3}));   // unsorted
  CHECK(fault({0, 2, 4}, {0, 0, 1, 3}));   // doubled
  CHECK(fault({0, 5, 4}, {0, 1, 2, 3}));   // starts that fall
  CHECK(fault({1, 2, 4}, {0, 4, 1, 3}));   // not from the first
  CHECK(fault({0, 2, 3}, {0, 4, 1, 3}));   // not to the last
  CHECK(fault({0, 2, 2147483647}, {0, 4, 1, 3}));
}
