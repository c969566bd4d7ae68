#include "descent/lasso_trail.h"

#include <algorithm>
#include <cmath>

#include "descent/coordinate_descent.h"

namespace sgdlasso {
namespace {

// Whether they differ in lambda alone.
bool start_alike(const std::vector<QuadraticLasso>& lassos) {
  const QuadraticLasso& first = lassos.front();
  return std::all_of(lassos.begin(), lassos.end(), [&](const QuadraticLasso& lasso) {
    return lasso.curvature == first.curvature && *lasso.b == *first.b && *lasso.q == *first.q;
  });
}

}  // namespace

// The face has few coordinates to let in or out then: each goes from where the one before it ended if all start alike,
// or if that is nearer than its own start. The one nearest to the face is first.
void LassoTrail::follow(const WeightedGram& gram, const std::vector<std::size_t>& columns,
                        std::vector<QuadraticLasso>& lassos) {
  if (lassos.empty()) return;
  const bool alike = start_alike(lassos);
  const auto away = [&](const QuadraticLasso& lasso) { return std::abs(lasso.lambda - lambda_); };
  const bool backwards = !alike && away(lassos.back()) < away(lassos.front());
  const QuadraticLasso* before = nullptr;
  for (std::size_t at = 0; at < lassos.size(); ++at) {
    QuadraticLasso& lasso = lassos[backwards ? lassos.size() - 1 - at : at];
    const std::vector<CoordinatePenalty> penalty = penalties_at(form_, columns, lasso.lambda);
    const Quadratic quadratic{gram.matrix(), lasso.curvature, penalty, lasso.square, lasso.widest, problem_.watch};
    const auto gap = [&](const QuadraticLasso& from) { return gap_at(quadratic, *from.b, *from.q); };
    if (before && (alike || (lasso.one_loss && gap(*before) < gap(lasso)))) {
      *lasso.b = *before->b;
      *lasso.q = *before->q;
    }
    lasso.gap = descend(quadratic, lasso.target, *lasso.b, *lasso.q, &face_).gap;
    before = &lasso;
    lambda_ = lasso.lambda;
  }
}

}  // namespace sgdlasso
