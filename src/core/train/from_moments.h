// from_moments.h: training from sufficient statistics alone: squared loss, wherever the rows were.
#pragma once

#include <vector>

#include "model/fit_spec.h"
#include "model/lambda_path.h"
#include "model/moments.h"

namespace sgdlasso {

// rows: how many the moments are of.
FittedPath fit_moments(const FitSpec& spec, const Moments& moments, double rows, Watch& watch);

// The path of the rows outside one fold at given lambdas, and the mean squared error of each of its models on those
// inside.
struct FoldPath {
  FittedPath outside;
  std::vector<double> error;
};
// inside: the moments of each fold, two at least. Folds are solved side by side.
std::vector<FoldPath> fit_folds(const FitSpec& spec, const std::vector<Moments>& inside,
                                const std::vector<double>& lambda, Watch& watch);

}  // namespace sgdlasso
