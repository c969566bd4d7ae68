#include "descent/working_set.h"

#include <utility>

namespace sgdlasso {

WorkingSet::WorkingSet(const Problem& problem, const StandardForm& form)
    : problem_(problem),
      form_(form),
      inside_(problem.rows.p(), 0),
      now_(std::make_unique<WeightedGram>(problem, form)),
      lanes_(problem, form) {}

void WorkingSet::add(std::size_t j) {
  if (inside_[j]) return;
  inside_[j] = 1;
  columns_.push_back(j);
}

void WorkingSet::set_weights(std::vector<double> weights, bool keep_both) {
  if (keep_both && !wide()) {
    if (!before_) before_ = std::make_unique<WeightedGram>(problem_, form_);
    std::swap(now_, before_);
  } else {
    before_.reset();
  }
  now_->set_weights(std::move(weights));
  face_ = Face();
  lanes_.set_weights(now_->weights());
}

void WorkingSet::refresh() {
  now_->refresh(columns_, !wide());
}

ProfiledIntercept WorkingSet::intercept(double newer) const {
  return mixes(newer) ? now_->mixed_intercept(newer, *before_) : now_->intercept();
}

void WorkingSet::descend(std::vector<QuadraticLasso>& lassos) {
  refresh();
  if (wide()) {
    lanes_.descend(columns_, lassos);
    return;
  }
  parallel_for(lassos.size(), {problem_.threads, problem_.watch}, [&](std::size_t k, Watch& watch) {
    QuadraticLasso& lasso = lassos[k];
    const std::vector<CoordinatePenalty> penalty = penalties_at(form_, columns_, lasso.lambda);
    const GramMixture gram = mixes(lasso.newer) ? now_->mixed(lasso.newer, *before_) : now_->matrix();
    const bool as_before = lassos.size() == 1 && lasso.curvature == 1 && !mixes(lasso.newer);
    lasso.gap = sgdlasso::descend({gram, lasso.curvature, penalty, lasso.square, lasso.widest, watch}, lasso.target,
                                  *lasso.b, *lasso.q, as_before ? &face_ : nullptr)
                    .gap;
  });
}

}  // namespace sgdlasso
