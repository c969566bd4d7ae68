#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "solvers/epoch_rows.h"

#include <algorithm>
#include <utility>

#include "rows/layout_order.h"

namespace sgdlasso {

EpochRows::EpochRows(const Problem& problem, Plan plan)
    : problem_(problem),
      plan_(std::move(plan)),
      rng_(plan_.seed),
      order_(problem.response.n, plan_.shuffle),
      reader_(problem.rows.reader({problem.response, plan_.scaling, layout(), plan_.copy}, problem.watch)) {}

// Of a copy, which sparse rows always are.
std::vector<std::size_t> EpochRows::layout() {
  const bool copies = plan_.copy || problem_.rows.sparse();
  if (plan_.shuffle != Shuffle::blocks || !copies) return {};
  return layout_order(problem_.response, rng_);
}

double EpochRows::safe_rate() const {
  double largest = 0;
  visit_in_turn([&](const RowBlock& block) {
    for (const Row& row : block.rows) largest = std::max(largest, row.weight * (1 + row.norm2));
  });
  const double least_curvature = 0.25;  // counts near 0 say little of the curvature to come
  return 1 / (largest * std::max(mean_curvature(problem_), least_curvature));
}

double mean_curvature(const Problem& problem) {
  const double mean_y = problem.response.mean([&](std::size_t i) { return problem.response.y[i]; });
  return problem.loss.usual_curvature(mean_y);
}

}  // namespace sgdlasso
