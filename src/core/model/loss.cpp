#include "model/loss.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "kernels/row_kernels.h"

namespace sgdlasso {
namespace {

double square(double a) {
  return a * a;
}

double mean_response(const Response& response) {
  return response.mean([&](std::size_t i) { return response.y[i]; });
}

// Where no event is seen, or nothing but events, the best intercept is infinite: half an event is lent or taken.
double finite_mean(const Response& response, double largest) {
  const double n = static_cast<double>(response.n), mean = mean_response(response);
  if (mean <= 0) return 0.5 / (n + 1);
  return mean < largest ? mean : (n + 0.5) / (n + 1);
}

double x_log_x(double x) {
  return x > 0 ? x * std::log(x) : 0.0;
}

constexpr std::size_t kRun = 256;  // numbers that are taken together
using Numbers = Eigen::Array<double, Eigen::Dynamic, 1, Eigen::ColMajor, kRun, 1>;

// add(first, count): of some numbers; false where it was not right. These are then taken one by one.
template <class Add, class One>
void add_or_take(Numbers& to, Add add, One one) {
  const Eigen::Index some = 16;
  to.setZero();
  for (Eigen::Index first = 0; first < to.size(); first += some) {
    const Eigen::Index count = std::min(some, to.size() - first);
    if (add(first, static_cast<std::size_t>(count))) continue;
    for (Eigen::Index i = first; i < first + count; ++i) to[i] = one(i);
  }
}
// (1 + a) log(1 + a) - a for a >= -1, without cancellation: what a Poisson mean costs at 1 + a times its size. By its
// series where a is small.
double relative_entropy(double a) {
  if (a < -1) return std::numeric_limits<double>::infinity();
  const double one = 1;
  double series = 0;
  if (row_kernels().entropies(&a, &one, 1, &series)) return series;
  return a == -1 ? 1 : (1 + a) * std::log1p(a) - a;
}

// The root of r = y - mean(eta + step r), which falls in r: Newton steps, halving where they leave the bracket or are
// slow.
template <class L>
double solve_implicit(const L& loss, double eta, double y, double step, double low, double high) {
  const int enough = 200;
  double r = 0.5 * (low + high);
  for (int k = 0; k < enough; ++k) {
    const double excess = y - loss.mean(eta + step * r) - r;
    if (excess == 0) break;
    const double width = high - low;
    (excess > 0 ? low : high) = r;
    double next = r + excess / (1 + step * loss.curvature(eta + step * r));
    const bool slow = k % 2 == 1 && high - low > 0.5 * width;
    if (slow || !(next > low && next < high)) next = 0.5 * (low + high);
    if (std::abs(next - r) <= 1e-14 * std::abs(next)) return next;
    r = next;
  }
  return r;
}

// visit(first, numbers): runs of strided numbers, copied to lie together so that whole registers are computed at once.
template <class Visit>
void for_each_run(const double* from, std::size_t n, std::size_t stride, Visit visit) {
  Numbers run;
  for (std::size_t first = 0; first < n; first += kRun) {
    run.resize(static_cast<Eigen::Index>(std::min(kRun, n - first)));
    for (Eigen::Index i = 0; i < run.size(); ++i) run[i] = from[(first + static_cast<std::size_t>(i)) * stride];
    visit(first, run);
  }
}

// Each times the factor of its sign, without branches that nobody could foresee.
Numbers by_sign(const Balance& factor, const Numbers& r) {
  return factor.positive * r.max(0.0) + factor.negative * r.min(0.0);
}

constexpr double kCancelled = 1e-6;  // what is left of y - r: below, rounding takes ten digits of it

// Loops over rows, in terms of functions of many numbers.
template <class L>
class RowLoss : public Loss {
 public:
  double sum_of_divergences(const double* feasible, const double* eta, std::size_t stride, const Observations& rows,
                            double share, const Balance& f, double s) const final {
    const double positive = f.positive > 0 ? 1 / f.positive : 1, negative = 1 / f.negative;
    const Balance cut{1 - s * f.positive, 1 - s * f.negative};
    double sum = 0;
    Numbers r;
    for_each_run(feasible, rows.n, stride, [&](std::size_t first, Numbers& run) {
      const Eigen::Map<const Numbers> y(rows.y + first, run.size());
      run /= share;
      if (rows.weight) run /= Eigen::Map<const Numbers>(rows.weight + first, run.size());
      r = by_sign({positive, negative}, run);
      L::to_divergences(cut, r, y, run);
      if (L::some_cancel(y, r)) {
        for (Eigen::Index i = 0; i < run.size(); ++i) {
          if (L::cancels(y[i], r[i]))
            run[i] = this->divergence(cut.of(r[i]) * r[i], eta[(first + static_cast<std::size_t>(i)) * stride]);
        }
      }
      if (rows.weight) run *= Eigen::Map<const Numbers>(rows.weight + first, run.size());
      sum += run.sum();
    });
    return sum;
  }
  double sum_of_values(const double* eta, std::size_t stride, const Observations& rows) const final {
    double sum = 0;
    for_each_run(eta, rows.n, stride, [&](std::size_t first, Numbers& run) {
      const Eigen::Map<const Numbers> y(rows.y + first, run.size());
      L::to_values(run, y);
      if (rows.weight) run *= Eigen::Map<const Numbers>(rows.weight + first, run.size());
      sum += run.sum();
    });
    return sum;
  }
};

class Gaussian final : public RowLoss<Gaussian> {
 public:
  bool is_squared() const override { return true; }
  double value(double eta, double y) const override { return 0.5 * square(y - eta); }
  double saturated(double) const override { return 0; }
  double mean(double eta) const override { return eta; }
  double curvature(double) const override { return 1; }
  double link(double mean) const override { return mean; }
  double variance(double) const override { return 1; }
  double largest_mean() const override { return std::numeric_limits<double>::infinity(); }
  double usual_curvature(double) const override { return 1; }
  double divergence(double delta, double) const override { return 0.5 * square(delta); }
  template <class Y>
  static void to_divergences(const Balance& cut, const Numbers& r, const Y&, Numbers& to) {
    to = 0.5 * by_sign(cut, r).square();
  }
  static bool cancels(double, double) { return false; }
  template <class Y>
  static bool some_cancel(const Y&, const Numbers&) {
    return false;
  }
  void to_means(double*, std::size_t) const override {}
  void to_curvatures(double* eta, std::size_t n) const override { std::fill(eta, eta + n, 1.0); }
  template <class Y>
  static void to_values(Numbers& eta, const Y& y) {
    eta = 0.5 * (y - eta).square();
  }
  double fit_intercept(const Response& response, const std::vector<double>& eta) const override {
    return response.mean([&](std::size_t i) { return response.y[i] - eta[i]; });
  }
  CappedStep capped_step(double eta, double y, double step) const override {
    const double share = 1 / std::sqrt(1 + square(step));  // the excess is the step itself
    return {share, share * (y - eta)};
  }
};

class Binomial final : public RowLoss<Binomial> {
 public:
  // log(1 + exp(eta)) - y eta, in the form that does not overflow.
  double value(double eta, double y) const override {
    return std::max(eta, 0.0) + std::log1p(std::exp(-std::abs(eta))) - y * eta;
  }
  double saturated(double y) const override { return -x_log_x(y) - x_log_x(1 - y); }
  double mean(double eta) const override {
    if (eta >= 0) return 1 / (1 + std::exp(-eta));
    const double odds = std::exp(eta);
    return odds / (1 + odds);
  }
  double curvature(double eta) const override {
    const double odds = std::exp(-std::abs(eta));
    return odds / square(1 + odds);
  }
  double link(double mean) const override { return std::log(mean / (1 - mean)); }
  double variance(double mean) const override { return mean * (1 - mean); }
  double largest_mean() const override { return 1; }
  double usual_curvature(double) const override { return 0.25; }
  double divergence(double delta, double eta) const override {
    return delta == 0 ? 0 : between(delta, mean(eta), mean(-eta));
  }
  template <class Y>
  static void to_divergences(const Balance& cut, const Numbers& r, const Y& y, Numbers& to) {
    const Numbers delta = by_sign(cut, r);
    if (are_classes(y)) return to_divergences_of_classes(cut, r, delta.abs(), to);
    const Numbers yes = y - r, no = (1 - y) + r, down = -delta;
    const auto entropies = row_kernels().entropies;
    const auto add = [&](Eigen::Index i, std::size_t count) {
      return entropies(&delta[i], &yes[i], count, &to[i]) && entropies(&down[i], &no[i], count, &to[i]);
    };
    add_or_take(to, add, [&](Eigen::Index i) { return delta[i] == 0 ? 0 : between(delta[i], yes[i], no[i]); });
  }
  // Of a class nothing is taken off its own 0.
  static bool cancels(double y, double r) {
    return (y > 0 && y - r < kCancelled) || (y < 1 && (1 - y) + r < kCancelled);
  }
  template <class Y>
  static bool some_cancel(const Y& y, const Numbers& r) {
    return !((y - r).min((1 - y) + r).minCoeff() >= kCancelled);
  }
  void to_means(double* eta, std::size_t n) const override { row_kernels().logistic(eta, n); }
  void to_curvatures(double* eta, std::size_t n) const override {
    for (std::size_t i = 0; i < n; ++i) eta[i] = -std::abs(eta[i]);  // the smaller probability has all digits
    to_means(eta, n);
    for (std::size_t i = 0; i < n; ++i) eta[i] *= 1 - eta[i];
  }
  template <class Y>
  static void to_values(Numbers& eta, const Y& y) {
    const Numbers linear = y * eta;
    row_kernels().softplus(eta.data(), static_cast<std::size_t>(eta.size()));
    eta -= linear;
  }
  double fit_intercept(const Response& response, const std::vector<double>& eta) const override {
    const double mean_y = finite_mean(response, 1);
    // The mean probability rises in the intercept: Newton steps kept inside a bracket.
    const auto range = std::minmax_element(eta.begin(), eta.end());
    const double logit = std::log(mean_y / (1 - mean_y));
    double low = logit - *range.second, high = logit - *range.first;
    double b = std::min(std::max(logit, low), high);
    for (int k = 0; k < 60 && low < high; ++k) {
      const double excess = mean_y - response.mean([&](std::size_t i) { return mean(b + eta[i]); });
      if (excess == 0) break;
      (excess > 0 ? low : high) = b;
      const double slope = response.mean([&](std::size_t i) { return curvature(b + eta[i]); });
      double next = b + excess / slope;
      if (!(next > low && next < high)) next = 0.5 * (low + high);
      if (std::abs(next - b) <= 1e-14 * (1 + std::abs(next))) return next;
      b = next;
    }
    return b;
  }
  CappedStep capped_step(double eta, double y, double step) const override {
    const double r = y - mean(eta);
    if (r == 0) return {1, 0};
    const double implicit = solve_implicit(*this, eta, y, step, std::min(r, 0.0), std::max(r, 0.0));
    const double excess = implicit == 0 ? 0 : std::max(r / implicit - 1, 0.0);
    const double share = 1 / std::sqrt(1 + square(excess));
    return {share, share * r};
  }

