#include "descent/profiled_intercept.h"

#include <Eigen/Dense>

#include "base/linear_system.h"
#include "plain.h"

using namespace sgdlasso;

// curvature times the bordered matrix is the second derivative: both ways solve the same system.
TEST_CASE("a quadratic with its intercept profiled out has the minimum of the whole one") {
  Rng rng(1);
  for (int draw = 0; draw < 50; ++draw) {
    const std::size_t n = 30, p = 1 + rng.up_to(6);
    const std::vector<double> x = plain::normals(rng, n * p, 0.5), h = plain::uniforms(rng, n, 0.1, 1);
    const std::vector<double> r = plain::normals(rng, n);
    std::vector<double> border(p), q(p);
    double total = 0, sum = 0;
    Square gram;
    gram.grow(p);
    for (std::size_t i = 0; i < n; ++i) total += h[i], sum += r[i];
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = 0; i < n; ++i) border[j] += h[i] * x[j * n + i], q[j] += r[i] * x[j * n + i];
      for (std::size_t k = 0; k < p; ++k) {
        double product = 0;
        for (std::size_t i = 0; i < n; ++i) product += h[i] * x[j * n + i] * x[k * n + i];
        gram.at(j, k) = product;
      }
    }
    NoWatch watch;
    const double curvature = 0.5 + rng.uniform();
    const auto inner = [&](std::size_t j, std::size_t k) { return curvature * gram.at(j, k); };
    std::vector<double> times = border;
    for (double& one : times) one *= curvature;
    const Eigen::MatrixXd whole = bordered(true, curvature * total, times, inner, watch);
    const Eigen::VectorXd right = whole.fullPivLu().solve(bordered(true, sum, q));
    const ProfiledIntercept intercept{total, border};
    intercept.profile(gram, 0, watch);
    intercept.profile(sum, q);
    const Eigen::VectorXd b =
        bordered(false, 0, std::vector<double>(p), inner, watch).fullPivLu().solve(bordered(false, 0, q));
    plain::check_near({b.data(), b.data() + p}, {right.data() + 1, right.data() + 1 + p}, 1e-9);
    plain::check_near(intercept.step(sum, curvature, {b.data(), b.data() + p}), right[0], 1e-9);
  }
}
