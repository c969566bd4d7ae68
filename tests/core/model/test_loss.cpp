#include "model/loss.h"

#include <limits>
#include <stdexcept>

#include "plain.h"

using namespace sgdlasso;

namespace {

// A family as a manual writes it.
struct Family {
  const char* name;
  double (*value)(double eta, double y);
  double (*mean)(double eta);
  std::vector<double> y;
};

double logistic(double eta) {
  return 1 / (1 + std::exp(-eta));
}

const std::vector<Family> families = {
    {"gaussian",
     [](double eta, double y) { return (y - eta) * (y - eta) / 2; },
     [](double eta) { return eta; },
     {-2, 0, 1.5}},
    {"binomial", [](double eta, double y) { return std::log(1 + std::exp(eta)) - y * eta; }, logistic, {0, 0.3, 1}},
    {"poisson",
     [](double eta, double y) { return std::exp(eta) - y * eta; },
     [](double eta) { return std::exp(eta); },
     {0, 1, 7}}};

// The least value of a loss over eta, by search on a grid that is refined.
double least(const Family& family, double y) {
  double from = -40, to = 40, at = 0, best = family.value(0, y);
  for (int round = 0; round < 60; ++round) {
    for (int k = 0; k <= 10; ++k) {
      const double eta = from + k * (to - from) / 10;
      if (family.value(eta, y) < best) best = family.value(eta, y), at = eta;
    }
    const double width = (to - from) / 5;
    from = at - width;
    to = at + width;
  }
  return best;
}

// A root of a rising function.
template <class Rising>
double root(Rising rising, double from, double to) {
  for (int k = 0; k < 200; ++k) {
    const double middle = (from + to) / 2;
    (rising(middle) < 0 ? from : to) = middle;
  }
  return (from + to) / 2;
}

}  // namespace

TEST_CASE("values, means, saturated losses and curvatures agree with their definitions") {
  for (const Family& family : families) {
    const auto loss = make_loss(family.name);
    for (const double y : family.y) {
      plain::check_near(loss->saturated(y), least(family, y), 1e-10);
      for (const double eta : {-3.0, -0.1, 0.0, 2.0}) {
        plain::check_near(loss->value(eta, y), family.value(eta, y), 1e-14);
        plain::check_near(loss->mean(eta), family.mean(eta), 1e-14);
        plain::check_near(loss->curvature(eta), (family.mean(eta + 1e-5) - family.mean(eta - 1e-5)) / 2e-5, 1e-7);
        plain::check_near(loss->mean(eta) - y, (family.value(eta + 1e-5, y) - family.value(eta - 1e-5, y)) / 2e-5,
                          1e-7);
        plain::check_near(loss->deviance(eta, y), 2 * (family.value(eta, y) - least(family, y)), 1e-9);
        plain::check_near(loss->variance(loss->mean(eta)), loss->curvature(eta), 1e-12);
      }
    }
    for (const double eta : {-2.0, 0.5}) plain::check_near(loss->link(family.mean(eta)), eta, 1e-12);
  }
  CHECK_THROWS_AS(make_loss("multinomial"), std::invalid_argument);
}

TEST_CASE("losses of huge predictors are finite where they can be") {
  const auto binomial = make_loss("binomial");
  CHECK(binomial->value(1e6, 0) == 1e6);
  CHECK(binomial->value(-1e6, 0) == 0);
  CHECK(binomial->mean(-1e6) == 0);
  CHECK(binomial->mean(1e6) == 1);
}

TEST_CASE("a divergence is the loss plus its conjugate: at least 0, and 0 at the fit alone") {
  for (const Family& family : families) {
    const auto loss = make_loss(family.name);
    for (const double eta : {-3.0, 0.0, 1.2}) {
      const double mu = family.mean(eta);
      CHECK(loss->divergence(0, eta) == 0);
      for (const double delta : {-0.04, 0.03, 0.3}) {
        if (std::string(family.name) != "gaussian" && (mu + delta <= 0 || mu + delta >= loss->largest_mean())) continue;
        // l(eta, 0) + l*(v) - eta v, v = mu + delta, l* from its definition at the eta whose mean is v
        const double at = loss->link(mu + delta);
        const double right = family.value(eta, 0) - eta * (mu + delta) + at * (mu + delta) - family.value(at, 0);
        plain::check_near(loss->divergence(delta, eta), right, 1e-10);
        CHECK(loss->divergence(delta, eta) > 0);
      }
    }
  }
  CHECK(std::isinf(make_loss("binomial")->divergence(1, 3)));
  CHECK(std::isinf(make_loss("poisson")->divergence(-2, 0)));
}

