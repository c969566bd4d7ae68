// curvature_groups.h: neighbouring models that are moved by one curvature, that of the model in their middle.
#pragma once

#include <cstddef>
#include <vector>

namespace sgdlasso {

struct CurvatureGroups {
  std::vector<std::size_t> middle;  // of each group: the model whose curvature it is
  std::vector<std::size_t> of;      // of each model: its group
};

// lambda: of each model, falling. At most so many to a group, and lambdas in it at most this factor apart.
CurvatureGroups group_neighbours(const std::vector<double>& lambda, std::size_t most, double apart);

}  // namespace sgdlasso
