#include <Rcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "io/row_file.h"
#include "io/row_stream.h"
#include "r_block.h"

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

}  // namespace

// [[Rcpp::export]]
SEXP r_row_file_create(std::string path, Rcpp::RawVector header) {
  return in_words([&]() -> SEXP {
    return Rcpp::XPtr<RowFileWriter>(new RowFileWriter(path, std::vector<char>(header.begin(), header.end())));
  });
}

// numbers: a block (r_block.h), dense or sparse as all others are, weights and offset in each or in none.
// [[Rcpp::export]]
SEXP r_row_file_append(SEXP writer, Rcpp::List numbers) {
  return in_words([&]() -> SEXP {
    const RBlock block(numbers);
    std::vector<RowFileWriter::Part> parts;
    if (block.x) parts.push_back({block.x, block.n * block.p});
    for (const double* part : {block.response.weight, block.response.offset, block.response.y}) {
      if (part) parts.push_back({part, block.n});
    }
    const Rcpp::XPtr<RowFileWriter> to(writer);
    block.x ? to->block(block.n, parts) : to->sparse_block(block.sparse, parts);
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

// Closes the file, finished or not.
// [[Rcpp::export]]
void r_row_file_drop(SEXP writer) {
  Rcpp::XPtr<RowFileWriter>(writer).release();
}

using RowFile = std::shared_ptr<RowPieces>;

// list(reader, header), the header as raw bytes.
// [[Rcpp::export]]
SEXP r_row_file_open(std::string path) {
  return in_words([&]() -> SEXP {
    Rcpp::XPtr<RowFile> file(new RowFile(std::make_shared<RowPieces>(path)));
    const std::vector<char>& header = (*file)->header();
    return Rcpp::List::create(Rcpp::_["reader"] = file,
                              Rcpp::_["header"] = Rcpp::RawVector(header.begin(), header.end()));
  });
}

// [[Rcpp::export]]
void r_row_file_close(SEXP reader) {
  Rcpp::XPtr<RowFile>(reader).release();
}

// The blocks of a file, as a stream, which keeps the file open.
// [[Rcpp::export]]
SEXP r_row_stream(SEXP reader, int columns, bool weighted, bool shifted, bool sparse, int threads) {
  std::unique_ptr<RBlockStream> stream(new RBlockStream);
  const RowLayout layout{static_cast<std::size_t>(columns), weighted, shifted, sparse};
  stream->stream.reset(new RowStream(*Rcpp::XPtr<RowFile>(reader), layout, threads));
  return Rcpp::XPtr<RBlockStream>(stream.release());
}

// As next_native_block().
// [[Rcpp::export]]
SEXP r_row_stream_next(SEXP stream) {
  return in_words([&]() -> SEXP { return next_native_block(*Rcpp::XPtr<RBlockStream>(stream)); });
}
