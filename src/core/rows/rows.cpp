#include "rows/rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdlasso {

ColumnMoment ColumnMoment::checked() const {
  const bool overflows = !std::isfinite(square);
  const bool constant = variance < least_square || is_rounding(std::sqrt(variance), std::abs(mean));
  return {overflows ? 0 : mean, overflows || constant ? 0 : variance, overflows ? 0 : square, frequency};
}

void ColumnMoments::add(const ColumnMoment& column) {
  const ColumnMoment one = column.checked();
  mean.push_back(one.mean);
  variance.push_back(one.variance);
  square.push_back(one.square);
  frequency.push_back(one.frequency);
}

ColumnMoments moments_of_columns(std::size_t p, const Work& work,
                                 const std::function<ColumnMoment(std::size_t)>& moment) {
  std::vector<ColumnMoment> columns(p);
  const std::size_t some = 8;
  parallel_for((p + some - 1) / some, work, [&](std::size_t task, Watch& watch) {
    for (std::size_t j = task * some; j < std::min(p, (task + 1) * some); ++j) {
      columns[j] = moment(j);
      watch.tick(0);
    }
  });
  ColumnMoments result;
  for (const ColumnMoment& column : columns) result.add(column);
  return result;
}

void Rows::turn_products(const Selection& z, const double* b, std::size_t lanes, const Turn& turn, double* out,
                         const Work& work) const {
  if (!turned_ || turned_->lanes() != lanes) turned_ = std::make_unique<Panel>(n(), lanes, layout());
  Panel& panel = *turned_;
  panel.fill(0);
  add_products(z, b, panel, work);
  const std::size_t block = 256, lane_stride = lanes > 1 ? static_cast<std::size_t>(panel.lane(1) - panel.lane(0)) : 0;
  for_each_part(n(), work, [&](std::size_t part, std::size_t from, std::size_t to, Watch& watch) {
    for (std::size_t first = from; first < to; first += block) {
      double* data = panel.lane(0) + first * panel.stride();
      turn({part, first, std::min(block, to - first), data, lane_stride, panel.stride()});
      watch.tick(0);
    }
  });
  cross_products(z, panel, out, work);
}

std::vector<std::size_t> positions_of(const std::vector<std::size_t>& order, std::size_t n) {
  std::vector<std::size_t> position(n);
  for (std::size_t k = 0; k < n; ++k) position[order.empty() ? k : order[k]] = k;
  return position;
}

bool is_rounding(double deviation, double size) {
  const double roundings = 16;  // a sum of equal numbers is off by a few
  return deviation <= roundings * std::numeric_limits<double>::epsilon() * size;
}

}  // namespace sgdlasso
