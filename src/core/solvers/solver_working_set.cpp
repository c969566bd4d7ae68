#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "model/lambda_path.h"
#include "solvers/batch_certificates.h"
#include "solvers/batch_slopes.h"
#include "solvers/column_choice.h"
#include "solvers/lambda_steps.h"
#include "solvers/path_rate.h"
#include "solvers/solver.h"

namespace sgdlasso {
namespace {

// Follows the path batch by batch: guess the columns that its lambdas need, solve on those, take the slopes of all
// columns in one pass, certify, add what was missing, repeat.
class WorkingSetSolver final : public Solver {
 public:
  WorkingSetSolver(const Problem& problem, const StandardForm& form, const StopSpec& stop)
      : problem_(problem),
        form_(form),
        stop_(stop),
        set_(problem, form),
        inner_(problem.loss.is_squared() ? make_batch_squared(problem, form, set_)
                                         : make_batch_newton(problem, form, set_)),
        look_(problem, form),
        base_(problem, 1) {}

  Trained finish(const Coefficients& near, double lambda) {
    start(near);
    return solve({lambda}, false)[0];
  }

  void follow(const std::vector<double>& lambda, bool trace, const Accept& accept) override {
    problem_.watch.expect(lambda.size() * problem_.response.n);
    start({problem_.null.intercept, std::vector<double>(problem_.rows.p(), 0.0)});
    base().lambda = largest_lambda(problem_, form_, slope_);
    std::size_t next = 0, together = most_models();
    while (next < lambda.size()) {
      approach(lambda[next]);
      const std::size_t near = problem_.loss.is_squared() ? lambda.size() - next : near_lambdas(lambda, next);
      const std::size_t models = std::min({near, most_models(), together});
      const auto first = lambda.begin() + static_cast<std::ptrdiff_t>(next);
      std::vector<Trained> solved = solve({first, first + static_cast<std::ptrdiff_t>(models)}, trace);
      // Lambdas too far apart to be solved side by side are solved one by one.
      together = solved.size() < models ? 1 : 2 * models;
      for (Trained& trained : solved) {
        problem_.watch.tick(problem_.response.n);
        if (!accept(lambda[next++], std::move(trained))) return;
      }
    }
  }

 private:
  // Panels of so many models take no more memory than x, and a row of sparse models fills a cache line.
  std::size_t most_models() const {
    const std::size_t most =
        problem_.loss.is_squared() ? 16 : 8;  // Newton steps need more rounds where lambdas lie further apart
    if (set_.wide()) return kSweepLanes;
    if (problem_.rows.layout() == PanelLayout::lanes_together) return most;
    return std::max<std::size_t>(1, std::min(most, problem_.rows.p() / 6));
  }

  // Where columns are not few, Newton steps from far away are many and long: lambdas on the way to a far one are solved
  // too, to two digits.
  void approach(double lambda) {
    const bool tall = 2 * form_.columns.size() <= problem_.response.n;
    if (problem_.loss.is_squared() || tall) return;
    const double digits = 1e-2, tol = std::exchange(stop_.tol, std::max(stop_.tol, digits));
    for (const double between : lambdas_between(base().lambda, lambda)) solve({between}, false);
    stop_.tol = tol;
  }

  // Columns that the base does without, once they are too many: the next guess finds those that matter by then.
  void forget_idle_columns() {
    if (set_.wide()) return;  // sweeps leave them out
    if (takes_all(problem_, form_, set_)) return;
    std::vector<std::size_t> kept;
    for (std::size_t c = 0; c < set_.size(); ++c) {
      if (base().b[c] != 0 || form_.penalty.at(set_.columns()[c], 1).unpenalized()) kept.push_back(c);
    }
    // Newton steps multiply them in each batch, and no more than there are rows can matter.
    const bool dear = !problem_.loss.is_squared() && set_.size() > problem_.response.n;
    const std::size_t few = dear ? 25 : 100 + kept.size();
    if (set_.size() <= kept.size() + few) return;
    set_.keep(kept);
    for (std::size_t c = 0; c < kept.size(); ++c) base().b[c] = base().b[kept[c]];
    base().b.resize(kept.size());
  }

  Work work() const { return {problem_.threads, problem_.watch}; }

  // From these coefficients; takes the slopes of all columns there.
  void start(const Coefficients& at) {
    // Squared loss: the intercept of centred columns is the same whatever the coefficients, and its inner solver
    // leaves it alone.
    const bool moves = !problem_.loss.is_squared();
    base().intercept = moves ? at.intercept : problem_.null.intercept;
    for (const std::size_t j : form_.columns) {
      const bool free = form_.penalty.at(j, 1).unpenalized();
      if (at.beta[j] == 0 && !free) continue;
      set_.add(j);
      base().b.push_back(at.beta[j] / form_.scaling.scale[j]);
      if (moves) base().intercept += form_.scaling.centre[j] * at.beta[j];
    }
    set_predictors(problem_, set_, base_);
    set_residuals(problem_, base_);
    slope_.resize(form_.columns.size());
    problem_.rows.cross_products(form_.all(), base_.residual, slope_.data(), work());
    ++passes_;
    base().explained = (problem_.null.loss - mean_losses(problem_, base_, {0})[0]) / (problem_.null.deviance / 2);
  }

