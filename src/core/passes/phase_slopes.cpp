// The slopes of all columns where every penalised coefficient is 0: they tell the largest lambda of a grid.
#include <algorithm>
#include <vector>

#include "passes/pass_look.h"
#include "passes/phase.h"

namespace sgdlasso {
namespace {

std::vector<std::size_t> unpenalized_columns(const StatedProblem& stated) {
  std::vector<std::size_t> columns;
  for (const std::size_t j : stated.form.columns) {
    if (stated.problem.penalty.factor[j] == 0) columns.push_back(j);
  }
  return columns;
}

std::unique_ptr<Phase> begin_grid_from(TrainingRecord& record, const std::vector<double>& slopes) {
  const StatedProblem& stated = *record.rows.stated;
  record.lambdas.set_grid(make_grid(stated.problem, stated.form, slopes, record.spec.lambda));
  return begin_batch(record);
}

class SlopesPhase final : public Phase {
 public:
  SlopesPhase(TrainingRecord& record, const Coefficients& at)
      : Phase(Name::slopes, record),
        stated_(*record.rows.stated),
        columns_(unpenalized_columns(stated_)) {
    const Scaling& scaling = stated_.form.scaling;
    at_.intercept = at.intercept;
    for (const std::size_t j : columns_) {
      at_.b.push_back(at.beta[j] / scaling.scale[j]);
      at_.intercept += scaling.centre[j] * at.beta[j];
    }
    look_ = new_look();
  }

  void add(const Rows& rows, const Observations& response) override {
    look_.add(stated_.problem, stated_.form, rows, response);
  }
  void merge(const Phase& part, double) override { look_.merge(static_cast<const SlopesPhase&>(part).look_); }
  std::unique_ptr<Phase> next() override {
    std::vector<double> slopes = look_.sums()[0].slope;
    for (double& slope : slopes) slope /= record_.rows.moments.response().weight;
    return begin_grid_from(record_, slopes);
  }
  void exchange(Archive& archive) override {
    at_.exchange(archive, columns_.size());
    if (archive.reads()) look_ = new_look();
    look_.exchange_sums(archive);
  }

 private:
  PassLook new_look() const { return PassLook(stated_.form, columns_, {at_}, {}); }

  const StatedProblem& stated_;
  const std::vector<std::size_t> columns_;  // without penalty
  PassModel at_;
  PassLook look_;
};

// By the moments.
std::vector<double> slopes_at_null_model(const TrainingRecord& record) {
  const StatedProblem& stated = *record.rows.stated;
  const OnlineMoments& moments = record.rows.moments;
  const std::vector<double> covariance = moments.covariances();
  const double residual = stated.problem.intercept ? 0 : moments.response().target - record.loss->mean(0);  // mean
  std::vector<double> slopes;
  for (const std::size_t j : stated.form.columns) {
    slopes.push_back((covariance[j] + residual * stated.problem.moments.mean[j]) * stated.form.scaling.scale[j]);
  }
  return slopes;
}

}  // namespace

std::unique_ptr<Phase> slopes_phase(TrainingRecord& record, const Coefficients& at) {
  return std::make_unique<SlopesPhase>(record, at);
}

std::unique_ptr<Phase> begin_grid(TrainingRecord& record) {
  const Statement& problem = record.rows.stated->problem;
  const std::vector<double>& factor = problem.penalty.factor;
  if (std::any_of(factor.begin(), factor.end(), [](double v) { return v == 0; })) return unpenalized_phase(record);
  if (record.loss->is_squared() || !record.rows.moments.response().offset) {
    return begin_grid_from(record, slopes_at_null_model(record));
  }
  return slopes_phase(record, {problem.null.intercept, std::vector<double>(problem.p(), 0.0)});
}

}  // namespace sgdlasso
