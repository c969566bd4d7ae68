// r_convert.h: from R's objects to the core's views, without copies. Sizes and indices are checked here, where they
// enter the core: an object may not be what its class says.
#pragma once

#include <Rcpp.h>

#include <memory>
#include <string>

#include "rows/response.h"
#include "rows/rows.h"

// What is wrong with a dgCMatrix, in words; empty where nothing is.
std::string sparse_fault(SEXP x);

// x: a dgCMatrix.
sgdlasso::SparseColumns as_sparse_columns(SEXP x);

// x: a double matrix.
const double* dense_values(SEXP x);

// x: a double matrix or a dgCMatrix.
std::unique_ptr<sgdlasso::Rows> as_rows(SEXP x);

// weight, offset: or NULL; one number each for so many rows.
sgdlasso::Observations as_observations(const Rcpp::NumericVector& y, SEXP weight, SEXP offset, std::size_t rows);
