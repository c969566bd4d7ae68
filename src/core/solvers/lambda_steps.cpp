#include "solvers/lambda_steps.h"

#include <cmath>

namespace sgdlasso {
namespace {

constexpr double kFar = 4;

}  // namespace

std::size_t near_lambdas(const std::vector<double>& lambda, std::size_t next) {
  std::size_t count = 1;
  while (next + count < lambda.size() && lambda[next] <= kFar * lambda[next + count]) ++count;
  return count;
}

std::vector<double> lambdas_between(double from, double to) {
  std::vector<double> result;
  if (!(to > 0) || !(from > kFar * to)) return result;
  const double steps = std::ceil(std::log(from / to) / std::log(kFar));
  for (double k = 1; k < steps; ++k) result.push_back(from * std::pow(to / from, k / steps));
  return result;
}

}  // namespace sgdlasso
