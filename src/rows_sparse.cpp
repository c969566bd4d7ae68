#include <algorithm>
#include <cmath>
#include <numeric>

#include "lanes.h"  // forbids fused multiply-adds below
#include "rows.h"

namespace sgdlasso {
namespace {

// The same numbers by rows: counted, then placed column after column, so that a row's columns rise.
class SparseReader final : public RowReader {
 public:
  SparseReader(const SparseColumns& x, ReadPlan plan, Watch& watch)
      : order_(std::move(plan.order)), start_(x.n + 1, 0), norm2_(x.n, 0) {
    if (order_.empty()) {
      order_.resize(x.n);
      std::iota(order_.begin(), order_.end(), std::size_t{0});
    }
    std::vector<std::size_t> position(x.n);
    for (std::size_t k = 0; k < x.n; ++k) position[order_[k]] = k;

    const std::size_t nonzeros = x.start[x.p];
    for (std::size_t k = 0; k < nonzeros; ++k) ++start_[position[x.index[k]] + 1];
    std::partial_sum(start_.begin(), start_.end(), start_.begin());
    value_.resize(nonzeros);
    index_.resize(nonzeros);
    fill(x, plan.scaling, position, watch);
  }

  const RowBlock& read(const std::size_t* positions, std::size_t count) override {
    block_.resize(count);
    block_.index.resize(count);
    block_.size.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = positions[i];
      block_.id[i] = order_[at];
      block_.value[i] = value_.data() + start_[at];
      block_.index[i] = index_.data() + start_[at];
      block_.size[i] = start_[at + 1] - start_[at];
      block_.norm2[i] = norm2_[at];
    }
    return block_;
  }

 private:
  void fill(const SparseColumns& x, const Scaling& scaling, const std::vector<std::size_t>& position, Watch& watch) {
    std::vector<std::size_t> next(start_.begin(), start_.end() - 1);
    for (std::size_t j = 0; j < x.p; ++j) {
      for (int k = x.start[j]; k < x.start[j + 1]; ++k) {
        const std::size_t row = position[x.index[k]];
        const double value = x.value[k] * scaling.scale[j];
        value_[next[row]] = value;
        index_[next[row]++] = static_cast<int>(j);
        norm2_[row] += value * value;
      }
      watch.tick(0);
    }
  }

  std::vector<std::size_t> order_;
  std::vector<std::size_t> start_;
  std::vector<double> value_;
  std::vector<int> index_;
  std::vector<double> norm2_;
  RowBlock block_;
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
      // Around the mean: the stored values one by one, the zeros all at once.
      double variance = std::max(1 - share, 0.0) * sum * sum;
      for_each(j, [&](std::size_t i, double value) {
        const double w = value == 0 ? 0 : response.weight_of(i) / static_cast<double>(n());
        variance += w * (value - sum) * (value - sum);
      });
      result.mean.push_back(sum);
      result.variance.push_back(is_rounding(std::sqrt(variance), std::abs(sum)) ? 0 : variance);
      result.square.push_back(square);
      result.frequency.push_back(share);
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
    return std::make_unique<SparseReader>(x_, std::move(plan), watch);
  }

 private:
  template <class Visit>
  void for_each(std::size_t j, Visit visit) const {
    for (int k = x_.start[j]; k < x_.start[j + 1]; ++k) visit(static_cast<std::size_t>(x_.index[k]), x_.value[k]);
  }

  SparseColumns x_;
};

}  // namespace

std::unique_ptr<Rows> sparse_rows(const SparseColumns& x) { return std::make_unique<SparseRows>(x); }

}  // namespace sgdlasso
