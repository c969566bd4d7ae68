// unpenalized.h: the model of the intercept, the offset and the columns that carry no penalty.
#pragma once

#include <vector>

#include "model/problem.h"

namespace sgdlasso {

// Its weighted residuals w_i (y_i - mu_i), weights sum to 1.
std::vector<double> unpenalized_residuals(const Problem& problem);

}  // namespace sgdlasso
