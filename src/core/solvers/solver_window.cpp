#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "solvers/solver.h"
#include "solvers/window.h"

namespace sgdlasso {
namespace {

constexpr std::size_t kFewColumns = 100;  // no working set needs to be smaller

// Follows the path window by window: guess the columns that its lambdas need, solve on those, take the slopes of all
// columns in one pass, certify, add what was missing, repeat.
class WindowSolver final : public Solver {
 public:
  WindowSolver(const Problem& problem, const StandardForm& form, const StopSpec& stop)
      : problem_(problem),
        form_(form),
        stop_(stop),
        set_(problem, form),
        mover_(problem.loss.is_squared() ? make_squared_mover(problem, form, set_)
                                         : make_newton_mover(problem, form, set_)) {}

  Trained finish(const Coefficients& near, double lambda) {
    start(near);
    return solve({lambda}, false)[0];
  }

  void follow(const std::vector<double>& lambda, bool trace, const Accept& accept) override {
    problem_.watch.expect(lambda.size() * problem_.response.n);
    start({problem_.null.intercept, std::vector<double>(problem_.rows.p(), 0.0)});
    std::size_t next = 0, together = most_lanes();
    while (next < lambda.size()) {
      const std::size_t lanes = std::min({lambda.size() - next, most_lanes(), together});
      const auto first = lambda.begin() + static_cast<std::ptrdiff_t>(next);
      std::vector<Trained> solved = solve({first, first + static_cast<std::ptrdiff_t>(lanes)}, trace);
      // Lambdas too far apart to be solved side by side are solved one by one.
      together = solved.size() < lanes ? 1 : 2 * lanes;
      for (Trained& trained : solved) {
        problem_.watch.tick(problem_.response.n);
        if (!accept(lambda[next++], std::move(trained))) return;
      }
    }
  }

 private:
  // Panels of so many lanes take no more memory than x, and a row of sparse lanes fills a cache line.
  std::size_t most_lanes() const {
    const std::size_t most =
        problem_.loss.is_squared() ? 16 : 8;  // Newton steps need more rounds where lambdas lie further apart
    if (set_.wide()) return 1;
    if (problem_.rows.layout() == PanelLayout::lanes_together) return most;
    return std::max<std::size_t>(1, std::min(most, problem_.rows.p() / 6));
  }

  Work work() const { return {problem_.threads, problem_.watch}; }

  // From these coefficients; takes the slopes of all columns there.
  void start(const Coefficients& at) {
    // Squared loss: the intercept of centred columns is the same whatever the coefficients, and its mover leaves it
    // alone.
    const bool moves = !problem_.loss.is_squared();
    base_.intercept = moves ? at.intercept : problem_.null.intercept;
    for (const std::size_t j : form_.columns) {
      const bool free = form_.penalty.at(j, 1).unpenalized();
      if (at.beta[j] == 0 && !free) continue;
      set_.add(j);
      base_.b.push_back(at.beta[j] / form_.scaling.scale[j]);
      if (moves) base_.intercept += form_.scaling.centre[j] * at.beta[j];
    }
    Window window(problem_, 1);
    predict_base(window);
    set_residuals(problem_, window);
    slope_.resize(form_.columns.size());
    problem_.rows.cross_products(form_.all(), window.residual, slope_.data(), work());
    base_.explained = (problem_.null.loss - mean_losses(problem_, window)[0]) / (problem_.null.deviance / 2);
    ++passes_;
  }

  // eta of the base in a window of one lane.
  void predict_base(Window& window) const {
    for (std::size_t i = 0; i < problem_.response.n; ++i) {
      window.eta.lane(0)[i] = base_.intercept + problem_.response.offset_of(i);
    }
    problem_.rows.add_products(set_.selection(), base_.b.data(), window.eta, work());
  }

  // The lambdas up to the first that could not be certified beside the others; a single one in any case.
  std::vector<Trained> solve(const std::vector<double>& lambda, bool trace) {
    const std::size_t lanes = lambda.size(), size = form_.columns.size();
    Window window(problem_, lanes);
    guess(lambda.back());
    start_lanes(window, lambda);
    std::vector<Trained> result(lanes);
    std::vector<double> slopes(size * lanes);
    double share = 0.3;  // of the gap that is wanted: the working set is not all
    std::vector<double> best(lanes, std::numeric_limits<double>::infinity());
    const double enough = passes_ + stop_.maxpasses * static_cast<double>(lanes);
    for (std::size_t stalled = 0;;) {
      for (Lane& lane : window.lane) lane.target = share * wanted_gap(stop_.tol, lane.explained);
      passes_ += static_cast<double>(mover_->settle(window) * set_.size()) /
                 static_cast<double>(std::max<std::size_t>(size, 1));
      problem_.rows.cross_products(form_.all(), window.residual, slopes.data(), work());
      ++passes_;
      const std::vector<double> losses = mean_losses(problem_, window);
      const std::vector<std::vector<std::size_t>> near = near_columns(window, slopes);
      const std::size_t before = set_.size();
      bool left = false, better = false;
      for (std::size_t k = 0; k < lanes; ++k) {
        if (window.lane[k].done) continue;
        certify_lane(window, k, {slopes, near[k], losses[k]}, trace, result[k]);
        left = left || !window.lane[k].done;
        better = better || result[k].certificate.gap() < best[k] / 2;
        best[k] = std::min(best[k], result[k].certificate.gap());
      }
      if (!left || passes_ >= enough) break;
      add_violators(window, slopes, near);
      resize_lanes(window, slopes);
      if (set_.size() > before) continue;
      // Nothing was missing: the working set itself was not solved well enough, or rounding is all that is left.
      share /= 10;
      stalled = better ? 0 : stalled + 1;
      if (stalled >= (lanes > 1 ? 1 : 6)) break;
    }
    std::size_t certified = 0;
    while (certified < lanes && window.lane[certified].done) ++certified;
    if (lanes == 1) certified = 1;
    result.resize(certified);
    if (certified > 0) remember(window, certified - 1, slopes);
    return result;
  }

