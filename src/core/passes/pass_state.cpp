// The state of training by passes, written and read.
#include <algorithm>
#include <limits>

#include "passes/pass_stated.h"

namespace sgdlasso {
namespace {

// The first of these numbers are those.
bool begins_with(const std::vector<double>& all, const std::vector<double>& some) {
  return some.size() <= all.size() && std::equal(some.begin(), some.end(), all.begin());
}

}  // namespace

inline void exchange_fields(Archive& archive, NullModel& null) {
  archive(null.intercept, null.loss, null.deviance);
}

// Where training stands, of all that it has to do.
void PassTraining::exchange_place(Archive& archive) {
  archive.one_of(phase_, kPhases);
  archive(passes_, epoch_, count_, first_count_, null_, grid_.lambda, grid_.automatic, shortened_, chunk_, chunk_size_);
  archive.require(passes_ >= 0 && passes_ < std::numeric_limits<int>::max());
  archive.require(epoch_ >= 0 && epoch_ <= spec_.sgd.epochs);
  const std::vector<double>& asked = spec_.lambda.given;
  const std::size_t longest = asked.empty() ? static_cast<std::size_t>(std::max(spec_.lambda.length, 1)) : asked.size();
  archive.require(grid_.lambda.size() <= longest && (asked.empty() || begins_with(asked, grid_.lambda)));
  archive.require(asked.empty() || !grid_.automatic);
  archive.require(chunk_ <= grid_.lambda.size() && chunk_size_ <= grid_.lambda.size() - chunk_);
  const bool early = phase_ != Phase::sgd && phase_ != Phase::looks && phase_ != Phase::done;
  archive.require(chunk_ == 0 || !early);  // a grid is made once
  archive.require(chunk_size_ > 0 || phase_ == Phase::done || (early && grid_.automatic));
}

// Models that are done.
void PassTraining::exchange_path(Archive& archive) {
  std::size_t points = path_.size();
  archive(points);
  archive.require(points <= std::max<std::size_t>(grid_.lambda.size(), 1));
  path_.resize(points);
  for (PathPoint& point : path_) {
    Trained& trained = point.trained;
    Scored& scored = trained.scored;
    archive(point.lambda, scored.coefficients.intercept);
    archive.sized(scored.coefficients.beta, spec_.penalty.p());
    archive(scored.mse, scored.objective, scored.deviance, scored.nonzero, trained.trace, trained.certificate);
    archive.one_of(trained.converged, 3);
  }
}

void PassTraining::exchange_sgd(Archive& archive) {
  if (archive.reads())
    sgd_ = std::make_unique<OnlineSgd>(*loss_, spec_.penalty, std::vector<double>(), spec_.sgd.average, spec_.sgd.scale,
                                       sparse_);
  sgd_->exchange(archive);
  const std::size_t longest =
      std::max(spec_.lambda.given.size(), static_cast<std::size_t>(std::max(spec_.lambda.length, 1)));
  archive.require(begins_with(sgd_->lambda(), lambdas_at_hand()) && sgd_->lambda().size() <= longest);
}

// What follows from the plan and from what was read is made anew.
void PassTraining::exchange(Archive& archive) {
  exchange_place(archive);
  archive(moments_);
  exchange_path(archive);
  bool has_sgd = sgd_ != nullptr, has_whole = whole_ != nullptr;
  archive(has_sgd, has_whole);
  const bool looks = phase_ == Phase::looks;
  archive.require(has_sgd || (grid_.automatic && phase_ != Phase::sgd && !looks));
  archive.require(has_whole || !(phase_ == Phase::unpenalized || phase_ == Phase::slopes || looks));
  if (has_sgd) exchange_sgd(archive);
  if (!has_sgd) sgd_.reset();
  if (has_whole && archive.reads()) {
    whole_ = std::make_unique<Stated>(*loss_, spec_, spec_.penalty.at(moments_.columns(), *loss_, null_.deviance),
                                      moments_, null_, *watch_);
  }
  if (looks) {
    if (archive.reads()) {
      whole_->solver =
          std::make_unique<PassSolver>(whole_->problem, whole_->form, moments_.response().weight, looks_settings());
    }
    whole_->solver->exchange(archive, lambdas_at_hand());
  }
  if (phase_ == Phase::null_model || phase_ == Phase::unpenalized) {
    if (archive.reads()) begin_part(phase_);
    part_->solver->exchange(archive, {0.0});
  }
  if (phase_ == Phase::slopes) {
    slopes_at_.exchange(archive, unpenalized_columns().size());
    if (archive.reads()) slopes_look_ = look_for_slopes();
    slopes_look_.exchange_sums(archive);
  }
}

}  // namespace sgdlasso
