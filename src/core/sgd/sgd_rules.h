// sgd_rules.h: how far each row moves the coefficients.
//
// To add a rule: name it in SgdRule of model/fit_spec.h and in r_spec.cpp. If it changes only the size of steps, add a
// struct with next() here and make its learner in sgd_dual.cpp; if it shrinks coefficients in its own way, see the
// clock of sgd_primal.cpp. Then add its plain loop to tests/testthat/helper-rules.R.
#pragma once

#include <cmath>

#include "base/archive.h"
#include "model/loss.h"
#include "rows/rows.h"
#include "sgd/sgd_learner.h"

namespace sgdlasso {

// At the t-th row: rate; rate / t; rate / sqrt(t). With a delay: rate / (1 + t / delay), rate / sqrt(1 + t / delay), so
// that the first steps are no longer than the rate.
class Schedule {
 public:
  explicit Schedule(const StepSpec& spec) : spec_(spec) {}
  double at(double t) const {
    const double by = spec_.delay > 0 ? 1 + t / spec_.delay : t;
    if (spec_.schedule == SgdSchedule::inverse) return spec_.rate / by;
    if (spec_.schedule == SgdSchedule::sqrt) return spec_.rate / std::sqrt(by);
    return spec_.rate;
  }

 private:
  StepSpec spec_;
};

// A rule first prepares for the t-th row without its linear predictor, so that this work runs beside the predictor's
// sum, and then takes the step. The dual point moves by `move` along the row; the penalty grows by `size`.
struct Step {
  double size;
  double move;
};

// Tsuruoka, Tsujii, Ananiadou (2009), section 3: each step's penalty joins one running total.
class CumulativeSteps {
 public:
  static constexpr bool kScales = false;
  explicit CumulativeSteps(const Schedule& schedule) : schedule_(schedule) {}
  void prepare(const Loss&, const Row& row, double t) { size_ = schedule_.at(t) * row.weight; }
  Step next(const Loss& loss, const Row& row, double eta) const { return {size_, size_ * (row.y - loss.mean(eta))}; }
  double scale(double) const { return 1; }
  double size(double t) const { return schedule_.at(t); }
  void end_epoch() {}

 private:
  Schedule schedule_;
  double size_ = 0;
};

// Xiao (2010), equation 6: gradients are summed as they are, and the sum is scaled when it is read.
class DualAveragingSteps {
 public:
  static constexpr bool kScales = true;
  explicit DualAveragingSteps(const Schedule& schedule) : schedule_(schedule) {}
  void prepare(const Loss&, const Row&, double) {}
  Step next(const Loss& loss, const Row& row, double eta) const {
    return {row.weight, row.weight * (row.y - loss.mean(eta))};
  }
  double scale(double t) const { return schedule_.at(t > 0 ? t : 1); }
  double size(double t) const { return schedule_.at(t); }
  void end_epoch() {}

 private:
  Schedule schedule_;
};

// s^(-1/3) for an s that grows little by little, by Newton's method from the last value. Three steps reach rounding
// where s has grown by less than a tenth; they cost a fraction of std::cbrt, and have the same bits with every library.
class InverseCubeRoot {
 public:
  double operator()(double s) {
    if (s > 1.1 * last_) {
      root_ = 1 / std::cbrt(s);
    } else {
      for (int k = 0; k < 3; ++k) root_ *= (4 - s * root_ * root_ * root_) * (1.0 / 3);
    }
    last_ = s;
    return root_;
  }
  void exchange(Archive& archive) { archive(last_, root_); }

 private:
  double last_ = 1;
  double root_ = 1;
};

// Rows after which the steps of a rate found from the data begin to fall, in units of the mean squared row norm.
constexpr double kDelay = 20;

// The default: steps from the moments of the columns, each capped by its own implicit (proximal point) step, so that no
// row, however large, can throw the coefficients far. It needs no rate.
class AdaptiveSteps {
 public:
  static constexpr bool kScales = false;
  AdaptiveSteps(double mean_norm2, bool intercept, double factor)
      : mean_norm2_(mean_norm2),
        intercept_(intercept),
        factor_(factor) {}

  void prepare(const Loss& loss, const Row& row, double t) {
    rows_ += 1;
    sum_y_ += row.weight * row.y;
    const double curvature = loss.usual_curvature((sum_y_ + 1) / (rows_ + 1));
    if (mean_norm2_ == 0) return;  // no column takes part
    const double decay = root_(1 + t / (kDelay * mean_norm2_));
    size_ = factor_ * decay * decay / (curvature * mean_norm2_ * std::sqrt(pass_));
  }

  Step next(const Loss& loss, const Row& row, double eta) const {
    const double size = size_ * row.weight;
    const CappedStep capped = loss.capped_step(eta, row.y, size * (row.norm2 + (intercept_ ? 1 : 0)));
    return {size * capped.share, size * capped.residual};
  }
  double scale(double) const { return 1; }
  double size(double) const { return size_; }
  void end_epoch() { pass_ += 1; }

  void set_mean_norm2(double mean_norm2) {
    mean_norm2_ = mean_norm2;
    root_ = InverseCubeRoot();
  }
  void exchange(Archive& archive) { archive(mean_norm2_, root_, rows_, sum_y_, pass_, size_); }

 private:
  double mean_norm2_;
  bool intercept_;
  double factor_;
  InverseCubeRoot root_;
  double rows_ = 0;
  double sum_y_ = 0;
  double pass_ = 1;
  double size_ = 0;
};

}  // namespace sgdlasso
