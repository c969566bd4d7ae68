// scaling.h: the scales on which solvers see the columns.
#pragma once

#include <vector>

#include "model/problem.h"

namespace sgdlasso {

// Columns as the textbook trainers see them: as given, or, standardised, divided by their deviation and (dense rows,
// with an intercept) centred. Excluded columns get scale 0.
Scaling textbook_scaling(const Problem& problem);

// One column at unit deviation, whatever is penalised: around its mean, or around 0 (sparse columns, and all without an
// intercept). 1 / sqrt(square of nonzeros * sqrt(frequency)) lets rare columns move further.
struct ColumnScaling {
  double centre = 0;
  double scale = 0;  // of an excluded or constant column
};
ColumnScaling unit_scaling(const ColumnMoment& column, bool excluded, bool centres);
Scaling unit_scaling(const ColumnMoments& moments, const Penalty& penalty, bool centres);
Scaling unit_scaling(const Problem& problem);

// Mean of |x|^2 over the rows of working columns, the intercept's 1 included.
double mean_norm2(const ColumnMoments& moments, const Scaling& scaling, bool intercept);

// Coefficients of working columns, back on the scale of x.
Coefficients original_scale(const Scaling& scaling, double intercept, const std::vector<double>& working);

}  // namespace sgdlasso
