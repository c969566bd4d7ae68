// working_set.h: the columns that a certified solver works on between two passes over all of x, and their Gram matrix.
#pragma once

#include <vector>

#include "descent/coordinate_descent.h"
#include "descent/profiled_intercept.h"
#include "descent/residual_descent.h"
#include "model/standard_form.h"

namespace sgdlasso {

class WorkingSet {
 public:
  WorkingSet(const Problem& problem, const StandardForm& form);

  std::size_t size() const { return columns_.size(); }
  const std::vector<std::size_t>& columns() const { return columns_; }  // of x, in order of entry
  Selection selection() const { return {form_.scaling, columns_}; }
  bool contains(std::size_t j) const { return inside_[j]; }
  void add(std::size_t j);

  // The quadratic that models are moved on: 1/2 d'Gd with G = Z' diag(weights) Z, the intercept profiled out.
  void set_weights(std::vector<double> weights);

  const std::vector<double>& weights() const { return weights_; }
  // Brings Gram matrix and border up to the columns there are.
  void refresh();

  // A lasso of this quadratic, from b with slopes q, both moved; residuals(): the weighted residuals that q came from,
  // asked for only if the columns are too many for a Gram matrix. Returns the gap of the quadratic.
  template <class Residuals>
  double descend(const QuadraticLasso& task, std::vector<double>& b, std::vector<double>& q, Residuals residuals) {
    refresh();
    if (!wide())
      return sgdlasso::descend({gram_, task.curvature, task.penalty, task.square, task.widest, problem_.watch},
                               task.target, b, q)
          .gap;
    return by_residual_.descend(columns_, task, b, q, residuals()).gap;
  }
  // Whether columns are too many for a Gram matrix.
  bool wide() const { return columns_.size() > kMostGramColumns; }
  static constexpr std::size_t kMostGramColumns = 5000;  // 200 MB

  // Of the columns that there were when it was refreshed.
  ProfiledIntercept intercept() const { return {total_, border_}; }
  double total() const { return total_; }  // of the weights

 private:
  void refresh_border(std::size_t from);

  const Problem& problem_;
  const StandardForm& form_;
  std::vector<std::size_t> columns_;
  std::vector<char> inside_;
  std::vector<double> weights_;
  double total_ = 0;
  std::vector<double> border_;
  Square gram_;
  std::size_t known_ = 0;  // columns whose Gram matrix and border are up to date
  ResidualDescent by_residual_;
};

}  // namespace sgdlasso
