#include <algorithm>
#include <cmath>
#include <utility>

#include "base/lanes.h"  // forbids fused multiply-adds below
#include "base/large_buffer.h"
#include "rows/rows.h"
#include "rows/sparse_columns.h"

namespace sgdlasso {
namespace {

// The same numbers by rows, in the order of the plan: counted, then placed column after column, so that a row's columns
// rise.
class SparseReader final : public RowReader {
 public:
  SparseReader(const SparseColumns& x, const ReadPlan& plan, Watch& watch)
      : value_(static_cast<std::size_t>(x.start[x.p])),
        index_(static_cast<std::size_t>(x.start[x.p])),
        rows_(x.n) {
    const std::vector<std::size_t> position = positions_of(plan.order, x.n);
    std::vector<std::size_t> next = row_starts(x, position, watch);
    for (std::size_t i = 0; i < x.n; ++i) {
      const std::size_t at = position[i];
      rows_[at] = {value_.data() + next[i],    index_.data() + next[i],   0, 0, plan.response.y[i],
                   plan.response.weight_of(i), plan.response.offset_of(i)};
    }
    for (std::size_t j = 0; j < x.p; ++j) {
      const double scale = plan.scaling.scale[j];
      for (int k = x.start[j]; k < x.start[j + 1]; ++k) {
        const std::size_t to = next[x.index[k]]++;
        value_.data()[to] = x.value[k] * scale;
        index_.data()[to] = static_cast<int>(j);
      }
      watch.tick(0);
    }
    for (std::size_t i = 0; i < x.n; ++i) {
      Row& row = rows_[position[i]];
      row.size = next[i] - (row.value - value_.data());
      for (std::size_t k = 0; k < row.size; ++k) row.norm2 += row.value[k] * row.value[k];
      watch.tick(0);
    }
  }

  void read(const std::size_t* positions, std::size_t count, RowBlock& block) const override {
    block.rows.resize(count);
    for (std::size_t i = 0; i < count; ++i) block.rows[i] = rows_[positions[i]];
  }

 private:
  // Where each row's numbers begin, rows standing in the order of the plan.
  static std::vector<std::size_t> row_starts(const SparseColumns& x, const std::vector<std::size_t>& position,
                                             Watch& watch) {
    std::vector<std::size_t> size(x.n, 0), starts(x.n);
    for (std::size_t j = 0; j < x.p; ++j) {
      for (int k = x.start[j]; k < x.start[j + 1]; ++k) ++size[position[x.index[k]]];
      watch.tick(0);
    }
    std::size_t start = 0;
    for (std::size_t& count : size) start += std::exchange(count, start);
    for (std::size_t i = 0; i < x.n; ++i) starts[i] = size[position[i]];
    return starts;
  }

  LargeBuffer<double> value_;
  LargeBuffer<int> index_;
  std::vector<Row> rows_;
};

class SparseRows final : public Rows {
 public:
  explicit SparseRows(const SparseColumns& x) : x_(x), products_(x) {}

  std::size_t n() const override { return x_.n; }
  std::size_t p() const override { return x_.p; }
  bool sparse() const override { return true; }

  ColumnMoments moments(const Response& response, const Work& work) const override {
    return moments_of_columns(p(), work, [&](std::size_t j) { return moment(j, response); });
  }

  void add_product(const std::vector<double>& b, std::vector<double>& eta, Watch& watch) const override {
    for (std::size_t j = 0; j < p(); ++j) {
      if (b[j] == 0) continue;
      for_each(j, [&](std::size_t i, double value) { eta[i] += b[j] * value; });
      watch.tick(0);
    }
  }

  PanelLayout layout() const override { return PanelLayout::lanes_together; }
  void cross_products(const Selection& z, const Panel& r, double* out, const Work& work) const override {
    products_.cross_products(z, r, out, work);
  }
  void add_products(const Selection& z, const double* b, Panel& eta, const Work& work) const override {
    products_.add_products(z, b, eta, work);
  }
  void gram(const Selection& z, std::size_t first, const double* weight, Square& gram,
            const Work& work) const override {
    products_.gram(z, first, weight, gram, work);
  }

  ColumnView column(std::size_t j) const override {
    const std::size_t first = static_cast<std::size_t>(x_.start[j]);
    return {x_.value + first, x_.index + first, static_cast<std::size_t>(x_.start[j + 1]) - first};
  }

  std::unique_ptr<RowReader> reader(ReadPlan plan, Watch& watch) const override {
    return std::make_unique<SparseReader>(x_, plan, watch);
  }

 private:
  template <class Visit>
  void for_each(std::size_t j, Visit visit) const {
    for (int k = x_.start[j]; k < x_.start[j + 1]; ++k) visit(static_cast<std::size_t>(x_.index[k]), x_.value[k]);
  }

  ColumnMoment moment(std::size_t j, const Response& response) const {
    double sum = 0, square = 0, share = 0;
    std::size_t nonzero = 0;
    for_each(j, [&](std::size_t i, double value) {
      const double w = value == 0 ? 0 : response.weight_of(i) / static_cast<double>(n());
      nonzero += value != 0;
      sum += w * value;
      square += w * value * value;
      share += w;
    });
    // Around the mean, less what rounding left in it: the stored values one by one, the zeros all at once.
    const double zeros = nonzero < n() ? std::max(1 - share, 0.0) : 0;  // rounding of weights counts for no zeros
    double variance = zeros * sum * sum, left = -zeros * sum;
    for_each(j, [&](std::size_t i, double value) {
      const double w = value == 0 ? 0 : response.weight_of(i) / static_cast<double>(n());
      variance += w * (value - sum) * (value - sum);
      left += w * (value - sum);
    });
    variance = std::max(variance - left * left, 0.0);
    return {sum, variance, square, share};
  }

  SparseColumns x_;
  SparseProducts products_;
};

}  // namespace

std::unique_ptr<Rows> sparse_rows(const SparseColumns& x) {
  return std::make_unique<SparseRows>(x);
}

}  // namespace sgdlasso
