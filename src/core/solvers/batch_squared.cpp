#include "descent/coordinate_descent.h"
#include "solvers/lambda_batch.h"

namespace sgdlasso {
namespace {

// Squared loss: the Gram matrix says all of the working set, so each model is solved from the one before it without a
// look at the rows.
class BatchSquared final : public InnerSolver {
 public:
  BatchSquared(const Problem& problem, const StandardForm& form, WorkingSet& set)
      : problem_(problem),
        form_(form),
        set_(set) {
    std::vector<double> weights(problem.response.n);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = problem.response.weight_of(i) / static_cast<double>(weights.size());
    }
    set.set_weights(std::move(weights));
  }

  std::size_t solve(LambdaBatch& batch) override {
    const double scale = problem_.null.deviance / 2;
    if (set_.wide()) predict(batch);
    const LambdaModel* last = nullptr;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      LambdaModel& model = batch.model[k];
      if (model.done) continue;
      // The model before it is the better start, except for one that has been here before, or whose residuals are
      // needed.
      if (last && model.gap >= 1 && !set_.wide()) {
        model.b = last->b;
        model.q = last->q;
      }
      const std::vector<CoordinatePenalty> penalty = penalties_at(form_, set_.columns(), model.lambda);
      const auto residuals = [&] { return residuals_of(batch, k); };
      model.gap =
          set_.descend({1, penalty, 2 * scale, kAnyScale, model.target * scale}, model.b, model.q, residuals) / scale;
      last = &model;
    }
    predict(batch);
    return 1;
  }

 private:
  void predict(LambdaBatch& batch) const {
    set_predictors(problem_, set_, batch);
    set_residuals(problem_, batch);
  }

  const Problem& problem_;
  const StandardForm& form_;
  WorkingSet& set_;
};

}  // namespace

std::unique_ptr<InnerSolver> make_batch_squared(const Problem& problem, const StandardForm& form, WorkingSet& set) {
  return std::make_unique<BatchSquared>(problem, form, set);
}

}  // namespace sgdlasso
