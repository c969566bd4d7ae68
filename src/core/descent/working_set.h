// working_set.h: the columns that a certified solver works on between two passes over all of x, and their Gram matrix.
#pragma once

#include <vector>

#include "descent/coordinate_descent.h"
#include "descent/lane_descent.h"
#include "descent/profiled_intercept.h"
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

  // Lassos of this quadratic, by position in the columns.
  void descend(std::vector<QuadraticLasso>& lassos);
  // Whether there are too many columns for a Gram matrix, or so many that sweeps over residuals take less time.
  bool wide() const { return columns_.size() > (problem_.rows.sparse() ? kMostSparseColumns : kMostColumns); }
  static constexpr std::size_t kMostColumns = 5000;  // 200 MB
  static constexpr std::size_t kMostSparseColumns = 1000;

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
  LaneDescent lanes_;
};

}  // namespace sgdlasso
