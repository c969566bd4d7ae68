#include "kernels/row_kernels.h"

#include <cmath>
#include <limits>

#include "plain.h"

using namespace sgdlasso;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Numbers of every size, ends of the range of exp() and what is no number.
std::vector<double> arguments(Rng& rng) {
  std::vector<double> x = {0,      -0.0,   1,        -1,        std::log(2) / 2, 708.3,  709.7,   709.79, 711,
                           -708.3, -708.5, -745,     -746,      -1000,           1e-300, -5e-324, 1e300,  -1e300,
                           36,     -37,    infinity, -infinity, std::nan("")};
  for (const double size : {1e-12, 1e-3, 1.0, 30.0, 800.0}) {
    for (const double value : plain::normals(rng, 500)) x.push_back(size * value);
  }
  return x;
}

// Within some roundings of what the library says; of numbers too small for all digits within the last one.
void check_close(double value, double right) {
  if (std::isnan(right)) {
    CHECK(std::isnan(value));
  } else if (std::isinf(right)) {
    CHECK(value == right);
  } else {
    CHECK(std::abs(value - right) <= 1e-15 * std::abs(right) + 5e-324);
  }
}

void check_function(void (*many)(double*, std::size_t), double (*one)(double), const std::vector<double>& x) {
  for (std::size_t count = 0; count < 10; ++count) {  // whole registers and what is left
    std::vector<double> some(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(count));
    some.push_back(7);
    many(some.data(), count);
    for (std::size_t i = 0; i < count; ++i) check_close(some[i], one(x[i]));
    CHECK(some[count] == 7);
  }
  std::vector<double> all(x.size() + 1);
  std::copy(x.begin(), x.end(), all.begin() + 1);  // as memory is not aligned for registers
  many(all.data() + 1, x.size());
  for (std::size_t i = 0; i < x.size(); ++i) check_close(all[i + 1], one(x[i]));
}

void check_residuals(const RowKernels& kernels, std::size_t n, bool weighted, Rng& rng) {
  const std::vector<double> y = plain::normals(rng, n), mean = plain::normals(rng, n), w = plain::uniforms(rng, n);
  std::vector<double> r = mean;
  double positive = 1, negative = -2, above = 1, below = -2;  // what is added to
  kernels.residuals(y.data(), weighted ? w.data() : nullptr, 0.25, n, r.data(), &positive, &negative);
  for (std::size_t i = 0; i < n; ++i) {
    const double right = 0.25 * (weighted ? w[i] : 1) * (y[i] - mean[i]);
    plain::check_near(r[i], right);
    (right > 0 ? above : below) += right;
  }
  plain::check_near(positive, above);
  plain::check_near(negative, below);
}

// Sums of small entropies; one that is too far for the series, or NaN, at any place is told.
void check_entropies(const RowKernels& kernels, std::size_t n, Rng& rng) {
  std::vector<double> delta, from, sum = plain::normals(rng, n), right = sum;
  for (std::size_t i = 0; i < n; ++i) {
    from.push_back(std::exp(10 * rng.uniform() - 8));
    delta.push_back(0.01 * (2 * rng.uniform() - 1) * from[i]);
    const double a = delta[i] / from[i];
    // of the definition, without its cancellation: the next term of the series is below 1e-17
    double series = 0, power = a * a;
    for (int k = 2; k < 12; ++k, power *= -a) series += power / (k * (k - 1));
    right[i] += from[i] * series;
  }
  CHECK(kernels.entropies(delta.data(), from.data(), n, sum.data()));
  plain::check_near(sum, right, 1e-15);
  for (std::size_t i = 0; i < n; ++i) {
    for (const double far : {0.0101, -0.0101, std::nan("")}) {
      std::vector<double> one = delta;
      one[i] = far * from[i];
      CHECK(!kernels.entropies(one.data(), from.data(), n, sum.data()));
    }
  }
}

void check_add(const RowKernels& kernels, std::size_t n, Rng& rng) {
  const std::vector<double> x = plain::normals(rng, n + 1), before = plain::normals(rng, n + 1);
  std::vector<double> y = before;
  kernels.add(x.data(), 0.7, n, y.data());
  for (std::size_t i = 0; i < n; ++i) plain::check_near(y[i], before[i] + x[i] + 0.7, 1e-15);
  CHECK(y[n] == before[n]);
}

// As those of each lane alone.
void check_rows(const RowKernels& kernels, std::size_t rows, std::size_t lanes, bool weighted, Rng& rng) {
  const std::size_t count = rows * lanes;
  std::vector<double> x = plain::normals(rng, count), eta = plain::normals(rng, count);
  const std::vector<double> constant = plain::normals(rng, lanes), y = plain::normals(rng, rows);
  const std::vector<double> w = plain::uniforms(rng, rows), x_before = x, eta_before = eta;
  kernels.add_rows(x.data(), constant.data(), rows, lanes, eta.data());
  for (std::size_t at = 0; at < count; ++at) {
    plain::check_near(eta[at], eta_before[at] + x_before[at] + constant[at % lanes], 1e-15);
    CHECK(x[at] == eta[at]);
  }
  std::vector<double> positive(lanes, 1), negative(lanes, -2);  // what is added to
  kernels.residual_rows(y.data(), weighted ? w.data() : nullptr, 0.25, rows, lanes, x.data(), positive.data(),
                        negative.data());
  for (std::size_t k = 0; k < lanes; ++k) {
    double above = 1, below = -2;
    for (std::size_t i = 0; i < rows; ++i) {
      const double right = 0.25 * (weighted ? w[i] : 1) * (y[i] - eta[i * lanes + k]);
      plain::check_near(x[i * lanes + k], right, 1e-14);
      (right > 0 ? above : below) += right;
    }
    plain::check_near(positive[k], above);
    plain::check_near(negative[k], below);
  }
}

double plain_exp(double x) {
  return std::exp(x);
}
double plain_logistic(double x) {
  return 1 / (1 + std::exp(-x));
}
double plain_softplus(double x) {
  return std::isnan(x) ? x : std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

}  // namespace

TEST_CASE("exponentials and logarithms of many numbers are those of the library") {
  Rng rng(1);
  const std::vector<double> x = arguments(rng);
  for (const RowKernels* kernels : {&row_kernels(), &portable_row_kernels()}) {
    check_function(kernels->exp, plain_exp, x);
    check_function(kernels->logistic, plain_logistic, x);
    check_function(kernels->softplus, plain_softplus, x);
  }
}

TEST_CASE("rows of lanes are moved and become residuals lane by lane") {
  Rng rng(4);
  for (const RowKernels* kernels : {&row_kernels(), &portable_row_kernels()}) {
    for (const std::size_t lanes : {1, 3, 4, 8, 9, 16}) {
      for (const bool weighted : {false, true}) check_rows(*kernels, 7, lanes, weighted, rng);
    }
  }
}

TEST_CASE("entropies are those of their series, which is known to be right or not; sums of numbers and a constant") {
  Rng rng(3);
  for (const RowKernels* kernels : {&row_kernels(), &portable_row_kernels()}) {
    for (const std::size_t n : {0, 1, 3, 4, 5, 34}) {
      check_entropies(*kernels, n, rng);
      check_add(*kernels, n, rng);
    }
  }
}

TEST_CASE("residuals and their sums by sign are those of a plain loop") {
  Rng rng(2);
  for (const RowKernels* kernels : {&row_kernels(), &portable_row_kernels()}) {
    for (const std::size_t n : {0, 1, 3, 4, 5, 130}) {
      for (const bool weighted : {false, true}) check_residuals(*kernels, n, weighted, rng);
    }
  }
}
