// unpenalized.h: the model of the intercept, the offset and the columns that carry no penalty.
#pragma once

#include <vector>

#include "model/standard_form.h"

namespace sgdlasso {

// Its weighted residuals w_i (y_i - mu_i), weights sum to 1.
std::vector<double> unpenalized_residuals(const Problem& problem);

// The slopes of the form's columns in that model: what the grid of lambdas starts from.
std::vector<double> null_slopes(const Problem& problem, const StandardForm& form);

}  // namespace sgdlasso
