#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "model/scaling.h"

#include <cmath>

namespace sgdlasso {

Scaling textbook_scaling(const Problem& problem) {
  const std::size_t p = problem.rows.p();
  Scaling scaling = Scaling::as_given(p);
  const bool centres = problem.standardize && problem.intercept && !problem.rows.sparse();
  for (std::size_t j = 0; j < p; ++j) {
    const double variance = problem.moments.variance[j];
    if (centres) scaling.centre[j] = problem.moments.mean[j];
    if (problem.standardize) scaling.scale[j] = 1 / std::sqrt(variance);
    if (variance == 0 || problem.penalty.excluded(j)) scaling.scale[j] = 0;
  }
  return scaling;
}

ColumnScaling unit_scaling(const ColumnMoment& column, bool excluded, bool centres) {
  if (excluded || column.variance == 0) return {};
  const double scale = 1 / std::sqrt(centres ? column.variance : column.square / std::sqrt(column.frequency));
  return {centres ? column.mean : 0, std::isfinite(scale) ? scale : 0};
}

Scaling unit_scaling(const ColumnMoments& moments, const Penalty& penalty, bool centres) {
  const std::size_t p = penalty.factor.size();
  Scaling scaling{std::vector<double>(p, 0.0), std::vector<double>(p, 0.0)};
  for (std::size_t j = 0; j < p; ++j) {
    const ColumnScaling one = unit_scaling(moments.at(j), penalty.excluded(j), centres);
    scaling.centre[j] = one.centre;
    scaling.scale[j] = one.scale;
  }
  return scaling;
}

Scaling unit_scaling(const Problem& problem) {
  return unit_scaling(problem.moments, problem.penalty, problem.intercept && !problem.rows.sparse());
}

double mean_norm2(const ColumnMoments& moments, const Scaling& scaling, bool intercept) {
  double sum = intercept ? 1 : 0;
  for (std::size_t j = 0; j < scaling.scale.size(); ++j) {
    const double square = scaling.centre[j] != 0 ? moments.variance[j] : moments.square[j];
    if (scaling.scale[j] != 0) sum += square * scaling.scale[j] * scaling.scale[j];
  }
  return sum;
}

Coefficients original_scale(const Scaling& scaling, double intercept, const std::vector<double>& working) {
  Coefficients result{intercept, working};
  for (std::size_t j = 0; j < working.size(); ++j) {
    result.beta[j] = scaling.scale[j] * working[j];
    result.intercept -= scaling.centre[j] * result.beta[j];
  }
  return result;
}

}  // namespace sgdlasso
