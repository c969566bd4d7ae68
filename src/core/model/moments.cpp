#include "model/moments.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/panel_kernels.h"

namespace sgdlasso {
namespace {

constexpr std::size_t kStrip = 128;  // rows whose packed columns stay in the second cache
constexpr std::size_t kAhead = 2;    // columns whose scattered rows memory is asked for in advance

// Some rows of x: `count` of them from `first` on or, where given, those at `index`.
struct Strip {
  std::size_t first;
  std::size_t count;
  const std::size_t* index = nullptr;

  std::size_t row(std::size_t i) const { return index ? index[i] : first + i; }
};

// Adds rows strip by strip. Each strip is taken around the mean of the rows before it (the first around its own), so
// that cross-products stay small, and moves that mean.
class StripAdder {
 public:
  StripAdder(const double* x, std::size_t p, const Observations& response, Watch& watch)
      : x_(x),
        response_(response),
        watch_(watch),
        packed_((p + 1) * kStrip),
        sum_(p + 1) {}

  void add(const Strip& strip, Moments& moments) {
    watch_.tick(0);
    const double* root = nullptr;
    double weight = static_cast<double>(strip.count);
    if (response_.weight) {
      weight = 0;
      for (std::size_t i = 0; i < strip.count; ++i) {
        weight += response_.weight[strip.row(i)];
        root_[i] = std::sqrt(response_.weight[strip.row(i)]);
      }
      root = root_;
    }
    if (moments.weight == 0) {
      pack(strip, root, moments);
      for (std::size_t j = 0; j < moments.size; ++j) moments.mean[j] = sum_[j] / weight;
    }
    pack(strip, root, moments);
    const std::size_t length = (strip.count + 7) / 8 * 8;
    panel_kernels().self_cross({packed_.data(), kStrip, moments.size}, length, moments.cross.data(), moments.size);
    moments.weight += weight;
    // Around the old mean the old rows sum to 0, so the new mean lies sum / weight off.
    for (std::size_t i = 0; i < moments.size; ++i) {
      const double off = sum_[i] / moments.weight;
      panel_kernels().axpy(-off, sum_.data() + i, moments.size - i, moments.cross.data() + i * moments.size + i);
    }
    for (std::size_t j = 0; j < moments.size; ++j) moments.mean[j] += sum_[j] / moments.weight;
  }

 private:
  void pack(const Strip& strip, const double* root, const Moments& moments) {
    const std::size_t p = moments.size - 1;
    double some[kStrip];
    for (std::size_t j = 0; j < p; ++j) {
      const double* column = x_ + j * response_.n;
      if (strip.index) {
        const double* ahead = j + kAhead < p ? column + kAhead * response_.n : response_.y;
        for (std::size_t i = 0; i < strip.count; ++i) {
          some[i] = column[strip.index[i]];
          __builtin_prefetch(ahead + strip.index[i]);
        }
      }
      pack_one(strip.index ? some : column + strip.first, j, strip.count, root, moments);
    }
    for (std::size_t i = 0; i < strip.count; ++i)
      some[i] = response_.y[strip.row(i)] - response_.offset_of(strip.row(i));
    pack_one(some, p, strip.count, root, moments);
  }
  void pack_one(const double* from, std::size_t j, std::size_t rows, const double* root, const Moments& moments) {
    double* to = packed_.data() + j * kStrip;
    sum_[j] = panel_kernels().pack(from, rows, moments.mean[j], 1, root, to);
    std::fill(to + rows, to + (rows + 7) / 8 * 8, 0.0);
  }

  const double* x_;
  const Observations& response_;
  Watch& watch_;
  std::vector<double> packed_;
  std::vector<double> sum_;
  double root_[kStrip];
};

// The rows are taken in so many parts, whose number does not depend on the threads. Those of one part fill `each`
// moments.
std::size_t count_parts(std::size_t n, std::size_t p, std::size_t each) {
  const std::size_t strips = (n + kStrip - 1) / kStrip;
  const std::size_t memory =
      (std::size_t{1} << 24) / ((p + 1) * (p + 1) * each) + 1;  // parts that together take 128 MB
  return std::min({strips / (32 * each) + 1, memory, std::size_t{16}});
}

// Of some rows in order, those of each fold. A strip waits until it is full, or the rows end.
void add_folds(StripAdder& adder, const FoldOfRow& fold, std::size_t first, std::size_t last,
               std::vector<Moments>& moments) {
  std::vector<std::vector<std::size_t>> waiting(moments.size());
  const auto flush = [&](std::size_t k) {
    if (!waiting[k].empty()) adder.add({0, waiting[k].size(), waiting[k].data()}, moments[k]);
    waiting[k].clear();
  };
  for (std::size_t i = first; i < last; ++i) {
    const std::size_t k = static_cast<std::size_t>(fold[i]);
    waiting[k].push_back(i);
    if (waiting[k].size() == kStrip) flush(k);
  }
  for (std::size_t k = 0; k < moments.size(); ++k) flush(k);
}

// to: where the moments of both go, which may be either of them.
void join(const Moments& earlier, const Moments& later, Moments& to) {
  const double both = earlier.weight + later.weight, share = earlier.weight * later.weight / both;
  const std::size_t size = to.size;
  std::vector<double> apart(size);
  for (std::size_t j = 0; j < size; ++j) apart[j] = later.mean[j] - earlier.mean[j];
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t at = i * size + i; at < (i + 1) * size; ++at)
      to.cross[at] = earlier.cross[at] + (later.cross[at] + share * apart[i] * apart[at - i * size]);
    to.mean[i] = earlier.mean[i] + apart[i] * later.weight / both;
  }
  to.weight = both;
}

}  // namespace

