#include <utility>

#include "model/certificate.h"
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
    std::vector<std::size_t> moving;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      if (!batch.model[k].done) moving.push_back(k);
    }
    descend(batch, moving);
    set_predictors(problem_, set_, batch);
    set_residuals(problem_, batch);
    return 1;
  }

 private:
  void descend(LambdaBatch& batch, const std::vector<std::size_t>& moving) {
    const double scale = problem_.null.deviance / 2;
    std::vector<QuadraticLasso> lassos;
    for (const std::size_t k : moving) {
      LambdaModel& model = batch.model[k];
      lassos.push_back({model.lambda, 1, 2 * scale, kAnyScale, model.target * scale, &model.b, &model.q});
      lassos.back().one_loss = true;
      lassos.back().wants_slopes = !set_.wide();  // the next look takes them anyway
    }
    set_.descend(lassos);
    for (std::size_t k = 0; k < moving.size(); ++k) batch.model[moving[k]].gap = lassos[k].gap / scale;
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
