#include "solvers/solver.h"

#include <utility>

namespace sgdlasso {

void EpochSolver::follow(const std::vector<double>& lambda, bool trace, const Accept& accept) {
  problem_.watch.expect(lambda.size() * static_cast<std::size_t>(epochs_) * problem_.response.n);
  const StandardForm form(problem_);
  for (std::size_t k = 0; k < lambda.size(); ++k) {
    Trained trained = train(lambda[k], trace);
    trained.certificate = certify(problem_, form, trained.scored.coefficients, lambda[k]);
    trained.passes = static_cast<double>(k + 1) * epochs_;
    if (!accept(lambda[k], std::move(trained))) return;
  }
}

Trained EpochSolver::train(double lambda, bool trace) {
  Trained result;
  for (int epoch = 1; epoch <= epochs_; ++epoch) {
    run_epoch();
    if (!trace) continue;
    result.scored = assess(lambda);
    result.trace.push_back(epoch_of(result.scored, step_size()));
  }
  if (result.trace.empty()) result.scored = assess(lambda);
  return result;
}

}  // namespace sgdlasso
