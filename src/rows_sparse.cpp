#include <algorithm>
#include <cmath>
#include <utility>

#include "lanes.h"  // forbids fused multiply-adds below
#include "rows.h"

namespace sgdlasso {
namespace {

// The same numbers by rows, in the order of the plan: counted, then placed column after column, so that a row's columns rise.
class SparseReader final : public RowReader {
 public:
  SparseReader(const SparseColumns& x, const ReadPlan& plan, Watch& watch)
      : value_(x.start[x.p]),
        index_(x.start[x.p]),
        rows_(x.n) {
    const std::vector<std::size_t> position = positions_of(plan.order, x.n);
    lay_out(x, plan, position);
    for (std::size_t j = 0; j < x.p; ++j) {
      for (int k = x.start[j]; k < x.start[j + 1]; ++k) {
        Row& row = rows_[position[x.index[k]]];
        const double value = x.value[k] * plan.scaling.scale[j];
        value_[row.value - value_.data() + row.size] = value;
        index_[row.index - index_.data() + row.size] = static_cast<int>(j);
        row.norm2 += value * value;
        ++row.size;
      }
      watch.tick(0);
    }
  }

  void read(const std::size_t* positions, std::size_t count, RowBlock& block) const override {
    block.rows.resize(count);
    for (std::size_t i = 0; i < count; ++i) block.rows[i] = rows_[positions[i]];
  }

 private:
  // Empty rows, each with room for its numbers.
  void lay_out(const SparseColumns& x, const ReadPlan& plan, const std::vector<std::size_t>& position) {
    for (std::size_t k = 0; k < value_.size(); ++k) ++rows_[position[x.index[k]]].size;
    std::size_t start = 0;
    for (Row& row : rows_) {
      row.value = value_.data() + start;
      row.index = index_.data() + start;
      start += std::exchange(row.size, 0);
      row.norm2 = 0;
    }
    for (std::size_t i = 0; i < x.n; ++i) {
      Row& row = rows_[position[i]];
      row.y = plan.response.y[i];
      row.weight = plan.response.weight_of(i);
      row.offset = plan.response.offset_of(i);
    }
  }

  std::vector<double> value_;
  std::vector<int> index_;
  std::vector<Row> rows_;
};

class SparseRows final : public Rows {
 public:
  explicit SparseRows(const SparseColumns& x) : x_(x) {}

  std::size_t n() const override { return x_.n; }
  std::size_t p() const override { return x_.p; }
  bool sparse() const override { return true; }

  ColumnMoments moments(const Response& response, Watch& watch) const override {
    ColumnMoments result;
    for (std::size_t j = 0; j < p(); ++j) {
      double sum = 0, square = 0, share = 0;
      for_each(j, [&](std::size_t i, double value) {
        const double w = value == 0 ? 0 : response.weight_of(i) / static_cast<double>(n());
        sum += w * value;
        square += w * value * value;
        share += w;
      });
      // Around the mean, less what rounding left in it: the stored values one by one, the zeros all at once.
      const double zeros = std::max(1 - share, 0.0);
      double variance = zeros * sum * sum, left = -zeros * sum;
      for_each(j, [&](std::size_t i, double value) {
        const double w = value == 0 ? 0 : response.weight_of(i) / static_cast<double>(n());
        variance += w * (value - sum) * (value - sum);
        left += w * (value - sum);
      });
      variance = std::max(variance - left * left, 0.0);
      result.add(sum, variance, square, share);
      watch.tick(0);
    }
    return result;
  }

  void add_product(const std::vector<double>& b, std::vector<double>& eta, Watch& watch) const override {
    for (std::size_t j = 0; j < p(); ++j) {
      if (b[j] == 0) continue;
      for_each(j, [&](std::size_t i, double value) { eta[i] += b[j] * value; });
      watch.tick(0);
    }
  }

  std::vector<double> cross_product(const std::vector<double>& r, Watch& watch) const override {
    std::vector<double> result(p(), 0.0);
    for (std::size_t j = 0; j < p(); ++j) {
      for_each(j, [&](std::size_t i, double value) { result[j] += value * r[i]; });
      watch.tick(0);
    }
    return result;
  }

  std::unique_ptr<RowReader> reader(ReadPlan plan, Watch& watch) const override {
    return std::make_unique<SparseReader>(x_, plan, watch);
  }

 private:
  template <class Visit>
  void for_each(std::size_t j, Visit visit) const {
    for (int k = x_.start[j]; k < x_.start[j + 1]; ++k) visit(static_cast<std::size_t>(x_.index[k]), x_.value[k]);
  }

  SparseColumns x_;
};

}  // namespace

std::unique_ptr<Rows> sparse_rows(const SparseColumns& x) {
  return std::make_unique<SparseRows>(x);
}

}  // namespace sgdlasso
