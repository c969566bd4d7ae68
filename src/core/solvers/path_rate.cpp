#include "solvers/path_rate.h"

#include <utility>

namespace sgdlasso {

void PathRate::take(const WorkingSet& set, const LambdaBatch& batch, std::size_t k, const std::vector<double>& slopes) {
  b_.clear();
  q_.clear();
  if (k == 0) return;
  const LambdaModel &here = batch.model[k], &before = batch.model[k - 1];
  const double by = 1 / (here.lambda - before.lambda);
  b_.resize(form_.columns.size(), 0.0);
  q_.resize(form_.columns.size());
  for (std::size_t c = 0; c < here.b.size(); ++c) b_[position_[set.columns()[c]]] = by * (here.b[c] - before.b[c]);
  for (std::size_t c = 0; c < q_.size(); ++c) {
    q_[c] = by * (slopes[c * batch.size() + k] - slopes[c * batch.size() + k - 1]);
  }
}

void PathRate::follow(const WorkingSet& set, double from, LambdaBatch& batch) const {
  if (b_.empty()) return;
  for (LambdaModel& model : batch.model) {
    const double by = model.lambda - from;
    std::vector<double> b = model.b, q = model.q;
    bool within = true;
    for (std::size_t c = 0; c < b.size(); ++c) {
      const std::size_t j = set.columns()[c];
      b[c] += by * b_[position_[j]];
      q[c] += by * q_[position_[j]];
      within = within && b[c] == form_.penalty.at(j, model.lambda).clamp(b[c]);
    }
    if (!within) return;
    model.b = std::move(b);
    model.q = std::move(q);
  }
}

}  // namespace sgdlasso
