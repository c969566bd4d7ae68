#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "model/trained.h"

#include <algorithm>
#include <cmath>

namespace sgdlasso {

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

void conclude(Trained& trained, double tol) {
  const bool finite = std::isfinite(trained.scored.coefficients.intercept) && std::isfinite(trained.scored.objective) &&
                      all_finite(trained.scored.coefficients.beta);
  const double infinity = std::numeric_limits<double>::infinity();
  if (!finite) trained.certificate = {infinity, infinity};
  trained.converged = trained.certificate.certified(tol) ? Converged::yes : Converged::no;
}

double wanted_gap(double tol, double explained) {
  const double little = 0.01, rounding = 1e-13;  // gaps below that are noise
  return explained < little ? std::min(tol, std::max(tol * explained / little, rounding)) : tol;
}

double explained_by(const Statement& problem, const Scored& model) {
  return (problem.null.loss - model.objective) / (problem.null.deviance / 2);
}

bool is_solved(const Statement& problem, double tol, const Trained& model) {
  return model.certificate.certified(wanted_gap(tol, explained_by(problem, model.scored)));
}

}  // namespace sgdlasso
