#include <Rcpp.h>

#include <cstdint>
#include <cstring>

// Values of class integer64 (package bit64), 64-bit integers in the bits of doubles, by value: `values`; `beyond`: how
// many are not between -2^53 and 2^53, where doubles hold every integer, and `first`: where the first of them stands,
// from 1.
// [[Rcpp::export]]
Rcpp::List r_integer64(Rcpp::NumericVector bits) {
  const std::int64_t most = std::int64_t{1} << 53;
  Rcpp::NumericVector values(Rcpp::no_init(bits.size()));
  double beyond = 0, first = 0;
  for (R_xlen_t i = 0; i < bits.size(); ++i) {
    std::int64_t value;
    std::memcpy(&value, &bits[i], sizeof value);
    if (value == INT64_MIN) {
      values[i] = NA_REAL;
      continue;
    }
    values[i] = static_cast<double>(value);
    if (value >= -most && value <= most) continue;
    if (beyond == 0) first = static_cast<double>(i + 1);
    beyond += 1;
  }
  return Rcpp::List::create(Rcpp::_["values"] = values, Rcpp::_["beyond"] = beyond, Rcpp::_["first"] = first);
}
