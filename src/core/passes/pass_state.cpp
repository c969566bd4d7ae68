// The state of training by passes, written and read.
#include <algorithm>
#include <limits>

#include "passes/model_progress.h"
#include "passes/pass_training.h"

namespace sgdlasso {
namespace {

// As it was when its state was written, as far as that follows from the record.
std::unique_ptr<Phase> phase_named(Phase::Name name, TrainingRecord& record) {
  switch (name) {
    case Phase::Name::moments:
      return moments_phase(record);
    case Phase::Name::null_model:
      return null_model_phase(record);
    case Phase::Name::unpenalized:
      return unpenalized_phase(record);
    case Phase::Name::slopes:
      return slopes_phase(record, {0, std::vector<double>(record.spec.penalty.p(), 0.0)});
    case Phase::Name::sgd:
      return sgd_phase(record);
    case Phase::Name::looks:
      return looks_phase(record);
    case Phase::Name::done:
      break;
  }
  return nullptr;
}

}  // namespace

inline void exchange_fields(Archive& archive, NullModel& null) {
  archive(null.intercept, null.loss, null.deviance);
}

// Where training stands, of all that it has to do.
void PassTraining::exchange_place(Archive& archive, Phase::Name& phase) {
  RowFacts& rows = record_.rows;
  PathBatches& lambdas = record_.lambdas;
  archive.one_of(phase, Phase::kNames);
  archive(passes_, further_, record_.epoch, rows.count, rows.first_count, rows.null);
  lambdas.exchange(archive, record_.spec.lambda);
  const int most = std::numeric_limits<int>::max() / 2;
  archive.require(passes_ >= 0 && passes_ < most && further_ >= 0 && further_ < most);
  archive.require(record_.epoch >= 0 && record_.epoch <= record_.spec.sgd.epochs);
  const bool early = phase < Phase::Name::sgd;
  archive.require(lambdas.first() == 0 || !early);  // a grid is made once
  archive.require(lambdas.size() > 0 || phase == Phase::Name::done || (early && lambdas.automatic()));
}

// Models that are done.
void PassTraining::exchange_path(Archive& archive) {
  std::vector<PathPoint>& path = record_.path;
  std::size_t points = path.size();
  archive(points);
  archive.require(points <= std::max<std::size_t>(record_.lambdas.all().size(), 1));
  path.resize(points);
  for (PathPoint& point : path) {
    Trained& trained = point.trained;
    Scored& scored = trained.scored;
    archive(point.lambda, scored.coefficients.intercept);
    archive.sized(scored.coefficients.beta, columns());
    archive(scored.mse, scored.objective, scored.deviance, scored.nonzero, trained.trace, trained.certificate);
    archive.one_of(trained.converged, 3);
  }
}

void PassTraining::exchange_sgd(Archive& archive, Phase::Name phase) {
  const FitSpec& spec = record_.spec;
  std::unique_ptr<OnlineSgd>& sgd = record_.sgd;
  if (archive.reads()) {
    sgd = std::make_unique<OnlineSgd>(*record_.loss, spec.penalty, std::vector<double>(), spec.sgd.average,
                                      spec.sgd.scale, record_.sparse);
  }
  sgd->exchange(archive);
  const std::size_t longest =
      std::max(spec.lambda.given.size(), static_cast<std::size_t>(std::max(spec.lambda.length, 1)));
  archive.require(begins_with(sgd->lambda(), record_.lambdas.at_hand()) && sgd->lambda().size() <= longest);
  archive.require(sgd->started() || phase != Phase::Name::looks);
}

// What follows from the plan and from what was read is made anew.
void PassTraining::exchange(Archive& archive) {
  Phase::Name phase = this->phase();
  RowFacts& rows = record_.rows;
  exchange_place(archive, phase);
  archive(rows.moments);
  exchange_path(archive);
  bool has_sgd = record_.sgd != nullptr, is_stated = rows.stated != nullptr;
  archive(has_sgd, is_stated);
  const bool looks = phase == Phase::Name::looks;
  archive.require(has_sgd || (record_.lambdas.automatic() && phase != Phase::Name::sgd && !looks));
  archive.require(is_stated || !(phase == Phase::Name::unpenalized || phase == Phase::Name::slopes || looks));
  if (has_sgd) exchange_sgd(archive, phase);
  if (archive.reads()) {
    if (!has_sgd) record_.sgd.reset();
    rows.stated = is_stated ? std::make_unique<StatedProblem>(record_.statement(rows.moments, rows.null)) : nullptr;
    phase_ = phase_named(phase, record_);
  }
  if (phase_) phase_->exchange(archive);
}

}  // namespace sgdlasso
