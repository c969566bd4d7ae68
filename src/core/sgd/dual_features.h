// dual_features.h: how a dual learner holds what it knows of each column: z, the sum of steps; carry, by which the
// averaged sum lags it; the penalty's theta and rho.
#pragma once

#include "base/lanes.h"  // forbids fused multiply-adds

#include <cstddef>
#include <vector>

#include "base/archive.h"
#include "kernels/dense_kernels.h"
#include "model/penalty.h"
#include "rows/rows.h"

namespace sgdlasso {

// A sum that moves with the rows, and its average over them: average = value - carry / total weight.
struct Averaged {
  double value = 0;
  double carry = 0;
  void add(double move, double weight) {
    value += move;
    carry += weight * move;
  }
  double average(double total) const { return total > 0 ? value - carry / total : value; }
  void exchange(Archive& archive) { archive(value, carry); }
};

class DenseFeatures {
 public:
  explicit DenseFeatures(const WorkingPenalty& penalty)
      : theta_(penalty.theta),
        rho_(penalty.rho),
        z_(theta_.size(), 0.0),
        carry_(theta_.size(), 0.0) {}
  std::size_t size() const { return z_.size(); }
  Averaged sum(std::size_t j) const { return {z_[j], carry_[j]}; }
  WorkingFactors factors(std::size_t j) const { return {theta_[j], rho_[j]}; }
  void set_sum(std::size_t j, const Averaged& sum) {
    z_[j] = sum.value;
    carry_[j] = sum.carry;
  }
  void set_factors(std::size_t j, const WorkingFactors& factors) {
    theta_[j] = factors.theta;
    rho_[j] = factors.rho;
  }
  void exchange(Archive& archive) {
    for (std::vector<double>* values : {&theta_, &rho_, &z_, &carry_}) archive.sized(*values, values->size());
  }

  double dot(const Row& row, Shrinkage by) const {
    return kernels_.dual_dot(row.value, z_.data(), theta_.data(), rho_.data(), by, z_.size());
  }
  void add(const Row& row, double move, double weight) {
    kernels_.dual_add(row.value, move, weight, z_.data(), carry_.data(), z_.size());
  }
  std::size_t visits(const Row&) const { return z_.size(); }

 private:
  const DenseKernels& kernels_ = dense_kernels();
  std::vector<double> theta_, rho_, z_, carry_;
};

// One record per column: a sparse row then touches one cache line per nonzero.
class SparseFeatures {
 public:
  explicit SparseFeatures(const WorkingPenalty& penalty) : records_(penalty.theta.size()) {
    for (std::size_t j = 0; j < records_.size(); ++j) records_[j] = {0, 0, penalty.theta[j], penalty.rho[j]};
  }
  std::size_t size() const { return records_.size(); }
  Averaged sum(std::size_t j) const { return {records_[j].z, records_[j].carry}; }
  WorkingFactors factors(std::size_t j) const { return {records_[j].theta, records_[j].rho}; }
  void set_sum(std::size_t j, const Averaged& sum) {
    records_[j].z = sum.value;
    records_[j].carry = sum.carry;
  }
  void set_factors(std::size_t j, const WorkingFactors& factors) {
    records_[j].theta = factors.theta;
    records_[j].rho = factors.rho;
  }
  void exchange(Archive& archive) { archive.sized(records_, records_.size()); }

  double dot(const Row& row, Shrinkage by) const {
    const double* x = row.value;
    const int* index = row.index;
    double sum = 0;
    for (std::size_t k = 0; k < row.size; ++k) {
      const Record& at = records_[index[k]];
      const double shrunk = soft_threshold(at.z, by.l1 * at.theta);
      sum += x[k] * (by.l2 == 0 ? shrunk : shrunk / (1 + by.l2 * at.rho));
    }
    return sum;
  }
  void add(const Row& row, double move, double weight) {
    const double* x = row.value;
    const int* index = row.index;
    for (std::size_t k = 0; k < row.size; ++k) {
      Record& at = records_[index[k]];
      const double step = move * x[k];
      at.z += step;
      at.carry += weight * step;
    }
  }
  std::size_t visits(const Row& row) const { return row.size; }

 private:
  struct Record {
    double z, carry, theta, rho;
    void exchange(Archive& archive) { archive(z, carry, theta, rho); }
  };
  std::vector<Record> records_;
};

}  // namespace sgdlasso
