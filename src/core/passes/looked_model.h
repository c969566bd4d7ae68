// looked_model.h: all that a pass has told of one model, and what follows from it: its certificate, and where it moves.
//
// The certificate is that of certificate.h, but no row can be looked at twice, so what would need that is bounded:
// outside squared loss a row's divergence from its dual point by the square of their distance over the variance (the
// chi-squared bound of the Kullback-Leibler divergence), and what projecting the residuals off the intercept and the
// free columns does to the slopes of the others by Cauchy and Schwarz. The gap told is never too small.
#pragma once

#include <cstddef>
#include <vector>

#include "model/certificate.h"
#include "passes/pass_look.h"
#include "passes/working_columns.h"

namespace sgdlasso {

// Products of the first `known` working columns, each row times its weight and variance (squared loss: its weight).
// Sums over rows, which `share` makes means.
struct ColumnProducts {
  const double* values = nullptr;  // column after column
  std::size_t known = 0;
  double share = 1;
};

struct LookedModel {
  const Statement& problem;
  const StandardForm& form;
  const WorkingColumns& working;
  double weight;  // of all rows
  double lambda;
  const ModelSums& sums;
  ColumnProducts products;             // at this model
  const std::vector<double>& largest;  // sizes of the first working columns, as far as they are known
};

Certificate certify(const LookedModel& model, const PassModel& at);

// Squared loss: to the optimum on the working columns, to a gap of `target` times the null deviance's half.
void solve(const LookedModel& model, double target, PassModel& at);

// Other losses: a Newton step by the curvature of a neighbour, scaled to this model's and by `damping`.
struct NewtonStep {
  const Curvature& curvature;
  const ModelSums& at_curvature;  // of the model that it is the curvature of
  double damping;
  double target;  // as above
};
void step(const LookedModel& model, const NewtonStep& newton, PassModel& at);

}  // namespace sgdlasso
