// pass_stated.h: what pass_training.cpp and pass_start.cpp share: the problem once it is stated, and its null model.
#pragma once

#include <memory>
#include <utility>

#include "passes/pass_training.h"

namespace sgdlasso {

struct PassTraining::Stated {
  Stated(const Loss& loss, const FitSpec& spec, Penalty penalty, const OnlineMoments& moments, const NullModel& null,
         Watch& watch)
      : problem{loss,
                std::move(penalty),
                moments.columns(),
                spec.penalty.intercept,
                spec.penalty.standardize,
                null,
                spec.threads,
                watch,
                moments.response().rows},
        form(problem) {}
  Statement problem;
  StandardForm form;
  std::unique_ptr<PassSolver> solver;
};

}  // namespace sgdlasso
