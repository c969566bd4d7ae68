#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "descent/coordinate_descent.h"
#include "solvers/window.h"

namespace sgdlasso {
namespace {

// Proximal Newton steps (Lee, Sun, Saunders 2014) for all lanes at once, from one Gram matrix whose row weights are the
// loss's curvature where the window began. Each lane scales it by the curvature that its last step met.
class NewtonMover final : public Mover {
 public:
  NewtonMover(const Problem& problem, const StandardForm& form, WorkingSet& set)
      : problem_(problem),
        form_(form),
        set_(set) {}

  std::size_t settle(Window& window) override {
    restore_slopes(window);
    measure(window);
    const std::size_t most = window.lane.size() > 1 ? 12 : 100;  // what several cannot do each does alone
    std::size_t rounds = move(window, most);
    const int repeats = 3;
    for (int k = 0; k < repeats && std::exchange(went_too_far_, false); ++k) {
      // A step that went far too far leaves the rounding of its immense predictors, once it is taken back.
      set_predictors(problem_, set_, window);
      take_slopes(window);
      measure(window);
      rounds += move(window, most);
    }
    balance_residuals(problem_, window);
    return rounds;
  }

 private:
  // Steps need the slopes of the loss itself; those of balanced residuals are another matter where much was balanced.
  void restore_slopes(Window& window) const {
    const double much = 1e-6;
    const bool restores = std::any_of(window.lane.begin(), window.lane.end(), [&](const Lane& lane) {
      return !lane.done && lane.balanced && std::min(lane.balance.positive, lane.balance.negative) < 1 - much;
    });
    if (!restores) return;
    take_slopes(window);
  }

  // Residuals, and the slopes of the working set, from the predictors.
  void take_slopes(Window& window) const {
    const std::size_t lanes = window.lane.size();
    set_residuals(problem_, window);
    std::vector<double> slopes(set_.size() * lanes);
    problem_.rows.cross_products(set_.selection(), window.residual, slopes.data(), {problem_.threads, problem_.watch});
    for (std::size_t k = 0; k < lanes; ++k) {
      for (std::size_t c = 0; c < set_.size(); ++c) window.lane[k].q[c] = slopes[c * lanes + k];
    }
  }

  // At most so many rounds. Returns how many it took.
  std::size_t move(Window& window, std::size_t most) {
    double before = 0;  // the largest gap a round ago
    double best = std::numeric_limits<double>::infinity();
    std::size_t in_vain = 0;
    for (std::size_t rounds = 0; rounds < most; ++rounds) {
      const std::size_t worst = worst_lane(window);
      if (worst == window.lane.size()) return rounds;
      const std::size_t moving = count_moving(window);
      if (2 * moving <= window.lane.size() && smaller(moving) < window.lane.size()) {
        return rounds + move_some(window, most - rounds);
      }
      in_vain = window.lane[worst].gap < 0.9 * best ? 0 : in_vain + 1;
      best = std::min(best, window.lane[worst].gap);
      if (in_vain > 10) return rounds;
      const bool another_window = window.lane.back().lambda != taken_for_ && !within_window_;
      const double now = window.lane[worst].gap, slow = 0.2;
      if (another_window || (rounds > 1 && now > slow * before)) {
        take_curvature(window, another_window ? first_lane(window) : worst);
        if (another_window) taken_for_ = window.lane.back().lambda;
      }
      before = now;
      step(window);
      measure(window);
    }
    return most;
  }

