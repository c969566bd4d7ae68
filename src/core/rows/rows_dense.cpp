#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include <algorithm>
#include <cmath>

#include "base/large_buffer.h"
#include "kernels/dense_kernels.h"
#include "kernels/panel_kernels.h"
#include "rows/dense_columns.h"
#include "rows/rows.h"

namespace sgdlasso {
namespace {

// Writes working rows to `to`. A tile of 8 columns fills whole cache lines of the target while the source is read in
// runs.
void transfer(const DenseColumns& x, const std::size_t* rows, std::size_t count, const Scaling& scaling,
              double* const* to) {
  const std::size_t tile = 8;
  for (std::size_t first = 0; first < x.p(); first += tile) {
    const std::size_t width = std::min(tile, x.p() - first);
    const double* from = x.column(first);
    const double* centre = scaling.centre.data() + first;
    const double* scale = scaling.scale.data() + first;
    for (std::size_t i = 0; i < count; ++i) {
      const double* value = from + rows[i];
      double* target = to[i] + first;
      for (std::size_t j = 0; j < width; ++j) target[j] = (value[j * x.stride()] - centre[j]) * scale[j];
    }
  }
}

Row make_row(const double* value, std::size_t p, const Observations& response, std::size_t id) {
  const double norm2 = dense_kernels().dot(value, value, p);
  return {value, nullptr, p, norm2, response.y[id], response.weight_of(id), response.offset_of(id)};
}

// Rows gathered from the columns anew for every block: nothing is kept.
class GatheringReader final : public RowReader {
 public:
  GatheringReader(const DenseColumns& x, ReadPlan plan) : x_(x), plan_(std::move(plan)) {}

  void read(const std::size_t* positions, std::size_t count, RowBlock& block) const override {
    const std::size_t p = x_.p();
    block.numbers.resize(count * p);
    block.rows.resize(count);
    std::vector<double*> targets(count);
    std::vector<std::size_t> ids(count);
    for (std::size_t i = 0; i < count; ++i) {
      targets[i] = block.numbers.data() + i * p;
      ids[i] = plan_.order.empty() ? positions[i] : plan_.order[positions[i]];
    }
    transfer(x_, ids.data(), count, plan_.scaling, targets.data());
    for (std::size_t i = 0; i < count; ++i) block.rows[i] = make_row(targets[i], p, plan_.response, ids[i]);
  }

 private:
  DenseColumns x_;
  ReadPlan plan_;
};

// A row-major copy, made once, in the order of the plan.
class CopyingReader final : public RowReader {
 public:
  CopyingReader(const DenseColumns& x, const ReadPlan& plan, Watch& watch) : copy_(x.n() * x.p()), rows_(x.n()) {
    const std::vector<std::size_t> position = positions_of(plan.order, x.n());
    const std::size_t panel = 256;  // x is read once, from front to back
    std::vector<std::size_t> ids(panel);
    std::vector<double*> targets(panel);
    for (std::size_t first = 0; first < x.n(); first += panel) {
      const std::size_t count = std::min(panel, x.n() - first);
      for (std::size_t i = 0; i < count; ++i) {
        ids[i] = first + i;
        targets[i] = copy_.data() + position[first + i] * x.p();
      }
      transfer(x, ids.data(), count, plan.scaling, targets.data());
      for (std::size_t i = 0; i < count; ++i) {
        rows_[position[ids[i]]] = make_row(targets[i], x.p(), plan.response, ids[i]);
      }
      watch.tick(0);
    }
  }

  void read(const std::size_t* positions, std::size_t count, RowBlock& block) const override {
    block.rows.resize(count);
    for (std::size_t i = 0; i < count; ++i) block.rows[i] = rows_[positions[i]];
  }

 private:
  LargeBuffer<double> copy_;
  std::vector<Row> rows_;
};

class DenseRows final : public Rows {
 public:
  explicit DenseRows(const DenseColumns& x) : x_(x) {}

  std::size_t n() const override { return x_.n(); }
  std::size_t p() const override { return x_.p(); }
  bool sparse() const override { return false; }
  const double* dense_values() const override { return x_.stride() == x_.n() ? x_.column(0) : nullptr; }

  ColumnMoments moments(const Response& response, const Work& work) const override {
    return moments_of_columns(p(), work, [&](std::size_t j) { return moment(x_.column(j), response); });
  }

  void add_product(const std::vector<double>& b, std::vector<double>& eta, Watch& watch) const override {
    const std::size_t strip = 2048;  // stays in the first cache while the columns pass by
    std::vector<std::size_t> support;
    for (std::size_t j = 0; j < p(); ++j) {
      if (b[j] != 0) support.push_back(j);
    }
    for (std::size_t first = 0; first < n(); first += strip) {
      const std::size_t count = std::min(strip, n() - first);
      for (const std::size_t j : support) {
        dense_kernels().accumulate(x_.column(j) + first, b[j], eta.data() + first, count);
      }
      watch.tick(0);
    }
  }

  PanelLayout layout() const override { return PanelLayout::lanes_apart; }
  void cross_products(const Selection& z, const Panel& r, double* out, const Work& work) const override {
    x_.cross_products(z, r, out, work);
  }
  void add_products(const Selection& z, const double* b, Panel& eta, const Work& work) const override {
    x_.add_products(z, b, eta, work);
  }
  void turn_products(const Selection& z, const double* b, std::size_t lanes, const Turn& turn, double* out,
                     const Work& work) const override {
    if (z.columns.size() > DenseColumns::kMostTurned) return Rows::turn_products(z, b, lanes, turn, out, work);
    x_.turn_products(z, b, lanes, turn, out, work);
  }
  void gram(const Selection& z, std::size_t first, const double* weight, Square& gram,
            const Work& work) const override {
    x_.gram(z, first, weight, gram, work);
  }

  ColumnView column(std::size_t j) const override { return {x_.column(j), nullptr, n()}; }

  std::unique_ptr<RowReader> reader(ReadPlan plan, Watch& watch) const override {
    if (plan.copy) return std::make_unique<CopyingReader>(x_, plan, watch);
    return std::make_unique<GatheringReader>(x_, std::move(plan));
  }

 private:
  // Sums are taken around the first value: the error of the variance is then at most n roundings.
  ColumnMoment moment(const double* column, const Response& response) const {
    const double shift = column[0];
    double sum = 0, square = 0;
    if (response.weight) {
      sum = response.mean([&](std::size_t i) { return column[i] - shift; });
      square = response.mean([&](std::size_t i) { return (column[i] - shift) * (column[i] - shift); });
    } else {
      dense_kernels().shifted_sums(column, shift, n(), &sum, &square);
      sum /= static_cast<double>(n());
      square /= static_cast<double>(n());
    }
    const double mean = shift + sum;
    const double variance = std::max(square - sum * sum, 0.0);
    return {mean, variance, mean * mean + variance, 1};
  }

  DenseColumns x_;
};

}  // namespace

std::unique_ptr<Rows> dense_rows(const double* x, std::size_t n, std::size_t p) {
  return dense_rows(x, n, p, n);
}

std::unique_ptr<Rows> dense_rows(const double* x, std::size_t n, std::size_t p, std::size_t stride) {
  return std::make_unique<DenseRows>(DenseColumns(x, n, p, stride));
}

}  // namespace sgdlasso
