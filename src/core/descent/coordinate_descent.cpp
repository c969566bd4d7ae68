#include "descent/coordinate_descent.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <limits>

#include "descent/face.h"
#include "kernels/panel_kernels.h"
#include "model/certificate.h"

namespace sgdlasso {
namespace {

double gap_of(const std::vector<CoordinatePenalty>& penalty, const std::vector<double>& b, const std::vector<double>& q,
              double square, double widest) {
  const Brackets brackets(penalty, b, q, widest);
  const double s = brackets.best_squared_scale(square);
  return (1 - s) * (1 - s) / 2 * square + brackets.sum(s);
}

// Of the residual once b has moved from `start`, where its slopes were start_q.
double square_left(double square, const std::vector<double>& start, const std::vector<double>& start_q,
                   const std::vector<double>& b, const std::vector<double>& q) {
  double fall = 0;
  for (std::size_t k = 0; k < b.size(); ++k) fall += (b[k] - start[k]) * (q[k] + start_q[k]);
  return std::max(square - fall, 0.0);
}

// Rounds on a face, each about a sweep, until the gap is at most the target.
template <class Gap>
Descent descend_on(Face& face, const Quadratic& quadratic, double target, Gap gap, std::vector<double>& b,
                   std::vector<double>& q) {
  const std::size_t most = 50;
  for (std::size_t k = 1;; ++k) {
    const bool settled = face.settle(quadratic, b, q);
    const double now = gap();
    if (now <= target || k == most) return {now, k};  // and no coordinate enters by rounding
    if (!face.widen(quadratic, b, q) && !settled) return {now, k};
  }
}

constexpr std::size_t kBlock = 5;  // sweeps between two looks at the gap, whose iterates an extrapolation combines

// The coordinates that may move, with their part of the Gram matrix.
class Packed {
 public:
  Packed(const Quadratic& quadratic, const std::vector<std::size_t>& chosen, const std::vector<double>& b,
         const std::vector<double>& q)
      : size_(chosen.size()),
        quadratic_{gram_, 1, penalty_, quadratic.square, quadratic.widest, quadratic.watch} {
    gram_.grow(size_);
    for (std::size_t k = 0; k < size_; ++k) {
      tick_at(k);
      for (std::size_t i = 0; i < size_; ++i) gram_.at(i, k) = quadratic.at(chosen[i], chosen[k]);
      penalty_.push_back(quadratic.penalty[chosen[k]]);
      free_ = free_ || penalty_.back().free_at(b[chosen[k]]);
      b_.push_back(b[chosen[k]]);
      q_.push_back(q[chosen[k]]);
    }
    start_ = b_;
    start_slope_ = q_;
  }

  const std::vector<double>& b() const { return b_; }
  const std::vector<double>& start() const { return start_; }
  double square() const { return square_left(quadratic_.square, start_, start_slope_, b_, q_); }

  std::size_t solve(double target, std::size_t most) {
    std::size_t sweeps = 0;
    double before = std::numeric_limits<double>::infinity();
    while (sweeps < most) {
      history_.clear();
      remember();
      for (std::size_t k = 0; k < kBlock && sweeps < most; ++k, ++sweeps) {
        sweep();
        remember();
      }
      if (free_ && sweeps <= kBlock) face_.settle(quadratic_, b_, q_);
      const double gap = this->gap();
      if (gap <= target) break;
      extrapolate();
      if (sweeps_left(gap, before, target) > face_.cost(b_)) {
        const auto gap_now = [&] { return this->gap(); };
        sweeps += descend_on(face_, quadratic_, target, gap_now, b_, q_).sweeps;
      }
      before = gap;
    }
    return sweeps;
  }

 private:
  struct Point {
    std::vector<double> b, q;
  };

  double gap() const { return gap_of(penalty_, b_, q_, square(), quadratic_.widest); }

  // If they go on as the last ones did.
  static double sweeps_left(double gap, double before, double target) {
    if (std::isinf(before)) return 0;
    return gap < before ? kBlock * std::log(target / gap) / std::log(gap / before)
                        : std::numeric_limits<double>::infinity();
  }

  void tick_at(std::size_t k) const {
    if (k % kUnwatched == 0) quadratic_.watch.tick(0);
  }

  void remember() { history_.push_back({b_, q_}); }

