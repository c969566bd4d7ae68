// pass_training.h: training on rows that come pass by pass and are nowhere held. What each pass is for, and what
// follows it, is in phase.h.
//
// Stochastic gradient descent alone needs one pass, and one more for its certificate where there can be one. Certified
// models are trained for all lambdas at once, as far as memory holds them.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/archive.h"
#include "passes/look_plan.h"
#include "passes/phase.h"
#include "passes/training_record.h"

namespace sgdlasso {

class PassTraining {
 public:
  PassTraining(FitSpec spec, bool sparse, std::unique_ptr<Watch> watch);

  // A block of the pass at hand; weights are absolute.
  void add(const Rows& rows, const Observations& response);
  // Rows may be given to parts instead: trainings for the same, made anew and brought to the state of this one. After
  // each pass over its rows a part says whether it takes them once more by itself; then it tells the whole of them.
  std::unique_ptr<PassTraining> anew(std::unique_ptr<Watch> watch) const;
  bool end_part();
  void merge(const PassTraining& part);
  // Whether another pass is wanted. Throws RowsChanged, and TooManyColumns (look_plan.h) where memory does not hold the
  // models of given lambdas, or of the first of a grid.
  bool end_pass();

  int passes() const { return passes_; }
  std::size_t columns() const { return record_.spec.penalty.p(); }
  // What the pass at hand is for.
  Phase::Name phase() const { return phase_ ? phase_->name() : Phase::Name::done; }
  // The lambdas of the batch at hand; none while they are not known.
  const PathBatches& lambdas() const { return record_.lambdas; }
  // Models so far; deviations and the null deviance as far as they are known, else NaN.
  FittedPath result() const;
  // Whether a grid's path ends before it would, because memory does not hold more columns.
  bool shortened() const { return record_.lambdas.shortened(); }
  // Whether there is stochastic gradient descent that more rows can join.
  bool continues() const { return record_.sgd && record_.sgd->can_resume(); }
  // Of stochastic gradient descent alone: the next pass brings more rows.
  void continue_pass();

  // Throws StateError where what is read cannot be a state of this training.
  void exchange(Archive& archive);

 private:
  std::vector<PathPoint> path() const;
  Statement problem() const;
  void exchange_place(Archive& archive, Phase::Name& phase);
  void exchange_path(Archive& archive);
  void exchange_sgd(Archive& archive, Phase::Name phase);

  TrainingRecord record_;
  std::unique_ptr<Phase> phase_;  // none: training is done
  int passes_ = 0;
  int further_ = 0;  // of the pass at hand: passes that parts took by themselves
};

}  // namespace sgdlasso
