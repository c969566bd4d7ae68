#include "rows/sparse_columns.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/panel_kernels.h"

namespace sgdlasso {
namespace {

constexpr std::size_t kGroup = 8;  // the kernels take lanes by eights

// visit(from, to) for some of `count` columns
template <class Visit>
void for_some_columns(std::size_t count, const Work& work, Visit visit) {
  parallel_for((count + kUnwatched - 1) / kUnwatched, work,
               [&](std::size_t task) { visit(task * kUnwatched, std::min(count, (task + 1) * kUnwatched)); });
}

void copy_lanes(const Panel& from, Panel& to) {
  const std::size_t lanes = std::min(from.lanes(), to.lanes());
  for (std::size_t i = 0; i < from.n(); ++i) {
    std::copy_n(from.lane(0) + i * from.lanes(), lanes, to.lane(0) + i * to.lanes());
  }
}

Panel padded_panel(const Panel& from) {
  Panel result(from.n(), (from.lanes() + kGroup - 1) / kGroup * kGroup, from.layout());
  copy_lanes(from, result);
  return result;
}

std::vector<double> lane_sums(const Panel& r, const Work& work) {
  const std::size_t lanes = r.lanes();
  PartSums sums(lanes);
  for_each_part(r.n(), work, [&](std::size_t part, std::size_t from, std::size_t to, Watch&) {
    for (std::size_t i = from; i < to; ++i) {
      const double* row = r.lane(0) + i * lanes;
      for (std::size_t k = 0; k < lanes; ++k) sums.at(part, k) += row[k];
    }
  });
  return sums.total();
}

}  // namespace

// The entries of some columns by rows, in the order in which the columns came: Gram matrices are sums over short rows.
class SparseProducts::RowLists {
 public:
  struct Entry {
    double value;
    int position;  // of the column
  };

  RowLists(const SparseColumns& x, Watch& watch)
      : x_(x),
        entries_(static_cast<std::size_t>(x.start[x.p])),
        begin_(x.n + 1, 0),
        size_(x.n, 0) {
    for (std::size_t j = 0; j < x.p; ++j) {
      for (int e = x.start[j]; e < x.start[j + 1]; ++e) ++begin_[static_cast<std::size_t>(x.index[e]) + 1];
      if (j % kUnwatched == 0) watch.tick(0);
    }
    for (std::size_t i = 0; i < x.n; ++i) begin_[i + 1] += begin_[i];
  }

  // Whether the columns held are the first of these.
  bool hold_first_of(const std::vector<std::size_t>& columns) const {
    return columns_.size() <= columns.size() && std::equal(columns_.begin(), columns_.end(), columns.begin());
  }
  std::size_t columns() const { return columns_.size(); }

  void append(std::size_t j, double shift) {
    for (int e = x_.start[j]; e < x_.start[j + 1]; ++e) {
      const std::size_t i = static_cast<std::size_t>(x_.index[e]);
      entries_.data()[begin_[i] + size_[i]++] = {x_.value[e] - shift, static_cast<int>(columns_.size())};
    }
    columns_.push_back(j);
  }

  // gram(i, j) += sum of weight x_i x_j over the rows, for positions i <= j and j >= first. A task has some columns of
  // the matrix, each summed in the order of the rows.
  void accumulate(std::size_t first, const double* weight, Square& gram, const Work& work) const {
    const std::size_t tasks = work.threads <= 1 ? 1 : 2 * static_cast<std::size_t>(work.threads);
    const auto square = [](std::size_t c) { return static_cast<double>(c) * static_cast<double>(c); };
    const auto end_of = [&](std::size_t task) {  // so that each has as many pairs as the others
      const double share = static_cast<double>(task) / static_cast<double>(tasks);
      return static_cast<std::size_t>(std::sqrt(square(first) + share * (square(columns()) - square(first))));
    };
    parallel_for(tasks, work, [&](std::size_t task, Watch& watch) {
      const std::size_t last = task + 1 < tasks ? end_of(task + 1) : columns();
      accumulate(task > 0 ? end_of(task) : first, last, weight, gram, watch);
    });
  }

