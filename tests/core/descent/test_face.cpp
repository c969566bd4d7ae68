#include "descent/face.h"

#include <algorithm>
#include <limits>

#include "plain.h"

using namespace sgdlasso;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// As many columns as rows, or more, all of them alike: sweeps would take thousands.
std::vector<double> alike(Rng& rng, std::size_t n, std::size_t p) {
  std::vector<double> x = plain::normals(rng, n * p);
  for (std::size_t k = n; k < x.size(); ++k) x[k] = 0.95 * x[k - n] + 0.3 * x[k];
  return x;
}

// Of -1, 0 and 1, most of them 0: many are the same, or sums of others.
std::vector<double> dependent(Rng& rng, std::size_t n, std::size_t p) {
  std::vector<double> x(n * p, 0.0);
  for (std::size_t j = 0; j < p; ++j) {
    for (int k = 0; k < 2; ++k) x[j * n + rng.up_to(n - 1)] = rng.up_to(1) ? 1 : -1;
  }
  return x;
}

struct Lasso {
  Lasso(Rng& rng, const std::vector<double>& x, std::size_t n, bool limits, double curvature = 1)
      : p(x.size() / n),
        b(p),
        q(p) {
    const std::vector<double> y = plain::normals(rng, n);
    gram.grow(p);
    for (std::size_t i = 0; i < p; ++i) {
      for (std::size_t r = 0; r < n; ++r) q[i] += x[i * n + r] * y[r] / static_cast<double>(n);
      for (std::size_t j = 0; j < p; ++j) {
        gram.at(i, j) = 0;
        for (std::size_t r = 0; r < n; ++r) gram.at(i, j) += x[i * n + r] * x[j * n + r] / static_cast<double>(n);
      }
      const bool free = rng.up_to(20) == 0;
      penalty.push_back({free ? 0 : 0.01 + 0.02 * rng.uniform(), rng.up_to(2) ? 0 : 0.1,
                         limits && rng.up_to(1) ? -0.05 : -kInfinity, limits && rng.up_to(1) ? 0.05 : kInfinity});
    }
    slope = q;
    for (std::size_t i = 0; i < p; ++i) {
      for (std::size_t j = 0; j < p; ++j) gram.at(i, j) /= curvature;
    }
    scale = curvature;
  }
  double objective() const {
    double value = 0;
    for (std::size_t k = 0; k < p; ++k) value += penalty[k].cost(b[k]) - b[k] * (q[k] + slope[k]) / 2;
    return value;
  }
  double violation() const {
    double most = 0;
    for (std::size_t k = 0; k < p; ++k) {
      double right = slope[k];
      for (std::size_t j = 0; j < p; ++j) right -= scale * gram.at(k, j) * b[j];
      plain::check_near(q[k], right, 1e-9);  // slopes move with the coefficients
      most = std::max(most, penalty[k].violation(b[k], right));
    }
    return most;
  }

  std::size_t p;
  double scale;  // times gram is the matrix
  Square gram;
  std::vector<double> b, q, slope;
  std::vector<CoordinatePenalty> penalty;
};

bool round(Face& face, const Quadratic& quadratic, Lasso& lasso) {
  const bool settled = face.settle(quadratic, lasso.b, lasso.q);
  return face.widen(quadratic, lasso.b, lasso.q) || settled;
}

}  // namespace

TEST_CASE("rounds on faces end at the optimum, and the objective falls on the way") {
  Rng rng(1);
  NoWatch watch;
  for (int draw = 0; draw < 40; ++draw) {
    const std::size_t p = 1 + rng.up_to(60);
    Lasso lasso(rng, alike(rng, 30, p), 30, draw % 2 == 1, draw % 3 == 0 ? 1 : 4);
    const Quadratic quadratic{lasso.gram, lasso.scale, lasso.penalty, 1, 1, watch};
    Face face;
    double before = lasso.objective();
    std::size_t rounds = 0;
    for (; rounds < 200 && round(face, quadratic, lasso); ++rounds) {
      CHECK(lasso.objective() <= before + 1e-12);
      before = lasso.objective();
    }
    CHECK(lasso.violation() < 1e-9);
    for (std::size_t k = 0; k < p; ++k) CHECK(lasso.b[k] == lasso.penalty[k].clamp(lasso.b[k]));
  }
}

TEST_CASE("a column that is there twice does not keep a face from its optimum") {
  Rng rng(2);
  NoWatch watch;
  Lasso lasso(rng, alike(rng, 30, 12), 30, false);
  for (std::size_t k = 0; k < 12; ++k) lasso.gram.at(11, k) = lasso.gram.at(0, k);
  for (std::size_t k = 0; k < 12; ++k) lasso.gram.at(k, 11) = lasso.gram.at(k, 0);
  lasso.q[11] = lasso.slope[11] = lasso.q[0];
  for (CoordinatePenalty& one : lasso.penalty) one = {0.01, 0, -kInfinity, kInfinity};
  const Quadratic quadratic{lasso.gram, 1, lasso.penalty, 1, 1, watch};
  Face face;
  for (int k = 0; k < 100; ++k) round(face, quadratic, lasso);
  CHECK(lasso.violation() < 1e-9);
}

TEST_CASE("along a path columns that depend on each other come and go, and each lambda is solved") {
  Rng rng(3);
  NoWatch watch;
  for (int draw = 0; draw < 40; ++draw) {
    const std::size_t n = 8 + rng.up_to(12);
    Lasso lasso(rng, dependent(rng, n, 3 * n), n, false);
    Face face;
    for (double lambda = 0.1; lambda > 1e-4; lambda *= 0.7) {
      for (CoordinatePenalty& one : lasso.penalty) one = {lambda, 0, -kInfinity, kInfinity};
      const Quadratic quadratic{lasso.gram, 1, lasso.penalty, 1, 1, watch};
      for (int k = 0; k < 200 && round(face, quadratic, lasso); ++k) {
      }
      CHECK(lasso.violation() < 1e-9);
    }
  }
}
