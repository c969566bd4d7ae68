// r_path.h: the path that R asks for, and as R's lists what came of it.
#pragma once

#include <Rcpp.h>

#include <functional>
#include <vector>

#include "r_problem.h"
#include "train/path.h"

// R's lambdas, or a grid, for which alone the slopes are asked.
using NullSlopes = std::function<std::vector<double>()>;
sgdlasso::LambdaGrid lambda_grid(const sgdlasso::Statement& problem, const sgdlasso::StandardForm& form,
                                 const NullSlopes& slopes, const Rcpp::List& spec);
sgdlasso::PathSettings path_settings(const Rcpp::List& spec);

// The coefficients as the slots of a dgCMatrix, one column a lambda.
Rcpp::List as_columns(const std::vector<sgdlasso::PathPoint>& path);

// What R/fit.R makes a fit of.
Rcpp::List as_result(const sgdlasso::Statement& problem, const std::vector<sgdlasso::PathPoint>& path);
