#include "r_block.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

using namespace sgdlasso;

namespace {

const NumberBlock& native_block(const Rcpp::List& numbers) {
  const Rcpp::XPtr<RBlockStream> from(Rcpp::as<SEXP>(numbers["native"]));
  if (!from->block || from->count != Rcpp::as<double>(numbers["count"]))
    Rcpp::stop("This block of rows is no longer there.");
  return *from->block;
}

SEXP part(const Rcpp::List& numbers, const char* name) {
  return numbers.containsElementNamed(name) ? Rcpp::as<SEXP>(numbers[name]) : R_NilValue;
}

// Which of the block's rows are meant, from `first` on.
struct Range {
  std::size_t first, rows;
};
Range range_of(const Rcpp::List& numbers, const NumberBlock& block) {
  const double first = Rcpp::as<double>(numbers["first"]), rows = Rcpp::as<double>(numbers["rows"]);
  const bool sparse = !block.x;
  const double all = static_cast<double>(block.n);
  const bool right = first >= 0 && rows >= 0 && first + rows <= all && (!sparse || rows == all);
  if (!right) throw std::invalid_argument("a block has not the rows that are asked for");
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(rows)};
}

SEXP vector_of(const double* values, std::size_t n) {
  if (!values) return R_NilValue;
  return Rcpp::NumericVector(values, values + n);
}

Rcpp::List sparse_slots(const SparseColumns& x) {
  const int nonzeros = x.start[x.p];
  return Rcpp::List::create(Rcpp::_["i"] = Rcpp::IntegerVector(x.index, x.index + nonzeros),
                            Rcpp::_["p"] = Rcpp::IntegerVector(x.start, x.start + x.p + 1),
                            Rcpp::_["x"] = Rcpp::NumericVector(x.value, x.value + nonzeros));
}

Rcpp::NumericMatrix dense_matrix(const RBlock& block) {
  Rcpp::NumericMatrix x(Rcpp::no_init(static_cast<int>(block.n), static_cast<int>(block.p)));
  for (std::size_t j = 0; j < block.p; ++j)
    std::copy_n(block.x + j * block.stride, block.n, x.begin() + static_cast<std::ptrdiff_t>(j * block.n));
  return x;
}

}  // namespace

SEXP next_native_block(RBlockStream& from) {
  from.block = nullptr;
  from.block = from.stream->next();
  if (!from.block) return R_NilValue;
  ++from.count;
  return Rcpp::List::create(Rcpp::_["rows"] = static_cast<double>(from.block->n), Rcpp::_["clean"] = from.block->clean,
                            Rcpp::_["count"] = from.count);
}

RBlock::RBlock(const Rcpp::List& numbers) {
  if (!Rf_isNull(part(numbers, "native"))) {
    const NumberBlock& block = native_block(numbers);
    const Range range = range_of(numbers, block);
    n = range.rows;
    view(block, range.first);
    return;
  }
  x_ = Rcpp::as<SEXP>(numbers["x"]);
  y_ = Rcpp::as<Rcpp::NumericVector>(numbers["y"]);
  if (Rf_isMatrix(x_)) {
    x = dense_values(x_);
    n = stride = static_cast<std::size_t>(Rf_nrows(x_));
    p = static_cast<std::size_t>(Rf_ncols(x_));
  } else {
    sparse = as_sparse_columns(x_);
    n = sparse.n;
    p = sparse.p;
  }
  response = as_observations(y_, part(numbers, "weights"), part(numbers, "offset"), n);
}

std::unique_ptr<Rows> RBlock::rows() const {
  return x ? dense_rows(x, n, p, stride) : sparse_rows(sparse);
}

void RBlock::view(const NumberBlock& block, std::size_t first) {
  const auto from_first = [&](const double* values) { return values ? values + first : nullptr; };
  x = from_first(block.x);
  stride = block.n;
  p = block.p;
  sparse = {block.value, block.index, block.start, n, p};
  const Observations& all = block.response;
  response = {n, from_first(all.y), from_first(all.weight), from_first(all.offset)};
}

// A native block in vectors of R's: list(x, y, weights, offset), the last two NULL where there are none. Of a sparse x
// the slots of a dgCMatrix: list(i, p, x).
// [[Rcpp::export]]
Rcpp::List r_native_block(Rcpp::List numbers) {
  const RBlock block(numbers);
  const Rcpp::RObject x = block.x ? SEXP(dense_matrix(block)) : SEXP(sparse_slots(block.sparse));
  return Rcpp::List::create(Rcpp::_["x"] = x, Rcpp::_["y"] = vector_of(block.response.y, block.n),
                            Rcpp::_["weights"] = vector_of(block.response.weight, block.n),
                            Rcpp::_["offset"] = vector_of(block.response.offset, block.n));
}

// Its response alone.
// [[Rcpp::export]]
SEXP r_native_response(Rcpp::List numbers) {
  const RBlock block(numbers);
  return vector_of(block.response.y, block.n);
}

// Its weights alone, or NULL.
// [[Rcpp::export]]
SEXP r_native_weights(Rcpp::List numbers) {
  const RBlock block(numbers);
  return vector_of(block.response.weight, block.n);
}

// The least and the largest value of its response, of a block that has rows.
// [[Rcpp::export]]
std::vector<double> r_native_range(Rcpp::List numbers) {
  const RBlock block(numbers);
  if (block.n == 0) throw std::invalid_argument("a block has no rows");
  const auto found = std::minmax_element(block.response.y, block.response.y + block.n);
  return {*found.first, *found.second};
}

// Ends the stream's threads; its blocks are gone.
// [[Rcpp::export]]
void r_close_blocks(SEXP stream) {
  Rcpp::XPtr<RBlockStream>(stream).release();
}
