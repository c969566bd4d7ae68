#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include <cmath>
#include <limits>
#include <utility>

#include "kernels/dense_kernels.h"
#include "sgd/sgd_learner.h"
#include "sgd/sgd_rules.h"

namespace sgdlasso {
namespace {

double shrink(double z, double theta, double rho, Shrinkage by) {
  return soft_threshold(z, by.l1 * theta) / (1 + by.l2 * rho);
}

// Per column: z, the sum of steps; carry, by which the averaged sum lags it; the penalty's theta and rho.
class DenseFeatures {
 public:
  explicit DenseFeatures(const WorkingPenalty& penalty)
      : theta_(penalty.theta),
        rho_(penalty.rho),
        z_(theta_.size(), 0.0),
        carry_(theta_.size(), 0.0) {}
  std::size_t size() const { return z_.size(); }
  double& z(std::size_t j) { return z_[j]; }
  double& carry(std::size_t j) { return carry_[j]; }
  double z(std::size_t j) const { return z_[j]; }
  double carry(std::size_t j) const { return carry_[j]; }
  double theta(std::size_t j) const { return theta_[j]; }
  double rho(std::size_t j) const { return rho_[j]; }
  void set_penalty(std::size_t j, double theta, double rho) {
    theta_[j] = theta;
    rho_[j] = rho;
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

// The same with one record per column: a sparse row then touches one cache line per nonzero.
class SparseFeatures {
 public:
  explicit SparseFeatures(const WorkingPenalty& penalty) : records_(penalty.theta.size()) {
    for (std::size_t j = 0; j < records_.size(); ++j) records_[j] = {0, 0, penalty.theta[j], penalty.rho[j]};
  }
  std::size_t size() const { return records_.size(); }
  double& z(std::size_t j) { return records_[j].z; }
  double& carry(std::size_t j) { return records_[j].carry; }
  double z(std::size_t j) const { return records_[j].z; }
  double carry(std::size_t j) const { return records_[j].carry; }
  double theta(std::size_t j) const { return records_[j].theta; }
  double rho(std::size_t j) const { return records_[j].rho; }
  void set_penalty(std::size_t j, double theta, double rho) {
    records_[j].theta = theta;
    records_[j].rho = rho;
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
    next_forget_ = kFirstForget;
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
      const double z = Averaged{features_.z(j), features_.carry(j)}.average(total);
      result.coefficients[j] = scale * shrink(z, features_.theta(j), features_.rho(j), by);
    }
    return result;
  }

 protected:
  static constexpr double kFirstForget = 80;  // rows until the early, wild steps are first forgotten
  static constexpr double kForgetGrowth = 1.25;
  static constexpr double kKept = 0.8;  // of the past, at each forgetting

  Shrinkage shrinkage(double total, double scale) const {
    return {total * in_.penalty.alpha, scale * total * in_.penalty.ridge};
  }

  void learn_row(const Row& row) {
    rows_ += 1;
    if (Steps::kForgets && rows_ >= next_forget_) forget_past();
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

  // Shrinks the past's share in z, the penalty and their averages, leaving every nonzero coefficient where it is.
  void forget_past() {
    const Averaged old = shrink_;
    const double mean = old.average(scaled_weight_);
    shrink_.value = kKept * old.value;
    shrink_.carry = scaled_weight_ * (shrink_.value - kKept * mean);
    for (std::size_t j = 0; j < features_.size(); ++j) {
      const double average = Averaged{features_.z(j), features_.carry(j)}.average(scaled_weight_);
      features_.z(j) = forgotten(features_.z(j), j, old.value);
      features_.carry(j) = scaled_weight_ * (features_.z(j) - forgotten(average, j, mean));
    }
    visits_ += features_.size();
    next_forget_ = std::fmax(rows_ + 1, std::ceil(kForgetGrowth * rows_));
  }

  double forgotten(double z, std::size_t j, double total) const {
    const double b = shrink(z, features_.theta(j), features_.rho(j), shrinkage(total, 1));
    if (b == 0) return kKept * z;
    return dual_point(b, j, kKept * total);
  }

  // The z whose coefficient is b (not 0) after a total penalty.
  double dual_point(double b, std::size_t j, double total) const {
    const Shrinkage by = shrinkage(total, 1);
    return std::copysign(by.l1 * features_.theta(j), b) + b * (1 + by.l2 * features_.rho(j));
  }

  // A sum that is scaled when it is read cannot start from coefficients: its scale is not the same from row to row.
  void keep_coefficients() {
    const Estimate kept = estimate();
    start_ = Steps::kScales ? in_.start : kept.intercept;
    intercept_ = Averaged();
    for (std::size_t j = 0; j < features_.size(); ++j) {
      features_.z(j) = Steps::kScales ? 0 : kept.coefficients[j];
      features_.carry(j) = 0;
    }
  }

  LearnerInput in_;
  Steps fresh_, steps_;
  Features features_;
  double start_;
  double lambda_ = 0;
  Averaged intercept_;
  Averaged shrink_;  // the penalty so far
  double rows_ = 0, weight_ = 0, scaled_weight_ = 0;
  double next_forget_ = kFirstForget;
  std::size_t visits_ = 0;
};

// The adaptive rule, whose owner rescales and forgets.
template <class Features>
class AdaptiveOnline final : public DualLearner<Features, AdaptiveSteps, OnlineLearner> {
  using Base = DualLearner<Features, AdaptiveSteps, OnlineLearner>;
  using Base::features_, Base::intercept_, Base::shrink_, Base::scaled_weight_, Base::steps_, Base::in_;

 public:
  AdaptiveOnline(const LearnerInput& input, const AdaptiveSteps& steps) : Base(input, steps) { only_when_told(); }

  void restart(double lambda) override {
    Base::restart(lambda);
    only_when_told();
  }

  void forget(const std::vector<NewScale>& all, double mean_norm2) override {
    const Averaged old = shrink_;
    const double mean = old.average(scaled_weight_), kept = Base::kKept;
    double moved = 0, mean_moved = 0;  // by which the intercept follows the centres
    shrink_.value = kept * old.value;
    shrink_.carry = scaled_weight_ * (shrink_.value - kept * mean);
    for (const NewScale& to : all) {
      const std::size_t j = to.column;
      const double z = features_.z(j), average = Averaged{z, features_.carry(j)}.average(scaled_weight_);
      const double b = coefficient(z, j, old.value), mean_b = coefficient(average, j, mean);
      moved += b * to.old_scale * to.shift;
      mean_moved += mean_b * to.old_scale * to.shift;
      features_.set_penalty(j, to.theta, to.rho);
      const double mean_z = seen_anew(average, mean_b, mean, to);
      features_.z(j) = seen_anew(z, b, old.value, to);
      features_.carry(j) = scaled_weight_ * (features_.z(j) - mean_z);
    }
    if (in_.intercept) {
      intercept_.value += moved;
      intercept_.carry += scaled_weight_ * (moved - mean_moved);
    }
    steps_.set_mean_norm2(mean_norm2);
  }

  void set_ridge(double ridge) override { in_.penalty.ridge = ridge; }

  void rescale(const std::vector<NewScale>& some) override {
    for (const NewScale& to : some) {
      features_.z(to.column) *= to.ratio;
      features_.carry(to.column) *= to.ratio;
      features_.set_penalty(to.column, to.theta, to.rho);
    }
  }

  std::vector<double> strengths() const override {
    const double bound = Base::shrinkage(shrink_.average(scaled_weight_), 1).l1;
    std::vector<double> result(features_.size());
    for (std::size_t j = 0; j < result.size(); ++j) {
      const double z = std::abs(Averaged{features_.z(j), features_.carry(j)}.average(scaled_weight_));
      result[j] = z > 0 ? z / (bound * features_.theta(j)) : 0;
    }
    return result;
  }

  void exchange(Archive& archive) override {
    features_.exchange(archive);
    steps_.exchange(archive);
    archive(Base::start_, Base::lambda_, intercept_, shrink_, Base::rows_, Base::weight_, scaled_weight_);
  }

 private:
  void only_when_told() { Base::next_forget_ = std::numeric_limits<double>::infinity(); }
  double coefficient(double z, std::size_t j, double total) const {
    return shrink(z, features_.theta(j), features_.rho(j), Base::shrinkage(total, 1));
  }
  // The sum that stands for the same coefficient after the penalty's total was cut, in the new scale.
  double seen_anew(double z, double b, double total, const NewScale& to) const {
    if (to.ratio == 0) return 0;
    return b == 0 ? Base::kKept * z * to.ratio : Base::dual_point(b / to.ratio, to.column, Base::kKept * total);
  }
};

template <class Steps>
std::unique_ptr<Learner> make_for(const LearnerInput& input, const Steps& steps) {
  if (input.sparse) return std::make_unique<DualLearner<SparseFeatures, Steps>>(input, steps);
  return std::make_unique<DualLearner<DenseFeatures, Steps>>(input, steps);
}

}  // namespace

std::unique_ptr<OnlineLearner> make_online_learner(const LearnerInput& input) {
  const AdaptiveSteps steps(input.mean_norm2, input.intercept, input.rate);
  if (input.sparse) return std::make_unique<AdaptiveOnline<SparseFeatures>>(input, steps);
  return std::make_unique<AdaptiveOnline<DenseFeatures>>(input, steps);
}

std::unique_ptr<Learner> make_dual_learner(const LearnerInput& input) {
  if (input.rule == "adaptive") return make_for(input, AdaptiveSteps(input.mean_norm2, input.intercept, input.rate));
  const Schedule schedule(input.schedule, input.rate, input.delay);
  if (input.rule == "cumulative") return make_for(input, CumulativeSteps(schedule));
  if (input.rule == "dual_averaging") return make_for(input, DualAveragingSteps(schedule));
  throw std::invalid_argument("unknown rule: " + input.rule);
}

}  // namespace sgdlasso
