// r_spec.h: what a fit is asked to be, from the list that core_spec() of R/fit.R makes.
#pragma once

#include <Rcpp.h>

#include <string>

#include "model/fit_spec.h"

// Throws where an element is missing or of another type. `progress` is not read: it is the watch's (r_watch.h).
sgdlasso::FitSpec as_spec(const Rcpp::List& list);

// Throws where it is none.
sgdlasso::Shuffle as_shuffle(const std::string& name);
