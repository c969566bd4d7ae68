#include "descent/profiled_intercept.h"

namespace sgdlasso {

void ProfiledIntercept::profile(Square& gram, std::size_t from, Watch& watch) const {
  for (std::size_t j = from; j < border.size(); ++j) {
    if (j % kUnwatched == 0) watch.tick(0);
    for (std::size_t i = 0; i <= j; ++i) {
      gram.at(i, j) -= border[i] * border[j] / total;
      gram.at(j, i) = gram.at(i, j);
    }
  }
}

void ProfiledIntercept::profile(double sum, std::vector<double>& slopes) const {
  const double off = sum / total;
  for (std::size_t c = 0; c < border.size(); ++c) slopes[c] -= off * border[c];
}

double ProfiledIntercept::step(double sum, double curvature, const std::vector<double>& step) const {
  double across = 0;
  for (std::size_t c = 0; c < border.size(); ++c) across += step[c] * border[c];
  return sum / total / curvature - across / total;
}

}  // namespace sgdlasso
