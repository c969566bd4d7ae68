#include "r_block.h"

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

SEXP vector_of(const double* values, std::size_t n) {
  if (!values) return R_NilValue;
  return Rcpp::NumericVector(values, values + n);
}

Rcpp::List sparse_slots(const NumberBlock& block) {
  const int nonzeros = block.start[block.p];
  return Rcpp::List::create(Rcpp::_["i"] = Rcpp::IntegerVector(block.index, block.index + nonzeros),
                            Rcpp::_["p"] = Rcpp::IntegerVector(block.start, block.start + block.p + 1),
                            Rcpp::_["x"] = Rcpp::NumericVector(block.value, block.value + nonzeros));
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
    view(native_block(numbers));
    return;
  }
  x_ = Rcpp::as<SEXP>(numbers["x"]);
  y_ = Rcpp::as<Rcpp::NumericVector>(numbers["y"]);
  if (Rf_isMatrix(x_)) {
    x = dense_values(x_);
    n = static_cast<std::size_t>(Rf_nrows(x_));
    p = static_cast<std::size_t>(Rf_ncols(x_));
  } else {
    sparse = as_sparse_columns(x_);
    n = sparse.n;
    p = sparse.p;
  }
  response = as_observations(y_, part(numbers, "weights"), part(numbers, "offset"), n);
}

std::unique_ptr<Rows> RBlock::rows() const {
  return x ? dense_rows(x, n, p) : sparse_rows(sparse);
}

void RBlock::view(const NumberBlock& block) {
  x = block.x;
  n = block.n;
  p = block.p;
  sparse = {block.value, block.index, block.start, n, p};
  response = block.response;
}

// A native block in vectors of R's: list(x, y, weights, offset), the last two NULL where there are none. Of a sparse x
// the slots of a dgCMatrix: list(i, p, x).
// [[Rcpp::export]]
Rcpp::List r_native_block(Rcpp::List numbers) {
  const NumberBlock& block = native_block(numbers);
  SEXP x;
  Rcpp::Shield<SEXP> kept(
      x = block.x ? SEXP(Rcpp::NumericMatrix(static_cast<int>(block.n), static_cast<int>(block.p), block.x))
                  : SEXP(sparse_slots(block)));
  return Rcpp::List::create(Rcpp::_["x"] = x, Rcpp::_["y"] = vector_of(block.response.y, block.n),
                            Rcpp::_["weights"] = vector_of(block.response.weight, block.n),
                            Rcpp::_["offset"] = vector_of(block.response.offset, block.n));
}

// Its response alone.
// [[Rcpp::export]]
SEXP r_native_response(Rcpp::List numbers) {
  const NumberBlock& block = native_block(numbers);
  return vector_of(block.response.y, block.n);
}

// Its weights alone, or NULL.
// [[Rcpp::export]]
SEXP r_native_weights(Rcpp::List numbers) {
  const NumberBlock& block = native_block(numbers);
  return vector_of(block.response.weight, block.n);
}

// Ends the stream's threads; its blocks are gone.
// [[Rcpp::export]]
void r_close_blocks(SEXP stream) {
  Rcpp::XPtr<RBlockStream>(stream).release();
}
