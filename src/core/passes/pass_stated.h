// pass_stated.h: what pass_training.cpp and pass_start.cpp share: the problem once it is stated, and its null model.
#pragma once

#include <memory>
#include <utility>

#include "passes/pass_training.h"

namespace sgdlasso {

struct PassTraining::Stated {
  Stated(const Loss& loss, const TrainingPlan& plan, Penalty penalty, const OnlineMoments& moments, const NullModel& null,
         Watch& watch)
      : problem{loss,
                std::move(penalty),
                moments.columns(),
                plan.penalty.intercept,
                plan.penalty.standardize,
                null,
                plan.threads,
                watch},
        form(problem) {}
  Statement problem;
  StandardForm form;
  std::unique_ptr<PassSolver> solver;
};

}  // namespace sgdlasso
