#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include <cmath>

#include "model/scaling.h"
#include "solvers/epoch_rows.h"
#include "solvers/solver.h"

namespace sgdlasso {
namespace {

// One nudge towards zero. It may cross zero; only an exact zero stays. The ridge part is weight decay.
struct Nudge {
  double l1;
  double l2;
  double operator()(double b) const {
    if (b > 0) return b - (l1 + l2 * b);
    if (b < 0) return b + (l1 - l2 * b);
    return b;
  }
};

// `times` nudges one after another, to the same bits. Near zero a coefficient soon jumps between two values: the rest
// of the nudges then only asks whether their number is odd.
double nudge_often(double b, Nudge nudge, std::size_t times) {
  for (; times > 0; --times) {
    const double once = nudge(b);
    if (times >= 2 && nudge(once) == b) return times % 2 ? once : b;
    b = once;
  }
  return b;
}

// The textbook trainer: after every sample, or every epoch, each coefficient moves by the nudge towards zero.
class NudgeSolver final : public EpochSolver {
 public:
  NudgeSolver(const Problem& problem, const FitSpec& spec)
      : EpochSolver(problem, spec.nudge.epochs),
        spec_(spec.nudge),
        rows_(problem, {textbook_scaling(problem), Shuffle::rows, true, spec.seed}),
        b_(problem.rows.p(), 0.0),
        nudged_(problem.rows.p(), 0) {
    const WorkingPenalty penalty(problem.penalty, rows_.scaling());
    for (std::size_t j = 0; j < b_.size(); ++j) {
      nudges_.push_back(
          {spec.nudge.nudge * penalty.theta[j] * penalty.alpha, spec.nudge.nudge * penalty.rho[j] * penalty.ridge});
      if (spec.nudge.uniform_start) b_[j] = rows_.rng().uniform();
      if (rows_.scaling().scale[j] == 0) b_[j] = 0;
    }
  }

 private:
  void run_epoch() override {
    rows_.visit_shuffled([&](const RowBlock& block, const RowBlock& next, const std::size_t*) { learn(block, next); });
    if (!spec_.every_sample) ++samples_;
    catch_up();
    if (!all_finite(b_)) throw Diverged(spec_.rate, rows_.safe_rate());
  }

  double step_size() const override { return spec_.rate; }

  Scored assess(double lambda) const override {
    return score(problem_, original_scale(rows_.scaling(), intercept_, b_), lambda);
  }

  void learn(const RowBlock& block, const RowBlock& next) {
    for_each_row(block, next, [this](const Row& row) {
      if (row.index) {
        learn_sparse(row);
      } else {
        learn_dense(row);
      }
      if (spec_.every_sample) {
        ++samples_;
        nudge_intercept();
      }
    });
  }

  void learn_dense(const Row& row) {
    const double* x = row.value;
    double sum = 0;
    for (std::size_t j = 0; j < b_.size(); ++j) sum += x[j] * b_[j];
    const double step = spec_.rate * row.weight;
    const double error = residual(row, sum);
    for (std::size_t j = 0; j < b_.size(); ++j) {
      b_[j] += (step * x[j]) * error;
      if (spec_.every_sample) b_[j] = nudges_[j](b_[j]);
    }
    intercept_ += problem_.intercept ? step * error : 0;
  }

  // Coefficients of columns that the row leaves at zero wait with their nudges until a row reads them.
  void learn_sparse(const Row& row) {
    const double* x = row.value;
    const int* index = row.index;
    double sum = 0;
    for (std::size_t k = 0; k < row.size; ++k) sum += x[k] * settled(index[k]);
    const double step = spec_.rate * row.weight;
    const double error = residual(row, sum);
    for (std::size_t k = 0; k < row.size; ++k) b_[index[k]] += (step * x[k]) * error;
    intercept_ += problem_.intercept ? step * error : 0;
  }

  double residual(const Row& row, double sum) const {
    const double eta = sum + intercept_ + row.offset;
    const double error = row.y - problem_.loss.mean(eta);
    if (!std::isfinite(error)) throw Diverged(spec_.rate, rows_.safe_rate());
    return error;
  }

  double& settled(std::size_t j) {
    b_[j] = nudge_often(b_[j], nudges_[j], samples_ - nudged_[j]);
    nudged_[j] = samples_;
    return b_[j];
  }

  // Dense rows nudge as they go; only nudges of an epoch wait for its end.
  void catch_up() {
    const bool waiting = problem_.rows.sparse() || !spec_.every_sample;
    for (std::size_t j = 0; j < b_.size() && waiting; ++j) settled(j);
    if (!spec_.every_sample) nudge_intercept();
  }

  void nudge_intercept() {
    if (spec_.penalize_intercept) intercept_ = Nudge{spec_.nudge, 0}(intercept_);
  }

  const NudgeSpec spec_;
  EpochRows rows_;
  std::vector<Nudge> nudges_;
  std::vector<double> b_;
  double intercept_ = 0;
  std::size_t samples_ = 0;          // nudges due so far
  std::vector<std::size_t> nudged_;  // and done, for each coefficient
};

}  // namespace

std::unique_ptr<Solver> make_nudge_solver(const Problem& problem, const FitSpec& spec) {
  return std::make_unique<NudgeSolver>(problem, spec);
}

}  // namespace sgdlasso
