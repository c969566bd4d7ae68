#include <Rcpp.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/parallel.h"
#include "kernels/dense_kernels.h"
#include "r_convert.h"
#include "r_watch.h"

namespace {

struct NotFinite {
  double count = 0;
  std::size_t first = 0;
};

NotFinite count_one_by_one(const double* values, std::size_t size) {
  NotFinite found;
  for (std::size_t i = 0; i < size; ++i) {
    if (std::isfinite(values[i])) continue;
    if (found.count == 0) found.first = i;
    found.count += 1;
  }
  return found;
}

// The sum of a strip is finite where all its values are, but for overflow; only what it leaves in doubt is counted.
NotFinite count_not_finite(const double* values, std::size_t size, sgdlasso::Watch& watch) {
  const std::size_t strip = 4096;
  NotFinite all;
  for (std::size_t first = 0; first < size; first += strip) {
    const std::size_t count = std::min(strip, size - first);
    double sum = 0, square = 0;
    watch.tick(0);
    sgdlasso::dense_kernels().shifted_sums(values + first, 0, count, &sum, &square);
    if (std::isfinite(sum)) continue;
    const NotFinite found = count_one_by_one(values + first, count);
    if (all.count == 0 && found.count > 0) all.first = first + found.first;
    all.count += found.count;
  }
  return all;
}

NotFinite count_in_parts(const double* values, std::size_t size, int threads) {
  const std::size_t parts = 64;
  std::vector<NotFinite> found(parts);
  RWatch watch(R_NilValue);
  sgdlasso::parallel_for(parts, {threads, watch}, [&](std::size_t k, sgdlasso::Watch& shared) {
    const std::size_t first = size * k / parts;
    found[k] = count_not_finite(values + first, size * (k + 1) / parts - first, shared);
    found[k].first += first;
  });
  NotFinite all;
  for (const NotFinite& part : found) {
    if (all.count == 0 && part.count > 0) all.first = part.first;
    all.count += part.count;
  }
  return all;
}

}  // namespace

// How many values of x (a double matrix or a dgCMatrix) are NA, NaN or infinite, and where the first stands, from 1.
// [[Rcpp::export]]
Rcpp::NumericVector r_not_finite(SEXP x, int threads) {
  const bool dense = Rf_isMatrix(x);
  const sgdlasso::SparseColumns sparse = dense ? sgdlasso::SparseColumns() : as_sparse_columns(x);
  const double* values = dense ? dense_values(x) : sparse.value;
  const std::size_t size =
      dense ? static_cast<std::size_t>(Rf_xlength(x)) : static_cast<std::size_t>(sparse.start[sparse.p]);
  const NotFinite found = count_in_parts(values, size, threads);
  double row = 0, column = 0;
  if (found.count > 0 && dense) {
    const std::size_t n = static_cast<std::size_t>(Rf_nrows(x));
    row = static_cast<double>(found.first % n);
    column = static_cast<double>(found.first / n);
  } else if (found.count > 0) {
    const int* end = std::upper_bound(sparse.start, sparse.start + sparse.p + 1, static_cast<int>(found.first));
    column = static_cast<double>(end - sparse.start - 1);
    row = sparse.index[found.first];
  }
  return Rcpp::NumericVector::create(Rcpp::_["count"] = found.count, Rcpp::_["row"] = row + 1,
                                     Rcpp::_["column"] = column + 1);
}
