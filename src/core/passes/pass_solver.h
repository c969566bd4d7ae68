// pass_solver.h: certified models of several lambdas from passes over rows that are nowhere held: each pass
// (pass_look.h) tells how far every model is from its optimum and which columns were missing, and between passes the
// models move on the columns that are known to matter (looked_model.h). Squared loss is solved there outright; other
// losses take a proximal Newton step.
#pragma once

#include <cstddef>
#include <vector>

#include "base/archive.h"
#include "model/fit_spec.h"
#include "model/trained.h"
#include "passes/curvature_groups.h"
#include "passes/looked_model.h"
#include "passes/pass_look.h"
#include "passes/working_columns.h"

namespace sgdlasso {

struct PassSettings {
  StopSpec stop;
  double most_numbers;  // that curvatures may take, by the memory there is
  bool trace;
  bool moves;   // whether models that are not optimal are moved; else they are certified as they are
  bool guards;  // whether models that are worse than the null model are moved towards it
};

inline void exchange_fields(Archive& archive, Epoch& epoch) {
  archive(epoch.mse, epoch.objective, epoch.nonzero, epoch.rate, epoch.gap, epoch.number);
}

// More columns than there is memory for.
struct TooManyColumns {
  std::size_t columns;
  double most;
};

class PassSolver {
 public:
  // weight: of all rows.
  PassSolver(const Statement& problem, const StandardForm& form, double weight, const PassSettings& settings);

  // Models to start from, one for each lambda, on the scale of x; of their coefficients those of these columns count.
  void start(const std::vector<double>& lambda, const std::vector<Coefficients>& from,
             const std::vector<std::size_t>& columns);

  PassLook& look() { return look_; }
  // After a pass: certifies the models and moves those that are not good enough. Whether another pass is wanted.
  bool advance();

  // Whether the model that this lambda started from was good enough.
  bool stays(std::size_t k) const { return model_[k].looks == 1 && model_[k].known; }
  // The best model of each lambda so far; gap NaN where none was looked at.
  std::vector<Trained> trained() const;
  // lambda: those that it was started for.
  void exchange(Archive& archive, const std::vector<double>& lambda);

 private:
  // What has become of the model of one lambda.
  struct Model {
    double lambda = 0;
    PassModel at;      // where the next look evaluates it
    PassModel before;  // the last point that was taken, with its objective
    double objective_before = 0;
    double damping = 1;  // of steps, where one went too far
    PassModel best;      // with its certificate
    double best_loss = 0;
    Certificate certificate;
    bool taken = false;  // the point that was looked at
    bool known = false, done = false;
    std::size_t looks = 0, idle = 0, rejected = 0;  // idle: points taken since the gap last fell; rejected: in a row
    std::vector<Epoch> trace;
    void exchange(Archive& archive, std::size_t columns) {
      for (PassModel* one : {&at, &before, &best}) one->exchange(archive, columns);
      archive(objective_before, damping, best_loss, certificate, taken, known, done, looks, idle, rejected, trace);
    }
  };

  double most_columns() const;  // that memory has room for
  void plan_look();
  PassLook::Wanted wanted_of(std::size_t models);
  void want_curvatures(std::size_t models, PassLook::Wanted& wanted);
  void take_gram();
  LookedModel looked(std::size_t m) const;
  void assess(Model& model, const LookedModel& looked);
  void take(Model& model, const LookedModel& looked, double loss, double objective);
  void go_back(std::size_t k);
  void move(Model& model, const LookedModel& looked, std::size_t m) const;
  double gap_for(const Model& model) const;
  void widen(const MissingColumns& missing);

  const Statement& problem_;
  const StandardForm& form_;
  const double weight_;
  const PassSettings settings_;
  std::vector<Model> model_;
  WorkingColumns working_;
  bool reaches_zero_ = false;         // some lambda is 0: then no column has a penalty there
  std::vector<std::size_t> in_look_;  // models that the look evaluates
  CurvatureGroups groups_;            // of these
  PassLook look_;
  std::vector<double> gram_;  // squared loss: of the first known_ working columns
  std::size_t known_ = 0;
};

}  // namespace sgdlasso
