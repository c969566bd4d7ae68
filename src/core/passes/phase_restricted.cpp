// Passes that solve, as exactly as can be, a model of fewer columns than the problem's, without penalty and limits: the
// null model of rows with offsets, or that of the columns without penalty, where every other coefficient is 0 yet.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "passes/pass_solver.h"
#include "passes/phase.h"

namespace sgdlasso {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

PassSettings exactly(const FitSpec& spec) {
  const double as_exact_as_can_be = 1e-15;
  return {{as_exact_as_can_be, spec.stop.maxpasses}, spec.most_numbers, false, true, true};
}

class RestrictedPhase : public Phase {
 public:
  void add(const Rows& rows, const Observations& response) override { solver_.add(rows, response); }
  void merge(const Phase& part, double) override { solver_.merge(static_cast<const RestrictedPhase&>(part).solver_); }
  bool end_pass() override { return wants(solver_.advance()); }
  void exchange(Archive& archive) override { solver_.exchange(archive, {0.0}); }

 protected:
  // Begins at the null model.
  RestrictedPhase(Name name, TrainingRecord& record, Statement problem)
      : Phase(name, record),
        stated_(std::move(problem)),
        solver_(stated_, record.rows.moments.response().weight, exactly(record.spec)) {
    const Coefficients from{stated_.problem.null.intercept, std::vector<double>(stated_.problem.p(), 0.0)};
    wants(solver_.start({0.0}, {from}, {}));
  }
  Scored solution() const { return solver_.trained()[0].scored; }

 private:
  bool wants(NextPass next) const {
    if (next == NextPass::too_large) throw solver_.excess();
    return next == NextPass::wanted;
  }

  const StatedProblem stated_;
  PassSolver solver_;
};

// Of the columns whose penalty factor is 0.
Statement without_penalty(const TrainingRecord& record) {
  Statement problem = record.statement(record.rows.moments, record.rows.null);
  for (double& factor : problem.penalty.factor) factor = factor == 0 ? 0 : kInfinity;
  problem.penalty.lower.clear();
  problem.penalty.upper.clear();
  return problem;
}

// Gaps are measured by a deviance, which is not known yet: a size has to do.
Statement without_columns(const TrainingRecord& record) {
  Statement problem = without_penalty(record);
  for (double& factor : problem.penalty.factor) factor = kInfinity;
  const double size = record.loss->usual_curvature(record.rows.moments.response().y);
  problem.null.loss = kInfinity;
  problem.null.deviance = std::max(problem.null.deviance, size);
  return problem;
}

class NullModelPhase final : public RestrictedPhase {
 public:
  explicit NullModelPhase(TrainingRecord& record)
      : RestrictedPhase(Name::null_model, record, without_columns(record)) {}

  std::unique_ptr<Phase> next() override {
    const Scored found = solution();
    const ResponseMoments& all = record_.rows.moments.response();
    NullModel& null = record_.rows.null;
    null.intercept = found.coefficients.intercept;
    null.loss = found.mse;
    null.deviance = known_deviance(std::max(2 * (null.loss - all.saturated), 0.0),
                                   kind_of(all, *record_.loss, record_.spec.penalty.intercept));
    return after_null_model(record_);
  }
};

class UnpenalizedPhase final : public RestrictedPhase {
 public:
  explicit UnpenalizedPhase(TrainingRecord& record)
      : RestrictedPhase(Name::unpenalized, record, without_penalty(record)) {}

  std::unique_ptr<Phase> next() override { return slopes_phase(record_, solution().coefficients); }
};

}  // namespace

std::unique_ptr<Phase> null_model_phase(TrainingRecord& record) {
  return std::make_unique<NullModelPhase>(record);
}

std::unique_ptr<Phase> unpenalized_phase(TrainingRecord& record) {
  return std::make_unique<UnpenalizedPhase>(record);
}

}  // namespace sgdlasso
