// pass_solver.h: certified models of several lambdas from passes over rows that are nowhere held: each pass
// (pass_look.h) tells how far every model is from its optimum and which columns were missing, and between passes the
// models move on the columns that are known to matter (looked_model.h). Squared loss is solved there outright; other
// losses take a proximal Newton step. What passes sum, as memory allows, is planned in look_plan.h; what becomes of
// each model is in model_progress.h.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/archive.h"
#include "passes/look_plan.h"
#include "passes/looked_model.h"
#include "passes/model_progress.h"
#include "passes/pass_look.h"
#include "passes/working_columns.h"

namespace sgdlasso {

// too_large: one is wanted, and memory does not hold what it would sum.
enum class NextPass { wanted, not_wanted, too_large };

class PassSolver {
 public:
  // weight: of all rows.
  PassSolver(const StatedProblem& stated, double weight, const PassSettings& settings);

  // Models to start from, one for each lambda, on the scale of x; of their coefficients those of these columns count.
  NextPass start(const std::vector<double>& lambda, const std::vector<Coefficients>& from,
                 const std::vector<std::size_t>& columns);
  // Some rows of a pass; weights are absolute.
  void add(const Rows& rows, const Observations& response) { look_.add(problem_, form_, rows, response); }
  // Rows of the same pass that another one was given, which is in the same state otherwise.
  void merge(const PassSolver& part) { look_.merge(part.look_); }
  // After a pass: certifies the models and moves those that are not good enough.
  NextPass advance();
  // Of a pass that is too large.
  TooManyColumns excess() const { return excess_.value(); }

  // Whether the model that this lambda started from was good enough.
  bool stays(std::size_t k) const { return model_[k].looks == 1 && model_[k].known; }
  // The best model of each lambda so far; gap NaN where none was looked at.
  std::vector<Trained> trained() const;
  // lambda: those that it was started for. Throws TooManyColumns where what is read was more than memory holds.
  void exchange(Archive& archive, const std::vector<double>& lambda);

 private:
  void set_lambda(const std::vector<double>& lambda);
  NextPass plan_next();
  void take_gram();
  LookedModel told_of(std::size_t m) const;
  void go_back(std::size_t k);
  void move(ModelProgress& model, const LookedModel& told, std::size_t m) const;
  bool widen(const MissingColumns& missing);

  const Statement& problem_;
  const StandardForm& form_;
  const double weight_;
  const PassSettings settings_;
  std::vector<ModelProgress> model_;
  WorkingColumns working_;
  bool reaches_zero_ = false;         // some lambda is 0: then no column has a penalty there
  std::vector<std::size_t> in_look_;  // models that the look evaluates
  CurvatureGroups groups_;            // of these
  PassLook look_;
  std::optional<TooManyColumns> excess_;
  std::vector<double> gram_;  // squared loss: of the first known_ working columns
  std::size_t known_ = 0;
};

}  // namespace sgdlasso
