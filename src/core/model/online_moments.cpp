#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "model/online_moments.h"

#include <algorithm>

#include "kernels/dense_kernels.h"

namespace sgdlasso {

OnlineMoments::OnlineMoments(std::size_t p, bool sparse)
    : sparse_(sparse),
      count_(sparse ? p : 0, 0.0),
      mean_(p, 0.0),
      square_(p, 0.0),
      cross_(p, 0.0) {}

void OnlineMoments::add(const Row& row, const Loss& loss) {
  add_response(row, loss);
  sparse_ ? add_sparse(row) : add_dense(row);
}

void OnlineMoments::add_response(const Row& row, const Loss& loss) {
  ResponseMoments& all = response_;
  const double target = loss.is_squared() ? row.y - row.offset : row.y;
  if (all.rows == 0) {
    all.first = row.y;
    shift_ = target;
  }
  all.rows += 1;
  all.weight += row.weight;
  const double share = row.weight / all.weight, before = target - all.target;
  all.target += share * before;
  target_off_ = target - all.target;
  all.target_square += row.weight * before * target_off_;
  all.y += share * (row.y - all.y);
  all.y_square += share * (row.y * row.y - all.y_square);
  all.saturated += share * (loss.saturated(row.y) - all.saturated);
  all.equal = all.equal && row.y == all.first;
  all.offset = all.offset || row.offset != 0;
}

void OnlineMoments::add_dense(const Row& row) {
  dense_kernels().moments_add(row.value, row.weight / response_.weight, row.weight, row.weight * target_off_,
                              mean_.data(), square_.data(), cross_.data(), row.size);
}

void OnlineMoments::add_sparse(const Row& row) {
  const double target = (target_off_ + response_.target) - shift_;
  for (std::size_t k = 0; k < row.size; ++k) {
    const double x = row.value[k];
    if (x == 0) continue;
    const std::size_t j = static_cast<std::size_t>(row.index[k]);
    count_[j] += row.weight;
    const double before = x - mean_[j];
    mean_[j] += before * row.weight / count_[j];
    square_[j] += row.weight * before * (x - mean_[j]);
    cross_[j] += row.weight * x * target;
  }
}

// ---- of parts ------------------------------------------------------------------------------

void ResponseMoments::merge(const ResponseMoments& other) {
  const double share = other.weight / (weight + other.weight), off = other.target - target;
  target_square += other.target_square + off * off * share * weight;
  target += off * share;
  y += (other.y - y) * share;
  y_square += (other.y_square - y_square) * share;
  saturated += (other.saturated - saturated) * share;
  equal = equal && other.equal && first == other.first;
  offset = offset || other.offset;
  rows += other.rows;
  weight += other.weight;
}

void OnlineMoments::merge(const OnlineMoments& other) {
  if (other.response_.rows == 0) return;
  if (response_.rows == 0) {
    *this = other;
    return;
  }
  sparse_ ? merge_sparse(other) : merge_dense(other);
  response_.merge(other.response_);
  target_off_ = other.target_off_;
}

void OnlineMoments::merge_dense(const OnlineMoments& other) {
  const double share = other.response_.weight / (response_.weight + other.response_.weight),
               between = share * response_.weight, target_off = other.response_.target - response_.target;
  for (std::size_t j = 0; j < mean_.size(); ++j) {
    const double off = other.mean_[j] - mean_[j];
    mean_[j] += off * share;
    square_[j] += other.square_[j] + off * off * between;
    cross_[j] += other.cross_[j] + off * target_off * between;
  }
}

void OnlineMoments::merge_sparse(const OnlineMoments& other) {
  const double moved = other.shift_ - shift_;
  for (std::size_t j = 0; j < mean_.size(); ++j) {
    if (other.count_[j] == 0) continue;
    const double share = other.count_[j] / (count_[j] + other.count_[j]), off = other.mean_[j] - mean_[j];
    square_[j] += other.square_[j] + off * off * share * count_[j];
    mean_[j] += off * share;
    cross_[j] += other.cross_[j] + moved * other.count_[j] * other.mean_[j];
    count_[j] += other.count_[j];
  }
}

double OnlineMoments::mean(std::size_t j) const {
  return sparse_ ? mean_[j] * (count_[j] / response_.weight) : mean_[j];
}

ColumnMoment OnlineMoments::column(std::size_t j) const {
  const double inner = square_[j] / response_.weight,
               frequency = sparse_ ? std::min(count_[j] / response_.weight, 1.0) : 1;
  const double size = frequency * mean_[j] * mean_[j];
  return {mean(j), inner + (1 - frequency) * size, inner + size, frequency};
}

ColumnMoments OnlineMoments::columns() const {
  ColumnMoments result;
  for (std::size_t j = 0; j < mean_.size(); ++j) {
    const ColumnMoment one = column(j);
    result.add(one);
  }
  return result;
}

std::vector<double> OnlineMoments::covariances() const {
  std::vector<double> result(cross_.size());
  for (std::size_t j = 0; j < result.size(); ++j) {
    result[j] = cross_[j] / response_.weight - (sparse_ ? mean(j) * (response_.target - shift_) : 0);
  }
  return result;
}

void OnlineMoments::exchange(Archive& archive) {
  archive(response_, shift_, target_off_);
  for (std::vector<double>* values : {&count_, &mean_, &square_, &cross_}) archive.sized(*values, values->size());
}

}  // namespace sgdlasso
