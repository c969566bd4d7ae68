#include "model/standard_form.h"

#include <cmath>

namespace sgdlasso {
namespace {

Scaling standard_scaling(const Statement& problem) {
  const std::size_t p = problem.p();
  Scaling scaling{std::vector<double>(p, 0.0), std::vector<double>(p, 0.0)};
  for (std::size_t j = 0; j < p; ++j) {
    const double variance = problem.moments.variance[j];
    if (problem.intercept) scaling.centre[j] = problem.moments.mean[j];
    if (variance > 0 && !problem.penalty.excluded(j)) scaling.scale[j] = 1 / std::sqrt(variance);
  }
  return scaling;
}

}  // namespace

StandardForm::StandardForm(const Statement& problem)
    : scaling(standard_scaling(problem)),
      penalty(problem.penalty, scaling) {
  for (std::size_t j = 0; j < problem.p(); ++j) {
    if (scaling.scale[j] != 0) columns.push_back(j);
  }
}

std::vector<CoordinatePenalty> penalties_at(const StandardForm& form, const std::vector<std::size_t>& columns,
                                            double lambda) {
  std::vector<CoordinatePenalty> penalty;
  penalty.reserve(columns.size());
  for (const std::size_t j : columns) penalty.push_back(form.penalty.at(j, lambda));
  return penalty;
}

}  // namespace sgdlasso
