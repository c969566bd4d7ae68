// svmlight.h: rows of "y index:value index:value ... # comment", as svmlight and libsvm write them.
#pragma once

#include <cstddef>
#include <vector>

#include "io/csv.h"

namespace sgdlasso {

// A vector over the columns takes 8 bytes each: what is beyond is a damaged file rather than a column.
constexpr int kMostColumns = 100000000;

struct SparseLines {
  std::vector<double> y;
  std::vector<int> start{0};  // of each row in index and value
  std::vector<int> index;     // as written
  std::vector<double> value;
  std::size_t bytes = 0;  // read: up to the end of the last whole line
  std::size_t lines = 0;
};

// Throws LineError. last: whether the file ends with this piece, so that its last line needs no line break.
SparseLines read_svmlight(const char* text, std::size_t size, bool last);

}  // namespace sgdlasso
