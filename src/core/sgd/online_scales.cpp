#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "sgd/online_scales.h"

#include <utility>

#include "kernels/dense_kernels.h"
#include "model/scaling.h"

namespace sgdlasso {

OnlineScales::OnlineScales(const PenaltySpec& penalty, std::vector<double> given, bool sparse)
    : penalty_(penalty),
      given_(std::move(given)),
      sparse_(sparse) {}

ColumnMoment OnlineScales::known(const OnlineMoments& moments, std::size_t j) const {
  ColumnMoment column = moments.column(j);
  if (learned()) return column;
  column.variance = given_[j] * given_[j];
  column.square = column.variance + (sparse_ ? 0 : column.mean * column.mean);
  column.frequency = 1;
  return column;
}

ColumnMoments OnlineScales::known(const OnlineMoments& moments) const {
  ColumnMoments columns;
  for (std::size_t j = 0; j < penalty_.p(); ++j) columns.add(known(moments, j));
  return columns;
}

void OnlineScales::start(const ColumnMoments& columns, const Penalty& penalty) {
  scaling_ = unit_scaling(columns, penalty, centres());
  norm2_ = mean_norm2(columns, scaling_, penalty_.intercept);
}

NewScale OnlineScales::anew(std::size_t j, const ColumnMoment& column, bool keeps_centre) {
  const ColumnScaling old{scaling_.centre[j], scaling_.scale[j]};
  const ColumnScaling now = unit_scaling(column, penalty_.excluded(j), centres());
  scaling_.scale[j] = now.scale;
  if (!keeps_centre) scaling_.centre[j] = now.centre;
  const WorkingFactors factors = working_factors(penalty_.factor[j], penalty_.spread(column.variance), now.scale);
  return {j, factors, old.scale, old.scale != 0 ? now.scale / old.scale : 0, scaling_.centre[j] - old.centre};
}

std::vector<NewScale> OnlineScales::all_anew(const OnlineMoments& moments) {
  const ColumnMoments columns = known(moments);
  std::vector<NewScale> all;
  for (std::size_t j = 0; j < penalty_.p(); ++j) all.push_back(anew(j, columns.at(j), false));
  norm2_ = mean_norm2(columns, scaling_, penalty_.intercept);
  return all;
}

std::vector<NewScale> OnlineScales::some_anew(const OnlineMoments& moments, const Row& row, bool fresh_only) {
  std::vector<NewScale> some;
  for (std::size_t k = 0; k < row.size; ++k) {
    const std::size_t j = row.index ? static_cast<std::size_t>(row.index[k]) : k;
    if (fresh_only && scaling_.scale[j] != 0) continue;
    const ColumnMoment column = known(moments, j).checked();
    if (column.variance > 0) some.push_back(anew(j, column, true));
  }
  return some;
}

void OnlineScales::scale(const Row& row, RowBlock& block) const {
  block.rows.assign(1, row);
  block.numbers.resize(row.size);
  double* to = block.numbers.data();
  if (!row.index) {
    dense_kernels().scaled(row.value, scaling_.centre.data(), scaling_.scale.data(), to, row.size);
  }
  for (std::size_t k = 0; k < row.size && row.index; ++k)
    to[k] = row.value[k] * scaling_.scale[static_cast<std::size_t>(row.index[k])];
  block.rows[0].value = to;
  block.rows[0].norm2 = dense_kernels().dot(to, to, row.size);
}

bool OnlineScales::is_far_longer(const Row& scaled) const {
  const double far_longer = 10;
  return scaled.norm2 + (penalty_.intercept ? 1 : 0) > far_longer * norm2_;
}

void OnlineScales::exchange(Archive& archive) {
  archive.sized(scaling_.centre, penalty_.p());
  archive.sized(scaling_.scale, penalty_.p());
  archive(norm2_);
}

}  // namespace sgdlasso
