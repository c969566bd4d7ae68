#include "descent/coordinate_descent.h"

#include <limits>

#include "plain.h"

using namespace sgdlasso;

TEST_CASE("descent on a Gram matrix ends where the optimality conditions hold") {
  Rng rng(1);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (int draw = 0; draw < 60; ++draw) {
    const std::size_t p = 1 + rng.up_to(40), n = p + 5 + rng.up_to(20);
    const std::vector<double> x = plain::normals(rng, n * p), y = plain::normals(rng, n);
    Square gram;
    gram.grow(p);
    std::vector<double> q(p), b(p), start;
    double square = 0;
    for (const double one : y) square += one * one / static_cast<double>(n);
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = 0; i < n; ++i) q[j] += x[j * n + i] * y[i] / static_cast<double>(n);
      for (std::size_t k = 0; k < p; ++k) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += x[j * n + i] * x[k * n + i] / static_cast<double>(n);
        gram.at(j, k) = sum;
      }
    }
    const std::vector<double> slope = q;
    std::vector<CoordinatePenalty> penalty;
    for (std::size_t j = 0; j < p; ++j) {
      penalty.push_back({0.1 * rng.uniform(), rng.up_to(1) ? 0 : rng.uniform(), rng.up_to(3) ? -infinity : -0.1,
                         rng.up_to(3) ? infinity : 0.05});
    }
    NoWatch watch;
    const Descent done = descend({gram, 1, penalty, square, 1e3, watch}, 1e-13 * square, b, q);
    CHECK(done.gap <= 1e-13 * square);
    for (std::size_t j = 0; j < p; ++j) {
      double right = slope[j];
      for (std::size_t k = 0; k < p; ++k) right -= gram.at(j, k) * b[k];
      plain::check_near(q[j], right, 1e-9);  // slopes move with the coefficients
      CHECK(b[j] <= penalty[j].upper);
      CHECK(b[j] >= penalty[j].lower);
      CHECK(penalty[j].violation(b[j], right) < 1e-5);
    }
  }
}
