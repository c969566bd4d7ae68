// score.h: how good given coefficients are.
#pragma once

#include <cstddef>
#include <vector>

#include "model/standard_form.h"

namespace sgdlasso {

// Coefficients and what one pass over x says of them.
struct Scored {
  Coefficients coefficients;
  double mse = 0;        // mean squared error; outside gaussian the mean loss
  double objective = 0;  // F of the manual: mean loss plus lambda times the penalty
  double deviance = 0;   // mean deviance per unit weight
  std::size_t nonzero = 0;
};

// The loss of coefficients as they are.
Scored score(const Problem& problem, Coefficients coefficients, double lambda);

// The best of beta, beta/2, beta/4, ..., 0, each with its own best intercept: never worse than the null model.
Scored score_best_scaled(const Problem& problem, Coefficients coefficients, double lambda);

// The model of standard-form coefficients b of some columns, whose mean loss is known.
Scored scored_of(const Statement& problem, const StandardForm& form, const Selection& columns,
                 const std::vector<double>& b, double intercept, double lambda, double mean_loss);

}  // namespace sgdlasso
