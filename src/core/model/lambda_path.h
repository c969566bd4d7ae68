// lambda_path.h: which lambdas are solved, one after another, and when a path of them ends.
#pragma once

#include <cstddef>
#include <vector>

#include "model/standard_form.h"
#include "model/trained.h"

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

}  // namespace sgdlasso
