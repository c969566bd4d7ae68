// path.h: which lambdas are solved, one after another, and what is kept of each.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "optimality.h"
#include "problem.h"
#include "solver.h"

namespace sgdlasso {

// glmnet's grid: from the smallest lambda at which every penalised coefficient is 0, geometric down to ratio times it.
struct GridSettings {
  int length;
  double ratio;
};

struct LambdaGrid {
  std::vector<double> lambda;
  bool automatic;  // then the path may stop early
};
// slopes: of the columns of the form where every penalised coefficient is 0.
LambdaGrid make_grid(const Statement& problem, const StandardForm& form, const std::vector<double>& slopes,
                     const GridSettings& settings);
// Those slopes, from the data; MomentsForm has its own.
std::vector<double> null_slopes(const Problem& problem, const StandardForm& form);

struct PathPoint {
  double lambda;
  Trained trained;
};

// A constant response, which nothing can explain, gets zeros.
Trained null_point(const Statement& problem, const StandardForm& form, double lambda);

// glmnet's constants: after 5 lambdas, stop when the deviance hardly changes, or hardly any is left. Stochastic fits may agree
// by chance, or lose a little from one lambda to the next: all of the last five must agree. Of certified fits the last two that
// lie apart. A path that explains next to nothing has not begun, and goes on.
bool explains_enough(const std::vector<PathPoint>& path, double null_deviance, double tol);

// A path also ends after the first model of more than this many nonzero coefficients.
struct PathSettings {
  bool trace;
  std::size_t most_nonzero;
  double tol;  // of the models
};

// Solves down the grid. A constant response, which nothing can explain, gets zeros without training.
using MakeSolver = std::function<std::unique_ptr<Solver>()>;
std::vector<PathPoint> fit_path(const Statement& problem, const StandardForm& form, const LambdaGrid& grid,
                                const PathSettings& settings, const MakeSolver& make_solver);

}  // namespace sgdlasso
