#include "descent/working_set.h"

#include <algorithm>
#include <utility>

namespace sgdlasso {

WorkingSet::WorkingSet(const Problem& problem, const StandardForm& form)
    : problem_(problem),
      form_(form),
      inside_(problem.rows.p(), 0),
      lanes_(problem, form) {}

void WorkingSet::add(std::size_t j) {
  if (inside_[j]) return;
  inside_[j] = 1;
  columns_.push_back(j);
}

void WorkingSet::set_weights(std::vector<double> weights) {
  weights_ = std::move(weights);
  total_ = 0;
  for (const double weight : weights_) total_ += weight;
  known_ = 0;
  lanes_.set_weights(weights_);
}

void WorkingSet::refresh() {
  const std::size_t size = columns_.size(), from = known_;
  if (from == size) return;
  refresh_border(from);
  known_ = size;
  if (wide()) {
    gram_ = Square();
    return;
  }
  gram_.grow(size);
  problem_.rows.gram(selection(), from, weights_.data(), gram_, {problem_.threads, problem_.watch});
  if (problem_.intercept) intercept().profile(gram_, from, problem_.watch);
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
    lasso.gap = sgdlasso::descend({gram_, lasso.curvature, penalty, lasso.square, lasso.widest, watch}, lasso.target,
                                  *lasso.b, *lasso.q)
                    .gap;
  });
}

void WorkingSet::refresh_border(std::size_t from) {
  border_.resize(columns_.size(), 0.0);
  if (!problem_.intercept) return;
  const std::vector<std::size_t> fresh(columns_.begin() + static_cast<std::ptrdiff_t>(from), columns_.end());
  Panel panel(problem_.response.n, 1, problem_.rows.layout());
  std::copy(weights_.begin(), weights_.end(), panel.lane(0));
  problem_.rows.cross_products({form_.scaling, fresh}, panel, border_.data() + from,
                               {problem_.threads, problem_.watch});
}

}  // namespace sgdlasso
