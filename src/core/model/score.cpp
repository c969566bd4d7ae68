#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "model/score.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/scaling.h"

namespace sgdlasso {
namespace {

std::vector<double> product(const Problem& problem, const std::vector<double>& beta) {
  std::vector<double> eta(problem.response.n, 0.0);
  problem.rows.add_product(beta, eta, problem.watch);
  return eta;
}

double mean_loss(const Problem& problem, const std::vector<double>& eta) {
  return problem.response.mean([&](std::size_t i) { return problem.loss.value(eta[i], problem.response.y[i]); });
}

// eta: the whole linear predictor
Scored scored(const Problem& problem, Coefficients coefficients, const std::vector<double>& eta, double lambda) {
  const Response& response = problem.response;
  Scored result;
  const double loss = mean_loss(problem, eta);
  const double saturated = response.mean([&](std::size_t i) { return problem.loss.saturated(response.y[i]); });
  const bool squared = problem.loss.is_squared();
  result.mse = squared ? response.mean([&](std::size_t i) {
    const double error = response.y[i] - eta[i];
    return error * error;
  })
                       : loss;
  result.objective = loss + lambda * problem.penalty.value(coefficients.beta);
  result.deviance = 2 * (loss - saturated);
  result.nonzero = coefficients.beta.size() - std::count(coefficients.beta.begin(), coefficients.beta.end(), 0.0);
  result.coefficients = std::move(coefficients);
  return result;
}

// Adds what all rows share; x's own sum comes first, the intercept last, as in the textbook's prediction.
std::vector<double> predictor(const Problem& problem, const std::vector<double>& product, double scale,
                              double intercept) {
  std::vector<double> eta(product.size());
  for (std::size_t i = 0; i < eta.size(); ++i) {
    eta[i] = (scale == 0 ? 0 : scale * product[i]) + intercept;
    if (problem.response.offset) eta[i] += problem.response.offset[i];
  }
  return eta;
}

// scale * product with its best intercept, and the objective there.
struct Candidate {
  double intercept;
  double objective;
  std::vector<double> eta;
};
Candidate candidate(const Problem& problem, const Coefficients& at, const std::vector<double>& product, double scale,
                    double lambda) {
  Candidate result{0, 0, predictor(problem, product, scale, 0)};
  if (problem.intercept) {
    result.intercept = problem.loss.fit_intercept(problem.response, result.eta);
    for (double& eta : result.eta) eta += result.intercept;
  }
  std::vector<double> beta = at.beta;
  for (double& b : beta) b *= scale;
  result.objective = mean_loss(problem, result.eta) + lambda * problem.penalty.value(beta);
  return result;
}

}  // namespace

Scored score(const Problem& problem, Coefficients coefficients, double lambda) {
  const std::vector<double> eta = predictor(problem, product(problem, coefficients.beta), 1, coefficients.intercept);
  return scored(problem, std::move(coefficients), eta, lambda);
}

Scored score_best_scaled(const Problem& problem, Coefficients coefficients, double lambda) {
  const std::vector<double> product_ = product(problem, coefficients.beta);
  const int halvings = 60;
  double scale = 1;
  Candidate best = candidate(problem, coefficients, product_, scale, lambda);
  // The objective is convex along the ray to 0: once halving stops helping, nothing nearer to 0 is better.
  for (int k = 1; k <= halvings; ++k) {
    const double next = k < halvings ? scale / 2 : 0;
    Candidate tried = candidate(problem, coefficients, product_, next, lambda);
    if (std::isfinite(best.objective) && !(tried.objective < best.objective)) break;
    best = std::move(tried);
    scale = next;
  }
  // Rounding of wild coefficients can hide that.
  if (!(best.objective <= problem.null.loss)) {
    scale = 0;
    best = candidate(problem, coefficients, product_, scale, lambda);
  }
  for (double& b : coefficients.beta) b *= scale;
  coefficients.intercept = best.intercept;
  return scored(problem, std::move(coefficients), best.eta, lambda);
}

Scored scored_of(const Statement& problem, const StandardForm& form, const Selection& columns,
                 const std::vector<double>& b, double intercept, double lambda, double mean_loss) {
  Scored result;
  result.coefficients = {intercept, std::vector<double>(problem.p(), 0.0)};
  double cost = 0;
  for (std::size_t k = 0; k < columns.columns.size(); ++k) {
    if (b[k] == 0) continue;
    const std::size_t j = columns.columns[k];
    const double beta = form.scaling.scale[j] * b[k];
    result.coefficients.intercept -= form.scaling.centre[j] * beta;
    // limits hold to the last digit, whatever the scale
    result.coefficients.beta[j] = problem.penalty.clamp(j, beta);
    cost += problem.penalty.value(j, result.coefficients.beta[j]);
  }
  result.mse = problem.loss.is_squared() ? 2 * mean_loss : mean_loss;
  result.objective = mean_loss + lambda * cost;
  result.deviance = 2 * (mean_loss - problem.null.loss) + problem.null.deviance;
  result.nonzero = b.size() - static_cast<std::size_t>(std::count(b.begin(), b.end(), 0.0));
  return result;
}

}  // namespace sgdlasso
