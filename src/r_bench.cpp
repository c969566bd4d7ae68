// For bench/ only.
#include <Rcpp.h>

#include "kernels/dense_kernels.h"

using namespace sgdlasso;

// The sum of x at the speed of memory: what any pass over x is compared with.
// [[Rcpp::export]]
double r_stream_sum(Rcpp::NumericVector x) {
  double sum = 0, square = 0;
  dense_kernels().shifted_sums(x.begin(), 0, static_cast<std::size_t>(x.size()), &sum, &square);
  return sum;
}