  // What one more column would explain from where the path stands, at least: a step along the best.
  double likely_explained(double lambda) const {
    const double mean_y = problem_.response.mean([&](std::size_t i) { return problem_.response.y[i]; });
    const double curvature = problem_.loss.usual_curvature(mean_y);
    double most = 0;
    for (std::size_t c = 0; c < slope_.size(); ++c) {
      const CoordinatePenalty penalty = form_.penalty.at(form_.columns[c], lambda);
      const double excess = penalty.violation(0, slope_[c]);
      most = std::max(most, excess * excess / (curvature + penalty.l2));
    }
    return most / problem_.null.deviance;
  }

  // Columns whose slope at the last lambda solved is well above what the next ones allow.
  void guess(double last) {
    const double margin = 0.8;
    std::vector<double> excess(form_.columns.size());
    for (std::size_t c = 0; c < excess.size(); ++c) {
      excess[c] = form_.penalty.at(form_.columns[c], margin * last).violation(0, slope_[c]);
    }
    const auto zeros = static_cast<std::size_t>(std::count(base_.b.begin(), base_.b.end(), 0.0));
    add_largest(excess, base_.b.size() - zeros);  // more than the model has already are hardly needed
  }

  // Of the columns with an excess the largest, at most so many, but always a few.
  void add_largest(const std::vector<double>& excess, std::size_t many) {
    std::vector<std::size_t> found;
    for (std::size_t c = 0; c < excess.size(); ++c) {
      if (excess[c] > 0 && !set_.contains(form_.columns[c])) found.push_back(c);
    }
    const std::size_t most = std::max(many, kFewColumns);
    if (found.size() > most) {
      const auto last = found.begin() + static_cast<std::ptrdiff_t>(most);
      std::nth_element(found.begin(), last, found.end(),
                       [&](std::size_t a, std::size_t b) { return excess[a] > excess[b]; });
      found.resize(most);
    }
    for (const std::size_t c : found) set_.add(form_.columns[c]);
  }

  void start_lanes(Window& window, const std::vector<double>& lambda) {
    const std::size_t lanes = lambda.size();
    base_.b.resize(set_.size(), 0.0);
    base_.q.resize(set_.size());
    for (std::size_t c = 0; c < set_.size(); ++c) base_.q[c] = slope_[position_[set_.columns()[c]]];
    for (std::size_t k = 0; k < lanes; ++k) {
      window.lane[k] = base_;
      window.lane[k].lambda = lambda[k];
      window.lane[k].explained = std::max(base_.explained, likely_explained(lambda[k]));
      window.lane[k].gap = 1;
      window.lane[k].done = false;
    }
    if (problem_.loss.is_squared()) return;  // its mover predicts anew
    Window one(problem_, 1);
    predict_base(one);
    set_residuals(problem_, one);
    for (Lane& lane : window.lane) {
      lane.sum = one.lane[0].sum;
      lane.balance = one.lane[0].balance;
      lane.balanced = one.lane[0].balanced;
    }
    const std::size_t stride = window.eta.stride();
    for_each_block_of(window, problem_.watch, [&](std::size_t k, std::size_t first, std::size_t rows) {
      for (std::size_t i = first; i < first + rows; ++i) {
        window.eta.lane(k)[i * stride] = one.eta.lane(0)[i];
        window.residual.lane(k)[i * stride] = one.residual.lane(0)[i];
      }
    });
  }

