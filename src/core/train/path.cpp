#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "train/path.h"

#include <cmath>
#include <utility>

namespace sgdlasso {

FittedPath fit_path(const Statement& problem, const StandardForm& form, const FitSpec& spec, const NullSlopes& slopes,
                    const MakeSolver& make_solver) {
  std::vector<PathPoint> path;
  if (!std::isfinite(problem.null.deviance)) return fitted_path(problem, path);
  const bool automatic = spec.lambda.given.empty();
  const std::vector<double> grid = automatic ? make_grid(problem, form, slopes(), spec.lambda) : spec.lambda.given;
  if (!(problem.null.deviance > 0)) {
    for (const double lambda : grid) path.push_back({lambda, null_point(problem, form, lambda)});
    return fitted_path(problem, std::move(path));
  }
  make_solver()->follow(grid, spec.trace, [&](double lambda, Trained trained) {
    path.push_back({lambda, std::move(trained)});
    return !path_ends(path, automatic, problem.null.deviance, spec.stop);
  });
  return fitted_path(problem, std::move(path));
}

}  // namespace sgdlasso
