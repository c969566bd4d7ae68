// r_block.h: blocks of rows as R holds them, seen as numbers.
//
// A block is an R list, `numbers`: either `x` (a matrix), `y`, `weights` and `offset`, or, from a source in C++,
// `native`, `count`, `first` and `rows`: the stream, which of its blocks is meant, and which rows of it (first from 0).
// That one is valid until the stream is asked for the next.
#pragma once

#include <Rcpp.h>

#include <memory>

#include "io/block_stream.h"
#include "r_convert.h"

// A stream as R holds it.
struct RBlockStream {
  std::unique_ptr<sgdlasso::BlockStream> stream;
  const sgdlasso::NumberBlock* block = nullptr;  // the last one given
  double count = 0;                              // how many were given
};

// The next block as list(rows, clean, count); NULL after the last.
SEXP next_native_block(RBlockStream& from);

// What any training on blocks looks at. Keeps what it points to alive, but for native blocks: see above.
struct RBlock {
  explicit RBlock(const Rcpp::List& numbers);

  // The rows, whatever they are made of.
  std::unique_ptr<sgdlasso::Rows> rows() const;

  const double* x = nullptr;  // column by column; nullptr where sparse
  std::size_t stride = 0;     // from one column to the next
  sgdlasso::SparseColumns sparse{};
  std::size_t n = 0;
  std::size_t p = 0;
  sgdlasso::Observations response;

 private:
  void view(const sgdlasso::NumberBlock& block, std::size_t first);

  Rcpp::RObject x_;
  Rcpp::NumericVector y_;
};
