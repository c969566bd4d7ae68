#include "descent/working_set.h"

#include <utility>

namespace sgdlasso {

WorkingSet::WorkingSet(const Problem& problem, const StandardForm& form)
    : problem_(problem),
      form_(form),
      inside_(problem.rows.p(), 0),
      gram_(problem, form),
      trail_(problem, form),
      lanes_(problem, form),
      stalled_(problem, form, kMostColumns) {}

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
  trail_.clear();
}

void WorkingSet::set_weights(std::vector<double> weights) {
  gram_.set_weights(std::move(weights));
  trail_.clear();
  lanes_.set_weights(gram_.weights());
  stalled_.forget_weights();
}

void WorkingSet::refresh() {
  gram_.refresh(columns_, !wide());
}

void WorkingSet::descend(std::vector<QuadraticLasso>& lassos) {
  refresh();
  if (wide()) {
    sweep(lassos);
  } else {
    trail_.follow(gram_, columns_, lassos);
  }
}

void WorkingSet::sweep(std::vector<QuadraticLasso>& lassos) {
  if (!solves_stalled_) return lanes_.descend(columns_, lassos);
  std::vector<LassoPoint> start;
  for (const QuadraticLasso& lasso : lassos) start.push_back({*lasso.b, *lasso.q});
  lanes_.descend(columns_, lassos);
  stalled_.solve(columns_, gram_.weights(), start, lassos);
}

}  // namespace sgdlasso
