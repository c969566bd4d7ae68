// dual_learner.h: sums of gradient steps and of the penalty, from which coefficients are read off by one soft
// threshold.
//
// Features: how the sums are held (dual_features.h). Steps: how far each row moves them (sgd_rules.h). Face: what the
// owner sees.
#pragma once

#include "base/lanes.h"  // forbids fused multiply-adds

#include <cmath>
#include <cstddef>
#include <vector>

#include "sgd/dual_features.h"
#include "sgd/sgd_learner.h"
#include "sgd/sgd_rules.h"

namespace sgdlasso {

// A column is seen through another scale from now on, because more rows tell more of it.
struct NewScale {
  std::size_t column;
  WorkingFactors factors;  // of the penalty in the new scale
  double old_scale;
  double ratio;  // new / old; 0 where either is 0
  double shift;  // new centre less the old one
};

// The coefficient that a sum z stands for after a penalty, and the sum that stands for b (not 0).
inline double coefficient_of(double z, const WorkingFactors& factors, Shrinkage by) {
  return soft_threshold(z, by.l1 * factors.theta) / (1 + by.l2 * factors.rho);
}
inline double sum_of(double b, const WorkingFactors& factors, Shrinkage by) {
  return std::copysign(by.l1 * factors.theta, b) + b * (1 + by.l2 * factors.rho);
}

template <class Features, class Steps, class Face = Learner>
class DualLearner : public Face {
 public:
  DualLearner(const LearnerInput& input, const Steps& steps)
      : in_(input),
        fresh_(steps),
        steps_(steps),
        features_(input.penalty),
        start_(input.start) {}

  // Keeps the coefficients, where the rule can.
  void restart(double lambda) override {
    keep_coefficients();
    lambda_ = lambda;
    steps_ = fresh_;
    rows_ = weight_ = scaled_weight_ = 0;
    shrink_ = Averaged();
  }

  void learn(const RowBlock& block, const RowBlock& next) override {
    for_each_row(block, next, [this](const Row& row) { learn_row(row); });
  }
  void end_epoch() override { steps_.end_epoch(); }
  double step_size() const override { return steps_.size(rows_); }
  std::size_t coefficient_visits() const override { return visits_; }

  Estimate estimate() const override {
    const bool averages = in_.average && scaled_weight_ > 0;
    const double total = averages ? scaled_weight_ : 0;
    const double scale = averages ? scaled_weight_ / weight_ : steps_.scale(rows_);
    const Shrinkage by = shrinkage(shrink_.average(total), scale);
    Estimate result{start_ + scale * intercept_.average(total), std::vector<double>(features_.size())};
    for (std::size_t j = 0; j < features_.size(); ++j) {
      const double z = features_.sum(j).average(total);
      result.coefficients[j] = scale * coefficient_of(z, features_.factors(j), by);
    }
    return result;
  }

 protected:
  Shrinkage shrinkage(double total, double scale) const {
    return {total * in_.penalty.alpha, scale * total * in_.penalty.ridge};
  }

  void learn_row(const Row& row) {
    rows_ += 1;
    steps_.prepare(in_.loss, row, rows_);
    const double scale = steps_.scale(rows_ - 1);
    const double eta =
        start_ + scale * (intercept_.value + features_.dot(row, shrinkage(shrink_.value, scale))) + row.offset;
    if (!std::isfinite(eta)) throw NotFinite();
    const Step step = steps_.next(in_.loss, row, eta);
    features_.add(row, step.move, scaled_weight_);
    if (in_.intercept) intercept_.add(step.move, scaled_weight_);
    shrink_.add(step.size * lambda_, scaled_weight_);
    // Later iterates count more: weights t^2 (Shamir, Zhang 2013, polynomial-decay averaging).
    const double weight = row.weight * rows_ * rows_;
    weight_ += weight;
    scaled_weight_ += weight * steps_.scale(rows_);
    visits_ += features_.visits(row);
  }

  // Shrinks the past's share in z, the penalty and their averages, leaving every nonzero coefficient where it is on the
  // scale of x. scale_of(j): the scale through which column j is seen from now on.
  template <class ScaleOf>
  void forget_past(const ScaleOf& scale_of) {
    const Averaged past = shrink_;
    const double mean = past.average(scaled_weight_);
    double moved = 0, mean_moved = 0;  // by which the intercept follows the centres
    for (std::size_t j = 0; j < features_.size(); ++j) {
      const NewScale to = scale_of(j);
      const Averaged z = features_.sum(j);
      const double mean_z = z.average(scaled_weight_);
      const double b = coefficient(z.value, j, past.value), mean_b = coefficient(mean_z, j, mean);
      moved += b * to.old_scale * to.shift;
      mean_moved += mean_b * to.old_scale * to.shift;
      features_.set_factors(j, to.factors);
      features_.set_sum(j, averaging(seen_anew(z.value, b, past.value, to), seen_anew(mean_z, mean_b, mean, to)));
    }
    shrink_ = averaging(kKept * past.value, kKept * mean);
    if (in_.intercept) {
      intercept_.value += moved;
      intercept_.carry += scaled_weight_ * (moved - mean_moved);
    }
    visits_ += features_.size();
  }

  LearnerInput in_;
  Steps fresh_, steps_;
  Features features_;
  double start_;
  double lambda_ = 0;
  Averaged intercept_;
  Averaged shrink_;  // the penalty so far
  double rows_ = 0, weight_ = 0, scaled_weight_ = 0;
  std::size_t visits_ = 0;

 private:
  static constexpr double kKept = 0.8;  // of the past, at each forgetting

  double coefficient(double z, std::size_t j, double total) const {
    return coefficient_of(z, features_.factors(j), shrinkage(total, 1));
  }
  // The sum that stands for the same coefficient after the penalty's total was cut, in the new scale.
  double seen_anew(double z, double b, double total, const NewScale& to) const {
    if (to.ratio == 0) return 0;
    return b == 0 ? kKept * z * to.ratio : sum_of(b / to.ratio, to.factors, shrinkage(kKept * total, 1));
  }
  // The sum that has this value and, over the rows so far, this average.
  Averaged averaging(double value, double average) const { return {value, scaled_weight_ * (value - average)}; }

  // A sum that is scaled when it is read cannot start from coefficients: its scale is not the same from row to row.
  void keep_coefficients() {
    const Estimate kept = estimate();
    start_ = Steps::kScales ? in_.start : kept.intercept;
    intercept_ = Averaged();
    for (std::size_t j = 0; j < features_.size(); ++j) {
      features_.set_sum(j, {Steps::kScales ? 0 : kept.coefficients[j], 0});
    }
  }
};

}  // namespace sgdlasso
