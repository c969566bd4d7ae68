#include "r_convert.h"

#include <stdexcept>

#include "rows/sparse_fault.h"

namespace {

bool is_integers(SEXP values, R_xlen_t size) {
  return TYPEOF(values) == INTSXP && Rf_xlength(values) == size;
}

// A slot, or NULL where the object has none of that name.
SEXP slot(SEXP x, const char* name) {
  const SEXP symbol = Rf_install(name);
  return R_has_slot(x, symbol) ? R_do_slot(x, symbol) : R_NilValue;
}

// Of slots that are of the right types.
sgdlasso::SparseColumns columns_of(SEXP x) {
  const int* dim = INTEGER(slot(x, "Dim"));
  return {REAL(slot(x, "x")), INTEGER(slot(x, "i")), INTEGER(slot(x, "p")), static_cast<std::size_t>(dim[0]),
          static_cast<std::size_t>(dim[1])};
}

bool names_fit(SEXP names, const int* dim) {
  if (TYPEOF(names) != VECSXP || Rf_xlength(names) != 2) return false;
  for (int side = 0; side < 2; ++side) {
    const SEXP one = VECTOR_ELT(names, side);
    if (!Rf_isNull(one) && (TYPEOF(one) != STRSXP || Rf_xlength(one) != dim[side])) return false;
  }
  return true;
}

}  // namespace

std::string sparse_fault(SEXP x) {
  if (!Rf_isS4(x)) return "it is no matrix";
  const SEXP dim = slot(x, "Dim"), start = slot(x, "p"), index = slot(x, "i"), value = slot(x, "x");
  if (!is_integers(dim, 2) || INTEGER(dim)[0] < 0 || INTEGER(dim)[1] < 0) return "its dimensions are not two numbers";
  if (!is_integers(start, static_cast<R_xlen_t>(INTEGER(dim)[1]) + 1))
    return "the starts of its columns do not agree with its width";
  const R_xlen_t size = Rf_xlength(index);
  if (!is_integers(index, size) || TYPEOF(value) != REALSXP || Rf_xlength(value) != size) {
    return "it has not one row for each of its values";
  }
  if (!names_fit(slot(x, "Dimnames"), INTEGER(dim))) return "its names do not agree with its dimensions";
  const char* fault = sgdlasso::sparse_fault(columns_of(x), static_cast<std::size_t>(size));
  return fault ? fault : "";
}

sgdlasso::SparseColumns as_sparse_columns(SEXP x) {
  const std::string fault = sparse_fault(x);
  if (!fault.empty()) throw std::invalid_argument("a sparse matrix is not valid: " + fault);
  return columns_of(x);
}

std::unique_ptr<sgdlasso::Rows> as_rows(SEXP x) {
  if (!Rf_isMatrix(x)) return sgdlasso::sparse_rows(as_sparse_columns(x));
  return sgdlasso::dense_rows(dense_values(x), static_cast<std::size_t>(Rf_nrows(x)),
                              static_cast<std::size_t>(Rf_ncols(x)));
}

const double* dense_values(SEXP x) {
  if (!Rf_isMatrix(x) || TYPEOF(x) != REALSXP) throw std::invalid_argument("x is no matrix of numbers");
  return REAL(x);
}

sgdlasso::Observations as_observations(const Rcpp::NumericVector& y, SEXP weight, SEXP offset, std::size_t rows) {
  const auto one_a_row = [&](SEXP values) -> const double* {
    if (Rf_isNull(values)) return nullptr;
    if (TYPEOF(values) != REALSXP || static_cast<std::size_t>(Rf_xlength(values)) != rows) {
      throw std::invalid_argument("y, weights or offset are not one number for each row of x");
    }
    return REAL(values);
  };
  return {rows, one_a_row(y), one_a_row(weight), one_a_row(offset)};
}

// What is wrong with a dgCMatrix; "" where nothing is.
// [[Rcpp::export]]
std::string r_sparse_fault(SEXP x) {
  return sparse_fault(x);
}
