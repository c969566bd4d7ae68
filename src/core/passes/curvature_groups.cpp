#include "passes/curvature_groups.h"

namespace sgdlasso {

CurvatureGroups group_neighbours(const std::vector<double>& lambda, std::size_t most, double apart) {
  CurvatureGroups groups;
  std::size_t first = 0;
  for (std::size_t m = 1; m <= lambda.size(); ++m) {
    if (m < lambda.size() && m - first < most && lambda[first] <= apart * lambda[m]) continue;
    groups.of.resize(m, groups.middle.size());
    groups.middle.push_back((first + m) / 2);
    first = m;
  }
  return groups;
}

}  // namespace sgdlasso
