#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include <cmath>
#include <stdexcept>
#include <utility>

#include "model/scaling.h"
#include "sgd/sgd_learner.h"
#include "sgd/sgd_rules.h"
#include "solvers/epoch_rows.h"
#include "solvers/solver.h"

namespace sgdlasso {
namespace {

class SgdSolver final : public EpochSolver {
 public:
  SgdSolver(const Problem& problem, const FitSpec& spec)
      : EpochSolver(problem, spec.sgd.epochs),
        spec_(spec.sgd),
        rate_is_found_(std::isnan(spec_.rate)),
        rows_(problem, {scaling(), spec_.shuffle, spec_.copy, spec.seed}),
        rate_(first_rate()),
        learner_(make_learner()) {}

 private:
  bool adaptive() const { return spec_.rule == SgdRule::adaptive; }
  Scaling scaling() const { return adaptive() ? unit_scaling(problem_) : textbook_scaling(problem_); }
  double first_rate() const { return adaptive() ? 1 : rate_is_found_ ? rows_.safe_rate() : spec_.rate; }

  Trained train(double lambda, bool trace) override {
    const int most = 100;  // 8^-100 moves nothing
    for (int attempt = 0; attempt < most; ++attempt) {
      try {
        learner_->restart(lambda);
        Trained result = EpochSolver::train(lambda, trace);
        result.visits = learner_->coefficient_visits();
        return result;
      } catch (const NotFinite&) {
        if (!rate_is_found_) throw Diverged(spec_.rate, rows_.safe_rate());
        rate_ /= 8;
        learner_ = make_learner();
      }
    }
    throw std::overflow_error("The linear predictor overflows at any step size: rescale `offset` or the columns of x");
  }

  void run_epoch() override {
    rows_.visit_shuffled(
        [&](const RowBlock& block, const RowBlock& next, const std::size_t*) { learner_->learn(block, next); });
    learner_->end_epoch();
  }

  double step_size() const override { return learner_->step_size(); }

  // Where the package chose the rate it also answers for the result: never worse than the null model.
  Scored assess(double lambda) const override {
    const Estimate estimate = learner_->estimate();
    if (!all_finite(estimate.coefficients)) throw NotFinite();
    Coefficients coefficients = original_scale(rows_.scaling(), estimate.intercept, estimate.coefficients);
    if (rate_is_found_) return score_best_scaled(problem_, std::move(coefficients), lambda);
    return score(problem_, std::move(coefficients), lambda);
  }

  std::unique_ptr<Learner> make_learner() const {
    LearnerInput input{problem_.loss, WorkingPenalty(problem_.penalty, rows_.scaling())};
    input.sparse = problem_.rows.sparse();
    input.intercept = problem_.intercept;
    input.average = spec_.average;
    input.start = problem_.null.intercept;
    input.mean_norm2 = mean_norm2(problem_.moments, rows_.scaling(), problem_.intercept);
    input.steps = {rate_, spec_.schedule, rate_is_found_ ? kDelay * input.mean_norm2 : 0};
    return sgdlasso::make_learner(spec_.rule, input);
  }

  const SgdSpec spec_;
  const bool rate_is_found_;
  EpochRows rows_;
  double rate_;
  std::unique_ptr<Learner> learner_;
};

}  // namespace

std::unique_ptr<Solver> make_sgd_solver(const Problem& problem, const FitSpec& spec) {
  return std::make_unique<SgdSolver>(problem, spec);
}

}  // namespace sgdlasso
