#include "rows/dense_columns.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/panel_kernels.h"

namespace sgdlasso {
namespace {

constexpr std::size_t kStrip = 128;  // rows whose packed columns stay in the second cache

std::size_t padded(std::size_t rows) {
  return (rows + Panel::kPad - 1) / Panel::kPad * Panel::kPad;
}

// Working columns of some rows, packed one after another with kStrip rows each, zeros after the last.
void pack_rows(const DenseColumns& x, const Selection& z, std::size_t from, std::size_t to, std::size_t row,
               const double* root, double* packed) {
  const std::size_t rows = std::min(kStrip, x.n() - row);
  for (std::size_t c = from; c < to; ++c, packed += kStrip) {
    const std::size_t j = z.columns[c];
    panel_kernels().pack(x.column(j) + row, rows, z.scaling.centre[j], z.scaling.scale[j], root ? root + row : nullptr,
                         packed);
    std::fill(packed + rows, packed + padded(rows), 0.0);
  }
}

// A few working columns and their products with the lanes of a panel, strip by strip. Columns are multiplied as they
// are, and their products centred and scaled: z'r = scale (x'r - centre sum r). That loses as many digits as the centre
// has more than the deviation; where these are many, the column is packed first.
class ColumnGroup {
 public:
  static constexpr std::size_t kMost = 6;
  static constexpr std::size_t kRows = 4 * kStrip;

  ColumnGroup(const DenseColumns& x, const Selection& z, std::size_t from, std::size_t to)
      : x_(x),
        z_(z),
        from_(from),
        count_(to - from) {}

  // The rows from `row` on.
  void add_cross(const Panel& r, std::size_t row, double* out) {
    const std::size_t rows = std::min(kRows, x_.n() - row), whole = rows / Panel::kPad * Panel::kPad;
    const double *columns[kMost], *next[kMost];
    for (std::size_t k = 0; k < count_; ++k) {
      columns[k] = as_is(k) ? x_.column(at(k)) + row : packed(k, row, whole);
      next[k] = to_come(k, row);
    }
    add_cross({columns, next, count_}, r, row, whole, out);
    if (whole == rows) return;
    for (std::size_t k = 0; k < count_; ++k) columns[k] = packed(k, row + whole, rows - whole);
    add_cross({columns, columns, count_}, r, row + whole, Panel::kPad, out);
  }

  // Once all rows are in; sums: of the lanes.
  void centre(const std::vector<double>& sums, double* out) const {
    const std::size_t lanes = sums.size();
    for (std::size_t k = 0; k < count_; ++k) {
      if (!as_is(k)) continue;
      const double centre = z_.scaling.centre[at(k)], scale = z_.scaling.scale[at(k)];
      for (std::size_t l = 0; l < lanes; ++l) out[k * lanes + l] = scale * (out[k * lanes + l] - centre * sums[l]);
    }
  }

 private:
  std::size_t at(std::size_t k) const { return z_.columns[from_ + k]; }
  bool as_is(std::size_t k) const {
    const double far = 1e3;  // deviations
    return std::abs(z_.scaling.centre[at(k)] * z_.scaling.scale[at(k)]) <= far;
  }

  // What comes after these rows of a column: more of them, or those of a column of the next group.
  const double* to_come(std::size_t k, std::size_t row) const {
    if (row + kRows < x_.n()) return x_.column(at(k)) + row + kRows;
    return x_.column(from_ + k + count_ < z_.columns.size() ? at(k + count_) : at(k));
  }

  // Followed by zeros up to Panel::kPad rows.
  const double* packed(std::size_t k, std::size_t row, std::size_t rows) {
    const bool scales = !as_is(k);
    double* to = packed_ + k * kRows;
    panel_kernels().pack(x_.column(at(k)) + row, rows, scales ? z_.scaling.centre[at(k)] : 0,
                         scales ? z_.scaling.scale[at(k)] : 1, nullptr, to);
    std::fill(to + rows, to + padded(rows), 0.0);
    return to;
  }

  void add_cross(const ColumnsApart& columns, const Panel& r, std::size_t row, std::size_t rows, double* out) const {
    const std::size_t lanes = r.lanes(), apart = lanes > 1 ? static_cast<std::size_t>(r.lane(1) - r.lane(0)) : 0;
    panel_kernels().cross_apart(columns, {r.lane(0) + row, apart, lanes}, rows, out, lanes);
  }

