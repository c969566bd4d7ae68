#include <Rcpp.h>

#include <memory>
#include <string>

#include "io/compressed_file.h"

using namespace sgdlasso;

// The file, or list(error =).
// [[Rcpp::export]]
SEXP r_open_compressed(std::string path, std::string kind) {
  try {
    return Rcpp::XPtr<CompressedFile>(new CompressedFile(path, kind));
  } catch (const DamagedFile& error) {
    return Rcpp::List::create(Rcpp::_["error"] = error.what());
  }
}

// The next bytes, none at the end; or list(error =).
// [[Rcpp::export]]
SEXP r_read_compressed(SEXP file, double bytes) {
  Rcpp::XPtr<CompressedFile> from(file);
  const auto room = static_cast<std::size_t>(bytes);
  const std::unique_ptr<char[]> text(new char[room]);
  try {
    const std::size_t found = from->read(text.get(), room);
    return Rcpp::RawVector(text.get(), text.get() + found);
  } catch (const DamagedFile& error) {
    return Rcpp::List::create(Rcpp::_["error"] = error.what());
  }
}

// [[Rcpp::export]]
void r_close_compressed(SEXP file) {
  Rcpp::XPtr<CompressedFile> from(file);
  from.release();
}
