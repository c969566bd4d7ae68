#include "sgd/forget_schedule.h"

#include "plain.h"

using namespace sgdlasso;

TEST_CASE("the past is forgotten at the 80th row, and each time that a quarter more rows have come") {
  ForgetSchedule schedule;
  long long last = 0;
  for (long long row = 1; row <= 100000; ++row) {
    if (!schedule.due(static_cast<double>(row))) continue;
    if (last == 0) CHECK(row == 80);
    if (last > 0) CHECK((4 * row >= 5 * last && 4 * (row - 1) < 5 * last));
    last = row;
  }
  CHECK(last > 80000);
}
