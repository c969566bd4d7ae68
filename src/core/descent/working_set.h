// working_set.h: the columns that a certified solver works on between two passes over all of x, and the quadratic that
// it moves models on.
#pragma once

#include <algorithm>
#include <vector>

#include "descent/lane_descent.h"
#include "descent/lasso_trail.h"
#include "descent/stalled_columns.h"
#include "descent/weighted_gram.h"
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
  // Of its columns these alone, with what is known of them: by position, in ascending order.
  void keep(const std::vector<std::size_t>& kept);

  // Of the quadratic.
  void set_weights(std::vector<double> weights);
  const std::vector<double>& weights() const { return gram_.weights(); }
  double total() const { return gram_.total(); }  // of the weights
  // Brings the quadratic up to the columns there are.
  void refresh();

  // Whether lassos that sweeps over residuals leave above their targets are solved by the Gram matrix of what moves.
  void solve_stalled(bool does) { solves_stalled_ = does; }
  bool solves_stalled() const { return solves_stalled_; }
  // Lassos of this quadratic, by position in the columns.
  void descend(std::vector<QuadraticLasso>& lassos);
  // Whether there are too many columns for a Gram matrix, or so many may be in a model that sweeps over residuals take
  // less time: without a ridge part no more than there are rows.
  bool wide() const { return wide_with(columns_.size()); }
  bool wide_with(std::size_t columns) const {
    const std::size_t most = form_.penalty.ridge > 0 ? columns : std::min(columns, problem_.response.n);
    return columns > kMostColumns || (problem_.rows.sparse() && most > kMostSparseColumns);
  }
  static constexpr std::size_t kMostColumns = 5000;  // 200 MB
  static constexpr std::size_t kMostSparseColumns = 1000;

  // Of the columns that there were when it was refreshed.
  ProfiledIntercept intercept() const { return gram_.intercept(); }

 private:
  void sweep(std::vector<QuadraticLasso>& lassos);

  const Problem& problem_;
  const StandardForm& form_;
  std::vector<std::size_t> columns_;
  std::vector<char> inside_;
  WeightedGram gram_;
  LassoTrail trail_;
  LaneDescent lanes_;
  StalledColumns stalled_;
  bool solves_stalled_ = false;
};

}  // namespace sgdlasso
