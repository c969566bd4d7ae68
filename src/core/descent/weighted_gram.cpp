#include "descent/weighted_gram.h"

#include <algorithm>
#include <utility>

#include "base/parallel.h"

namespace sgdlasso {

void WeightedGram::set_weights(std::vector<double> weights) {
  weights_ = std::move(weights);
  total_ = 0;
  for (const double weight : weights_) total_ += weight;
  border_.clear();
}

void WeightedGram::refresh(const std::vector<std::size_t>& columns, bool with_matrix) {
  const std::size_t from = size();
  if (from == columns.size()) return;
  refresh_border(columns);
  if (!with_matrix) {
    matrix_ = Square();
    return;
  }
  matrix_.grow(columns.size());
  problem_.rows.gram({form_.scaling, columns}, from, weights_.data(), matrix_, {problem_.threads, problem_.watch});
  if (problem_.intercept) intercept().profile(matrix_, from, problem_.watch);
}

void WeightedGram::keep(const std::vector<std::size_t>& kept) {
  for (std::size_t k = 0; k < kept.size(); ++k) border_[k] = border_[kept[k]];
  border_.resize(kept.size());
  matrix_.keep(kept);
}

void WeightedGram::refresh_border(const std::vector<std::size_t>& columns) {
  const std::size_t from = size();
  border_.resize(columns.size(), 0.0);
  if (!problem_.intercept) return;
  const std::vector<std::size_t> fresh(columns.begin() + static_cast<std::ptrdiff_t>(from), columns.end());
  Panel panel(problem_.response.n, 1, problem_.rows.layout());
  std::copy(weights_.begin(), weights_.end(), panel.lane(0));
  problem_.rows.cross_products({form_.scaling, fresh}, panel, border_.data() + from,
                               {problem_.threads, problem_.watch});
}

}  // namespace sgdlasso
