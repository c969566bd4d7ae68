#include <Rcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "row_file.h"

using namespace sgdlasso;

namespace {

// Runs code; what is wrong with the file comes back as list(error =), so that R words the error.
template <class Code>
SEXP in_words(Code code) {
  try {
    return code();
  } catch (const RowFileError& error) {
    return Rcpp::List::create(Rcpp::_["error"] = error.what());
  }
}

void add_part(std::vector<RowFileWriter::Part>& parts, SEXP values) {
  if (!Rf_isNull(values)) parts.push_back({REAL(values), static_cast<std::size_t>(Rf_xlength(values))});
}

}  // namespace

// [[Rcpp::export]]
SEXP r_row_file_create(std::string path, Rcpp::RawVector header) {
  return in_words([&]() -> SEXP {
    return Rcpp::XPtr<RowFileWriter>(new RowFileWriter(path, std::vector<char>(header.begin(), header.end())));
  });
}

// x, y and, the same in every block, weights and offset or NULL.
// [[Rcpp::export]]
SEXP r_row_file_append(SEXP writer, Rcpp::NumericMatrix x, Rcpp::NumericVector y, SEXP weights, SEXP offset) {
  return in_words([&]() -> SEXP {
    std::vector<RowFileWriter::Part> parts;
    add_part(parts, x);
    add_part(parts, weights);
    add_part(parts, offset);
    add_part(parts, y);
    Rcpp::XPtr<RowFileWriter>(writer)->block(static_cast<std::size_t>(x.nrow()), parts);
    return R_NilValue;
  });
}

// [[Rcpp::export]]
SEXP r_row_file_finish(SEXP writer) {
  return in_words([&]() -> SEXP {
    Rcpp::XPtr<RowFileWriter>(writer)->finish();
    return R_NilValue;
  });
}

// list(reader, header), the header as raw bytes.
// [[Rcpp::export]]
SEXP r_row_file_open(std::string path) {
  return in_words([&]() -> SEXP {
    Rcpp::XPtr<RowFileReader> reader(new RowFileReader(path));
    const std::vector<char>& header = reader->header();
    return Rcpp::List::create(Rcpp::_["reader"] = reader, Rcpp::_["header"] = Rcpp::RawVector(header.begin(), header.end()));
  });
}

// The next block as list(x, y, weights, offset), NULL after the last.
// [[Rcpp::export]]
SEXP r_row_file_next(SEXP reader, int columns, bool weighted, bool shifted) {
  return in_words([&]() -> SEXP {
    Rcpp::XPtr<RowFileReader> from(reader);
    const std::size_t rows = from->next_rows(static_cast<std::size_t>(columns) + 1 + weighted + shifted);
    if (rows == 0) return R_NilValue;
    const R_xlen_t n = static_cast<R_xlen_t>(rows);
    Rcpp::NumericMatrix x(Rcpp::no_init(static_cast<int>(n), columns));
    Rcpp::NumericVector y(Rcpp::no_init(n)), weights(weighted ? n : 0), offset(shifted ? n : 0);
    std::vector<std::pair<double*, std::size_t>> parts{{x.begin(), static_cast<std::size_t>(x.size())}};
    if (weighted) parts.emplace_back(weights.begin(), rows);
    if (shifted) parts.emplace_back(offset.begin(), rows);
    parts.emplace_back(y.begin(), rows);
    from->read(parts);
    Rcpp::List block = Rcpp::List::create(Rcpp::_["x"] = x, Rcpp::_["y"] = y);
    if (weighted) block["weights"] = weights;
    if (shifted) block["offset"] = offset;
    return block;
  });
}

// [[Rcpp::export]]
void r_row_file_close(SEXP reader) {
  Rcpp::XPtr<RowFileReader>(reader).release();
}
