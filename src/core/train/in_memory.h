// in_memory.h: training on rows in memory: the problem that they state, and its path.
#pragma once

#include <memory>
#include <vector>

#include "model/fit_spec.h"
#include "model/lambda_path.h"
#include "model/moments_form.h"
#include "solvers/solver.h"

namespace sgdlasso {

class InMemory {
 public:
  // Views rows and response, whose weights are relative to their mean; the caller keeps both, spec and watch.
  InMemory(const FitSpec& spec, const Rows& rows, const Observations& response, Watch& watch);
  InMemory(const InMemory&) = delete;
  InMemory& operator=(const InMemory&) = delete;

  const Problem& problem() const { return problem_; }
  // Throws std::overflow_error, or Diverged where a rate of the user's is too large.
  FittedPath path() const;
  // Of the given coefficients, on the scale of x.
  Certificate certificate(const Coefficients& at, double lambda) const { return certify(problem_, form_, at, lambda); }

 private:
  std::unique_ptr<Solver> make_solver() const;

  const FitSpec& spec_;
  const std::unique_ptr<Loss> loss_;
  const std::unique_ptr<Moments> moments_;  // where everything is solved from one pass
  const Problem problem_;
  const StandardForm form_;
  const std::unique_ptr<MomentsForm> moments_form_;  // goes with moments
};

}  // namespace sgdlasso
