#include "kernels/dense_kernels.h"

#include "base/lanes.h"
#include "plain.h"

using namespace sgdlasso;

namespace {

struct Numbers {
  std::vector<double> x, z, theta, rho;
};

// `off` numbers more than p, for places in memory that are aligned as numbers are and no better.
Numbers draw(Rng& rng, std::size_t size) {
  return {plain::normals(rng, size), plain::normals(rng, size), plain::uniforms(rng, size), plain::uniforms(rng, size)};
}

// Everything that the kernels write, and what they return.
std::vector<double> all_results(const DenseKernels& kernels, const Numbers& drawn, std::size_t off, double l2) {
  Numbers at = drawn;
  const std::size_t p = drawn.x.size() - off;
  double *const x = at.x.data() + off, *const z = at.z.data() + off, *const theta = at.theta.data() + off,
                *const rho = at.rho.data() + off;
  std::vector<double> result = {kernels.dual_dot(x, z, theta, rho, {0.8, l2}, p), kernels.dot(x, z, p)};
  double sum = 0, square = 0;
  kernels.shifted_sums(x, 0.1, p, &sum, &square);
  result.push_back(sum);
  result.push_back(square);
  std::vector<double> scaled(p + off);
  kernels.scaled(x, z, theta, scaled.data() + off, p);
  kernels.accumulate(x, 0.3, rho, p);
  kernels.primal_add(x, 0.7, theta, 0.8, z, p);
  kernels.dual_add(x, 0.7, 1.3, z, theta, p);
  std::vector<double> mean = drawn.z, squares = drawn.theta, cross = drawn.rho;
  kernels.moments_add(x, 0.2, 1.7, 0.6, mean.data() + off, squares.data() + off, cross.data() + off, p);
  for (const std::vector<double>* part : {&scaled, &at.rho, &at.z, &at.theta, &mean, &squares, &cross}) {
    result.insert(result.end(), part->begin() + static_cast<std::ptrdiff_t>(off), part->end());
  }
  return result;
}

}  // namespace

TEST_CASE("kernels of every set of instructions give the same bits") {
  Rng rng(1);
  for (const std::size_t p : {0, 1, 3, 7, 8, 9, 31, 100, 1003}) {
    for (std::size_t off = 0; off < 4; ++off) {
      for (const double l2 : {0.0, 0.4}) {
        const Numbers drawn = draw(rng, p + off);
        CHECK(all_results(dense_kernels(), drawn, off, l2) == all_results(portable_kernels(), drawn, off, l2));
      }
    }
  }
}

TEST_CASE("kernels compute what they say") {
  Rng rng(2);
  for (const DenseKernels* kernels : {&dense_kernels(), &portable_kernels()}) {
    const std::size_t p = 77;
    const Numbers d = draw(rng, p);
    double dual = 0, dot = 0, sum = 0, square = 0;
    for (std::size_t j = 0; j < p; ++j) {
      dual += d.x[j] * soft_threshold(d.z[j], 0.8 * d.theta[j]) / (1 + 0.4 * d.rho[j]);
      dot += d.x[j] * d.z[j];
      sum += d.x[j] - 0.1;
      square += (d.x[j] - 0.1) * (d.x[j] - 0.1);
    }
    plain::check_near(kernels->dual_dot(d.x.data(), d.z.data(), d.theta.data(), d.rho.data(), {0.8, 0.4}, p), dual);
    plain::check_near(kernels->dot(d.x.data(), d.z.data(), p), dot);
    double found_sum = 0, found_square = 0;
    kernels->shifted_sums(d.x.data(), 0.1, p, &found_sum, &found_square);
    plain::check_near(found_sum, sum);
    plain::check_near(found_square, square);
    Numbers at = d;
    kernels->dual_add(d.x.data(), 0.7, 1.3, at.z.data(), at.theta.data(), p);
    std::vector<double> primal = d.z, total = d.rho, mean = d.z, squares = d.theta, cross = d.rho, scaled(p);
    kernels->primal_add(d.x.data(), 0.7, d.theta.data(), 0.8, primal.data(), p);
    kernels->accumulate(d.z.data(), 0.3, total.data(), p);
    kernels->moments_add(d.x.data(), 0.2, 1.7, 0.6, mean.data(), squares.data(), cross.data(), p);
    kernels->scaled(d.x.data(), d.z.data(), d.theta.data(), scaled.data(), p);
    for (std::size_t j = 0; j < p; ++j) {
      const double off = d.x[j] - d.z[j];
      plain::check_near(at.z[j], d.z[j] + 0.7 * d.x[j]);
      plain::check_near(at.theta[j], d.theta[j] + 1.3 * 0.7 * d.x[j]);
      plain::check_near(primal[j], soft_threshold(d.z[j] + 0.7 * d.x[j], 0.8 * d.theta[j]));
      plain::check_near(total[j], d.rho[j] + 0.3 * d.z[j]);
      plain::check_near(mean[j], d.z[j] + 0.2 * off);
      plain::check_near(squares[j], d.theta[j] + 1.7 * off * (d.x[j] - mean[j]));
      plain::check_near(cross[j], d.rho[j] + 0.6 * off);
      plain::check_near(scaled[j], off * d.theta[j]);
    }
  }
}
