// The pass that gathers the moments of columns and response; and the problem that they state.
#include <limits>
#include <vector>

#include "passes/phase.h"
#include "rows/row_order.h"

namespace sgdlasso {
namespace {

class MomentsPhase final : public Phase {
 public:
  explicit MomentsPhase(TrainingRecord& record) : Phase(Name::moments, record) {}

  void add(const Rows& rows, const Observations& response) override {
    for_each_given_row(rows, response, *record_.watch,
                       [this](const Row& row) { record_.rows.moments.add(row, *record_.loss); });
  }
  void merge(const Phase& part, double) override {
    record_.rows.moments.merge(static_cast<const MomentsPhase&>(part).record_.rows.moments);
  }
  std::unique_ptr<Phase> next() override { return after_moments(record_); }
};

}  // namespace

std::unique_ptr<Phase> moments_phase(TrainingRecord& record) {
  return std::make_unique<MomentsPhase>(record);
}

// The null model follows from the moments, but where rows have offsets and the loss is not squared.
std::unique_ptr<Phase> after_moments(TrainingRecord& record) {
  const ResponseMoments& all = record.rows.moments.response();
  NullModel& null = record.rows.null;
  null = null_model(all, *record.loss, record.spec.penalty.intercept);
  const bool eventless = all.equal && all.first == 0 && record.spec.penalty.intercept;
  if (record.loss->is_squared() || !all.offset || eventless) return after_null_model(record);
  if (record.spec.rewindable) return null_model_phase(record);
  null.loss = null.deviance = std::numeric_limits<double>::quiet_NaN();
  return after_null_model(record);
}

// Where there is nothing to explain, all models are the null model.
std::unique_ptr<Phase> after_null_model(TrainingRecord& record) {
  RowFacts& rows = record.rows;
  const bool automatic = record.lambdas.automatic();
  rows.stated = std::make_unique<StatedProblem>(record.statement(rows.moments, rows.null));
  if (rows.null.deviance != 0) return automatic ? begin_grid(record) : after_sgd(record);
  for (const double lambda : automatic ? std::vector<double>{0.0} : record.lambdas.all()) {
    record.path.push_back({lambda, null_point(rows.stated->problem, rows.stated->form, lambda)});
  }
  return nullptr;
}

}  // namespace sgdlasso
