// r_path.h: a path as R's lists.
#pragma once

#include <Rcpp.h>

#include "model/lambda_path.h"

// What R/fit.R makes a fit of; the null deviance alone where there are no models.
Rcpp::List as_result(const sgdlasso::FittedPath& path);
