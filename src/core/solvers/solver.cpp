#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "solvers/solver.h"

#include <algorithm>
#include <cmath>

#include "rows/row_order.h"

namespace sgdlasso {
void EpochSolver::follow(const std::vector<double>& lambda, bool trace, const Accept& accept) {
  problem().watch.expect(lambda.size() * static_cast<std::size_t>(epochs()) * problem().response.n);
  const StandardForm form(problem());
  for (std::size_t k = 0; k < lambda.size(); ++k) {
    Trained trained = train(lambda[k], trace);
    if (!trained.certificate.known()) {
      trained.certificate = certify(problem(), form, trained.scored.coefficients, lambda[k]);
    }
    trained.passes = static_cast<double>(k + 1) * epochs();
    if (!accept(lambda[k], std::move(trained))) return;
  }
}

double safe_rate(const RowReader& reader, const Problem& problem) {
  double largest = 0;
  for_each_block(reader, RowOrder(problem.response.n, Shuffle::none), [&](const RowBlock& block, const RowBlock&) {
    for (const Row& row : block.rows) largest = std::max(largest, row.weight * (1 + row.norm2));
    problem.watch.tick(0);
  });
  const double mean_y = problem.response.mean([&](std::size_t i) { return problem.response.y[i]; });
  const double least_curvature = 0.25;  // counts near 0 say little of the curvature to come
  return 1 / (largest * std::max(problem.loss.usual_curvature(mean_y), least_curvature));
}

}  // namespace sgdlasso