 private:
  // For j in first .. last - 1. Row by row: a row's entries and the columns of the matrix that they meet stay in the
  // cache.
  void accumulate(std::size_t first, std::size_t last, const double* weight, Square& gram, Watch& watch) const {
    const std::size_t enough = 1 << 20;  // products between two ticks
    std::size_t products = 0;
    for (std::size_t i = 0; i < x_.n; ++i) {
      products += 1 + size_[i] * size_[i];
      if (products > enough) {
        watch.tick(0);
        products = 0;
      }
      const Entry *begin = entries_.data() + begin_[i], *end = begin + size_[i];
      if (last < columns()) end = std::partition_point(begin, end, [&](const Entry& e) { return position(e) < last; });
      const double by = weight ? weight[i] : 1;
      for (const Entry* entry = end; entry != begin && position(entry[-1]) >= first; --entry) {
        double* column = gram.column(position(entry[-1]));
        const double value = by * entry[-1].value;
        for (const Entry* other = begin; other != entry; ++other) column[other->position] += value * other->value;
      }
    }
  }

  static std::size_t position(const Entry& entry) { return static_cast<std::size_t>(entry.position); }

  SparseColumns x_;
  LargeBuffer<Entry> entries_;
  std::vector<std::size_t> begin_;
  std::vector<std::size_t> size_;
  std::vector<std::size_t> columns_;
};

SparseProducts::SparseProducts(const SparseColumns& x) : x_(x), blocks_(x) {}
SparseProducts::~SparseProducts() = default;

SparseProducts::Split SparseProducts::split(const std::vector<std::size_t>& columns) const {
  Split result;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    (blocks_.frequent(columns[c]) ? result.frequent : result.rare).push_back(c);
  }
  return result;
}

// Entries first .. last of x; up to `known` they may be read in advance.
IndexedEntries SparseProducts::entries(std::size_t first, std::size_t last, std::size_t known, double shift) const {
  return {x_.value + first, x_.index + first, last - first, known - first, shift};
}

void SparseProducts::cross_products(const Selection& z, const Panel& r, double* out, const Work& work) const {
  const std::size_t lanes = r.lanes(), size = z.columns.size();
  if (lanes > 1 && lanes % kGroup != 0) {  // in whole groups: kernels know no others
    const Panel padded = padded_panel(r);
    std::vector<double> wide(size * padded.lanes());
    cross_products(z, padded, wide.data(), work);
    for (std::size_t c = 0; c < size; ++c) std::copy_n(&wide[c * padded.lanes()], lanes, out + c * lanes);
    return;
  }
  std::fill(out, out + size * lanes, 0.0);
  const auto gather = [&](std::size_t c, std::size_t first, std::size_t last, std::size_t known) {
    const double moved = shift(z.scaling, z.columns[c]);
    double* to = out + c * lanes;
    if (lanes > 1) {
      panel_kernels().gather(entries(first, last, known, moved), r.lane(0), lanes, to);
    } else {
      for (std::size_t e = first; e < last; ++e) *to += (x_.value[e] - moved) * r.lane(0)[x_.index[e]];
    }
  };
  const Split columns = split(z.columns);
  const std::size_t all = begin(x_.p);  // the next column's entries follow
  // Threads share each group of columns one by one: neighbours often are as frequent as each other.
  const std::size_t group = 64, sharing = static_cast<std::size_t>(std::max(work.threads, 1));
  const std::size_t groups = (columns.frequent.size() + group - 1) / group;
  parallel_for(groups * sharing, work, [&](std::size_t task, Watch& watch) {
    const std::size_t first = task / sharing * group, last = std::min(first + group, columns.frequent.size());
    for (std::size_t block = 0; block < blocks_.blocks(); ++block) {
      for (std::size_t k = first + task % sharing; k < last; k += sharing) {
        const std::size_t c = columns.frequent[k], end = blocks_.entry(z.columns[c], block + 1);
        gather(c, blocks_.entry(z.columns[c], block), end, end);
      }
      watch.tick(0);
    }
  });
  for_some_columns(columns.rare.size(), work, [&](std::size_t from, std::size_t to) {
    for (std::size_t k = from; k < to; ++k) {
      const std::size_t j = z.columns[columns.rare[k]];
      gather(columns.rare[k], begin(j), begin(j + 1), all);
    }
  });
  const std::vector<double> sums = lane_sums(r, work);
  for (std::size_t c = 0; c < size; ++c) {
    const std::size_t j = z.columns[c];
    const double rest = z.scaling.centre[j] - shift(z.scaling, j);
    double* to = out + c * lanes;
    for (std::size_t k = 0; k < lanes; ++k) to[k] = z.scaling.scale[j] * (to[k] - rest * sums[k]);
  }
}

