#include <Rcpp.h>

#include "base/rng.h"
#include "r_spec.h"
#include "rows/row_order.h"

using namespace sgdlasso;

// `uniforms` numbers, then the row orders (from 0) of `epochs` epochs.
// [[Rcpp::export]]
Rcpp::List r_random(double seed, int uniforms, int n, int epochs, std::string shuffle) {
  Rng rng(static_cast<std::uint32_t>(seed));
  Rcpp::NumericVector values(uniforms);
  for (double& value : values) value = rng.uniform();
  RowOrder order(static_cast<std::size_t>(n), as_shuffle(shuffle));
  Rcpp::List orders(epochs);
  for (int k = 0; k < epochs; ++k) {
    order.reshuffle(rng);
    orders[k] = Rcpp::NumericVector(order.positions(), order.positions() + n);
  }
  return Rcpp::List::create(Rcpp::_["uniform"] = values, Rcpp::_["order"] = orders);
}
