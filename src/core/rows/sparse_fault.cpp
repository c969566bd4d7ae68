#include "rows/sparse_fault.h"

#include <limits>

namespace sgdlasso {

const char* sparse_fault(const SparseColumns& x, std::size_t nonzeros) {
  const std::size_t most = static_cast<std::size_t>(std::numeric_limits<int>::max());
  if (x.n > most || x.p > most || nonzeros > most) return "it is too large";
  if (x.start[0] != 0 || x.start[x.p] != static_cast<int>(nonzeros)) {
    return "the starts of its columns do not agree with the number of its values";
  }
  for (std::size_t j = 0; j < x.p; ++j) {
    if (x.start[j + 1] < x.start[j]) return "the starts of its columns fall";
  }
  const int rows = static_cast<int>(x.n);
  for (std::size_t j = 0; j < x.p; ++j) {
    int before = -1;
    for (int k = x.start[j]; k < x.start[j + 1]; ++k) {
      if (x.index[k] < 0 || x.index[k] >= rows) return "the number of a row is outside the matrix";
      if (x.index[k] <= before) return "the numbers of rows do not rise within a column";
      before = x.index[k];
    }
  }
  return nullptr;
}

}  // namespace sgdlasso
