#include <Rcpp.h>

#include "io/svmlight.h"

using namespace sgdlasso;

// The whole lines of a piece: list(y, p, j, x, bytes, lines), row i's entries from p[i] on; or list(error =, line =),
// line from 0.
// [[Rcpp::export]]
Rcpp::List r_svmlight_read(Rcpp::RawVector piece, bool last) {
  try {
    const SparseLines found =
        read_svmlight(reinterpret_cast<const char*>(piece.begin()), static_cast<std::size_t>(piece.size()), last);
    return Rcpp::List::create(Rcpp::_["y"] = found.y, Rcpp::_["p"] = found.start, Rcpp::_["j"] = found.index,
                              Rcpp::_["x"] = found.value, Rcpp::_["bytes"] = static_cast<double>(found.bytes),
                              Rcpp::_["lines"] = static_cast<double>(found.lines));
  } catch (const LineError& error) {
    return Rcpp::List::create(Rcpp::_["error"] = error.what(), Rcpp::_["line"] = static_cast<double>(error.line));
  }
}
