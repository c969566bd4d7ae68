#include "moments.h"

#include <algorithm>
#include <cmath>

#include "panel_kernels.h"

namespace sgdlasso {
namespace {

constexpr std::size_t kStrip = 128;  // rows whose packed columns stay in the second cache

// Adds rows strip by strip. Each strip is taken around the mean of the rows before it (the first around its own), so that
// cross-products stay small, and moves that mean.
class StripAdder {
 public:
  StripAdder(const double* x, const Response& response, Moments& moments)
      : x_(x),
        response_(response),
        moments_(moments),
        packed_(moments.size * kStrip),
        sum_(moments.size),
        root_(kStrip) {}

  void add(std::size_t row, std::size_t rows) {
    const double* root = nullptr;
    double weight = static_cast<double>(rows);
    if (response_.weight) {
      weight = 0;
      for (std::size_t i = 0; i < rows; ++i) {
        weight += response_.weight[row + i];
        root_[i] = std::sqrt(response_.weight[row + i]);
      }
      root = root_.data();
    }
    if (moments_.weight == 0) {
      pack(row, rows, root);
      for (std::size_t j = 0; j < moments_.size; ++j) moments_.mean[j] = sum_[j] / weight;
    }
    pack(row, rows, root);
    const std::size_t length = (rows + 7) / 8 * 8;
    panel_kernels().self_cross({packed_.data(), kStrip, moments_.size}, length, moments_.cross.data(), moments_.size);
    moments_.weight += weight;
    // Around the old mean the old rows sum to 0, so the new mean lies sum / weight off.
    for (std::size_t i = 0; i < moments_.size; ++i) {
      const double off = sum_[i] / moments_.weight;
      panel_kernels().axpy(-off, sum_.data() + i, moments_.size - i, moments_.cross.data() + i * moments_.size + i);
    }
    for (std::size_t j = 0; j < moments_.size; ++j) moments_.mean[j] += sum_[j] / moments_.weight;
  }

 private:
  void pack(std::size_t row, std::size_t rows, const double* root) {
    const std::size_t p = moments_.size - 1;
    for (std::size_t j = 0; j < p; ++j) pack_one(x_ + j * response_.n + row, j, rows, root);
    if (response_.offset) {
      double y[kStrip];
      for (std::size_t i = 0; i < rows; ++i) y[i] = response_.y[row + i] - response_.offset[row + i];
      pack_one(y, p, rows, root);
    } else {
      pack_one(response_.y + row, p, rows, root);
    }
  }
  void pack_one(const double* from, std::size_t j, std::size_t rows, const double* root) {
    double* to = packed_.data() + j * kStrip;
    sum_[j] = panel_kernels().pack(from, rows, moments_.mean[j], 1, root, to);
    std::fill(to + rows, to + (rows + 7) / 8 * 8, 0.0);
  }

  const double* x_;
  const Response& response_;
  Moments& moments_;
  std::vector<double> packed_;
  std::vector<double> sum_;
  std::vector<double> root_;
};

}  // namespace

void Moments::merge(const Moments& other) {
  if (other.weight == 0) return;
  const double both = weight + other.weight, share = weight * other.weight / both;
  std::vector<double> apart(size);
  for (std::size_t j = 0; j < size; ++j) apart[j] = other.mean[j] - mean[j];
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = i; j < size; ++j) cross[i * size + j] += other.cross[i * size + j] + share * apart[i] * apart[j];
    mean[i] += apart[i] * other.weight / both;
  }
  weight = both;
}

Moments dense_moments(const double* x, std::size_t p, const Response& response, const Work& work) {
  const std::size_t strips = (response.n + kStrip - 1) / kStrip;
  const std::size_t memory = (std::size_t{1} << 24) / ((p + 1) * (p + 1)) + 1;  // parts that together take 128 MB
  const std::size_t parts = std::min({strips / 32 + 1, memory, std::size_t{16}});
  std::vector<Moments> part(parts, Moments(p));
  parallel_for(parts, work, [&](std::size_t k) {
    StripAdder adder(x, response, part[k]);
    for (std::size_t strip = strips * k / parts; strip < strips * (k + 1) / parts; ++strip) {
      adder.add(strip * kStrip, std::min(kStrip, response.n - strip * kStrip));
    }
  });
  for (std::size_t k = 1; k < parts; ++k) part[0].merge(part[k]);
  return std::move(part[0]);
}

double mean_product(const Moments& moments, bool intercept, std::size_t i, std::size_t j) {
  return moments.at(i, j) / moments.weight + (intercept ? 0 : moments.mean[i] * moments.mean[j]);
}

ColumnMoments column_moments(const Moments& moments) {
  ColumnMoments result;
  for (std::size_t j = 0; j + 1 < moments.size; ++j) {
    const double mean = moments.mean[j], variance = std::max(moments.at(j, j) / moments.weight, 0.0);
    result.add(mean, variance, mean * mean + variance, 1);
  }
  return result;
}

}  // namespace sgdlasso
