#include "base/as_count.h"

#include <limits>

#include "plain.h"

using namespace sgdlasso;

TEST_CASE("a count is the whole part, and nothing is out of range") {
  CHECK(as_count(0.99) == 0);
  CHECK(as_count(-5) == 0);
  CHECK(as_count(std::numeric_limits<double>::quiet_NaN()) == 0);
  CHECK(as_count(3.99) == 3);
  CHECK(as_count(1e300) == std::size_t{1} << 53);
  CHECK(as_count(std::numeric_limits<double>::infinity()) == std::size_t{1} << 53);
}
