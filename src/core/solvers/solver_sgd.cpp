#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/rng.h"
#include "model/scaling.h"
#include "rows/layout_order.h"
#include "rows/row_order.h"
#include "sgd/sgd_learner.h"
#include "sgd/sgd_rules.h"
#include "solvers/solver.h"

namespace sgdlasso {
namespace {

class SgdSolver final : public EpochSolver {
 public:
  SgdSolver(const Problem& problem, const FitSpec& spec)
      : problem_(problem),
        spec_(spec.sgd),
        adaptive_(spec.sgd.rule == "adaptive"),
        rate_is_found_(std::isnan(spec.sgd.rate)),
        scaling_(adaptive_ ? unit_scaling(problem.moments, problem.penalty, problem.intercept && !problem.rows.sparse())
                           : textbook_scaling(problem)),
        rng_(spec.seed),
        order_(problem.response.n, make_shuffle(spec.sgd.shuffle)),
        reader_(problem.rows.reader({problem.response, scaling_, physical_order(), spec.sgd.copy}, problem.watch)),
        rate_(adaptive_ ? 1 : (rate_is_found_ ? safe_rate(*reader_, problem) : spec.sgd.rate)) {
    learner_ = make_learner();
  }

  const Problem& problem() const override { return problem_; }
  int epochs() const override { return spec_.epochs; }

  Trained train(double lambda, bool trace) override {
    const int most = 100;  // 8^-100 moves nothing
    for (int attempt = 0; attempt < most; ++attempt) {
      try {
        return try_train(lambda, trace);
      } catch (const NotFinite&) {
        if (!rate_is_found_) throw Diverged(spec_.rate, safe_rate(*reader_, problem_));
        rate_ /= 8;
        learner_ = make_learner();
      }
    }
    throw std::overflow_error("The linear predictor overflows at any step size: rescale `offset` or the columns of x");
  }

 private:
  Trained try_train(double lambda, bool trace) {
    Trained result;
    learner_->restart(lambda);
    for (int epoch = 1; epoch <= spec_.epochs; ++epoch) {
      run_epoch();
      if (!trace && epoch < spec_.epochs) continue;
      result.scored = assess(lambda);
      if (trace) result.trace.push_back(epoch_of(result.scored, learner_->step_size()));
    }
    result.visits = learner_->coefficient_visits();
    return result;
  }

  void run_epoch() {
    order_.reshuffle(rng_);
    for_each_block(*reader_, order_, [&](const RowBlock& block, const RowBlock& next) {
      learner_->learn(block, next);
      problem_.watch.tick(block.rows.size());
    });
    learner_->end_epoch();
  }

  // Where the package chose the rate it also answers for the result: never worse than the null model.
  Scored assess(double lambda) const {
    const Estimate estimate = learner_->estimate();
    for (const double b : estimate.coefficients) {
      if (!std::isfinite(b)) throw NotFinite();
    }
    Coefficients coefficients = original_scale(scaling_, estimate.intercept, estimate.coefficients);
    if (rate_is_found_) return score_best_scaled(problem_, std::move(coefficients), lambda);
    return score(problem_, std::move(coefficients), lambda);
  }

  std::vector<std::size_t> physical_order() {
    const bool copies = spec_.copy || problem_.rows.sparse();
    if (make_shuffle(spec_.shuffle) != Shuffle::blocks || !copies) return {};
    return layout_order(problem_.response, rng_);
  }

  std::unique_ptr<Learner> make_learner() const {
    const bool primal = spec_.rule == "truncated" || spec_.rule == "proximal";
    const double norm2 = mean_norm2(problem_.moments, scaling_, problem_.intercept);
    const LearnerInput input{problem_.loss,
                             WorkingPenalty(problem_.penalty, scaling_),
                             problem_.rows.sparse(),
                             problem_.intercept,
                             spec_.average,
                             problem_.null.intercept,
                             norm2,
                             spec_.rule,
                             rate_,
                             spec_.schedule,
                             rate_is_found_ ? kDelay * norm2 : 0};
    return primal ? make_primal_learner(input) : make_dual_learner(input);
  }

  const Problem& problem_;
  SgdSpec spec_;
  bool adaptive_;
  bool rate_is_found_;
  Scaling scaling_;
  Rng rng_;
  RowOrder order_;
  std::unique_ptr<RowReader> reader_;
  double rate_;
  std::unique_ptr<Learner> learner_;
};

}  // namespace

std::unique_ptr<Solver> make_sgd_solver(const Problem& problem, const FitSpec& spec) {
  return std::make_unique<SgdSolver>(problem, spec);
}

}  // namespace sgdlasso
