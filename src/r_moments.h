// r_moments.h: sufficient statistics as R keeps them: list(weight, mean, cross), cross the upper triangle row by row; the last
// row and column are the response's.
#pragma once

#include <Rcpp.h>

#include "moments.h"

sgdlasso::Moments as_moments(const Rcpp::List& moments);
Rcpp::List as_list(const sgdlasso::Moments& moments);