  // For each lane that is not done the columns outside the working set (by position in the form) whose slope is near
  // its bound or beyond: the others can neither gain nor bind.
  std::vector<std::vector<std::size_t>> near_columns(const Window& window, const std::vector<double>& slopes) const {
    const std::size_t lanes = window.lane.size();
    std::vector<std::vector<std::size_t>> near(lanes);
    std::vector<double> bound(lanes);
    for (std::size_t k = 0; k < lanes; ++k) {
      const double infinity = std::numeric_limits<double>::infinity();
      bound[k] = window.lane[k].done ? infinity : kNearly * window.lane[k].lambda * form_.penalty.alpha;
    }
    for (std::size_t c = 0; c < form_.columns.size(); ++c) {
      const double theta = form_.penalty.theta[form_.columns[c]];
      if (set_.contains(form_.columns[c])) continue;
      for (std::size_t k = 0; k < lanes; ++k) {
        if (!(std::abs(slopes[c * lanes + k]) <= bound[k] * theta))
          near[k].push_back(c);  // NaN is no proof of being far
      }
    }
    return near;
  }

  // What a pass over all columns found of a lane.
  struct Found {
    const std::vector<double>& slopes;
    const std::vector<std::size_t>& near;
    double loss;
  };

  void certify_lane(Window& window, std::size_t k, const Found& found, bool trace, Trained& trained) {
    Lane& lane = window.lane[k];
    const std::size_t lanes = window.lane.size();
    std::vector<double> b = lane.b, c;
    std::vector<std::size_t> columns = set_.columns();
    for (const std::size_t j : columns) c.push_back(found.slopes[position_[j] * lanes + k]);
    for (const std::size_t at : found.near) {
      columns.push_back(form_.columns[at]);
      c.push_back(found.slopes[at * lanes + k]);
      b.push_back(0);
    }
    const std::vector<CoordinatePenalty> penalty = penalties_at(form_, columns, lane.lambda);
    bool free = false;
    for (std::size_t j = 0; j < b.size(); ++j) free = free || penalty[j].free_at(b[j]);
    trained.certificate = certificate_of(problem_, window, k, penalty, b, c);
    trained.scored = scored_of(problem_, form_, set_.selection(), lane.b, lane.intercept, lane.lambda, found.loss);
    if (free) trained.certificate = certify(problem_, form_, trained.scored.coefficients, lane.lambda);
    if (lanes == 1 && !std::isfinite(trained.scored.objective)) {
      throw std::overflow_error("The linear predictor overflows: rescale `offset` or the columns of x");
    }
    conclude(trained, stop_.tol);
    lane.done = is_solved(problem_, stop_.tol, trained);
    lane.explained = explained_by(problem_, trained.scored);
    trained.passes = passes_;
    if (trace) trained.trace.push_back(epoch_of(trained.scored, trained.certificate, std::nan(""), 0));
  }

  void add_violators(const Window& window, const std::vector<double>& slopes,
                     const std::vector<std::vector<std::size_t>>& near) {
    const std::size_t lanes = window.lane.size();
    std::vector<double> excess(form_.columns.size(), 0.0);
    for (std::size_t k = 0; k < lanes; ++k) {
      const double lambda = window.lane[k].lambda;
      if (window.lane[k].done) continue;
      for (const std::size_t c : near[k]) {
        const double violation = form_.penalty.at(form_.columns[c], lambda).violation(0, slopes[c * lanes + k]);
        excess[c] = std::max(excess[c], lambda > 0 ? violation / lambda : violation);
      }
    }
    add_largest(excess,
                set_.size());  // few rounds, although lanes that lack an important column overstate what others lack
  }

  // To the working set as it is now, with the slopes of the last pass.
  void resize_lanes(Window& window, const std::vector<double>& slopes) const {
    const std::size_t lanes = window.lane.size();
    for (std::size_t k = 0; k < lanes; ++k) {
      Lane& lane = window.lane[k];
      lane.b.resize(set_.size(), 0.0);
      lane.q.resize(set_.size());
      for (std::size_t c = 0; c < set_.size(); ++c) lane.q[c] = slopes[position_[set_.columns()[c]] * lanes + k];
    }
  }

  // This lane starts the next window.
  void remember(const Window& window, std::size_t k, const std::vector<double>& slopes) {
    base_ = window.lane[k];
    for (std::size_t c = 0; c < slope_.size(); ++c) slope_[c] = slopes[c * window.lane.size() + k];
  }

  std::vector<std::size_t> positions() const {
    std::vector<std::size_t> result(problem_.rows.p(), 0);
    for (std::size_t c = 0; c < form_.columns.size(); ++c) result[form_.columns[c]] = c;
    return result;
  }

  const Problem& problem_;
  const StandardForm& form_;
  StopSpec stop_;
  WorkingSet set_;
  std::unique_ptr<Mover> mover_;
  const std::vector<std::size_t> position_ = positions();  // of a column of x in form_.columns
  Lane base_;                                              // the last lambda solved
  std::vector<double> slope_;                              // there, of all columns
  double passes_ = 0;
};

}  // namespace

Trained finish_exactly(const Problem& problem, const StandardForm& form, const StopSpec& stop, const Coefficients& near,
                       double lambda) {
  return WindowSolver(problem, form, stop).finish(near, lambda);
}

std::unique_ptr<Solver> make_window_solver(const Problem& problem, const StandardForm& form, const StopSpec& stop) {
  return std::make_unique<WindowSolver>(problem, form, stop);
}

}  // namespace sgdlasso
