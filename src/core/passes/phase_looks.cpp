// Looks at the models of a batch, which certify them and, where that is asked for, move them to their optima.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/as_count.h"
#include "passes/pass_solver.h"
#include "passes/phase.h"

namespace sgdlasso {
namespace {

// Columns that some model uses.
std::vector<std::size_t> columns_of(const std::vector<Coefficients>& models) {
  std::vector<std::size_t> columns;
  for (std::size_t j = 0; !models.empty() && j < models[0].beta.size(); ++j) {
    if (std::any_of(models.begin(), models.end(), [&](const Coefficients& model) { return model.beta[j] != 0; }))
      columns.push_back(j);
  }
  return columns;
}

// Those that are in some model, or nearly so; the strongest, where memory does not hold all.
std::vector<std::size_t> promising_columns(const TrainingRecord& record) {
  const double nearly = 0.8, share = 0.5;
  std::vector<double> strength(record.spec.penalty.p(), 0.0);
  for (std::size_t k = 0; k < record.lambdas.size(); ++k) {
    const std::vector<double> one = record.sgd->strengths(k);
    for (std::size_t j = 0; j < one.size(); ++j) strength[j] = std::max(strength[j], one[j]);
  }
  std::vector<std::size_t> columns;
  for (std::size_t j = 0; j < strength.size(); ++j) {
    if (strength[j] > nearly) columns.push_back(j);
  }
  return strongest(std::move(columns), strength, as_count(share * most_columns(record.spec.most_numbers)));
}

// The batch at hand is done: its models join the path, which may end with one of them.
std::unique_ptr<Phase> end_batch(TrainingRecord& record, std::vector<Trained> trained) {
  const std::vector<double> lambda = record.lambdas.at_hand();
  for (std::size_t k = 0; k < trained.size(); ++k) {
    if (!record.spec.certified()) trained[k].converged = Converged::unknown;
    record.path.push_back({lambda[k], std::move(trained[k])});
    if (path_ends(record.path, record.lambdas.automatic(), record.rows.null.deviance, record.spec.stop)) return nullptr;
  }
  return record.lambdas.is_last() ? nullptr : begin_batch(record);  // the last stays at hand, for more rows
}

class LooksPhase final : public Phase {
 public:
  explicit LooksPhase(TrainingRecord& record) : Phase(Name::looks, record) {}

  bool start(std::vector<Coefficients> from, const std::vector<std::size_t>& columns);

  void add(const Rows& rows, const Observations& response) override { solver_->add(rows, response); }
  void merge(const Phase& part, double) override { solver_->merge(*static_cast<const LooksPhase&>(part).solver_); }
  bool end_pass() override {
    const NextPass next = solver_->advance();
    return next == NextPass::too_large ? start_with_fewer() : next == NextPass::wanted;
  }
  std::unique_ptr<Phase> next() override;
  std::vector<Trained> models() const override { return solver_->trained(); }
  void exchange(Archive& archive) override {
    if (archive.reads()) solver_ = new_solver();
    solver_->exchange(archive, record_.lambdas.at_hand());
  }

 private:
  std::unique_ptr<PassSolver> new_solver() const;
  bool start_with_fewer();

  std::unique_ptr<PassSolver> solver_;
};

std::unique_ptr<PassSolver> LooksPhase::new_solver() const {
  const FitSpec& spec = record_.spec;
  const bool moves = spec.certified(), guards = moves || spec.sgd.epochs > 1;  // one epoch stays, for more rows
  const PassSettings settings{spec.stop, spec.most_numbers, spec.trace, moves, guards};
  return std::make_unique<PassSolver>(*record_.rows.stated, record_.rows.moments.response().weight, settings);
}

// Where a grid's models have too many columns for memory its path ends before them. False if no model is left.
bool LooksPhase::start(std::vector<Coefficients> from, const std::vector<std::size_t>& columns) {
  PathBatches& lambdas = record_.lambdas;
  for (; lambdas.size() > 0; from.resize(lambdas.size())) {
    solver_ = new_solver();
    if (solver_->start(lambdas.at_hand(), from, columns) != NextPass::too_large) return true;
    if (!lambdas.shorten()) throw solver_->excess();
  }
  return false;
}

// The others go on from their best models so far.
bool LooksPhase::start_with_fewer() {
  if (!record_.lambdas.shorten()) throw solver_->excess();
  const std::vector<Trained> known = solver_->trained();
  std::vector<Coefficients> from;
  for (std::size_t k = 0; k < record_.lambdas.size(); ++k) from.push_back(known[k].scored.coefficients);
  return start(from, columns_of(from));
}

std::unique_ptr<Phase> LooksPhase::next() {
  if (record_.lambdas.size() == 0) return nullptr;
  std::vector<Trained> trained = solver_->trained();
  for (std::size_t k = 0; k < trained.size() && !record_.spec.certified(); ++k) {
    // as it was learned, to the bit
    if (solver_->stays(k)) trained[k].scored.coefficients = record_.sgd->coefficients(k);
  }
  return end_batch(record_, std::move(trained));
}

}  // namespace

std::unique_ptr<Phase> looks_phase(TrainingRecord& record) {
  return std::make_unique<LooksPhase>(record);
}

// Rows that come once only are not looked at again.
std::unique_ptr<Phase> after_sgd(TrainingRecord& record) {
  if (!record.sgd->started()) throw StateError("is damaged");  // it had rows
  std::vector<Trained> learned = record.learned();
  if (!record.spec.rewindable) return end_batch(record, std::move(learned));
  std::vector<Coefficients> from;
  for (Trained& one : learned) from.push_back(std::move(one.scored.coefficients));
  auto looks = std::make_unique<LooksPhase>(record);
  const bool any = looks->start(from, record.spec.certified() ? promising_columns(record) : columns_of(from));
  return any ? std::move(looks) : nullptr;
}

}  // namespace sgdlasso
