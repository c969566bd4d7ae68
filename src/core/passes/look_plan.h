// look_plan.h: what the next pass sums for models that are not done, as far as memory holds it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "passes/curvature_groups.h"
#include "passes/pass_look.h"
#include "passes/working_columns.h"

namespace sgdlasso {

// More columns than memory holds the products of. Thrown where nothing can be left out.
struct TooManyColumns {
  std::size_t columns;
  double most;
};

// Whose products fit into so many numbers, with what is made of them.
double most_columns(double most_numbers);

// The same for all passes of a batch of models.
struct LookSpec {
  bool squared;       // loss
  bool moves;         // whether models are moved, or the certificate alone is wanted
  bool reaches_zero;  // some lambda is 0: then no column has a penalty there
  double most_numbers;
};

struct LookPlan {
  PassLook::Wanted wanted;
  CurvatureGroups groups;                // of the models, where they are moved by curvatures
  std::optional<TooManyColumns> excess;  // where memory does not hold it
};

// lambda: of each model, falling. known: squared loss: how many working columns have products that are known.
LookPlan plan_look(const LookSpec& spec, const WorkingColumns& working, const std::vector<double>& lambda,
                   std::size_t known);

}  // namespace sgdlasso
