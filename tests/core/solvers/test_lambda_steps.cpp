#include "solvers/lambda_steps.h"

#include "plain.h"

using namespace sgdlasso;

TEST_CASE("lambdas that one Hessian serves lie within a factor of 4") {
  const std::vector<double> lambda = {8, 4, 2, 1, 0.1, 0};
  CHECK(near_lambdas(lambda, 0) == 3);
  CHECK(near_lambdas(lambda, 1) == 3);
  CHECK(near_lambdas(lambda, 3) == 1);
  CHECK(near_lambdas(lambda, 4) == 1);  // no factor leads to 0
  CHECK(near_lambdas(lambda, 5) == 1);
}

TEST_CASE("lambdas between two fall by equal factors of at most 4, and are as few as these allow") {
  Rng rng(1);
  for (int draw = 0; draw < 200; ++draw) {
    const double to = std::exp(plain::normal(rng)), ratio = std::exp(12 * rng.uniform()), from = to * ratio;
    std::vector<double> all = lambdas_between(from, to);
    CHECK(std::pow(4, static_cast<double>(all.size())) <= ratio * (1 + 1e-9));
    all.insert(all.begin(), from);
    all.push_back(to);
    for (std::size_t k = 1; k < all.size(); ++k) {
      CHECK(all[k - 1] <= 4 * all[k] * (1 + 1e-9));
      plain::check_near(all[k - 1] / all[k], all[0] / all[1], 1e-9);
    }
  }
  CHECK(lambdas_between(1, 0).empty());
  CHECK(lambdas_between(0, 1).empty());
  CHECK(lambdas_between(4, 1).empty());
}
