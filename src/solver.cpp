#include "lanes.h"  // first: it forbids fused multiply-adds in this file

#include "solver.h"

#include <algorithm>
#include <cmath>

#include "row_order.h"

namespace sgdlasso {

Scaling textbook_scaling(const Problem& problem) {
  const std::size_t p = problem.rows.p();
  Scaling scaling{std::vector<double>(p, 0.0), std::vector<double>(p, 1.0)};
  const bool centres = problem.standardize && problem.intercept && !problem.rows.sparse();
  for (std::size_t j = 0; j < p; ++j) {
    const double variance = problem.moments.variance[j];
    if (centres) scaling.centre[j] = problem.moments.mean[j];
    if (problem.standardize) scaling.scale[j] = 1 / std::sqrt(variance);
    if (variance == 0 || problem.penalty.excluded(j)) scaling.scale[j] = 0;
  }
  return scaling;
}

Coefficients original_scale(const Scaling& scaling, double intercept, const std::vector<double>& working) {
  Coefficients result{intercept, working};
  for (std::size_t j = 0; j < working.size(); ++j) {
    result.beta[j] = scaling.scale[j] * working[j];
    result.intercept -= scaling.centre[j] * result.beta[j];
  }
  return result;
}

double safe_rate(RowReader& reader, const Problem& problem) {
  const std::vector<std::size_t> positions = counting(problem.response.n);
  double largest = 0;
  for (std::size_t first = 0; first < positions.size(); first += kBlockRows) {
    const RowBlock& block = reader.read(&positions[first], std::min(kBlockRows, positions.size() - first));
    for (std::size_t i = 0; i < block.count(); ++i) {
      largest = std::max(largest, problem.response.weight_of(block.id[i]) * (1 + block.norm2[i]));
    }
    problem.watch.tick(0);
  }
  const double mean_y = problem.response.mean([&](std::size_t i) { return problem.response.y[i]; });
  const double least_curvature = 0.25;  // counts near 0 say little of the curvature to come
  return 1 / (largest * std::max(problem.loss.usual_curvature(mean_y), least_curvature));
}

}  // namespace sgdlasso
