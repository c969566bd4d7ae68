#include "train/in_memory.h"

#include <cmath>
#include <limits>

#include "plain.h"

using namespace sgdlasso;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A regression of any family and shape, with everything that a user may ask for.
struct Regression {
  explicit Regression(Rng& rng, const std::string& family)
      : n(20 + rng.up_to(60)),
        p(1 + rng.up_to(rng.up_to(1) ? 8 : 90)) {
    x = plain::normals(rng, n * p);
    draw(rng, family, rng.up_to(1) == 1 ? 3 : 0);
  }
  // A large one, with few numbers that are not 0.
  Regression(Rng& rng, const std::string& family, std::size_t n, std::size_t p)
      : n(n),
        p(p),
        x(plain::normals(rng, n * p)) {
    draw(rng, family, 49);
  }

  // zeros: of x, for each other number.
  void draw(Rng& rng, const std::string& family, std::size_t zeros) {
    for (double& one : x) one = zeros > 0 && rng.up_to(zeros) ? 0 : one;
    weight = plain::weights(rng, n);
    offset = plain::normals(rng, n, 0, 0.3);
    for (std::size_t i = 0; i < n; ++i) {
      const double eta = x[i] + plain::normal(rng);
      y.push_back(family == "gaussian" ? eta : family == "binomial" ? (eta > 0) : std::floor(std::exp(eta / 2)));
    }
    spec.family = family;
    PenaltySpec& penalty = spec.penalty;
    penalty.alpha = rng.up_to(1) ? 1 : 0.2 + 0.8 * rng.uniform();
    penalty.intercept = rng.up_to(3) > 0;
    penalty.standardize = rng.up_to(1) == 1;
    const bool limits = rng.up_to(2) == 0;
    for (std::size_t j = 0; j < p; ++j) {
      penalty.factor.push_back(rng.up_to(20) == 0 ? kInfinity : rng.up_to(9) == 0 ? 0 : 0.5 + rng.uniform());
      if (limits) penalty.lower.push_back(rng.up_to(1) ? -kInfinity : -0.1 * rng.uniform());
      if (limits) penalty.upper.push_back(rng.up_to(1) ? kInfinity : 0.1 * rng.uniform());
    }
    penalty.factor[0] = 1;  // something is penalised
    spec.lambda.length = 12;
    spec.lambda.ratio = 0.05;
    spec.stop.tol = 1e-9;
    spec.saga_epochs = 2;
    for (std::size_t j = 0; j < p; ++j) {
      start.push_back(static_cast<int>(index.size()));
      for (std::size_t i = 0; i < n; ++i) {
        if (x[j * n + i] == 0) continue;
        index.push_back(static_cast<int>(i));
        value.push_back(x[j * n + i]);
      }
    }
    start.push_back(static_cast<int>(index.size()));
  }

  std::unique_ptr<Rows> rows(bool sparse) const {
    if (sparse) return sparse_rows({value.data(), index.data(), start.data(), n, p});
    return dense_rows(x.data(), n, p);
  }
  Observations response() const { return {n, y.data(), weight.data(), offset.data()}; }

  FittedPath fit(SolverName solver, bool sparse) {
    spec.solver = solver;
    NoWatch watch;
    const auto source = rows(sparse);
    return InMemory(spec, *source, response(), watch).path();
  }

  double mean(const std::vector<double>& values) const {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += weight[i] * values[i] / static_cast<double>(n);
    return sum;
  }

  double loss(double eta, double at) const {
    if (spec.family == "gaussian") return (at - eta) * (at - eta) / 2;
    if (spec.family == "poisson") return std::exp(eta) - at * eta;
    return (eta > 0 ? eta + std::log1p(std::exp(-eta)) : std::log1p(std::exp(eta))) - at * eta;
  }

  // Mean squared deviation of the response from intercept and offset.
  double null_square() const {
    std::vector<double> left(n);
    for (std::size_t i = 0; i < n; ++i) left[i] = y[i] - offset[i];
    const double centre = spec.penalty.intercept ? mean(left) : 0;
    for (double& one : left) one = (one - centre) * (one - centre);
    return mean(left);
  }

  // The objective, sum by sum.
  double objective(const Coefficients& at, double lambda) const {
    std::vector<double> losses(n);
    for (std::size_t i = 0; i < n; ++i) {
      double eta = at.intercept + offset[i];
      for (std::size_t j = 0; j < p; ++j) eta += x[j * n + i] * at.beta[j];
      losses[i] = loss(eta, y[i]);
    }
    const PenaltySpec& penalty = spec.penalty;
    const double ridge = (1 - penalty.alpha) / (spec.family == "gaussian" ? std::sqrt(null_square()) : 1);
    double cost = 0;
    for (std::size_t j = 0; j < p; ++j) {
      if (at.beta[j] == 0) continue;
      std::vector<double> column(x.begin() + static_cast<std::ptrdiff_t>(j * n),
                                 x.begin() + static_cast<std::ptrdiff_t>((j + 1) * n));
      const double centre = mean(column);
      for (double& one : column) one = (one - centre) * (one - centre);
      const double size = std::abs(at.beta[j]) * (penalty.standardize ? std::sqrt(mean(column)) : 1);
      cost += penalty.factor[j] * (penalty.alpha * size + ridge / 2 * size * size);
    }
    return mean(losses) + lambda * cost;
  }

  bool allows(const std::vector<double>& beta) const {
    for (std::size_t j = 0; j < p; ++j) {
      if (!spec.penalty.lower.empty() && beta[j] < spec.penalty.lower[j] - 1e-12) return false;
      if (!spec.penalty.upper.empty() && beta[j] > spec.penalty.upper[j] + 1e-12) return false;
      if (std::isinf(spec.penalty.factor[j]) && beta[j] != 0) return false;
    }
    return true;
  }

