#include "model/certificate.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/linear_system.h"

namespace sgdlasso {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRounding = 1e-9;  // of a gap, whose terms are each 0 or more

}  // namespace

Certificate::Certificate(double gap, double kkt)
    : gap_(gap >= -kRounding ? std::max(gap, 0.0) : kInfinity),
      kkt_(kkt >= 0 ? kkt : kInfinity) {}

void Certificate::exchange(Archive& archive) {
  double gap = gap_, kkt = kkt_;
  archive(gap, kkt);
  *this = std::isnan(gap) ? Certificate() : Certificate(gap, kkt);
}

Brackets::Brackets(const std::vector<CoordinatePenalty>& penalty, const std::vector<double>& b,
                   const std::vector<double>& c, double widest)
    : penalty_(penalty),
      b_(b),
      c_(c),
      low_(-widest),
      high_(widest) {
  for (std::size_t j = 0; j < b.size(); ++j) {
    const CoordinatePenalty& at = penalty[j];
    if (at.free_at(b[j])) continue;
    fit_ += b[j] * c[j];
    linear_ = linear_ && at.l2 == 0 && std::isinf(at.lower) && std::isinf(at.upper);
    if (at.l2 > 0 || c[j] == 0) continue;
    const double size = std::abs(c[j]);  // divisions only where the scales in question become fewer
    if (at.l1 < high_ * size && std::isinf(c[j] > 0 ? at.upper : at.lower)) high_ = at.l1 / size;
    if (-at.l1 > low_ * size && std::isinf(c[j] > 0 ? at.lower : at.upper)) low_ = -at.l1 / size;
  }
}

double Brackets::sum(double s) const {
  double sum = 0;
  for (std::size_t j = 0; j < b_.size(); ++j) {
    const CoordinatePenalty& at = penalty_[j];
    if (b_[j] == 0 && std::abs(s * c_[j]) <= at.l1) continue;
    if (at.free_at(b_[j])) {
      sum += c_[j] * c_[j] / 2;
      continue;
    }
    // at the bound itself rounding must not make the conjugate infinite
    const double c = s * c_[j], dual = at.dual_point(c);
    const double conjugate = std::isinf(dual) ? 0 : c * dual - at.cost(dual);
    sum += std::max(at.cost(b_[j]) + conjugate - b_[j] * c, 0.0);
  }
  return sum;
}

// Of sum(s)
double Brackets::slope(double s) const {
  double slope = -fit_;
  for (std::size_t j = 0; j < b_.size(); ++j) {
    if (c_[j] == 0 || penalty_[j].free_at(b_[j])) continue;
    const double dual = penalty_[j].dual_point(s * c_[j]);
    if (dual != 0 && std::isfinite(dual)) slope += c_[j] * dual;
  }
  return slope;
}

double Brackets::best_squared_scale(double square, double lowest, double highest) const {
  double low = std::max(low_, lowest), high = std::max(low, std::min(high_, highest));
  const auto clip = [&](double s) { return std::min(std::max(s, low), high); };
  if (linear_) return square > 0 ? clip(1 + fit_ / square) : clip(1);
  const int halvings = 60;
  for (int k = 0; k < halvings; ++k) {
    const double s = (low + high) / 2;
    (slope(s) - (1 - s) * square > 0 ? high : low) = s;
  }
  // Where a limit is all but infinite the sum leaps up within a rounding: the best is near this end or that.
  const double few_roundings = 4 * std::numeric_limits<double>::epsilon();
  double best = (low + high) / 2, least = std::numeric_limits<double>::infinity();
  for (const double s : {best, low, high, low * (1 - few_roundings), high * (1 - few_roundings)}) {
    const double value = (1 - s) * (1 - s) / 2 * square + sum(s);
    if (value < least) {
      least = value;
      best = s;
    }
  }
  return best;
}

double Brackets::violation() const {
  double largest = 0;
  for (std::size_t j = 0; j < b_.size(); ++j) largest = std::max(largest, penalty_[j].violation(b_[j], c_[j]));
  return largest;
}

namespace {

// One certificate from the data, step by step.
class Certifying {
 public:
  Certifying(const Problem& problem, const StandardForm& form, const Coefficients& at, double lambda)
      : problem_(problem),
        form_(form),
        n_(problem.response.n),
        eta_(n_) {
    double intercept = at.intercept;
    for (std::size_t j = 0; j < at.beta.size(); ++j) {
      const double scale = form.scaling.scale[j];
      intercept += (scale != 0 ? form.scaling.centre[j] : problem.moments.mean[j]) * at.beta[j];
      outside_ = outside_ || (at.beta[j] != 0 && problem.penalty.excluded(j));
    }
    for (const std::size_t j : form.columns) {
      b_.push_back(at.beta[j] / form.scaling.scale[j]);
      penalty_.push_back(form.penalty.at(j, lambda));
      if (penalty_.back().free_at(b_.back())) free_.push_back(j);
    }
    eta_ = product(form.columns, b_);
    for (std::size_t i = 0; i < n_; ++i) eta_[i] += intercept + problem.response.offset_of(i);
  }

