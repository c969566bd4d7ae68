// r_convert.h: from R's objects to the core's views, without copies.
#pragma once

#include <Rcpp.h>

#include <memory>
#include <string>

#include "response.h"
#include "rows.h"

// x: a dgCMatrix.
inline sgdlasso::SparseColumns as_sparse_columns(SEXP x) {
  const SEXP dim = R_do_slot(x, Rf_install("Dim"));
  return {REAL(R_do_slot(x, Rf_install("x"))), INTEGER(R_do_slot(x, Rf_install("i"))), INTEGER(R_do_slot(x, Rf_install("p"))),
          static_cast<std::size_t>(INTEGER(dim)[0]), static_cast<std::size_t>(INTEGER(dim)[1])};
}

// x: a double matrix or a dgCMatrix.
inline std::unique_ptr<sgdlasso::Rows> as_rows(SEXP x) {
  if (!Rf_isMatrix(x)) return sgdlasso::sparse_rows(as_sparse_columns(x));
  return sgdlasso::dense_rows(REAL(x), static_cast<std::size_t>(Rf_nrows(x)), static_cast<std::size_t>(Rf_ncols(x)));
}

inline const double* pointer_or_null(SEXP values) {
  return Rf_isNull(values) ? nullptr : REAL(values);
}

// weight: relative to its mean, or NULL; offset: or NULL.
inline sgdlasso::Response as_response(const Rcpp::NumericVector& y, SEXP weight, SEXP offset) {
  return {static_cast<std::size_t>(y.size()), REAL(y), pointer_or_null(weight), pointer_or_null(offset)};
}

template <class T>
T setting(const Rcpp::List& list, const char* name) {
  return Rcpp::as<T>(list[name]);
}