TEST_CASE("a capped step is the plain one cut by its excess over the implicit one") {
  for (const Family& family : families) {
    const auto loss = make_loss(family.name);
    for (const double y : family.y) {
      for (const double eta : {-3.0, 0.2, 2.0, 6.0}) {
        for (const double step : {1e-3, 1.0, 100.0}) {
          const double r = y - family.mean(eta);
          const double implicit =
              root([&](double s) { return s - (y - family.mean(eta + step * s)); }, std::min(0.0, r), std::max(0.0, r));
          const double q = std::max(r / implicit - 1, 0.0);
          const double share = std::string(family.name) == "poisson" ? 1 / (1 + q) : 1 / std::sqrt(1 + q * q);
          const CappedStep found = loss->capped_step(eta, y, step);
          plain::check_near(found.share, share, 1e-6);
          plain::check_near(found.residual, share * r, 1e-6);
        }
      }
    }
  }
  const CappedStep far = make_loss("poisson")->capped_step(5000, 3, 0.1);
  CHECK(far.share == 0);
  CHECK(std::isfinite(far.residual));
  CHECK(5000 + 0.1 * far.residual < 20);
}

TEST_CASE("the best intercept makes the weighted residuals sum to 0") {
  Rng rng(1);
  const std::size_t n = 50;
  std::vector<double> eta = plain::normals(rng, n, 0, 3), weight = plain::weights(rng, n), y(n);
  for (const Family& family : families) {
    const auto loss = make_loss(family.name);
    for (std::size_t i = 0; i < n; ++i) {
      const double mean = family.mean(eta[i] / 3);
      y[i] = family.y[0] < 0                          ? mean + plain::normal(rng)
             : std::string(family.name) == "binomial" ? rng.uniform() < mean
                                                      : std::floor(mean * 2 * rng.uniform());
    }
    Response response;
    response.n = n;
    response.y = y.data();
    response.weight = weight.data();
    const double intercept = loss->fit_intercept(response, eta);
    double sum = 0, size = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += weight[i] * (y[i] - family.mean(intercept + eta[i]));
      size += weight[i] * std::abs(y[i] - family.mean(intercept + eta[i]));
    }
    CHECK(std::abs(sum) < 1e-9 * size);
  }
}

TEST_CASE("the best intercept is finite where the likelihood has no maximum, and for extreme offsets") {
  const auto best = [](const char* family, std::vector<double> y, std::vector<double> eta) {
    Response response;
    response.n = y.size();
    response.y = y.data();
    return make_loss(family)->fit_intercept(response, eta);
  };
  plain::check_near(best("poisson", {0, 0, 0}, {0, 0, 0}), std::log(0.5 / 4));
  plain::check_near(best("binomial", {1, 1, 1}, {0, 0, 0}), std::log(3.5 / 0.5));
  CHECK(std::isfinite(best("poisson", {1, 2}, {-1e5, 1e5})));
  CHECK(std::isfinite(best("binomial", {0, 1}, {-1e5, 1e5})));
}

TEST_CASE("loops over rows are the sum of what they say, in either layout") {
  Rng rng(2);
  for (const Family& family : families) {
    const auto loss = make_loss(family.name);
    const std::vector<double> ends = {family.y.front(), family.y.back()};  // those of two classes are they
    for (const auto& [stride, some] :
         {std::pair<std::size_t, const std::vector<double>&>{1, family.y}, {8, family.y}, {1, ends}, {8, ends}}) {
      const std::size_t n = 37;
      const std::vector<double> eta = plain::normals(rng, n * stride), weight = plain::uniforms(rng, n, 0.5, 1.5);
      std::vector<double> y(n), mu = eta, feasible(n * stride);
      const Balance balance{0.8, 0.6};
      double value = 0, divergence = 0;
      for (std::size_t i = 0; i < n; ++i) {
        y[i] = some[i % some.size()];
        const double r = y[i] - family.mean(eta[i * stride]), share = weight[i] / static_cast<double>(n);
        feasible[i * stride] = balance.of(r) * share * r;
        value += share * family.value(eta[i * stride], y[i]);
        divergence += share * loss->divergence(r * (1 - 0.5 * balance.of(r)), eta[i * stride]);
      }
      Response response;
      response.n = n;
      response.y = y.data();
      response.weight = weight.data();
      loss->to_means(mu.data(), mu.size());
      for (std::size_t i = 0; i < mu.size(); ++i) plain::check_near(mu[i], family.mean(eta[i]), 1e-14);
      plain::check_near(loss->sum_of_values(eta.data(), stride, response) / static_cast<double>(n), value);
      const double share = 1 / static_cast<double>(n);
      const double divergences =
          loss->sum_of_divergences(feasible.data(), eta.data(), stride, response, share, balance, 0.5);
      plain::check_near(share * divergences, divergence, 1e-10);
    }
  }
}
