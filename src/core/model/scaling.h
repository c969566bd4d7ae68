// scaling.h: the scales on which solvers see the columns.
#pragma once

#include <vector>

#include "model/problem.h"

namespace sgdlasso {

// Columns as the textbook trainers see them: as given, or, standardised, divided by their deviation and (dense rows,
// with an intercept) centred. Excluded columns get scale 0.
Scaling textbook_scaling(const Problem& problem);

// Every column at unit deviation, whatever is penalised: dense ones around their mean, sparse ones (and all without an
// intercept) around 0. 1 / sqrt(square of nonzeros * sqrt(frequency)) lets rare columns move further.
double unit_scale(double variance, double square, double frequency, bool centres);
Scaling unit_scaling(const ColumnMoments& moments, const Penalty& penalty, bool centres);

// Mean of |x|^2 over the rows of working columns, the intercept's 1 included.
double mean_norm2(const ColumnMoments& moments, const Scaling& scaling, bool intercept);

// Coefficients of working columns, back on the scale of x.
Coefficients original_scale(const Scaling& scaling, double intercept, const std::vector<double>& working);

}  // namespace sgdlasso
