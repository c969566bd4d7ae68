#include "passes/training_record.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sgdlasso {

TrainingRecord::TrainingRecord(FitSpec asked, bool sparse, std::unique_ptr<Watch> watch)
    : spec(std::move(asked)),
      loss(make_loss(spec.family)),
      sparse(sparse),
      watch(std::move(watch)),
      rows{{}, {}, {spec.penalty.p(), sparse}, {}, nullptr},
      lambdas(spec.lambda.given) {}

Statement TrainingRecord::statement(const OnlineMoments& moments, const NullModel& null) const {
  return make_statement(spec, moments.response().rows, moments.columns(), null, *loss, *watch);
}

std::vector<Trained> TrainingRecord::learned() const {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<Trained> result;
  for (std::size_t k = 0; sgd && sgd->started() && k < lambdas.size(); ++k) {
    Trained one;
    one.scored.coefficients = sgd->coefficients(k);
    one.scored.mse = one.scored.objective = one.scored.deviance = nan;
    const std::vector<double>& beta = one.scored.coefficients.beta;
    one.scored.nonzero = beta.size() - static_cast<std::size_t>(std::count(beta.begin(), beta.end(), 0.0));
    result.push_back(std::move(one));
  }
  return result;
}

}  // namespace sgdlasso
