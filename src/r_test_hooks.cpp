// For the tests and bench/ only: pieces of the core that no user calls.
#include <Rcpp.h>

#include "dense_kernels.h"

// The sum of x at the speed of memory: what any pass over x is compared with.
// [[Rcpp::export]]
double r_stream_sum(Rcpp::NumericVector x) {
  double sum = 0, square = 0;
  sgdlasso::dense_kernels().shifted_sums(x.begin(), 0, static_cast<std::size_t>(x.size()), &sum, &square);
  return sum;
}
