// weighted_gram.h: the quadratic that models are moved on, 1/2 d'Gd with G = Z' diag(weights) Z for the columns Z of a
// working set, the intercept profiled out.
#pragma once

#include <vector>

#include "base/square.h"
#include "descent/profiled_intercept.h"
#include "model/standard_form.h"

namespace sgdlasso {

class WeightedGram {
 public:
  WeightedGram(const Problem& problem, const StandardForm& form) : problem_(problem), form_(form) {}

  void set_weights(std::vector<double> weights);
  // Brings border and, where it is wanted, the matrix up to these columns, of which those known come first.
  void refresh(const std::vector<std::size_t>& columns, bool with_matrix);
  // Of the columns that are known these alone, by position.
  void keep(const std::vector<std::size_t>& kept);

  const std::vector<double>& weights() const { return weights_; }
  double total() const { return total_; }  // of the weights
  // Of the columns that there were when it was refreshed.
  std::size_t size() const { return border_.size(); }
  ProfiledIntercept intercept() const { return {total_, border_}; }
  const Square& matrix() const { return matrix_; }

 private:
  void refresh_border(const std::vector<std::size_t>& columns);

  const Problem& problem_;
  const StandardForm& form_;
  std::vector<double> weights_;
  double total_ = 0;
  std::vector<double> border_;
  Square matrix_;
};

}  // namespace sgdlasso