  void sweep() {
    for (std::size_t k = 0; k < size_; ++k) {
      tick_at(k);
      const double g = gram_.at(k, k);
      if (!(g > 0)) continue;
      const double moved = penalty_[k].minimiser(g, q_[k] + g * b_[k]) - b_[k];
      if (moved == 0) continue;
      b_[k] += moved;
      quadratic_.move(moved, k, q_);
    }
  }

  // Up to a constant. The slope at 0 is q + G b, and b' G b = b' (slope at 0 - q).
  double objective(const std::vector<double>& b, const std::vector<double>& q) const {
    double value = 0;
    for (std::size_t k = 0; k < size_; ++k) {
      value += penalty_[k].cost(b[k]) - (b[k] - start_[k]) * (q[k] + start_slope_[k]) / 2;
    }
    return value;
  }

  // The combination of the last iterates whose step is least.
  void extrapolate() {
    const Eigen::Index steps = static_cast<Eigen::Index>(history_.size()) - 1;
    if (steps < 2) return;
    Eigen::MatrixXd step(static_cast<Eigen::Index>(size_), steps);
    for (Eigen::Index k = 0; k < steps; ++k) {
      const std::size_t at = static_cast<std::size_t>(k);
      for (std::size_t i = 0; i < size_; ++i)
        step(static_cast<Eigen::Index>(i), k) = history_[at + 1].b[i] - history_[at].b[i];
    }
    Eigen::MatrixXd products = step.transpose() * step;
    products.diagonal().array() += 1e-12 * products.trace();
    Eigen::VectorXd share = products.ldlt().solve(Eigen::VectorXd::Ones(steps));
    const double total = share.sum();
    if (!std::isfinite(total) || total == 0) return;
    share /= total;
    Point point{std::vector<double>(size_, 0.0), std::vector<double>(size_, 0.0)};
    for (Eigen::Index k = 0; k < steps; ++k) {
      panel_kernels().axpy(share[k], history_[static_cast<std::size_t>(k) + 1].b.data(), size_, point.b.data());
      panel_kernels().axpy(share[k], history_[static_cast<std::size_t>(k) + 1].q.data(), size_, point.q.data());
    }
    for (std::size_t k = 0; k < size_; ++k) {
      if (point.b[k] != penalty_[k].clamp(point.b[k])) return;
    }
    if (objective(point.b, point.q) < objective(b_, q_)) {
      b_ = std::move(point.b);
      q_ = std::move(point.q);
    }
  }

  std::size_t size_;
  Square gram_;
  std::vector<CoordinatePenalty> penalty_;
  const Quadratic quadratic_;  // of these
  std::vector<double> b_, q_, start_, start_slope_;
  Face face_;
  bool free_ = false;  // some column carries no penalty: the linear system fits it out to the last digit
  std::vector<Point> history_;
};

}  // namespace

double gap_at(const Quadratic& quadratic, const std::vector<double>& b, const std::vector<double>& q) {
  return gap_of(quadratic.penalty, b, q, quadratic.square, quadratic.widest);
}

Descent descend(const Quadratic& quadratic, double target, std::vector<double>& b, std::vector<double>& q, Face* face) {
  Quadratic now = quadratic;
  const std::size_t size = b.size(), most_rounds = 100, most_sweeps = 10000;
  Descent result{gap_at(now, b, q), 0};
  if (face && result.gap > target) {
    const std::vector<double> start = b, start_q = q;
    const auto gap = [&] {
      now.square = square_left(quadratic.square, start, start_q, b, q);
      return gap_at(now, b, q);
    };
    result = descend_on(*face, quadratic, target, gap, b, q);
  }
  for (std::size_t round = 0; round < most_rounds && result.gap > target && result.sweeps < most_sweeps; ++round) {
    std::vector<std::size_t> chosen;
    for (std::size_t j = 0; j < size; ++j) {
      if (b[j] != 0 || now.penalty[j].violation(0, q[j]) > 0) chosen.push_back(j);
    }
    Packed packed(now, chosen, b, q);
    result.sweeps += packed.solve(target / 2, most_sweeps - result.sweeps);
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      if (k % kUnwatched == 0) now.watch.tick(0);
      const double moved = packed.b()[k] - packed.start()[k];
      if (moved == 0) continue;
      b[chosen[k]] = packed.b()[k];
      now.move(moved, chosen[k], q);
    }
    now.square = packed.square();
    result.gap = gap_at(now, b, q);
  }
  return result;
}

}  // namespace sgdlasso
