#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "train/path.h"

#include <algorithm>
#include <utility>

#include "descent/unpenalized.h"

namespace sgdlasso {
std::vector<double> null_slopes(const Problem& problem, const StandardForm& form) {
  std::vector<double> slope(form.columns.size());
  const std::vector<double> residuals = unpenalized_residuals(problem);
  Panel panel(problem.response.n, 1, problem.rows.layout());
  std::copy(residuals.begin(), residuals.end(), panel.lane(0));
  problem.rows.cross_products(form.all(), panel, slope.data(), {problem.threads, problem.watch});
  return slope;
}

std::vector<PathPoint> fit_path(const Statement& problem, const StandardForm& form, const LambdaGrid& grid,
                                const PathSettings& settings, const MakeSolver& make_solver) {
  std::vector<PathPoint> path;
  if (!(problem.null.deviance > 0)) {
    for (const double lambda : grid.lambda) path.push_back({lambda, null_point(problem, form, lambda)});
    return path;
  }
  make_solver()->follow(grid.lambda, settings.trace, [&](double lambda, Trained trained) {
    path.push_back({lambda, std::move(trained)});
    if (path.back().trained.scored.nonzero > settings.most_nonzero) return false;
    return !(grid.automatic && explains_enough(path, problem.null.deviance, settings.tol));
  });
  return path;
}

}  // namespace sgdlasso
