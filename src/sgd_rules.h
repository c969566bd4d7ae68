// sgd_rules.h: how far each row moves the coefficients.
//
// To add a rule: if it changes only the size of steps, add a struct with next() here and name it in make_dual_learner();
// if it shrinks coefficients in its own way, see the clock of sgd_primal.cpp. Then add its plain loop to
// tests/testthat/helper-rules.R.
#pragma once

#include <cmath>
#include <stdexcept>
#include <string>

#include "loss.h"

namespace sgdlasso {

// rate, rate / t or rate / sqrt(t) at the t-th row.
class Schedule {
 public:
  Schedule() = default;
  Schedule(const std::string& name, double rate) : rate_(rate) {
    if (name == "inverse") {
      power_ = Power::inverse;
    } else if (name == "sqrt") {
      power_ = Power::sqrt;
    } else if (name != "constant") {
      throw std::invalid_argument("unknown schedule: " + name);
    }
  }
  double at(double t) const {
    if (power_ == Power::inverse) return rate_ / t;
    if (power_ == Power::sqrt) return rate_ / std::sqrt(t);
    return rate_;
  }

 private:
  enum class Power { constant, inverse, sqrt };
  double rate_ = 0;
  Power power_ = Power::constant;
};

// What a rule may look at in a row.
struct RowView {
  double eta;
  double y;
  double weight;
  double norm2;  // 1 + |x|^2 with an intercept, |x|^2 without
};

// The dual point moves by `move` along the row; the penalty grows by `size`.
struct Step {
  double size;
  double move;
};

// Tsuruoka, Tsujii, Ananiadou (2009), section 3: each step's penalty joins one running total.
class CumulativeSteps {
 public:
  static constexpr bool kForgets = false;
  explicit CumulativeSteps(const Schedule& schedule) : schedule_(schedule) {}
  Step next(const Loss& loss, const RowView& row, double t) {
    const double size = schedule_.at(t) * row.weight;
    return {size, size * (row.y - loss.mean(row.eta))};
  }
  double scale(double) const { return 1; }
  double size(double t) const { return schedule_.at(t); }
  void end_epoch() {}

 private:
  Schedule schedule_;
};

// Xiao (2010), equation 6: gradients are summed as they are, and the sum is scaled when it is read.
class DualAveragingSteps {
 public:
  static constexpr bool kForgets = false;
  explicit DualAveragingSteps(const Schedule& schedule) : schedule_(schedule) {}
  Step next(const Loss& loss, const RowView& row, double) {
    return {row.weight, row.weight * (row.y - loss.mean(row.eta))};
  }
  double scale(double t) const { return schedule_.at(t > 0 ? t : 1); }
  double size(double t) const { return schedule_.at(t); }
  void end_epoch() {}

 private:
  Schedule schedule_;
};

// The default: steps from the moments of the columns, each capped by its own implicit (proximal point) step, so that no row,
// however large, can throw the coefficients far. It needs no rate.
class AdaptiveSteps {
 public:
  static constexpr bool kForgets = true;
  explicit AdaptiveSteps(double mean_norm2) : mean_norm2_(mean_norm2) {}

  Step next(const Loss& loss, const RowView& row, double t) {
    rows_ += 1;
    sum_y_ += row.weight * row.y;
    size_ = plain_size(loss, t);
    const double size = size_ * row.weight;
    const double residual = row.y - loss.mean(row.eta);
    const double implicit = loss.implicit_residual(row.eta, row.y, size * row.norm2);
    if (implicit == 0) return {size, size * residual};
    const double excess = std::fmax(residual / implicit - 1, 0);
    const double cap = loss.cap(excess);
    // An infinite residual has cap 0; its implicit step is what cap * residual tends to.
    return {size * cap, std::isfinite(residual) ? size * cap * residual : size * implicit};
  }
  double scale(double) const { return 1; }
  double size(double) const { return size_; }
  void end_epoch() { pass_ += 1; }

 private:
  double plain_size(const Loss& loss, double t) const {
    const double curvature = loss.usual_curvature((sum_y_ + 1) / (rows_ + 1));
    const double decay = std::cbrt(1 + t / (20 * mean_norm2_));
    return 1 / (curvature * mean_norm2_ * decay * decay * std::sqrt(pass_));
  }

  double mean_norm2_;
  double rows_ = 0;
  double sum_y_ = 0;
  double pass_ = 1;
  double size_ = 0;
};

}  // namespace sgdlasso
