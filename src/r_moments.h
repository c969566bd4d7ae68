// r_moments.h: sufficient statistics as R keeps them: list(weight, mean, cross), cross the upper triangle row by row;
// the last row and column are the response's.
#pragma once

#include <Rcpp.h>

#include <vector>

#include "base/watch.h"
#include "model/moments.h"

sgdlasso::Moments as_moments(const Rcpp::List& moments);
// Of at least one part, all of the same columns.
std::vector<sgdlasso::Moments> as_parts(const Rcpp::List& moments, sgdlasso::Watch& watch);
// fold: of each of n rows, from 0.
void check_folds(const std::vector<int>& fold, std::size_t n, int folds);
Rcpp::List as_list(const sgdlasso::Moments& moments);