  // The lanes that still move, in a window of their own: rounds cost in proportion to the lanes.
  std::size_t move_some(Window& window, std::size_t most) {
    std::vector<std::size_t> moving;
    for (std::size_t k = 0; k < window.lane.size(); ++k) {
      if (moves(window.lane[k])) moving.push_back(k);
    }
    Window some(problem_, smaller(moving.size()));
    for (Lane& lane : some.lane) lane = window.lane[moving[0]], lane.done = true;  // to fill up
    const auto copy = [&](bool back) {
      const std::size_t wide = window.eta.stride(), narrow = some.eta.stride();
      for (std::size_t k = 0; k < moving.size(); ++k) {
        if (back) {
          window.lane[moving[k]] = some.lane[k];
        } else {
          some.lane[k] = window.lane[moving[k]];
        }
        for (std::size_t i = 0; i < problem_.response.n; ++i) {
          double& all = window.eta.lane(moving[k])[i * wide];
          double& part = some.eta.lane(k)[i * narrow];
          (back ? all : part) = back ? part : all;
          double& all_residual = window.residual.lane(moving[k])[i * wide];
          double& part_residual = some.residual.lane(k)[i * narrow];
          (back ? all_residual : part_residual) = back ? part_residual : all_residual;
        }
      }
    };
    copy(false);
    const bool outer = std::exchange(within_window_, true);
    const std::size_t rounds = move(some, most);
    within_window_ = outer;
    copy(true);
    return rounds;
  }
  // Lanes that lie together come by eights.
  std::size_t smaller(std::size_t lanes) const {
    const bool apart = problem_.rows.layout() == PanelLayout::lanes_apart;
    return apart ? lanes : (lanes + 7) / 8 * 8;
  }
  std::size_t count_moving(const Window& window) const {
    return static_cast<std::size_t>(
        std::count_if(window.lane.begin(), window.lane.end(), [&](const Lane& lane) { return moves(lane); }));
  }

  bool moves(const Lane& lane) const { return !lane.done && lane.gap > lane.target; }
  std::size_t first_lane(const Window& window) const {
    std::size_t k = 0;
    while (!moves(window.lane[k])) ++k;
    return k;
  }
  std::size_t worst_lane(const Window& window) const {
    std::size_t worst = window.lane.size();
    for (std::size_t k = 0; k < window.lane.size(); ++k) {
      if (moves(window.lane[k]) && (worst == window.lane.size() || window.lane[k].gap > window.lane[worst].gap))
        worst = k;
    }
    return worst;
  }

  // The gap of each lane on the working set, where what the rows and the intercept add is estimated as if the loss were
  // squared: it is second order, and the pass over all columns takes it exactly.
  void measure(Window& window) const {
    const double scale = problem_.null.deviance / 2;
    for (Lane& lane : window.lane) {
      if (lane.done) continue;
      const std::vector<CoordinatePenalty> penalty = penalties_at(form_, set_.columns(), lane.lambda);
      const Brackets brackets(penalty, lane.b, lane.q, 1 / kNearly);
      const double s = brackets.good_scale(problem_.null.deviance);
      const double unbalanced = problem_.intercept ? 1 - std::min(lane.balance.positive, lane.balance.negative) : 0;
      lane.gap = (1 - s) * (1 - s) + unbalanced * unbalanced + brackets.sum(s) / scale;
    }
  }

  void take_curvature(Window& window, std::size_t from) {
    const std::size_t n = problem_.response.n, stride = window.eta.stride();
    std::vector<double> weights(n);
    const double* eta = window.eta.lane(from);
    for (std::size_t i = 0; i < n; ++i) {
      weights[i] = problem_.response.weight_of(i) * problem_.loss.curvature(eta[i * stride]) / static_cast<double>(n);
    }
    const double before = set_.total();
    set_.set_weights(std::move(weights));
    for (Lane& lane : window.lane) lane.curvature *= before > 0 ? before / set_.total() : 1;
    window.lane[from].curvature = 1;
  }

  struct Step {
    std::vector<double> b;  // by position in the working set
    double intercept = 0;
    double slope = 0;  // of the loss along the step, at its start; falls in absolute value
    double model = 0;  // second derivative along the step by the model
    double cost = 0;   // how much the penalty grows
    double size = 0;   // share of the step that is taken; 0: the lane stands
  };

