#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "rows/layout_order.h"

#include "rows/row_order.h"

namespace sgdlasso {
namespace {

// Whether y says much of the next row's y: its lag-1 autocorrelation is above a tenth.
bool neighbours_are_alike(const Response& response) {
  const double most = 0.1;
  const double mean = response.mean([&](std::size_t i) { return response.y[i]; });
  double product = 0, square = 0;
  for (std::size_t i = 0; i < response.n; ++i) {
    const double centred = response.y[i] - mean;
    square += centred * centred;
    if (i > 0) product += centred * (response.y[i - 1] - mean);
  }
  return product > most * square;
}

}  // namespace

std::vector<std::size_t> layout_order(const Response& response, Rng& rng) {
  const std::size_t few = 20000;
  std::vector<std::size_t> order;
  if (response.n <= few || neighbours_are_alike(response)) {
    order = counting(response.n);
    rng.shuffle(order);
  }
  return order;
}

}  // namespace sgdlasso
