#include "lanes.h"  // first: it forbids fused multiply-adds in this file

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dense_kernels.h"
#include "rows.h"

namespace sgdlasso {
namespace {

class DenseColumns {
 public:
  DenseColumns(const double* x, std::size_t n, std::size_t p) : x_(x), n_(n), p_(p) {}
  std::size_t n() const { return n_; }
  std::size_t p() const { return p_; }
  const double* column(std::size_t j) const { return x_ + j * n_; }

  // Writes working rows to `to`. A tile of 8 columns fills whole cache lines of the target while the source is read in runs.
  void transfer(const std::size_t* rows, std::size_t count, const Scaling& scaling, double* const* to) const {
    const std::size_t tile = 8;
    for (std::size_t first = 0; first < p_; first += tile) {
      const std::size_t width = std::min(tile, p_ - first);
      const double* from = column(first);
      const double* centre = scaling.centre.data() + first;
      const double* scale = scaling.scale.data() + first;
      for (std::size_t i = 0; i < count; ++i) {
        const double* value = from + rows[i];
        double* target = to[i] + first;
        for (std::size_t j = 0; j < width; ++j) target[j] = (value[j * n_] - centre[j]) * scale[j];
      }
    }
  }

 private:
  const double* x_;
  std::size_t n_, p_;
};

// Rows gathered from the columns anew for every block: nothing is kept.
class GatheringReader final : public RowReader {
 public:
  GatheringReader(const DenseColumns& x, ReadPlan plan) : x_(x), plan_(std::move(plan)) {}

  const RowBlock& read(const std::size_t* positions, std::size_t count) override {
    const std::size_t p = x_.p();
    buffer_.resize(count * p);
    block_.resize(count);
    targets_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      block_.id[i] = plan_.order.empty() ? positions[i] : plan_.order[positions[i]];
      targets_[i] = buffer_.data() + i * p;
      block_.value[i] = targets_[i];
    }
    x_.transfer(block_.id.data(), count, plan_.scaling, targets_.data());
    for (std::size_t i = 0; i < count; ++i) {
      block_.norm2[i] = dense_kernels().dot(block_.value[i], block_.value[i], p);
    }
    return block_;
  }

 private:
  DenseColumns x_;
  ReadPlan plan_;
  std::vector<double> buffer_;
  std::vector<double*> targets_;
  RowBlock block_;
};

// A row-major copy, made once.
class CopyingReader final : public RowReader {
 public:
  CopyingReader(const DenseColumns& x, ReadPlan plan, Watch& watch)
      : n_(x.n()), p_(x.p()), order_(std::move(plan.order)), copy_(new double[n_ * p_]), norm2_(n_) {
    if (order_.empty()) {
      order_.resize(n_);
      std::iota(order_.begin(), order_.end(), std::size_t{0});
    }
    std::vector<std::size_t> position(n_);
    for (std::size_t k = 0; k < n_; ++k) position[order_[k]] = k;
    fill(x, plan.scaling, position, watch);
  }

  const RowBlock& read(const std::size_t* positions, std::size_t count) override {
    block_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      block_.id[i] = order_[positions[i]];
      block_.value[i] = copy_.get() + positions[i] * p_;
      block_.norm2[i] = norm2_[positions[i]];
    }
    return block_;
  }

 private:
  // In the order of the source, so that x is read once from front to back.
  void fill(const DenseColumns& x, const Scaling& scaling, const std::vector<std::size_t>& position, Watch& watch) {
    const std::size_t panel = 256;
    std::vector<std::size_t> rows(panel);
    std::vector<double*> targets(panel);
    for (std::size_t first = 0; first < n_; first += panel) {
      const std::size_t count = std::min(panel, n_ - first);
      for (std::size_t i = 0; i < count; ++i) {
        rows[i] = first + i;
        targets[i] = copy_.get() + position[first + i] * p_;
      }
      x.transfer(rows.data(), count, scaling, targets.data());
      for (std::size_t i = 0; i < count; ++i) {
        norm2_[position[first + i]] = dense_kernels().dot(targets[i], targets[i], p_);
      }
      watch.tick(0);
    }
  }

  std::size_t n_, p_;
  std::vector<std::size_t> order_;
  std::unique_ptr<double[]> copy_;
  std::vector<double> norm2_;
  RowBlock block_;
};

class DenseRows final : public Rows {
 public:
  explicit DenseRows(const DenseColumns& x) : x_(x) {}

  std::size_t n() const override { return x_.n(); }
  std::size_t p() const override { return x_.p(); }
  bool sparse() const override { return false; }

  // One pass. Sums are taken around the column's first value: the error of the variance is then at most n roundings.
  ColumnMoments moments(const Response& response, Watch& watch) const override {
    ColumnMoments result;
    result.frequency.assign(p(), 1.0);
    for (std::size_t j = 0; j < p(); ++j) {
      const double* column = x_.column(j);
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
      result.mean.push_back(mean);
      result.variance.push_back(is_rounding(std::sqrt(variance), std::abs(mean)) ? 0 : variance);
      result.square.push_back(mean * mean + variance);
      watch.tick(0);
    }
    return result;
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

  std::vector<double> cross_product(const std::vector<double>& r, Watch& watch) const override {
    std::vector<double> result(p());
    for (std::size_t j = 0; j < p(); ++j) {
      result[j] = dense_kernels().dot(x_.column(j), r.data(), n());
      watch.tick(0);
    }
    return result;
  }

  std::unique_ptr<RowReader> reader(ReadPlan plan, Watch& watch) const override {
    if (plan.copy) return std::make_unique<CopyingReader>(x_, std::move(plan), watch);
    return std::make_unique<GatheringReader>(x_, std::move(plan));
  }

 private:
  DenseColumns x_;
};

}  // namespace

std::unique_ptr<Rows> dense_rows(const double* x, std::size_t n, std::size_t p) {
  return std::make_unique<DenseRows>(DenseColumns(x, n, p));
}

}  // namespace sgdlasso
