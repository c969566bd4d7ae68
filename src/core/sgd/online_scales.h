// online_scales.h: the scales through which columns are seen while rows tell more of them.
//
// They are taken anew all at once, or of the columns that a row holds; the centres move only with all.
#pragma once

#include <cstddef>
#include <vector>

#include "base/archive.h"
#include "model/fit_spec.h"
#include "model/online_moments.h"
#include "sgd/dual_learner.h"

namespace sgdlasso {

class OnlineScales {
 public:
  // given: the deviation of each column where it is known; empty where it is to be learned.
  OnlineScales(const PenaltySpec& penalty, std::vector<double> given, bool sparse);

  bool learned() const { return given_.empty(); }
  // What is given of the columns, else what their rows say so far.
  ColumnMoments known(const OnlineMoments& moments) const;

  void start(const ColumnMoments& columns, const Penalty& penalty);
  std::vector<NewScale> all_anew(const OnlineMoments& moments);
  // Of the columns of one row, or of those among them that no row has held before.
  std::vector<NewScale> some_anew(const OnlineMoments& moments, const Row& row, bool fresh_only);

  // The row in working columns; its norm too.
  void scale(const Row& row, RowBlock& to) const;
  // Whether the row's scales are not to be believed: it is far longer than the mean one.
  bool is_far_longer(const Row& scaled) const;

  const Scaling& scaling() const { return scaling_; }
  double norm2() const { return norm2_; }

  void exchange(Archive& archive);

 private:
  ColumnMoment known(const OnlineMoments& moments, std::size_t j) const;
  NewScale anew(std::size_t j, const ColumnMoment& column, bool keeps_centre);
  bool centres() const { return penalty_.intercept && !sparse_; }

  const PenaltySpec& penalty_;
  std::vector<double> given_;
  bool sparse_;
  Scaling scaling_;
  double norm2_ = 0;  // mean squared norm of rows in these scales
};

}  // namespace sgdlasso
