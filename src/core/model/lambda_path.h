// lambda_path.h: which lambdas are solved, one after another, and when a path of them ends.
#pragma once

#include <cstddef>
#include <vector>

#include "model/fit_spec.h"
#include "model/standard_form.h"
#include "model/trained.h"

namespace sgdlasso {

// The least lambda that keeps every penalised coefficient at 0; of a ridge, what keeps them small. slope: of the
// columns of the form where they are 0.
double largest_lambda(const Statement& problem, const StandardForm& form, const std::vector<double>& slope);

// The grid that is asked for; a single 0 where nothing can be explained. slopes: as above.
std::vector<double> make_grid(const Statement& problem, const StandardForm& form, const std::vector<double>& slopes,
                              const LambdaSpec& spec);

struct PathPoint {
  double lambda;
  Trained trained;
};

// A path, and what else a fit tells of its problem.
struct FittedPath {
  std::vector<PathPoint> points;  // none where the null deviance is infinite
  double null_deviance;           // mean
  std::vector<double> deviation;  // of each column
};
FittedPath fitted_path(const Statement& problem, std::vector<PathPoint> points);

// A constant response, which nothing can explain, gets zeros.
Trained null_point(const Statement& problem, const StandardForm& form, double lambda);

// glmnet's constants: after 5 lambdas, stop when the deviance hardly changes, or hardly any is left. Stochastic fits
// may agree by chance, or lose a little from one lambda to the next: all of the last five must agree. Of certified fits
// the last two that lie apart. A path that explains next to nothing has not begun, and goes on.
bool explains_enough(const std::vector<PathPoint>& path, double null_deviance, double tol);

// Whether the last model of a path is its end, though lambdas may be left. automatic: whether they are those of a grid.
bool path_ends(const std::vector<PathPoint>& path, bool automatic, double null_deviance, const StopSpec& stop);

}  // namespace sgdlasso
