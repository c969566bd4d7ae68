// path.h: a path of lambdas solved by a solver.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "model/lambda_path.h"
#include "solvers/solver.h"

namespace sgdlasso {

// Of the columns of the form where every penalised coefficient is 0, from the data; MomentsForm has its own.
std::vector<double> null_slopes(const Problem& problem, const StandardForm& form);

// Solves down the grid. A constant response, which nothing can explain, gets zeros without training.
using MakeSolver = std::function<std::unique_ptr<Solver>()>;
std::vector<PathPoint> fit_path(const Statement& problem, const StandardForm& form, const LambdaGrid& grid,
                                const PathSettings& settings, const MakeSolver& make_solver);

}  // namespace sgdlasso
