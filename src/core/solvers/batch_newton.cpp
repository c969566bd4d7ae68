#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "solvers/batch_certificates.h"
#include "solvers/batch_step.h"

namespace sgdlasso {
namespace {

// Newton steps for all models at once, from one Gram matrix, whose row weights are the loss's curvature where the batch
// began and, after a first step, where it ends. Each model scales it by the curvature that its last step met.
class BatchNewton final : public InnerSolver {
 public:
  BatchNewton(const Problem& problem, const StandardForm& form, WorkingSet& set)
      : problem_(problem),
        form_(form),
        set_(set),
        step_(problem, form, set) {}

  std::size_t solve(LambdaBatch& batch) override {
    restore_slopes(batch);
    measure(batch);
    const std::size_t most = batch.size() > 1 ? 12 : 100;  // what several cannot do each does alone
    std::size_t rounds = move(batch, most);
    const int repeats = 3;
    for (int k = 0; k < repeats && std::exchange(went_too_far_, false); ++k) {
      // A step that went far too far leaves the rounding of its immense predictors, once it is taken back.
      set_predictors(problem_, set_, batch);
      take_slopes(batch);
      measure(batch);
      rounds += move(batch, most);
    }
    balance_residuals(problem_, batch);
    return rounds;
  }

 private:
  // Steps need the slopes of the loss itself; those of balanced residuals are another matter where much was balanced.
  void restore_slopes(LambdaBatch& batch) const {
    const double much = 1e-6;
    const bool restores = std::any_of(batch.model.begin(), batch.model.end(), [&](const LambdaModel& model) {
      return !model.done && model.balanced && std::min(model.balance.positive, model.balance.negative) < 1 - much;
    });
    if (!restores) return;
    take_slopes(batch);
  }

  // Residuals, and the slopes of the working set, from the predictors.
  void take_slopes(LambdaBatch& batch) const {
    const std::size_t models = batch.size();
    set_residuals(problem_, batch);
    std::vector<double> slopes(set_.size() * models);
    problem_.rows.cross_products(set_.selection(), batch.residual, slopes.data(), {problem_.threads, problem_.watch});
    for (std::size_t k = 0; k < models; ++k) {
      for (std::size_t c = 0; c < set_.size(); ++c) batch.model[k].q[c] = slopes[c * models + k];
    }
  }

  // At most so many rounds. Returns how many it took.
  std::size_t move(LambdaBatch& batch, std::size_t most) {
    double before = 0;  // the largest gap a round ago
    double best = std::numeric_limits<double>::infinity();
    std::size_t in_vain = 0;
    for (std::size_t rounds = 0; rounds < most; ++rounds) {
      const std::vector<std::size_t> moving = moving_models(batch);
      if (moving.empty()) return rounds;
      if (2 * moving.size() <= batch.size() && panel_size(moving.size()) < batch.size()) {
        return rounds + move_some(batch, moving, most - rounds);
      }
      const std::size_t worst = *std::max_element(moving.begin(), moving.end(), [&](std::size_t a, std::size_t b) {
        return batch.model[a].gap < batch.model[b].gap;
      });
      const double now = batch.model[worst].gap, slow = 0.2;
      in_vain = now < 0.9 * best ? 0 : in_vain + 1;
      best = std::min(best, now);
      if (in_vain > 10) return rounds;
      if (set_.weights().empty()) {
        take_curvature(batch, moving[0]);
      } else if (rounds == 1 && !within_batch_ && batch.model.back().lambda != looked_at_) {
        look_ahead(batch, moving.back());
      } else if (rounds > 1 && now > slow * before) {
        take_curvature(batch, worst);
      }
      before = now;
      went_too_far_ = step_.step(batch) || went_too_far_;
      measure(batch);
    }
    return most;
  }

  // In a batch of their own: rounds cost in proportion to the models.
  std::size_t move_some(LambdaBatch& batch, const std::vector<std::size_t>& moving, std::size_t most) {
    LambdaBatch some(problem_, panel_size(moving.size()));
    for (LambdaModel& model : some.model) model = batch.model[moving[0]], model.done = true;  // to fill up
    for (std::size_t k = 0; k < moving.size(); ++k) some.take(k, batch, moving[k]);
    const bool outer = std::exchange(within_batch_, true);
    const std::size_t rounds = move(some, most);
    within_batch_ = outer;
    for (std::size_t k = 0; k < moving.size(); ++k) batch.take(moving[k], some, k);
    return rounds;
  }

  // Lanes that lie together come by eights.
  std::size_t panel_size(std::size_t models) const {
    const bool apart = problem_.rows.layout() == PanelLayout::lanes_apart;
    return apart ? models : (models + 7) / 8 * 8;
  }

  static std::vector<std::size_t> moving_models(const LambdaBatch& batch) {
    std::vector<std::size_t> moving;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      if (batch.model[k].moves()) moving.push_back(k);
    }
    return moving;
  }

  // The gap of each model on the working set, estimated: the pass over all columns takes it exactly.
  void measure(LambdaBatch& batch) const {
    const double scale = problem_.null.deviance / 2;
    for (LambdaModel& model : batch.model) {
      if (model.done) continue;
      const std::vector<CoordinatePenalty> penalty = penalties_at(form_, set_.columns(), model.lambda);
      const Brackets brackets(penalty, model.b, model.q, 1 / kNearly);
      model.gap = gap_if_squared(problem_, model, dual_point(problem_, model, brackets)) / scale;
    }
  }

  // Where a step has led the last model, which is where the next batch begins, the loss may bend another way.
  void look_ahead(LambdaBatch& batch, std::size_t last) {
    looked_at_ = batch.model.back().lambda;
    std::vector<double> weights = weights_of(batch, last);
    const double little = 0.03;
    double off = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) off += std::abs(weights[i] - set_.weights()[i]);
    if (off < little * set_.total()) return;
    set_.set_weights(std::move(weights));
    for (LambdaModel& model : batch.model) model.curvature = 1;
  }

  void take_curvature(LambdaBatch& batch, std::size_t from) {
    const double before = set_.total();
    set_.set_weights(weights_of(batch, from));
    for (LambdaModel& model : batch.model) model.curvature *= before > 0 ? before / set_.total() : 1;
    batch.model[from].curvature = 1;
  }

  std::vector<double> weights_of(const LambdaBatch& batch, std::size_t from) const {
    const std::size_t n = problem_.response.n, stride = batch.eta.stride();
    std::vector<double> weights(n);
    const double* eta = batch.eta.lane(from);
    for_each_part(n, {problem_.threads, problem_.watch}, [&](std::size_t, std::size_t first, std::size_t last, Watch&) {
      for (std::size_t i = first; i < last; ++i) weights[i] = eta[i * stride];
      problem_.loss.to_curvatures(weights.data() + first, last - first);
      for (std::size_t i = first; i < last; ++i) weights[i] *= problem_.response.weight_of(i) / static_cast<double>(n);
    });
    return weights;
  }

  const Problem& problem_;
  const StandardForm& form_;
  WorkingSet& set_;
  BatchStep step_;
  bool went_too_far_ = false;  // some step was taken back again and again
  bool within_batch_ = false;  // working on some of its models
  double looked_at_ = -1;      // the last lambda of the batch whose end was looked at
};

}  // namespace

std::unique_ptr<InnerSolver> make_batch_newton(const Problem& problem, const StandardForm& form, WorkingSet& set) {
  return std::make_unique<BatchNewton>(problem, form, set);
}

}  // namespace sgdlasso
