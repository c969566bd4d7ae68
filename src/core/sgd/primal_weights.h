// primal_weights.h: how a primal learner holds its coefficients, and how the penalty acts on them.
#pragma once

#include "base/lanes.h"  // forbids fused multiply-adds

#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/dense_kernels.h"
#include "model/penalty.h"
#include "rows/rows.h"

namespace sgdlasso {

// The penalty's own descent on one coefficient for a time s (the sum of steps times lambda): the exact flow of
// -theta alpha sign(b) - rho ridge b, stopped at zero. For alpha = 1 this is soft-thresholding by s theta. Times add
// up, so a coefficient may wait and be shrunk once for all the rows that left it alone.
class Flow {
 public:
  explicit Flow(const WorkingPenalty& penalty) : alpha_(penalty.alpha), ridge_(penalty.ridge) {}
  double operator()(double b, double time, double theta, double rho) const {
    const double decay = ridge_ * rho;
    if (decay * time == 0) return soft_threshold(b, alpha_ * time * theta);
    const double lost = -std::expm1(-decay * time);
    return soft_threshold(b - lost * b, alpha_ * theta * lost / decay);
  }

 private:
  double alpha_, ridge_;
};

class DenseWeights {
 public:
  explicit DenseWeights(const WorkingPenalty& penalty)
      : penalty_(penalty),
        flow_(penalty),
        b_(penalty.theta.size(), 0.0),
        total_(b_.size(), 0.0) {}
  std::size_t size() const { return b_.size(); }
  double& b(std::size_t j) { return b_[j]; }
  double& total(std::size_t j) { return total_[j]; }
  double b(std::size_t j) const { return b_[j]; }
  double total(std::size_t j) const { return total_[j]; }
  std::size_t visits(const Row&) const { return b_.size(); }

  double dot(const Row& row) { return kernels_.dot(row.value, b_.data(), b_.size()); }
  // b + move x, then the penalty for `time`
  void add(const Row& row, double move, double time) {
    const bool lasso = penalty_.alpha == 1;
    kernels_.primal_add(row.value, move, penalty_.theta.data(), lasso ? time : 0, b_.data(), b_.size());
    for (std::size_t j = 0; j < b_.size() && !lasso && time > 0; ++j) {
      b_[j] = flow_(b_[j], time, penalty_.theta[j], penalty_.rho[j]);
    }
  }
  void settle() {}
  void snapshot(double weight) { kernels_.accumulate(b_.data(), weight, total_.data(), b_.size()); }

 private:
  const DenseKernels& kernels_ = dense_kernels();
  WorkingPenalty penalty_;
  Flow flow_;
  std::vector<double> b_, total_;
};

// Coefficients wait with the penalty until a row reads them.
class SparseWeights {
 public:
  explicit SparseWeights(const WorkingPenalty& penalty) : flow_(penalty), records_(penalty.theta.size()) {
    for (std::size_t j = 0; j < records_.size(); ++j) records_[j] = {0, 0, 0, penalty.theta[j], penalty.rho[j]};
  }
  std::size_t size() const { return records_.size(); }
  double& b(std::size_t j) { return records_[j].b; }
  double& total(std::size_t j) { return records_[j].total; }
  double b(std::size_t j) const { return records_[j].b; }
  double total(std::size_t j) const { return records_[j].total; }
  std::size_t visits(const Row& row) const { return row.size; }

  double dot(const Row& row) {
    double sum = 0;
    for (std::size_t k = 0; k < row.size; ++k) sum += row.value[k] * settled(records_[row.index[k]]);
    return sum;
  }
  void add(const Row& row, double move, double time) {
    for (std::size_t k = 0; k < row.size; ++k) records_[row.index[k]].b += move * row.value[k];
    now_ += time;
  }
  void settle() {
    for (Record& record : records_) settled(record);
  }
  void snapshot(double weight) {
    for (Record& record : records_) record.total += weight * settled(record);
  }

 private:
  struct Record {
    double b, total, seen, theta, rho;
  };
  double settled(Record& at) {
    if (at.seen != now_) at.b = flow_(at.b, now_ - at.seen, at.theta, at.rho);
    at.seen = now_;
    return at.b;
  }

  Flow flow_;
  double now_ = 0;  // the penalty's time so far
  std::vector<Record> records_;
};

}  // namespace sgdlasso