void Moments::merge(const Moments& later) {
  if (later.weight == 0) return;
  if (weight == 0) {
    *this = later;
    return;
  }
  join(*this, later, *this);
}

void Moments::merge_into(Moments& later) const {
  if (weight == 0) return;
  if (later.weight == 0) {
    later = *this;
    return;
  }
  join(*this, later, later);
}

std::vector<Moments> empty_moments(std::size_t p, std::size_t count, Watch& watch) {
  std::vector<Moments> result;
  result.reserve(count);
  for (std::size_t k = 0; k < count; ++k) {
    result.emplace_back(p);
    watch.tick(0);
  }
  return result;
}

Moments dense_moments(const double* x, std::size_t p, const Observations& response, const Work& work) {
  const std::size_t strips = (response.n + kStrip - 1) / kStrip, parts = count_parts(response.n, p, 1);
  std::vector<Moments> part = empty_moments(p, parts, work.watch);
  parallel_for(parts, work, [&](std::size_t k, Watch& watch) {
    StripAdder adder(x, p, response, watch);
    for (std::size_t strip = strips * k / parts; strip < strips * (k + 1) / parts; ++strip) {
      adder.add({strip * kStrip, std::min(kStrip, response.n - strip * kStrip)}, part[k]);
    }
  });
  for (std::size_t k = 1; k < parts; ++k) {
    part[0].merge(part[k]);
    work.watch.tick(0);
  }
  return std::move(part[0]);
}

std::vector<Moments> fold_moments(const double* x, std::size_t p, const Observations& response, const FoldOfRow& fold,
                                  std::size_t folds, const Work& work) {
  const std::size_t parts = count_parts(response.n, p, folds);
  std::vector<std::vector<Moments>> part;
  for (std::size_t k = 0; k < parts; ++k) part.push_back(empty_moments(p, folds, work.watch));
  parallel_for(parts, work, [&](std::size_t k, Watch& watch) {
    StripAdder adder(x, p, response, watch);
    add_folds(adder, fold, response.n * k / parts, response.n * (k + 1) / parts, part[k]);
  });
  for (std::size_t k = 1; k < parts; ++k) {
    for (std::size_t f = 0; f < folds; ++f) {
      part[0][f].merge(part[k][f]);
      work.watch.tick(0);
    }
  }
  return std::move(part[0]);
}

Moments total(const std::vector<Moments>& folds, Watch& watch) {
  Moments result(folds[0].size - 1);
  for (const Moments& fold : folds) {
    result.merge(fold);
    watch.tick(0);
  }
  return result;
}

std::vector<Moments> leave_each_out(const std::vector<Moments>& folds, Watch& watch) {
  // Sums of those before and of those after: subtracting a fold from the total would cancel where it holds most of a
  // column.
  std::vector<Moments> result = empty_moments(folds[0].size - 1, folds.size(), watch);
  Moments before(folds[0].size - 1), after = before;
  for (std::size_t k = 0; k < folds.size(); ++k) {
    result[k].merge(before);
    before.merge(folds[k]);
    watch.tick(0);
  }
  for (std::size_t k = folds.size(); k-- > 0;) {
    result[k].merge(after);
    after.merge(folds[k]);
    watch.tick(0);
  }
  return result;
}

double mean_squared_error(const Moments& moments, const SparseModel& model) {
  const std::size_t y = moments.size - 1, size = model.index.size();
  const double share = 1 / moments.weight;
  // How large the numbers are whose difference is the error.
  double spread = std::sqrt(moments.at(y, y) * share), level = std::abs(moments.mean[y]) + std::abs(model.intercept);
  double off = moments.mean[y] - model.intercept, square = moments.at(y, y);
  for (std::size_t a = 0; a < size; ++a) {
    const std::size_t i = model.index[a];
    double cross = -2 * moments.at(i, y) + model.value[a] * moments.at(i, i);
    for (std::size_t b = 0; b < a; ++b) cross += 2 * model.value[b] * moments.at(model.index[b], i);
    square += model.value[a] * cross;
    off -= model.value[a] * moments.mean[i];
    spread += std::abs(model.value[a]) * std::sqrt(moments.at(i, i) * share);
    level += std::abs(model.value[a] * moments.mean[i]);
  }
  const double error = square * share + off * off;
  const double rounding = 1e-15 * (spread * spread + std::abs(off) * level);
  return rounding < 1e-10 * error ? error : std::numeric_limits<double>::quiet_NaN();
}

double mean_product(const Moments& moments, bool intercept, std::size_t i, std::size_t j) {
  return moments.at(i, j) / moments.weight + (intercept ? 0 : moments.mean[i] * moments.mean[j]);
}

ColumnMoments column_moments(const Moments& moments) {
  ColumnMoments result;
  for (std::size_t j = 0; j + 1 < moments.size; ++j) {
    const double mean = moments.mean[j], variance = std::max(moments.at(j, j) / moments.weight, 0.0);
    result.add({mean, variance, mean * mean + variance, 1});
  }
  return result;
}

}  // namespace sgdlasso
