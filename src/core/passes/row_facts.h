// row_facts.h: what passes have told of all rows: how many there are, their moments, the null model, and the problem
// that these state.
#pragma once

#include <memory>

#include "base/archive.h"
#include "model/null_model.h"
#include "model/online_moments.h"
#include "model/standard_form.h"

namespace sgdlasso {

// A pass brought other rows than the first one.
struct RowsChanged {
  double rows, before;
};

// What tells whether two passes brought the same rows, in whatever order.
struct RowCount {
  double rows = 0, weight = 0, y = 0;  // y: sum of weight times y
  void add(const Observations& response);
  void merge(const RowCount& other);
  // y_square: mean of y^2.
  bool is_like(const RowCount& first, double y_square) const;
  void exchange(Archive& archive) { archive(rows, weight, y); }
};

struct RowFacts {
  RowCount count, first_count;  // of the pass at hand, and of the first
  OnlineMoments moments;
  NullModel null;
  std::unique_ptr<const StatedProblem> stated;  // once moments and null model are known
};

}  // namespace sgdlasso
