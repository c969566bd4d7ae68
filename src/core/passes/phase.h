// phase.h: what passes over the rows are for, one thing after another; each phase takes one pass or several.
//
//   moments      of columns and response, from which a grid of lambdas is made; given lambdas begin with sgd instead,
//                which gathers them on its way
//   null_model   where rows have offsets: moments alone do not tell it then
//   unpenalized  the model of the columns without penalty, at which a grid begins
//   slopes       of all columns at that model: they tell the largest lambda
//   sgd          stochastic gradient descent for a batch of lambdas: it names the columns that matter
//   looks        how far these models are from their optima, and moves until they are as near as is asked for
//
// sgd and looks come again for each batch. Each phase is a class of phase_*.cpp, which also says what follows it. To
// add one: a file like these, its name and maker here, its case in pass_state.cpp.
#pragma once

#include <memory>
#include <vector>

#include "base/archive.h"
#include "passes/training_record.h"

namespace sgdlasso {

class Phase {
 public:
  enum class Name { moments, null_model, unpenalized, slopes, sgd, looks, done };  // done: no phase
  static constexpr int kNames = 7;
  static constexpr const char* kWords[kNames] = {"moments", "null model", "unpenalized", "slopes",
                                                 "sgd",     "looks",      "done"};

  virtual ~Phase() = default;
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;

  Name name() const { return name_; }
  // Some rows of a pass; weights are absolute.
  virtual void add(const Rows& rows, const Observations& response) = 0;
  // Rows of the same pass that a part was given: a phase that began in the same state and took them instead. `weight`:
  // of these rows.
  virtual void merge(const Phase& part, double weight) = 0;
  // Of a part: whether it takes its rows once more by itself.
  virtual bool end_part() { return false; }
  // Whether it takes another pass.
  virtual bool end_pass() { return false; }
  // Once it takes none: what follows, nothing where training is done.
  virtual std::unique_ptr<Phase> next() = 0;
  // Those of the batch at hand, as they are now.
  virtual std::vector<Trained> models() const { return record_.learned(); }
  // What it knows besides the record.
  virtual void exchange(Archive&) {}

 protected:
  Phase(Name name, TrainingRecord& record) : record_(record), name_(name) {}
  TrainingRecord& record_;

 private:
  const Name name_;
};

// Made from the record. That at which slopes are asked for is the model `at`; looks are without models until they are
// begun or read.
std::unique_ptr<Phase> moments_phase(TrainingRecord& record);
std::unique_ptr<Phase> null_model_phase(TrainingRecord& record);
std::unique_ptr<Phase> unpenalized_phase(TrainingRecord& record);
std::unique_ptr<Phase> slopes_phase(TrainingRecord& record, const Coefficients& at);
std::unique_ptr<Phase> sgd_phase(TrainingRecord& record);
std::unique_ptr<Phase> looks_phase(TrainingRecord& record);

// What follows, once the moments are known; the null model; and all that a grid of lambdas needs before its slopes.
std::unique_ptr<Phase> after_moments(TrainingRecord& record);
std::unique_ptr<Phase> after_null_model(TrainingRecord& record);
std::unique_ptr<Phase> begin_grid(TrainingRecord& record);
// The next batch of lambdas: it begins; it was learned by stochastic gradient descent.
std::unique_ptr<Phase> begin_batch(TrainingRecord& record);
std::unique_ptr<Phase> after_sgd(TrainingRecord& record);

}  // namespace sgdlasso
