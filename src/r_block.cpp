#include "r_block.h"

using namespace sgdlasso;

namespace {

const NumberBlock& native_block(const Rcpp::List& numbers) {
  const Rcpp::XPtr<RBlockStream> from(Rcpp::as<SEXP>(numbers["native"]));
  if (!from->block || from->count != Rcpp::as<double>(numbers["count"])) Rcpp::stop("This block of rows is no longer there.");
  return *from->block;
}

SEXP part(const Rcpp::List& numbers, const char* name) {
  return numbers.containsElementNamed(name) ? Rcpp::as<SEXP>(numbers[name]) : R_NilValue;
}

SEXP vector_of(const double* values, std::size_t n) {
  if (!values) return R_NilValue;
  return Rcpp::NumericVector(values, values + n);
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
  const SEXP dim = Rf_isMatrix(x_) ? Rf_getAttrib(x_, R_DimSymbol) : R_do_slot(x_, Rf_install("Dim"));
  if (Rf_isMatrix(x_)) x = REAL(x_);
  n = static_cast<std::size_t>(INTEGER(dim)[0]);
  p = static_cast<std::size_t>(INTEGER(dim)[1]);
  response = as_response(y_, part(numbers, "weights"), part(numbers, "offset"));
}

std::unique_ptr<Rows> RBlock::rows() const {
  return x ? dense_rows(x, n, p) : as_rows(x_);
}

void RBlock::view(const NumberBlock& block) {
  x = block.x;
  n = block.n;
  p = block.p;
  response = block.response;
}

// A native block in vectors of R's: list(x, y, weights, offset), the last two NULL where there are none.
// [[Rcpp::export]]
Rcpp::List r_native_block(Rcpp::List numbers) {
  const NumberBlock& block = native_block(numbers);
  Rcpp::NumericMatrix x(static_cast<int>(block.n), static_cast<int>(block.p), block.x);
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