 private:
  template <class Y>
  static bool are_classes(const Y& y) {
    return (y * (1 - y)).abs().maxCoeff() == 0;
  }
  // The class that was not seen has the probability |r|, and loses the same share of it in all rows of one sign.
  static void to_divergences_of_classes(const Balance& cut, const Numbers& r, const Numbers& delta, Numbers& to) {
    const Numbers seen = 1 - r.abs();
    const auto add = [&](Eigen::Index i, std::size_t count) {
      return row_kernels().entropies(&delta[i], &seen[i], count, &to[i]);
    };
    add_or_take(to, add,
                [&](Eigen::Index i) { return seen[i] > 0 ? seen[i] * relative_entropy(delta[i] / seen[i]) : 0; });
    to += by_sign({relative_entropy(-cut.positive), -relative_entropy(-cut.negative)}, r);
  }
  // Of the probabilities (yes + delta, no - delta) from (yes, no). Rounding may put them a little outside.
  static double between(double delta, double yes, double no) {
    const double rounding = 1e-14;
    if (delta > no && delta < no + rounding) delta = no;
    if (-delta > yes && -delta < yes + rounding) delta = -yes;
    return (yes > 0 ? yes * relative_entropy(delta / yes) : 0) + (no > 0 ? no * relative_entropy(-delta / no) : 0);
  }
};

class Poisson final : public RowLoss<Poisson> {
 public:
  double value(double eta, double y) const override { return std::exp(eta) - y * eta; }
  double saturated(double y) const override { return y - x_log_x(y); }
  double mean(double eta) const override { return std::exp(eta); }
  double curvature(double eta) const override { return std::exp(eta); }
  double link(double mean) const override { return std::log(mean); }
  double variance(double mean) const override { return mean; }
  double largest_mean() const override { return std::numeric_limits<double>::infinity(); }
  double usual_curvature(double mean_y) const override { return mean_y; }
  double divergence(double delta, double eta) const override {
    return delta == 0 ? 0 : std::exp(eta) * relative_entropy(delta / std::exp(eta));
  }
  template <class Y>
  static void to_divergences(const Balance& cut, const Numbers& r, const Y& y, Numbers& to) {
    const Numbers delta = by_sign(cut, r), mu = y - r;
    const auto add = [&](Eigen::Index i, std::size_t count) {
      return row_kernels().entropies(&delta[i], &mu[i], count, &to[i]);
    };
    add_or_take(to, add,
                [&](Eigen::Index i) { return delta[i] == 0 ? 0 : mu[i] * relative_entropy(delta[i] / mu[i]); });
  }
  static bool cancels(double y, double r) { return y - r < kCancelled * y; }
  template <class Y>
  static bool some_cancel(const Y& y, const Numbers& r) {
    return !((y - r - kCancelled * y).minCoeff() >= 0);
  }
  void to_means(double* eta, std::size_t n) const override { row_kernels().exp(eta, n); }
  void to_curvatures(double* eta, std::size_t n) const override { to_means(eta, n); }
  template <class Y>
  static void to_values(Numbers& eta, const Y& y) {
    const Numbers linear = y * eta;
    row_kernels().exp(eta.data(), static_cast<std::size_t>(eta.size()));
    eta -= linear;
  }
  // log(mean y) - log(mean exp(eta)), the largest exponent taken out.
  double fit_intercept(const Response& response, const std::vector<double>& eta) const override {
    const double largest = *std::max_element(eta.begin(), eta.end());
    const double rest = response.mean([&](std::size_t i) { return std::exp(eta[i] - largest); });
    return std::log(finite_mean(response, std::numeric_limits<double>::infinity())) - largest - std::log(rest);
  }
  CappedStep capped_step(double eta, double y, double step) const override {
    const double r = y - mean(eta);
    if (r == 0 || step == 0) return {1, r};
    // At r = -eta/step the mean is 1, so the root lies above min(-eta/step, y - 1); a huge eta has no finite r.
    const double low = r > 0 ? 0 : std::max(r, std::min(-eta / step, y - 1) - 1);
    const double implicit = solve_implicit(*this, eta, y, step, low, std::max(r, 0.0));
    const double excess = implicit == 0 ? 0 : std::max(r / implicit - 1, 0.0);
    return {1 / (1 + excess), excess > 0 ? implicit : r};  // r / (1 + excess) is the implicit residual
  }
};

}  // namespace

Balance balance(double positive, double negative) {
  if (positive > negative) return {negative / positive, 1};
  if (negative > positive) return {1, positive / negative};
  return {};
}

std::unique_ptr<Loss> make_loss(const std::string& family) {
  if (family == "gaussian") return std::make_unique<Gaussian>();
  if (family == "binomial") return std::make_unique<Binomial>();
  if (family == "poisson") return std::make_unique<Poisson>();
  throw std::invalid_argument("unknown family: " + family);
}

}  // namespace sgdlasso