  const DenseColumns& x_;
  const Selection& z_;
  std::size_t from_, count_;
  double packed_[kMost * kRows];
};

std::vector<double> lane_sums(const Panel& r, const Work& work) {
  PartSums sums(r.lanes());
  for_each_part(r.n(), work, [&](std::size_t part, std::size_t from, std::size_t to, Watch&) {
    for (std::size_t k = 0; k < r.lanes(); ++k) {
      double sum = 0;
      for (std::size_t i = from; i < to; ++i) sum += r.lane(k)[i];
      sums.at(part, k) = sum;
    }
  });
  return sums.total();
}

// Equal parts of at most `most` of 0 .. count.
std::vector<std::size_t> parts_of(std::size_t count, std::size_t most) {
  const std::size_t parts = (count + most - 1) / most;
  std::vector<std::size_t> ends(1, 0);
  for (std::size_t k = 1; k <= parts; ++k) ends.push_back(count * k / parts);
  return ends;
}

}  // namespace

void DenseColumns::cross_products(const Selection& z, const Panel& r, double* out, const Work& work) const {
  const std::size_t lanes = r.lanes();
  std::fill(out, out + z.columns.size() * lanes, 0.0);
  const std::vector<double> sums = lane_sums(r, work);
  const std::size_t run = 32 * kStrip;  // a run of the panel stays in the second cache while columns pass by
  const std::size_t groups = (z.columns.size() + ColumnGroup::kMost - 1) / ColumnGroup::kMost;
  const std::size_t shares = 4 * static_cast<std::size_t>(std::max(work.threads, 1));
  const std::vector<std::size_t> tasks = parts_of(groups, std::max<std::size_t>((groups + shares - 1) / shares, 1));
  parallel_for(tasks.size() - 1, work, [&](std::size_t task, Watch& watch) {
    for (std::size_t first = 0; first < n_; first += run) {
      const std::size_t last = std::min(first + run, n_);
      for (std::size_t g = tasks[task]; g < tasks[task + 1]; ++g) {
        const std::size_t c = g * ColumnGroup::kMost;
        ColumnGroup group(*this, z, c, std::min(c + ColumnGroup::kMost, z.columns.size()));
        for (std::size_t row = first; row < last; row += ColumnGroup::kRows) group.add_cross(r, row, out + c * lanes);
        if (last == n_) group.centre(sums, out + c * lanes);
        watch.tick(0);
      }
    }
  });
}

void DenseColumns::add_products(const Selection& z, const double* b, Panel& eta, const Work& work) const {
  const std::size_t lanes = eta.lanes();
  const std::size_t apart = lanes > 1 ? static_cast<std::size_t>(eta.lane(1) - eta.lane(0)) : 0;
  const std::size_t group = 8, count = z.columns.size(),
                    run = 8 * kStrip;  // rows of the panel that stay in the second cache
  parallel_for((n_ + run - 1) / run, work, [&](std::size_t task, Watch& watch) {
    double packed[group * kStrip];
    const std::size_t first = task * run, last = std::min(first + run, n_);
    for (std::size_t c = 0; c < count; c += group) {
      const std::size_t end = std::min(c + group, count);
      for (std::size_t row = first; row < last; row += kStrip) {
        pack_rows(*this, z, c, end, row, nullptr, packed);
        panel_kernels().add({packed, kStrip, end - c}, b + c * lanes, padded(std::min(kStrip, n_ - row)),
                            eta.lane(0) + row, apart, lanes);
      }
      watch.tick(0);
    }
  });
}

void DenseColumns::turn_products(const Selection& z, const double* b, std::size_t lanes, const Turn& turn, double* out,
                                 const Work& work) const {
  const std::size_t count = z.columns.size(), strips = (n_ + kStrip - 1) / kStrip;
  const std::vector<std::size_t> parts = parts_of(strips, (strips + kMostParts - 1) / kMostParts);
  std::vector<std::vector<double>> sums(parts.size() - 1);
  parallel_for(sums.size(), work, [&](std::size_t part, Watch& watch) {
    std::vector<double> packed(count * kStrip), block(lanes * kStrip);
    sums[part].assign(count * lanes, 0.0);
    for (std::size_t row = parts[part] * kStrip; row < std::min(parts[part + 1] * kStrip, n_); row += kStrip) {
      const std::size_t rows = std::min(kStrip, n_ - row), length = padded(rows);
      pack_rows(*this, z, 0, count, row, nullptr, packed.data());
      std::fill(block.begin(), block.end(), 0.0);
      panel_kernels().add({packed.data(), kStrip, count}, b, length, block.data(), kStrip, lanes);
      turn({part, row, rows, block.data(), kStrip, 1});
      for (std::size_t k = 0; k < lanes; ++k) std::fill(&block[k * kStrip] + rows, &block[k * kStrip] + length, 0.0);
      panel_kernels().cross({packed.data(), kStrip, count}, {block.data(), kStrip, lanes}, length, sums[part].data(),
                            lanes);
      watch.tick(0);
    }
  });
  std::fill(out, out + count * lanes, 0.0);
  for (const std::vector<double>& sum : sums) {
    for (std::size_t c = 0; c < sum.size(); ++c) out[c] += sum[c];
  }
}

void DenseColumns::gram(const Selection& z, std::size_t first, const double* weight, Square& gram,
                        const Work& work) const {
  const std::size_t count = z.columns.size(), block = 128;
  std::vector<double> root(weight ? n_ : 0);
  for (std::size_t i = 0; i < root.size(); ++i) root[i] = std::sqrt(weight[i]);
  const double* roots = weight ? root.data() : nullptr;
  // Blocks of the columns that were there, then of those that are new.
  std::vector<std::size_t> ends = parts_of(first, block);
  for (const std::size_t end : parts_of(count - first, block)) {
    if (end > 0) ends.push_back(first + end);
  }
  // Pairs of blocks that hold something new, and parts of the rows where there are few pairs.
  struct Task {
    std::size_t left, right, part;
  };
  const std::vector<std::size_t> rows = parts_of((n_ + kStrip - 1) / kStrip, 512);
  std::vector<Task> tasks;
  for (std::size_t right = 0; right + 1 < ends.size(); ++right) {
    if (ends[right + 1] <= first) continue;
    for (std::size_t left = 0; left <= right; ++left) {
      for (std::size_t part = 0; part + 1 < rows.size(); ++part) tasks.push_back({left, right, part});
    }
  }
  std::vector<std::vector<double>> sums(tasks.size());
  parallel_for(tasks.size(), work, [&](std::size_t k, Watch& watch) {
    const Task& task = tasks[k];
    const std::size_t a = ends[task.left + 1] - ends[task.left], b = ends[task.right + 1] - ends[task.right];
    std::vector<double> packed((a + b) * kStrip);
    double* other = packed.data() + a * kStrip;
    sums[k].assign(a * b, 0.0);
    for (std::size_t strip = rows[task.part]; strip < rows[task.part + 1]; ++strip) {
      const std::size_t row = strip * kStrip, length = padded(std::min(kStrip, n_ - row));
      pack_rows(*this, z, ends[task.left], ends[task.left + 1], row, roots, packed.data());
      if (task.left == task.right) {
        panel_kernels().self_cross({packed.data(), kStrip, a}, length, sums[k].data(), b);
      } else {
        pack_rows(*this, z, ends[task.right], ends[task.right + 1], row, roots, other);
        panel_kernels().cross({packed.data(), kStrip, a}, {other, kStrip, b}, length, sums[k].data(), b);
      }
      watch.tick(0);
    }
  });
  for (std::size_t k = 0; k < tasks.size(); ++k) {
    work.watch.tick(0);
    const Task& task = tasks[k];
    const std::size_t b = ends[task.right + 1] - ends[task.right];
    for (std::size_t i = ends[task.left]; i < ends[task.left + 1]; ++i) {
      for (std::size_t j = std::max(i, ends[task.right]); j < ends[task.right + 1]; ++j) {
        const double value = sums[k][(i - ends[task.left]) * b + j - ends[task.right]];
        gram.at(i, j) = task.part == 0 ? value : gram.at(i, j) + value;
        gram.at(j, i) = gram.at(i, j);
      }
    }
  }
}

}  // namespace sgdlasso