  void step(Window& window) {
    std::vector<Step> steps(window.lane.size());
    set_.refresh();
    for (std::size_t k = 0; k < steps.size(); ++k) {
      if (moves(window.lane[k])) steps[k] = propose(window, k);
    }
    const std::vector<double> slopes = search(window, steps);
    for (std::size_t k = 0; k < steps.size(); ++k) {
      if (steps[k].size > 0) take(window.lane[k], steps[k], slopes.data() + k, steps.size());
    }
  }

  // Moves eta along the steps, by less and less in lanes whose loss would not fall. Returns the slopes there.
  std::vector<double> search(Window& window, std::vector<Step>& steps) {
    const std::size_t lanes = steps.size();
    const int most = 60, far = 3;
    std::vector<double> slopes(set_.size() * lanes), moved(lanes), move(lanes);
    for (std::size_t k = 0; k < lanes; ++k) move[k] = steps[k].size;
    for (int tries = 0; tries < most; ++tries) {
      const std::vector<double> there = move_along(window, steps, move);
      bool again = false;
      for (std::size_t k = 0; k < lanes; ++k) {
        if (move[k] == 0) continue;
        for (std::size_t c = 0; c < set_.size(); ++c) slopes[c * lanes + k] = there[c * lanes + k];
        const double wanted = accept_or_shrink(window.lane[k], steps[k], slopes.data() + k, lanes);
        move[k] = wanted - std::exchange(steps[k].size, wanted);
        again = again || move[k] != 0;
        went_too_far_ = went_too_far_ || (tries >= far && move[k] != 0);
      }
      if (!again) break;
    }
    return slopes;
  }

  // Lane k by move[k] of its step; those that do not move stay as they are. Returns the slopes there, in one look at x.
  std::vector<double> move_along(Window& window, const std::vector<Step>& steps, const std::vector<double>& move) {
    const std::size_t lanes = steps.size(), stride = window.eta.stride();
    std::vector<double> b(set_.size() * lanes, 0.0), slopes(b.size());
    for (std::size_t k = 0; k < lanes; ++k) {
      for (std::size_t c = 0; move[k] != 0 && c < steps[k].b.size(); ++c) b[c * lanes + k] = move[k] * steps[k].b[c];
    }
    std::vector<SumsBySign> sums(kMostParts * lanes);
    const auto turn = [&](const LaneBlock& block) {
      for (std::size_t k = 0; k < lanes; ++k) {
        double* to = block.data + k * block.lane_stride;
        if (move[k] == 0) continue;
        double* eta = window.eta.lane(k) + block.first * stride;
        const double intercept = move[k] * steps[k].intercept;
        for (std::size_t i = 0; i < block.rows; ++i) eta[i * stride] += to[i * block.row_stride] + intercept;
        sums[block.part * lanes + k].add(take_residuals(problem_, window, k, block.first, block.rows));
        const double* r = window.residual.lane(k) + block.first * stride;
        for (std::size_t i = 0; i < block.rows; ++i) to[i * block.row_stride] = r[i * stride];
      }
    };
    problem_.rows.turn_products(set_.selection(), b.data(), lanes, turn, slopes.data(),
                                {problem_.threads, problem_.watch});
    for (std::size_t k = 0; k < lanes; ++k) {
      if (move[k] == 0) continue;
      SumsBySign sum;
      for (std::size_t part = 0; part < kMostParts; ++part) sum.add(sums[part * lanes + k]);
      set_sums(problem_, sum, window.lane[k]);
    }
    return slopes;
  }

  static void take(Lane& lane, const Step& step, const double* slopes, std::size_t stride) {
    for (std::size_t c = 0; c < step.b.size(); ++c) {
      // what a whole step sets to 0 is exactly 0
      lane.b[c] = step.size == 1 && lane.b[c] == -step.b[c] ? 0 : lane.b[c] + step.size * step.b[c];
      lane.q[c] = slopes[c * stride];
    }
    lane.intercept += step.size * step.intercept;
  }