  std::size_t n, p;
  std::vector<double> x, y, weight, offset, value;
  std::vector<int> index, start;
  FitSpec spec;
};

// No point near the model is better than its gap says; and the objective it tells is its own.
void check_optimal(Rng& rng, const Regression& data, const PathPoint& point, int neighbours = 20) {
  const Coefficients& model = point.trained.scored.coefficients;
  const double own = data.objective(model, point.lambda);
  CHECK(data.allows(model.beta));
  plain::check_near(point.trained.scored.objective, own, 1e-9);
  for (int k = 0; k < neighbours; ++k) {
    Coefficients near = model;
    const double step = std::pow(10.0, -static_cast<double>(rng.up_to(6)));
    if (data.spec.penalty.intercept) near.intercept += step * plain::normal(rng);
    for (double& b : near.beta) b = rng.up_to(2) ? b : rng.up_to(1) ? 0 : b + step * plain::normal(rng);
    if (data.allows(near.beta)) CHECK(own <= data.objective(near, point.lambda) + 1e-7 * (1 + std::abs(own)));
  }
}

}  // namespace

TEST_CASE("every exact solver ends at the optimum of the same objective, dense or sparse, whatever is asked for") {
  Rng rng(1);
  for (const std::string family : {"gaussian", "binomial", "poisson"}) {
    for (int draw = 0; draw < 12; ++draw) {
      Regression data(rng, family);
      const FittedPath first = data.fit(SolverName::working_set, false);
      REQUIRE_FALSE(first.points.empty());
      for (const PathPoint& point : first.points) {
        CHECK(point.trained.certificate.gap() < 1e-6);
        check_optimal(rng, data, point);
      }
      std::vector<FittedPath> others{data.fit(SolverName::working_set, true)};
      if (data.spec.penalty.lower.empty()) {  // SAGA knows no limits
        others.push_back(data.fit(SolverName::saga, false));
        others.push_back(data.fit(SolverName::saga, true));
      }
      if (family == "gaussian") others.push_back(data.fit(SolverName::moments, false));
      for (const FittedPath& other : others) {
        for (std::size_t k = 0; k < std::min(first.points.size(), other.points.size()); ++k) {
          plain::check_near(other.points[k].lambda, first.points[k].lambda, 1e-7);
          plain::check_near(other.points[k].trained.scored.objective, first.points[k].trained.scored.objective, 1e-6);
        }
      }
    }
  }
}

TEST_CASE("models of more columns than Gram matrices are made for are optimal, with the same bits on any threads") {
  Rng rng(4);
  for (const std::string family : {"gaussian", "binomial"}) {
    Regression data(rng, family, 1300, 1050);
    data.spec.lambda.length = family == "gaussian" ? 19 : 3;  // 19: more than are solved side by side, twice
    data.spec.lambda.ratio = 1e-2;
    data.spec.stop.tol = 1e-8;
    const FittedPath path = data.fit(SolverName::working_set, true);
    REQUIRE(path.points.size() > 2);
    data.spec.threads = 2;
    const FittedPath again = data.fit(SolverName::working_set, true);
    NoWatch watch;
    const auto rows = data.rows(true);
    const InMemory problem(data.spec, *rows, data.response(), watch);
    for (std::size_t k = 0; k < path.points.size(); ++k) {
      const Coefficients& model = path.points[k].trained.scored.coefficients;
      CHECK(problem.certificate(model, path.points[k].lambda).gap() < 1.1e-8);
      CHECK(model.beta == again.points[k].trained.scored.coefficients.beta);
      check_optimal(rng, data, path.points[k], 2);
    }
  }
}

TEST_CASE("bits do not depend on the number of threads") {
  Rng rng(2);
  for (const std::string family : {"gaussian", "binomial", "poisson"}) {
    for (const bool sparse : {false, true}) {
      Regression data(rng, family);
      const FittedPath one = data.fit(SolverName::working_set, sparse);
      data.spec.threads = 3;
      const FittedPath three = data.fit(SolverName::working_set, sparse);
      REQUIRE(one.points.size() == three.points.size());
      for (std::size_t k = 0; k < one.points.size(); ++k) {
        const Scored &a = one.points[k].trained.scored, &b = three.points[k].trained.scored;
        CHECK(a.coefficients.intercept == b.coefficients.intercept);
        CHECK(a.coefficients.beta == b.coefficients.beta);
      }
    }
  }
}

TEST_CASE("a certificate is never below what is left to gain") {
  Rng rng(3);
  for (const std::string family : {"gaussian", "binomial", "poisson"}) {
    for (int draw = 0; draw < 10; ++draw) {
      Regression data(rng, family);
      const FittedPath path = data.fit(SolverName::working_set, false);
      NoWatch watch;
      const auto rows = data.rows(draw % 2 == 1);
      const InMemory problem(data.spec, *rows, data.response(), watch);
      for (const PathPoint& point : path.points) {
        Coefficients away = point.trained.scored.coefficients;
        for (double& b : away.beta) b *= 1 + 0.1 * plain::normal(rng);
        if (data.spec.penalty.intercept) away.intercept += 0.1 * plain::normal(rng);
        if (!data.allows(away.beta)) continue;
        const double lost =
            data.objective(away, point.lambda) - data.objective(point.trained.scored.coefficients, point.lambda);
        const double gap = problem.certificate(away, point.lambda).gap() * path.null_deviance / 2;
        CHECK(gap >= lost - 1e-9 * (1 + std::abs(lost)));
      }
    }
  }
}
