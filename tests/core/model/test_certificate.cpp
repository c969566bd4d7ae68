#include "model/certificate.h"

#include <limits>

#include "plain.h"

using namespace sgdlasso;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// max over b of c b - cost(b) by search on a grid.
double conjugate_by_search(const CoordinatePenalty& penalty, double c) {
  double best = 0;
  for (double b = std::max(penalty.lower, -50.0); b <= std::min(penalty.upper, 50.0); b += 1e-3)
    best = std::max(best, c * b - penalty.cost(b));
  return best;
}

CoordinatePenalty draw_penalty(Rng& rng) {
  return {rng.uniform(), rng.up_to(1) ? 0 : 0.1 + rng.uniform(), rng.up_to(2) ? -kInfinity : -3 * rng.uniform(),
          rng.up_to(2) ? kInfinity : 3 * rng.uniform()};
}

}  // namespace

TEST_CASE("minimiser, conjugate and violation of a coordinate's penalty agree with search") {
  Rng rng(1);
  for (int k = 0; k < 300; ++k) {
    const CoordinatePenalty penalty = draw_penalty(rng);
    const double c = 3 * plain::normal(rng), g = 0.2 + rng.uniform();
    const double at = penalty.minimiser(g, c);
    const auto value = [&](double b) { return g / 2 * b * b - c * b + penalty.cost(b); };
    for (double b = std::max(penalty.lower, -40.0); b <= std::min(penalty.upper, 40.0); b += 0.01)
      CHECK(value(at) <= value(b) + 1e-12);
    CHECK(penalty.violation(at, c - g * at) < 1e-12);
    const double conjugate = penalty.conjugate(c);
    if (std::isfinite(conjugate) && std::abs(penalty.dual_point(c)) < 45)
      plain::check_near(conjugate, conjugate_by_search(penalty, c), 1e-2);
    if (std::isinf(conjugate)) CHECK(conjugate_by_search(penalty, c) > 0);
  }
}

TEST_CASE("brackets are sums of cost and conjugate, and their best scale is no worse than others") {
  Rng rng(2);
  for (int draw = 0; draw < 200; ++draw) {
    const std::size_t p = 1 + rng.up_to(6);
    std::vector<CoordinatePenalty> penalty;
    std::vector<double> b, c;
    for (std::size_t j = 0; j < p; ++j) {
      penalty.push_back(draw_penalty(rng));
      b.push_back(penalty.back().clamp(rng.up_to(1) ? plain::normal(rng) : 0));
      c.push_back(plain::normal(rng));
    }
    const Brackets brackets(penalty, b, c);
    const auto sum = [&](double s) {
      double result = 0;
      for (std::size_t j = 0; j < p; ++j)
        result += penalty[j].cost(b[j]) + penalty[j].conjugate(s * c[j]) - s * b[j] * c[j];
      return result;
    };
    const double square = rng.uniform() * 4;
    const double best = brackets.best_squared_scale(square);
    const auto gap = [&](double s) { return (1 - s) * (1 - s) / 2 * square + brackets.sum(s); };
    for (double s = -2; s <= 2; s += 0.1) {
      if (std::isfinite(sum(s))) plain::check_near(brackets.sum(s), sum(s), 1e-9);
    }
    CHECK(brackets.sum(best) >= -1e-9);
    for (double s = -2; s <= 2; s += 0.01) {
      if (std::isfinite(sum(s))) CHECK(gap(best) <= gap(s) + 1e-8 * (1 + std::abs(gap(s))));
    }
  }
}

TEST_CASE("what is no gap certifies nothing") {
  CHECK(Certificate(1e-7, 0).certified(1e-6));
  CHECK(Certificate(0, 0).certified(0));
  CHECK_FALSE(Certificate(1e-5, 0).certified(1e-6));
  for (const double gap : {std::numeric_limits<double>::quiet_NaN(), kInfinity, -kInfinity, -1.0})
    CHECK_FALSE(Certificate(gap, 0).certified(1e300));
  CHECK_FALSE(Certificate().certified(1));
  CHECK_FALSE(Certificate().known());
}
