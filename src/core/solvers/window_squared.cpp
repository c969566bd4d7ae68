#include "descent/coordinate_descent.h"
#include "solvers/window.h"

namespace sgdlasso {
namespace {

// Squared loss: the Gram matrix says all of the working set, so each lane is solved from the one before it without a
// look at the rows.
class SquaredMover final : public Mover {
 public:
  SquaredMover(const Problem& problem, const StandardForm& form, WorkingSet& set)
      : problem_(problem),
        form_(form),
        set_(set) {
    std::vector<double> weights(problem.response.n);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = problem.response.weight_of(i) / static_cast<double>(weights.size());
    }
    set.set_weights(std::move(weights));
  }

  std::size_t settle(Window& window) override {
    const double scale = problem_.null.deviance / 2;
    if (set_.wide()) predict(window);
    const Lane* last = nullptr;
    for (std::size_t k = 0; k < window.lane.size(); ++k) {
      Lane& lane = window.lane[k];
      if (lane.done) continue;
      // The lane before it is the better start, except for one that has been here before, or whose residuals are
      // needed.
      if (last && lane.gap >= 1 && !set_.wide()) {
        lane.b = last->b;
        lane.q = last->q;
      }
      const std::vector<CoordinatePenalty> penalty = penalties_at(form_, set_.columns(), lane.lambda);
      const auto residuals = [&] {
        std::vector<double> r(problem_.response.n);
        for (std::size_t i = 0; i < r.size(); ++i) r[i] = window.residual.lane(k)[i * window.residual.stride()];
        return r;
      };
      lane.gap =
          set_.descend({1, penalty, 2 * scale, kAnyScale, lane.target * scale}, lane.b, lane.q, residuals) / scale;
      last = &lane;
    }
    predict(window);
    return 1;
  }

 private:
  void predict(Window& window) const {
    set_predictors(problem_, set_, window);
    set_residuals(problem_, window);
  }

  const Problem& problem_;
  const StandardForm& form_;
  WorkingSet& set_;
};

}  // namespace

std::unique_ptr<Mover> make_squared_mover(const Problem& problem, const StandardForm& form, WorkingSet& set) {
  return std::make_unique<SquaredMover>(problem, form, set);
}

}  // namespace sgdlasso