void SparseProducts::add_products(const Selection& z, const double* b, Panel& eta, const Work& work) const {
  const std::size_t lanes = eta.lanes(), size = z.columns.size();
  if (lanes > 1 && lanes % kGroup != 0) {
    Panel padded = padded_panel(eta);
    std::vector<double> wide(size * padded.lanes(), 0.0);
    for (std::size_t c = 0; c < size; ++c) std::copy_n(b + c * lanes, lanes, &wide[c * padded.lanes()]);
    add_products(z, wide.data(), padded, work);
    copy_lanes(padded, eta);
    return;
  }
  std::vector<double> constant(lanes, 0.0), by(size * lanes);
  std::vector<char> moves(size, 0);
  for (std::size_t c = 0; c < size; ++c) {
    const std::size_t j = z.columns[c];
    const double rest = z.scaling.centre[j] - shift(z.scaling, j);
    for (std::size_t k = 0; k < lanes; ++k) {
      by[c * lanes + k] = z.scaling.scale[j] * b[c * lanes + k];
      constant[k] -= rest * by[c * lanes + k];
      moves[c] = moves[c] || b[c * lanes + k] != 0;
    }
  }
  const auto scatter = [&](std::size_t c, std::size_t first, std::size_t last, std::size_t known) {
    const double moved = shift(z.scaling, z.columns[c]);
    if (lanes > 1) {
      panel_kernels().scatter(entries(first, last, known, moved), &by[c * lanes], lanes, eta.lane(0));
    } else {
      for (std::size_t e = first; e < last; ++e) eta.lane(0)[x_.index[e]] += (x_.value[e] - moved) * by[c];
    }
  };
  const Split columns = split(z.columns);
  const std::size_t all = begin(x_.p);  // the next column's entries follow
  parallel_for(columns.frequent.empty() ? 0 : blocks_.blocks(), work, [&](std::size_t block) {
    for (const std::size_t c : columns.frequent) {
      const std::size_t last = blocks_.entry(z.columns[c], block + 1);
      if (moves[c]) scatter(c, blocks_.entry(z.columns[c], block), last, last);
    }
  });
  for (std::size_t k = 0; k < columns.rare.size(); ++k) {
    const std::size_t c = columns.rare[k], j = z.columns[c];
    if (moves[c]) scatter(c, begin(j), begin(j + 1), all);
    if (k % kUnwatched == 0) work.watch.tick(0);
  }
  for_each_part(eta.n(), work, [&](std::size_t, std::size_t from, std::size_t to, Watch&) {
    for (std::size_t i = from; i < to; ++i) {
      for (std::size_t k = 0; k < lanes; ++k) eta.lane(k)[i * lanes] += constant[k];
    }
  });
}

void SparseProducts::gram(const Selection& z, std::size_t first, const double* weight, Square& gram,
                          const Work& work) const {
  if (!lists_ || !lists_->hold_first_of(z.columns)) lists_ = std::make_unique<RowLists>(x_, work.watch);
  for (std::size_t c = lists_->columns(); c < z.columns.size(); ++c) {
    lists_->append(z.columns[c], shift(z.scaling, z.columns[c]));
    work.watch.tick(0);
  }
  const std::size_t size = z.columns.size();
  double total = 0;  // weight
  for (std::size_t i = 0; i < x_.n; ++i) total += weight ? weight[i] : 1;
  std::vector<double> mean(size, 0.0), rest(size);  // weighted mean of the shifted column; what remains of its centre
  for (std::size_t c = 0; c < size; ++c) {
    const std::size_t j = z.columns[c];
    const double moved = shift(z.scaling, j);
    for (int e = x_.start[j]; e < x_.start[j + 1]; ++e)
      mean[c] += (x_.value[e] - moved) * (weight ? weight[x_.index[e]] : 1);
    mean[c] /= total;
    work.watch.tick(0);
    rest[c] = z.scaling.centre[j] - moved;
  }
  for (std::size_t c = first; c < size; ++c) std::fill(gram.column(c), gram.column(c) + c + 1, 0.0);
  lists_->accumulate(first, weight, gram, work);
  for (std::size_t c = first; c < size; ++c) {
    work.watch.tick(0);
    for (std::size_t i = 0; i <= c; ++i) {
      const double centred = gram.at(i, c) - total * (rest[i] * mean[c] + rest[c] * mean[i] - rest[i] * rest[c]);
      gram.at(i, c) = centred * z.scaling.scale[z.columns[i]] * z.scaling.scale[z.columns[c]];
    }
  }
  for (std::size_t c = first; c < size; ++c) {
    work.watch.tick(0);
    for (std::size_t i = 0; i < c; ++i) gram.at(c, i) = gram.at(i, c);
  }
}

}  // namespace sgdlasso