  // The minimum of the quadratic model of a lane, intercept profiled out.
  Step propose(const Window& window, std::size_t at) {
    const Lane& lane = window.lane[at];
    const double scale = problem_.null.deviance / 2, model = lane.curvature;
    const std::vector<CoordinatePenalty> penalty = penalties_at(form_, set_.columns(), lane.lambda);
    // Slopes with the intercept profiled out are those of the residuals less their sum, spread by the weights.
    const double off = problem_.intercept ? lane.sum / set_.total() : 0;
    const std::vector<double>& border = set_.border();
    std::vector<double> q = lane.q, b = lane.b;
    for (std::size_t c = 0; c < q.size(); ++c) q[c] -= off * border[c];
    const std::vector<double> start = q;
    const double precise =
        std::max(0.00002 * std::min(lane.gap, 1.0), 0.2 * lane.target);  // the model's own gap starts at 1 or less
    const auto residuals = [&] {
      std::vector<double> r(problem_.response.n);
      for (std::size_t i = 0; i < r.size(); ++i) {
        r[i] = window.residual.lane(at)[i * window.residual.stride()] - off * set_.weights()[i];
      }
      return r;
    };
    set_.descend({model, penalty, 2 * scale, 1, precise * scale}, b, q, residuals);
    Step step;
    step.size = 1;
    step.b.resize(b.size());
    double curvature = 0, across = 0;
    for (std::size_t c = 0; c < b.size(); ++c) {
      step.b[c] = b[c] - lane.b[c];
      if (step.b[c] == 0) continue;
      curvature += step.b[c] * (start[c] - q[c]);
      across += step.b[c] * border[c];
      step.slope -= step.b[c] * lane.q[c];
      step.cost += penalty[c].cost(b[c]) - penalty[c].cost(lane.b[c]);
    }
    if (problem_.intercept) {
      step.intercept = off / model - across / set_.total();
      step.slope -= step.intercept * lane.sum;
      curvature += off * off * set_.total() / model;
    }
    step.model = curvature / model;
    return step;
  }

  // The loss is convex, so it grows by at most its slope at the end of the step. Returns the step's size: as it is, or
  // smaller.
  double accept_or_shrink(Lane& lane, const Step& step, const double* slopes, std::size_t stride) const {
    double slope = problem_.intercept ? -step.intercept * lane.sum : 0;
    for (std::size_t c = 0; c < step.b.size(); ++c) {
      if (step.b[c] != 0) slope -= step.b[c] * slopes[c * stride];
    }
    if (!std::isfinite(slope)) return step.size / 8;
    const double met = (slope - step.slope) / (step.size * step.model);
    if (step.model > 0 && met > 0) lane.curvature = std::min(std::max(met, 0.05), 1e6);
    const double change = (slope + step.slope) / 2 * step.size + step.cost * step.size;  // by the trapezoid
    const bool certain = slope * step.size + step.cost * step.size <= 0;
    const double rounding = 1e-15 * problem_.null.deviance;
    if (certain || change < rounding || step.size < 1e-12) return step.size;
    // Where a parabola through both slopes has its minimum.
    const double best = -(step.slope + step.cost) / (slope - step.slope) * step.size;
    return std::min(std::max(best, step.size / 10), step.size / 2);
  }

  const Problem& problem_;
  const StandardForm& form_;
  WorkingSet& set_;
  bool went_too_far_ = false;   // some step was taken back again and again
  bool within_window_ = false;  // working on some of its lanes
  double taken_for_ = -1;       // the last lambda of the window that the curvature was taken for
};

}  // namespace

std::unique_ptr<Mover> make_newton_mover(const Problem& problem, const StandardForm& form, WorkingSet& set) {
  return std::make_unique<NewtonMover>(problem, form, set);
}

}  // namespace sgdlasso
