// lambda_batch.h: the models of neighbouring lambdas of a path, solved side by side, so that one pass over x serves all
// of them. Each is a lane of the batch's panels.
//
// An inner solver brings them to their optima on the working set: in one go for squared loss (batch_squared.cpp), by
// Newton steps for others (batch_newton.cpp). solver_working_set.cpp certifies them over all columns and widens the
// working set.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "base/row_parts.h"
#include "descent/working_set.h"
#include "model/loss.h"

namespace sgdlasso {

// Columns with b = 0 whose slope is below this share of its bound are far from entering a model.
constexpr double kNearly = 0.9;

struct LambdaModel {
  double lambda = 0;
  std::vector<double> b;  // by position in the working set
  std::vector<double> q;  // slopes of the residuals there
  double intercept = 0;   // of centred columns
  Balance balance;        // what makes the residuals sum to 0
  bool balanced = false;  // whether it has been applied
  double sum = 0;         // of the residuals before that
  double square = 0;      // squared loss: sum w (y - mu)^2 of the feasible residuals
  double curvature = 1;   // of the loss along the last step, as a multiple of the working set's quadratic
  double gap = 1;         // on the working set, relative
  double target = 0;      // for that gap
  double best = 0;        // gap over all columns so far
  double explained = 0;   // by the model, as far as that is known (score.h)
  bool done = false;      // certified over all columns

  bool moves() const { return !done && gap > target; }
};

struct LambdaBatch {
  LambdaBatch(const Problem& problem, std::size_t models)
      : model(models),
        eta(problem.response.n, models, problem.rows.layout()),
        residual(problem.response.n, models, problem.rows.layout()) {}

  std::size_t size() const { return model.size(); }
  // Model k becomes model `from` of another batch, with its predictors and residuals.
  void take(std::size_t k, const LambdaBatch& other, std::size_t from);

  std::vector<LambdaModel> model;
  Panel eta;       // linear predictors, offset and intercept included
  Panel residual;  // w (y - mu), weights sum to 1
};

class InnerSolver {
 public:
  virtual ~InnerSolver() = default;
  // Moves the models that are not done until the gap of each on the working set is at most its target, and leaves their
  // eta and balanced residuals. Their q must be right. Returns the passes over the working set's columns that this
  // took.
  virtual std::size_t solve(LambdaBatch& batch) = 0;
};
std::unique_ptr<InnerSolver> make_batch_squared(const Problem& problem, const StandardForm& form, WorkingSet& set);
std::unique_ptr<InnerSolver> make_batch_newton(const Problem& problem, const StandardForm& form, WorkingSet& set);

// visit(part, model, first row, rows): so many models in turn while a block of rows stays in the cache.
template <class Visit>
void for_each_block_of(const LambdaBatch& batch, std::size_t models, const Work& work, Visit visit) {
  for_each_part(batch.eta.n(), work, [&](std::size_t part, std::size_t from, std::size_t to, Watch& watch) {
    const std::size_t block = 256;
    for (std::size_t first = from; first < to; first += block) {
      for (std::size_t k = 0; k < models; ++k) visit(part, k, first, std::min(block, to - first));
      watch.tick(0);
    }
  });
}

// Residuals of one sign balance those of the other where there is an intercept.
struct SumsBySign {
  double positive = 0, negative = 0;
  void add(const SumsBySign& other) {
    positive += other.positive;
    negative += other.negative;
  }
};
// The residuals of some rows of model k from its eta; returns their sums, of which the model keeps all together.
SumsBySign take_residuals(const Problem& problem, LambdaBatch& batch, std::size_t k, std::size_t first,
                          std::size_t rows);
// The predictors of a block of rows move by its numbers and by a constant for each model, which are 0 where a model
// does not move. Its numbers become the residuals there, as do those of the batch; sums: of each model.
void move_rows(const Problem& problem, const std::vector<double>& constant, const std::vector<char>& moves,
               const LaneBlock& block, LambdaBatch& batch, SumsBySign* sums);
// Of model k, where each part of the rows has a sum for each of the models.
SumsBySign total_of(const std::vector<SumsBySign>& sums, std::size_t k, std::size_t models);
void set_sums(const Problem& problem, const SumsBySign& sums, LambdaModel& model);
// The predictors of all models from their coefficients.
void set_predictors(const Problem& problem, const WorkingSet& set, LambdaBatch& batch);
// The residuals of all models from their eta. Those of squared loss are made to sum to 0 where there is an intercept.
void set_residuals(const Problem& problem, LambdaBatch& batch);
// Makes the others sum to 0 too, so that they are dual points.
void balance_residuals(const Problem& problem, LambdaBatch& batch);
// The weighted residuals of model k, row by row.
std::vector<double> residuals_of(const LambdaBatch& batch, std::size_t k);

}  // namespace sgdlasso
