// standard_form.h: the problem in columns of mean 0 (with an intercept) and deviation 1, in which certified solvers
// work whatever the user's standardisation: the penalty is rescaled to mean the same.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "model/problem.h"

namespace sgdlasso {

struct StandardForm {
  explicit StandardForm(const Statement& problem);

  Selection all() const { return {scaling, columns}; }

  Scaling scaling;
  WorkingPenalty penalty;
  std::vector<std::size_t> columns;  // that take part: not constant, not excluded
};

// Both forms of one problem.
struct StatedProblem {
  explicit StatedProblem(Statement stated) : problem(std::move(stated)), form(problem) {}

  Statement problem;
  StandardForm form;
};

// Of these columns of x.
std::vector<CoordinatePenalty> penalties_at(const StandardForm& form, const std::vector<std::size_t>& columns,
                                            double lambda);

}  // namespace sgdlasso