  LambdaModel& base() { return base_.model[0]; }

  // For so many models, in memory that there is already where the last batch had as many.
  LambdaBatch& batch_of(std::size_t models) {
    if (!batch_ || batch_->size() != models) {
      batch_.reset();
      batch_ = std::make_unique<LambdaBatch>(problem_, models);
    }
    return *batch_;
  }

  // The lambdas up to the first that could not be certified beside the others; a single one in any case.
  std::vector<Trained> solve(const std::vector<double>& lambda, bool trace) {
    const std::size_t models = lambda.size(), size = form_.columns.size();
    LambdaBatch& batch = batch_of(models);
    forget_idle_columns();
    const auto zeros = static_cast<std::size_t>(std::count(base().b.begin(), base().b.end(), 0.0));
    add_guess(problem_, form_, slope_, lambda.back(), base().b.size() - zeros, set_);
    complete(problem_, form_, set_);
    start_models(batch, lambda);
    look_.start();
    set_.solve_stalled(false);
    std::vector<Trained> result(models);
    std::vector<double> slopes(size * models);
    double share = 0.3;  // of the gap that is wanted: the working set is not all
    const double enough = passes_ + stop_.maxpasses * static_cast<double>(models);
    for (std::size_t stalled = 0;;) {
      bool precisely = true;
      for (LambdaModel& model : batch.model) {
        const double wanted = share * wanted_gap(stop_.tol, model.explained);
        model.target = set_.wide() ? std::max(wanted, next_gap(model)) : wanted;
        precisely = precisely && (model.done || model.target == wanted);
      }
      passes_ +=
          static_cast<double>(inner_->solve(batch) * set_.size()) / static_cast<double>(std::max<std::size_t>(size, 1));
      look_.take(set_, batch, slopes);
      ++passes_;
      const std::vector<std::vector<std::size_t>> near = near_columns(form_, set_, batch, slopes);
      const bool better = certify_models(batch, slopes, near, trace, result);
      const bool done =
          std::all_of(batch.model.begin(), batch.model.end(), [](const auto& model) { return model.done; });
      if (done || passes_ >= enough) break;
      const std::size_t before = set_.size();
      add_violators(form_, batch, slopes, near, set_);
      complete(problem_, form_, set_);
      resize_models(batch, slopes);
      if (set_.size() > before || (better && !precisely)) continue;
      // Nothing was missing: the working set itself was not solved well enough, or rounding is all that is left.
      if (set_.wide() && !better && !set_.solves_stalled()) {
        set_.solve_stalled(true);
        continue;
      }
      share /= 10;
      stalled = better ? 0 : stalled + 1;
      if (stalled >= (models > 1 ? 1 : 6)) break;
    }
    std::size_t certified = 0;
    while (certified < models && batch.model[certified].done) ++certified;
    if (models == 1) certified = 1;
    result.resize(certified);
    if (certified > 0) remember(batch, certified - 1, slopes);
    return result;
  }

  // Of a wide set, until the columns that the model needs are known: some digits a round.
  double next_gap(const LambdaModel& model) const {
    const double gain = problem_.loss.is_squared() ? 1e-2 : 1e-3;
    return gain * std::min(model.best, 1.0);
  }

  void start_models(LambdaBatch& batch, const std::vector<double>& lambda) {
    const std::size_t models = lambda.size();
    base().b.resize(set_.size(), 0.0);
    base().q.resize(set_.size());
    for (std::size_t c = 0; c < set_.size(); ++c) base().q[c] = slope_[position_[set_.columns()[c]]];
    if (look_.estimates()) {
      problem_.rows.cross_products(set_.selection(), base_.residual, base().q.data(), work());
    }
    const std::vector<double> likely = likely_explained(problem_, form_, slope_, lambda);
    for (std::size_t k = 0; k < models; ++k) {
      batch.model[k] = base();
      batch.model[k].lambda = lambda[k];
      batch.model[k].explained = std::max(base().explained, likely[k]);
      batch.model[k].gap = 1;
      batch.model[k].best = std::numeric_limits<double>::infinity();
      batch.model[k].done = false;
    }
    if (problem_.loss.is_squared()) {  // its inner solver predicts anew
      // by a Gram matrix each model starts from the one before it
      if (set_.wide()) rate_.follow(set_, base().lambda, batch);
      return;
    }
    const std::size_t stride = batch.eta.stride();
    for_each_block_of(batch, models, work(), [&](std::size_t, std::size_t k, std::size_t first, std::size_t rows) {
      for (std::size_t i = first; i < first + rows; ++i) {
        batch.eta.lane(k)[i * stride] = base_.eta.lane(0)[i];
        batch.residual.lane(k)[i * stride] = base_.residual.lane(0)[i];
      }
    });
  }

