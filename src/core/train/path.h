// path.h: a path of lambdas solved by a solver.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "model/fit_spec.h"
#include "model/lambda_path.h"
#include "solvers/solver.h"

namespace sgdlasso {

using MakeSolver = std::function<std::unique_ptr<Solver>()>;
// The slopes that a grid starts from (lambda_path.h), asked for only where there is one.
using NullSlopes = std::function<std::vector<double>()>;

// Solves down the lambdas that are asked for. A constant response, which nothing can explain, gets zeros without
// training.
FittedPath fit_path(const Statement& problem, const StandardForm& form, const FitSpec& spec, const NullSlopes& slopes,
                    const MakeSolver& make_solver);

}  // namespace sgdlasso
