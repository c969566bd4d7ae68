// float_columns.h: working columns as the floats that sweeps multiply with, made once a column. Those with zeros are
// scaled, not centred.
#pragma once

#include <cstddef>
#include <vector>

#include "base/large_buffer.h"
#include "base/parallel.h"
#include "kernels/lane_sweep.h"
#include "model/standard_form.h"

namespace sgdlasso {

class FloatColumns {
 public:
  FloatColumns(const Problem& problem, const StandardForm& form) : problem_(problem), form_(form) {}

  // Takes in those of these columns of x that are not there yet.
  void take(const std::vector<std::size_t>& columns);
  // Of a column that has been taken in.
  SweepEntries entries(std::size_t j) const;

  // visit(row, value in double precision)
  template <class Visit>
  void for_each(std::size_t j, Visit visit) const {
    const ColumnView view = problem_.rows.column(j);
    const double shift = shift_of(j, view), scale = form_.scaling.scale[j];
    for (std::size_t e = 0; e < view.count; ++e) {
      visit(view.index ? static_cast<std::size_t>(view.index[e]) : e, (view.value[e] - shift) * scale);
    }
  }
  double shift(std::size_t j) const { return shift_of(j, problem_.rows.column(j)); }

 private:
  double shift_of(std::size_t j, const ColumnView& view) const {
    return view.count == problem_.response.n ? form_.scaling.centre[j] : 0;
  }

  const Problem& problem_;
  const StandardForm& form_;
  std::vector<const float*> value_;  // by column of x
  std::vector<LargeBuffer<float>> values_;
};

}  // namespace sgdlasso