  // Those that are not done, from what a pass over all columns found. Whether some gap is far better than it has been.
  bool certify_models(LambdaBatch& batch, const std::vector<double>& slopes,
                      const std::vector<std::vector<std::size_t>>& near, bool trace, std::vector<Trained>& result) {
    const bool alone = batch.size() == 1;
    std::vector<std::size_t> looked, near_end;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      if (!batch.model[k].done) looked.push_back(k);
    }
    const auto slopes_of_model = [&](std::size_t k) { return slopes_of(batch, k, slopes, near[k]); };
    // An estimate will do of what is far from its end, if nobody is told.
    const double far = 1000, exact_below = trace || alone ? std::numeric_limits<double>::infinity() : far * stop_.tol;
    const std::vector<Certificate> found = certificates_of(problem_, batch, looked, slopes_of_model, exact_below);
    for (std::size_t at = 0; at < looked.size(); ++at) {
      const Certificate& certificate = result[looked[at]].certificate = found[at];
      const bool may_be_solved = !certificate.known() || certificate.certified(stop_.tol);
      if (may_be_solved || trace || alone) near_end.push_back(looked[at]);  // others are not worth their logarithms
    }
    const std::vector<double> losses = mean_losses(problem_, batch, near_end);
    for (std::size_t at = 0; at < near_end.size(); ++at) {
      const std::size_t k = near_end[at];
      conclude_model(batch.model[k], losses[at], trace, alone, result[k]);
    }
    bool better = false;
    for (const std::size_t k : looked) {
      LambdaModel& model = batch.model[k];
      const double gap = result[k].certificate.gap();
      better = better || gap < model.best / 2;
      model.best = std::min(model.best, gap);
    }
    return better;
  }

  // Of model k: along the columns of the working set and those near a bound.
  ModelSlopes slopes_of(const LambdaBatch& batch, std::size_t k, const std::vector<double>& slopes,
                        const std::vector<std::size_t>& near) const {
    const LambdaModel& model = batch.model[k];
    const std::size_t models = batch.size();
    std::vector<double> b = model.b, c;
    std::vector<std::size_t> columns = set_.columns();
    for (const std::size_t j : columns) c.push_back(slopes[position_[j] * models + k]);
    for (const std::size_t at : near) {
      columns.push_back(form_.columns[at]);
      c.push_back(slopes[at * models + k]);
      b.push_back(0);
    }
    return {penalties_at(form_, columns, model.lambda), std::move(b), std::move(c)};
  }

  void conclude_model(LambdaModel& model, double loss, bool trace, bool alone, Trained& trained) const {
    trained.scored = scored_of(problem_, form_, set_.selection(), model.b, model.intercept, model.lambda, loss);
    if (!trained.certificate.known())
      trained.certificate = certify(problem_, form_, trained.scored.coefficients, model.lambda);
    if (alone && !std::isfinite(trained.scored.objective)) {
      throw std::overflow_error("The linear predictor overflows: rescale `offset` or the columns of x");
    }
    conclude(trained, stop_.tol);
    model.done = is_solved(problem_, stop_.tol, trained);
    model.explained = explained_by(problem_, trained.scored);
    trained.passes = passes_;
    if (trace) trained.trace.push_back(epoch_of(trained.scored, trained.certificate, std::nan(""), 0));
  }

  // To the working set as it is now, with the slopes of the last pass.
  void resize_models(LambdaBatch& batch, const std::vector<double>& slopes) const {
    const std::size_t models = batch.size();
    for (std::size_t k = 0; k < models; ++k) {
      LambdaModel& model = batch.model[k];
      model.b.resize(set_.size(), 0.0);
      model.q.resize(set_.size());
      for (std::size_t c = 0; c < set_.size(); ++c) model.q[c] = slopes[position_[set_.columns()[c]] * models + k];
    }
  }

  // This model starts the next batch.
  void remember(const LambdaBatch& batch, std::size_t k, const std::vector<double>& slopes) {
    rate_.take(set_, batch, k, slopes);
    base_.take(0, batch, k);
    for (std::size_t c = 0; c < slope_.size(); ++c) slope_[c] = slopes[c * batch.size() + k];
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
  const std::unique_ptr<InnerSolver> inner_;               // on that set
  const std::vector<std::size_t> position_ = positions();  // of a column of x in form_.columns
  BatchSlopes look_;
  LambdaBatch base_;                    // the last lambda solved, alone
  std::vector<double> slope_;           // there, of all columns; as exact as BatchSlopes needs
  PathRate rate_{form_, position_};     // there
  std::unique_ptr<LambdaBatch> batch_;  // the last one, for the next
  double passes_ = 0;
};

}  // namespace

Trained finish_exactly(const Problem& problem, const StandardForm& form, const StopSpec& stop, const Coefficients& near,
                       double lambda) {
  return WorkingSetSolver(problem, form, stop).finish(near, lambda);
}

std::unique_ptr<Solver> make_working_set_solver(const Problem& problem, const StandardForm& form,
                                                const StopSpec& stop) {
  return std::make_unique<WorkingSetSolver>(problem, form, stop);
}

}  // namespace sgdlasso
