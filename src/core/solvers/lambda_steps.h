// lambda_steps.h: how far Newton steps go from one lambda to another.
#pragma once

#include <cstddef>
#include <vector>

namespace sgdlasso {

// How many lambdas of a path, from the next one on, one Hessian can serve: those within a factor of 4.
std::size_t near_lambdas(const std::vector<double>& lambda, std::size_t next);
// On the way down from one to another, both left out, a factor of at most 4 apart. None to 0, which no factor leads to.
std::vector<double> lambdas_between(double from, double to);

}  // namespace sgdlasso
