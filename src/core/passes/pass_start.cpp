// What has to be known before any lambda is trained: the null model, the columns without penalty, the grid.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "passes/pass_stated.h"

namespace sgdlasso {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

// What is left of the null model once all rows were seen.
PassTraining::Phase PassTraining::after_moments() {
  const ResponseMoments& all = moments_.response();
  null_ = null_model(all, *loss_, spec_.penalty.intercept);
  const bool eventless = all.equal && all.first == 0 && spec_.penalty.intercept;
  if (loss_->is_squared() || !all.offset || eventless) return after_null();
  if (!spec_.rewindable) {
    null_.loss = null_.deviance = kNaN;
    return after_null();
  }
  return begin_part(Phase::null_model);
}

// A model of fewer columns: none, or those without penalty.
PassTraining::Phase PassTraining::begin_part(Phase phase) {
  Penalty penalty = spec_.penalty.at(moments_.columns(), *loss_, null_.deviance);
  for (double& factor : penalty.factor) factor = phase == Phase::unpenalized && factor == 0 ? 0 : kInfinity;
  penalty.lower.clear();
  penalty.upper.clear();
  NullModel start = null_;
  if (phase == Phase::null_model) {
    start.loss = kInfinity;
    start.deviance =
        std::max(start.deviance, loss_->usual_curvature(moments_.response().y));  // a size to measure gaps by
  }
  part_ = std::make_unique<Stated>(*loss_, spec_, std::move(penalty), moments_, start, *watch_);
  const double as_exact_as_can_be = 1e-15;
  part_->solver = std::make_unique<PassSolver>(
      part_->problem, part_->form, moments_.response().weight,
      PassSettings{{as_exact_as_can_be, spec_.stop.maxpasses}, spec_.most_numbers, false, true, true});
  const Coefficients from{null_.intercept, std::vector<double>(part_->problem.p(), 0.0)};
  part_->solver->start({0.0}, {from}, {});
  return phase;
}

PassTraining::Phase PassTraining::after_null() {
  whole_ = std::make_unique<Stated>(*loss_, spec_, spec_.penalty.at(moments_.columns(), *loss_, null_.deviance),
                                    moments_, null_, *watch_);
  if (null_.deviance == 0) {
    for (const double lambda : grid_.automatic ? std::vector<double>{0.0} : grid_.lambda) {
      path_.push_back({lambda, null_point(whole_->problem, whole_->form, lambda)});
    }
    return Phase::done;
  }
  if (!grid_.automatic) return begin_looks();
  const std::vector<double>& factor = whole_->problem.penalty.factor;
  const bool free = std::any_of(factor.begin(), factor.end(), [](double v) { return v == 0; });
  if (free) return begin_part(Phase::unpenalized);
  if (!loss_->is_squared() && moments_.response().offset) {
    return begin_slopes({null_.intercept, std::vector<double>(whole_->problem.p(), 0.0)});
  }
  const std::vector<double> covariance = moments_.covariances();
  const ResponseMoments& all = moments_.response();
  const double level = spec_.penalty.intercept ? 0 : all.target - loss_->mean(0);  // mean residual of the null model
  std::vector<double> slopes;
  for (const std::size_t j : whole_->form.columns) {
    slopes.push_back((covariance[j] + level * whole_->problem.moments.mean[j]) * whole_->form.scaling.scale[j]);
  }
  grid_.lambda = make_grid(whole_->problem, whole_->form, slopes, spec_.lambda);
  return begin_chunk();
}

PassTraining::Phase PassTraining::begin_slopes(const Coefficients& at) {
  const Scaling& scaling = whole_->form.scaling;
  slopes_at_ = {at.intercept, {}};
  for (const std::size_t j : unpenalized_columns()) {
    slopes_at_.b.push_back(at.beta[j] / scaling.scale[j]);
    slopes_at_.intercept += scaling.centre[j] * at.beta[j];
  }
  slopes_look_ = look_for_slopes();
  return Phase::slopes;
}

std::vector<std::size_t> PassTraining::unpenalized_columns() const {
  std::vector<std::size_t> columns;
  for (const std::size_t j : whole_->form.columns) {
    if (whole_->problem.penalty.factor[j] == 0) columns.push_back(j);
  }
  return columns;
}

PassLook PassTraining::look_for_slopes() const {
  return PassLook(whole_->form, unpenalized_columns(), {slopes_at_}, {});
}

}  // namespace sgdlasso
