// model_progress.h: the model of one lambda on its way to its optimum: where the next pass looks at it, the best so far
// with its certificate, and when it is done.
#pragma once

#include <cstddef>
#include <vector>

#include "base/archive.h"
#include "model/fit_spec.h"
#include "model/trained.h"
#include "passes/looked_model.h"

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

struct ModelProgress {
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

  // What a pass has told of `at`: it is taken, unless it is worse than the last.
  void assess(const LookedModel& told, const PassSettings& settings);
  // Where it was worse: half the way back to the last.
  void go_back();
  // The gap that is good enough, by what the model that was taken last explains.
  double gap_for(const Statement& problem, double tol) const;
  Trained trained(const Statement& problem, const StandardForm& form, const std::vector<std::size_t>& columns,
                  double tol) const;

  // All but lambda. columns: how many.
  void exchange(Archive& archive, std::size_t columns);

 private:
  void take(const LookedModel& told, const PassSettings& settings, double loss, double objective);
};

}  // namespace sgdlasso