  Certificate run() {
    if (problem_.null.deviance == 0) return {0, 0};
    std::vector<double> residual(n_);
    for (std::size_t i = 0; i < n_; ++i) residual[i] = problem_.response.y[i] - problem_.loss.mean(eta_[i]);
    std::vector<double> c = slopes(form_.columns, residual);
    const double sum = problem_.response.mean([&](std::size_t i) { return residual[i]; });
    const double violation = std::max(Brackets(penalty_, b_, c).violation(), problem_.intercept ? std::abs(sum) : 0);
    std::vector<double> feasible = residual;
    if (make_feasible(feasible, c)) c = slopes(form_.columns, feasible);
    const Brackets brackets(penalty_, b_, c);
    const double square = problem_.response.mean([&](std::size_t i) { return feasible[i] * feasible[i]; });
    const double s = problem_.loss.is_squared()
                         ? brackets.best_squared_scale(square)
                         : std::min(brackets.good_scale(problem_.null.deviance), domain_scale(feasible));
    const double rows = problem_.response.mean(
        [&](std::size_t i) { return problem_.loss.divergence(residual[i] - s * feasible[i], eta_[i]); });
    return relative(outside_ ? kInfinity : rows + brackets.sum(s), violation, problem_.null.deviance);
  }

 private:
  Work work() const { return {problem_.threads, problem_.watch}; }
  double weight(std::size_t i) const { return problem_.response.weight_of(i) / static_cast<double>(n_); }

  std::vector<double> product(const std::vector<std::size_t>& columns, const std::vector<double>& b) const {
    Panel panel(n_, 1, problem_.rows.layout());
    problem_.rows.add_products({form_.scaling, columns}, b.data(), panel, work());
    return {panel.lane(0), panel.lane(0) + n_};
  }

  // Z'W r
  std::vector<double> slopes(const std::vector<std::size_t>& columns, const std::vector<double>& r) const {
    Panel weighted(n_, 1, problem_.rows.layout());
    for (std::size_t i = 0; i < n_; ++i) weighted.lane(0)[i] = weight(i) * r[i];
    std::vector<double> c(columns.size());
    problem_.rows.cross_products({form_.scaling, columns}, weighted, c.data(), work());
    return c;
  }

  // Whether the slopes c have to be taken again.
  bool make_feasible(std::vector<double>& r, const std::vector<double>& c) const {
    double most = 0;
    for (std::size_t k = 0; k < c.size(); ++k) most = std::max(most, penalty_[k].free_at(b_[k]) ? std::abs(c[k]) : 0);
    const double rounding = 1e-14 * std::sqrt(problem_.null.deviance);
    const bool projects = most > rounding;
    if (projects) project(r);
    if (!problem_.intercept) return projects;
    if (problem_.loss.is_squared()) {
      const double mean = problem_.response.mean([&](std::size_t i) { return r[i]; });
      for (double& value : r) value -= mean;
      return projects;  // the columns are centred: their slopes stay
    }
    const Balance by = balance(problem_.response.mean([&](std::size_t i) { return std::max(r[i], 0.0); }),
                               problem_.response.mean([&](std::size_t i) { return std::max(-r[i], 0.0); }));
    for (double& value : r) value *= by.of(value);
    return true;
  }

  // Takes h (1, Z) a off r so that it has no slope along the free columns and the intercept; h the curvature of the
  // loss. Nothing is left where they are as many as the rows. Repeated, because one solution leaves its rounding.
  void project(std::vector<double>& r) const {
    const std::size_t first = problem_.intercept ? 1 : 0;
    if (first + free_.size() >= n_) {
      std::fill(r.begin(), r.end(), 0.0);
      return;
    }
    std::vector<double> h(n_);
    for (std::size_t i = 0; i < n_; ++i) h[i] = problem_.loss.curvature(eta_[i]);
    const PivotedCholesky factor(bordered_gram(h), problem_.watch);
    const int repeats = 3;
    for (int k = 0; k < repeats; ++k) {
      const double sum = problem_.response.mean([&](std::size_t i) { return r[i]; });
      const Eigen::VectorXd a = factor.solve(bordered(problem_.intercept, sum, slopes(free_, r)));
      const std::vector<double> part = product(free_, {a.data() + first, a.data() + a.size()});
      for (std::size_t i = 0; i < n_; ++i) r[i] -= h[i] * (part[i] + (first ? a[0] : 0));
    }
  }

  // (1, Z)' W H (1, Z) of the free columns
  Eigen::MatrixXd bordered_gram(const std::vector<double>& h) const {
    std::vector<double> weights(n_);
    for (std::size_t i = 0; i < n_; ++i) weights[i] = weight(i) * h[i];
    Square gram;
    gram.grow(free_.size());
    problem_.rows.gram({form_.scaling, free_}, 0, weights.data(), gram, work());
    const double total = problem_.response.mean([&](std::size_t i) { return h[i]; });
    const auto inner = [&](std::size_t i, std::size_t j) { return gram.at(i, j); };
    return bordered(problem_.intercept, total, slopes(free_, h), inner, problem_.watch);
  }

  // The largest s in [0, 1] at which every y - s r is a mean.
  double domain_scale(const std::vector<double>& r) const {
    double s = 1;
    for (std::size_t i = 0; i < n_; ++i) {
      const double y = problem_.response.y[i];
      const double room = r[i] > 0 ? y : problem_.loss.largest_mean() - y;
      if (std::abs(r[i]) * s > room) s = room / std::abs(r[i]);
    }
    return s;
  }

  const Problem& problem_;
  const StandardForm& form_;
  std::size_t n_;
  std::vector<CoordinatePenalty> penalty_;  // these two by form.columns
  std::vector<double> b_;
  std::vector<std::size_t> free_;
  std::vector<double> eta_;
  bool outside_ = false;  // an excluded column has a coefficient
};

}  // namespace

Certificate certify(const Problem& problem, const StandardForm& form, const Coefficients& at, double lambda) {
  return Certifying(problem, form, at, lambda).run();
}

}  // namespace sgdlasso
