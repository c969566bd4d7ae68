#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/scaling.h"
#include "sgd/saga_rows.h"
#include "solvers/epoch_rows.h"
#include "solvers/solver.h"

namespace sgdlasso {
namespace {

// SAGA (Defazio, Bach, Lacoste-Julien 2014): every row's last slope is kept, so that the mean of all slopes corrects
// each step and steps need not fall. It names support and signs; where epochs run out before the gap is small enough,
// the exact solver finishes from there.
class SagaSolver final : public Solver {
 public:
  SagaSolver(const Problem& problem, const StandardForm& form, const FitSpec& spec)
      : problem_(problem),
        form_(form),
        stop_(spec.stop),
        epochs_(spec.saga_epochs),
        rows_(problem, {unit_scaling(problem), Shuffle::blocks, true, spec.seed}),
        state_(problem, WorkingPenalty(problem.penalty, rows_.scaling())),
        step_(1 / (3 * largest_curvature())) {}

  void follow(const std::vector<double>& lambda, bool trace, const Accept& accept) override {
    problem_.watch.expect(lambda.size() * static_cast<std::size_t>(epochs_) * problem_.response.n);
    for (const double value : lambda) {
      Trained trained = train(value, trace);
      trained.passes = passes_;
      if (!accept(value, std::move(trained))) return;
    }
  }

 private:
  Trained train(double lambda, bool trace) {
    Trained result;
    double best = std::numeric_limits<double>::infinity();
    int next_look = 3;  // certificates cost about an epoch: looks at 3, 5, 8, 13, 20, ... epochs
    SagaState good = state_;
    for (int epoch = 1; epoch <= epochs_; ++epoch) {
      run_epoch(lambda);
      if (epoch < next_look && epoch < epochs_) continue;
      next_look = next_look + next_look / 2 + 1;
      Scored scored = score(problem_, coefficients(), lambda);
      if (!(scored.objective <= best + 1e-9 * std::abs(best))) {  // the step was too long
        state_ = good;
        step_ /= 4;
        if (!std::isfinite(best)) continue;
        break;
      }
      best = scored.objective;
      good = state_;
      result.certificate = certify(problem_, form_, scored.coefficients, lambda);
      result.scored = std::move(scored);
      passes_ += 2;
      if (trace) result.trace.push_back(epoch_of(result.scored, result.certificate, step_, epoch));
      if (is_solved(problem_, stop_.tol, result)) break;
    }
    conclude(result, stop_.tol);
    if (is_solved(problem_, stop_.tol, result)) return result;
    Trained finished = finish_exactly(problem_, form_, stop_, coefficients(), lambda);
    passes_ += finished.passes;
    finished.trace.insert(finished.trace.begin(), result.trace.begin(), result.trace.end());
    if (trace) finished.trace.push_back(epoch_of(finished.scored, finished.certificate, std::nan(""), 0));
    return finished;
  }

  void run_epoch(double lambda) {
    rows_.visit_shuffled([&](const RowBlock& block, const RowBlock& next, const std::size_t* positions) {
      state_.visit(block, next, positions, step_, lambda);
    });
    state_.settle(step_, lambda);
    ++passes_;
  }

  Coefficients coefficients() const { return original_scale(rows_.scaling(), state_.intercept, state_.b); }

  // Of the loss on a block of dense rows, or on one sparse row.
  double largest_curvature() const {
    double largest = 0, mean = 0;
    std::size_t blocks = 0;
    const std::size_t some = 64;
    rows_.visit_in_turn([&](const RowBlock& block) {
      for (const Row& row : block.rows) mean += row.weight * (row.norm2 + 1);
      if (!problem_.rows.sparse() && blocks++ < some)
        largest = std::max(largest, block_curvature(block, problem_.rows.p()));
    });
    mean /= static_cast<double>(problem_.response.n);
    // Sparse rows: a few have a norm far above the mean; a step that they find too long is cut.
    if (problem_.rows.sparse()) largest = 3 * mean;
    return std::max(largest, 1e-12) * std::max(mean_curvature(problem_), 1e-3);
  }

  const Problem& problem_;
  const StandardForm& form_;
  const StopSpec stop_;
  const int epochs_;
  EpochRows rows_;
  SagaState state_;
  double step_;
  double passes_ = 0;
};

}  // namespace

std::unique_ptr<Solver> make_saga_solver(const Problem& problem, const StandardForm& form, const FitSpec& spec) {
  return std::make_unique<SagaSolver>(problem, form, spec);
}

}  // namespace sgdlasso
