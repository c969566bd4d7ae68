#include "descent/working_set.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sgdlasso {

WorkingSet::WorkingSet(const Problem& problem, const StandardForm& form)
    : problem_(problem),
      form_(form),
      inside_(problem.rows.p(), 0),
      gram_(problem, form),
      lanes_(problem, form) {}

void WorkingSet::add(std::size_t j) {
  if (inside_[j]) return;
  inside_[j] = 1;
  columns_.push_back(j);
}

void WorkingSet::keep(const std::vector<std::size_t>& kept) {
  refresh();
  for (const std::size_t j : columns_) inside_[j] = 0;
  for (std::size_t c = 0; c < kept.size(); ++c) {
    columns_[c] = columns_[kept[c]];
    inside_[columns_[c]] = 1;
  }
  columns_.resize(kept.size());
  gram_.keep(kept);
  face_.clear();
}

void WorkingSet::set_weights(std::vector<double> weights) {
  gram_.set_weights(std::move(weights));
  face_.clear();
  lanes_.set_weights(gram_.weights());
}

void WorkingSet::refresh() {
  gram_.refresh(columns_, !wide());
}

void WorkingSet::descend(std::vector<QuadraticLasso>& lassos) {
  refresh();
  if (wide()) {
    lanes_.descend(columns_, lassos);
  } else if (!lassos.empty()) {
    follow(lassos);
  }
}

namespace {

// Whether they differ in lambda alone.
bool start_alike(const std::vector<QuadraticLasso>& lassos) {
  const QuadraticLasso& first = lassos.front();
  return std::all_of(lassos.begin(), lassos.end(), [&](const QuadraticLasso& lasso) {
    return lasso.curvature == first.curvature && *lasso.b == *first.b && *lasso.q == *first.q;
  });
}

}  // namespace

// One after another, so that the face has few coordinates to let in or out: each from where the one before it ended if
// all start alike, or if that is nearer than its own start. The one nearest to the face is first.
void WorkingSet::follow(std::vector<QuadraticLasso>& lassos) {
  const bool alike = start_alike(lassos);
  const auto away = [&](const QuadraticLasso& lasso) { return std::abs(lasso.lambda - followed_); };
  const bool backwards = !alike && away(lassos.back()) < away(lassos.front());
  const QuadraticLasso* before = nullptr;
  for (std::size_t at = 0; at < lassos.size(); ++at) {
    QuadraticLasso& lasso = lassos[backwards ? lassos.size() - 1 - at : at];
    const std::vector<CoordinatePenalty> penalty = penalties_at(form_, columns_, lasso.lambda);
    const Quadratic quadratic{gram_.matrix(), lasso.curvature, penalty, lasso.square, lasso.widest, problem_.watch};
    const auto gap = [&](const QuadraticLasso& from) { return gap_at(quadratic, *from.b, *from.q); };
    if (before && (alike || (lasso.one_loss && gap(*before) < gap(lasso)))) {
      *lasso.b = *before->b;
      *lasso.q = *before->q;
    }
    lasso.gap = sgdlasso::descend(quadratic, lasso.target, *lasso.b, *lasso.q, &face_).gap;
    before = &lasso;
    followed_ = lasso.lambda;
  }
}

}  // namespace sgdlasso
