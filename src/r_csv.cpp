#include <Rcpp.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "io/csv.h"
#include "io/csv_numbers.h"
#include "io/csv_stream.h"
#include "io/plain_file.h"
#include "r_block.h"

using namespace sgdlasso;

namespace {

// Whether a field is one of these words, blanks around it aside.
bool is_word(const char* text, std::size_t size, const std::vector<std::string>& words) {
  while (size > 0 && *text == ' ') ++text, --size;
  while (size > 0 && text[size - 1] == ' ') --size;
  return std::find(words.begin(), words.end(), std::string(text, size)) != words.end();
}

bool is_number(const std::string& word) {
  double value;
  return parse_number(word.data(), word.size(), value);
}

// Columns of numbers, and of text. Empty fields and the words for missing values are NA.
class ColumnSink final : public CsvSink {
 public:
  ColumnSink(const std::vector<int>& is_text, const std::vector<std::string>& missing)
      : is_text_(is_text),
        missing_(missing),
        words_count_(std::any_of(missing.begin(), missing.end(), is_number)),
        number_(is_text.size()),
        text_(is_text.size()),
        absent_(is_text.size()) {}

  const char* take(std::size_t column, const char* text, std::size_t size) override {
    double value = NA_REAL;
    if (is_text_[column]) {
      absent_[column].push_back(is_missing(text, size));
      text_[column].emplace_back(text, size);
      return flaw_of_text(text, size);
    }
    const bool number = parse_number(text, size, value);
    if (!number && size != 0 && !is_missing(text, size)) return "is not a number";
    if (!number || (words_count_ && is_missing(text, size))) value = NA_REAL;
    number_[column].push_back(value);
    return nullptr;
  }

  Rcpp::List columns() const {
    Rcpp::List result(static_cast<R_xlen_t>(is_text_.size()));
    for (std::size_t k = 0; k < is_text_.size(); ++k) {
      if (is_text_[k]) {
        result[static_cast<R_xlen_t>(k)] = strings(k);
      } else {
        result[static_cast<R_xlen_t>(k)] = Rcpp::wrap(number_[k]);
      }
    }
    return result;
  }

 private:
  // R leaves by a jump where it has no memory: unwindProtect() lets what is on the stack be destroyed.
  Rcpp::CharacterVector strings(std::size_t k) const {
    Rcpp::CharacterVector result(static_cast<R_xlen_t>(text_[k].size()));
    Rcpp::unwindProtect([&]() -> SEXP {
      for (std::size_t i = 0; i < text_[k].size(); ++i) {
        const std::string& text = text_[k][i];
        SET_STRING_ELT(result, static_cast<R_xlen_t>(i),
                       absent_[k][i] ? NA_STRING : Rf_mkCharLenCE(text.data(), static_cast<int>(text.size()), CE_UTF8));
      }
      return R_NilValue;
    });
    return result;
  }

  bool is_missing(const char* text, std::size_t size) const { return is_word(text, size, missing_); }

  const std::vector<int>& is_text_;
  const std::vector<std::string>& missing_;
  const bool words_count_;  // a word for missing values is a number
  std::vector<std::vector<double>> number_;
  std::vector<std::vector<std::string>> text_;
  std::vector<std::vector<char>> absent_;  // which of these are missing
};

// Which columns hold something that is neither a number nor missing.
class TypeSink final : public CsvSink {
 public:
  TypeSink(std::size_t columns, const std::vector<std::string>& missing) : missing_(missing), is_text_(columns, 0) {}

  const char* take(std::size_t column, const char* text, std::size_t size) override {
    double value;
    if (is_text_[column] || size == 0 || parse_number(text, size, value)) return nullptr;
    is_text_[column] = !is_word(text, size, missing_);
    return nullptr;
  }
  const std::vector<int>& is_text() const { return is_text_; }

 private:
  const std::vector<std::string>& missing_;
  std::vector<int> is_text_;
};

// Lines of a piece in parts of about the same size: where each begins, and the line that it begins with.
struct CsvPart {
  std::size_t first, line;
};
std::vector<CsvPart> parts_of(const char* text, const CsvExtent& extent, int parts) {
  std::vector<CsvPart> result{{0, 0}};
  for (int k = 1; k < parts; ++k) {
    const char* begin = text + result.back().first;
    const char* near = text + extent.bytes * static_cast<std::size_t>(k) / static_cast<std::size_t>(parts);
    const char* stop = std::find(std::max(begin, near), text + extent.bytes, '\n');
    if (stop == text + extent.bytes) break;
    result.push_back({static_cast<std::size_t>(stop + 1 - text), result.back().line + count_lines(begin, stop + 1)});
  }
  result.push_back({extent.bytes, extent.lines});
  return result;
}

const char* bytes_of(const Rcpp::RawVector& piece) {
  return reinterpret_cast<const char*>(piece.begin());
}

Rcpp::List as_error(const LineError& error) {
  return Rcpp::List::create(Rcpp::_["error"] = error.what(), Rcpp::_["line"] = static_cast<double>(error.line));
}

}  // namespace

// Where the last record that ends in the next piece of text does (bytes, 0 if none does), and the place that the piece
// ends in, to be given with the one after it; 0 at first. separator: "" where nothing is quoted.
// [[Rcpp::export]]
std::vector<double> r_record_ends(Rcpp::RawVector piece, std::string separator, int place) {
  RecordEnds ends(separator.empty() ? '\0' : separator[0], static_cast<RecordEnds::Place>(place));
  const std::size_t last = ends.last_end(bytes_of(piece), static_cast<std::size_t>(piece.size()));
  return {static_cast<double>(last), static_cast<double>(ends.place())};
}

// list(names =, bytes =, lines =), or list(error =, line =), line from 0.
// [[Rcpp::export]]
Rcpp::List r_csv_header(Rcpp::RawVector piece, std::string separator, bool last) {
  try {
    const CsvHeader header =
        read_csv_header(bytes_of(piece), static_cast<std::size_t>(piece.size()), separator[0], last);
    Rcpp::CharacterVector names(static_cast<R_xlen_t>(header.names.size()));
    for (R_xlen_t k = 0; k < names.size(); ++k) {
      const std::string& name = header.names[static_cast<std::size_t>(k)];
      names[k] = Rcpp::String(name, CE_UTF8);
    }
    return Rcpp::List::create(Rcpp::_["names"] = names, Rcpp::_["bytes"] = static_cast<double>(header.read.bytes),
                              Rcpp::_["lines"] = static_cast<double>(header.read.lines));
  } catch (const LineError& error) {
    return as_error(error);
  }
}

// list(is_text =, records =), or list(error =, line =), line from 0.
// [[Rcpp::export]]
Rcpp::List r_csv_types(Rcpp::RawVector piece, int columns, std::string separator, bool last,
                       std::vector<std::string> missing) {
  TypeSink sink(static_cast<std::size_t>(columns), missing);
  CsvRead read{0, 0, 0};
  try {
    read = read_csv(bytes_of(piece), static_cast<std::size_t>(piece.size()), static_cast<std::size_t>(columns),
                    separator[0], last, sink);
  } catch (const LineError& error) {
    return as_error(error);
  }
  return Rcpp::List::create(Rcpp::_["is_text"] = sink.is_text(),
                            Rcpp::_["records"] = static_cast<double>(read.records));
}

// The whole records of a piece: list(columns =, bytes =, lines =), or list(error =, line =).
// [[Rcpp::export]]
Rcpp::List r_csv_read(Rcpp::RawVector piece, std::vector<int> is_text, std::string separator, bool last,
                      std::vector<std::string> missing) {
  ColumnSink sink(is_text, missing);
  try {
    const CsvRead read =
        read_csv(bytes_of(piece), static_cast<std::size_t>(piece.size()), is_text.size(), separator[0], last, sink);
    return Rcpp::List::create(Rcpp::_["columns"] = sink.columns(), Rcpp::_["bytes"] = static_cast<double>(read.bytes),
                              Rcpp::_["lines"] = static_cast<double>(read.lines));
  } catch (const LineError& error) {
    return as_error(error);
  }
}

// Records of nothing but numbers: list(x =, others =, bytes =, lines =), x the columns of role 0 as a matrix, others
// those of roles 1, 2, ... as vectors. NULL where there is something else, for r_csv_read() to tell.
// [[Rcpp::export]]
SEXP r_csv_numbers(Rcpp::RawVector piece, std::vector<int> role, std::string separator, bool last, int threads) {
  const char* text = bytes_of(piece);
  const CsvExtent extent = whole_records(text, static_cast<std::size_t>(piece.size()), separator[0], last);
  if (!may_be_records(extent.lines, role.size(), extent.bytes)) return R_NilValue;
  const R_xlen_t n = static_cast<R_xlen_t>(extent.lines);
  const auto width = std::count(role.begin(), role.end(), 0);
  Rcpp::NumericMatrix x(Rcpp::no_init(static_cast<int>(n), static_cast<int>(width)));
  Rcpp::List others(*std::max_element(role.begin(), role.end()));
  std::vector<double*> to;
  for (const int one : role) {
    const auto taken =
        static_cast<R_xlen_t>(std::count(role.begin(), role.begin() + static_cast<std::ptrdiff_t>(to.size()), 0));
    if (one == 0) {
      to.push_back(x.begin() + taken * n);
    } else {
      Rcpp::NumericVector column(Rcpp::no_init(n));
      others[one - 1] = column;
      to.push_back(column.begin());
    }
  }
  const std::vector<CsvPart> parts = parts_of(text, extent, threads);
  std::vector<char> plain(parts.size() - 1, 0);
  NoWatch watch;
  parallel_for(plain.size(), {threads, watch}, [&](std::size_t k) {
    std::vector<double*> columns = to;
    for (double*& column : columns) column += parts[k].line;
    plain[k] = read_csv_numbers(text + parts[k].first, parts[k + 1].first - parts[k].first, role.size(), separator[0],
                                NA_REAL, columns.data())
                   .plain;
  });
  if (std::count(plain.begin(), plain.end(), 0) > 0) return R_NilValue;
  return Rcpp::List::create(Rcpp::_["x"] = x, Rcpp::_["others"] = others,
                            Rcpp::_["bytes"] = static_cast<double>(extent.bytes),
                            Rcpp::_["lines"] = static_cast<double>(extent.lines));
}

// The numbers of a plain file from byte `first` on, as a stream; NULL where the file is compressed or no file. role: of
// each column, 0 for x, then y, weights, offset. start: its first bytes as text; read: bytes that R has read.
// [[Rcpp::export]]
SEXP r_csv_stream(std::string path, std::vector<int> role, std::string separator, Rcpp::RawVector start, double read,
                  double bytes, int threads) {
  const auto first = static_cast<std::uint64_t>(start.size());
  CsvLayout layout{path,   {}, separator[0], first, static_cast<std::uint64_t>(read), static_cast<std::uint64_t>(bytes),
                   NA_REAL};
  for (const int one : role) layout.role.push_back(static_cast<CsvRole>(one));
  std::unique_ptr<RBlockStream> stream(new RBlockStream);
  try {
    stream->stream.reset(new CsvStream(layout, std::string(start.begin(), start.end()), threads));
  } catch (const NotPlain&) {
    return R_NilValue;
  }
  return Rcpp::XPtr<RBlockStream>(stream.release());
}

// As next_native_block(); at the end or where it stops, list(stopped =, lines =, rest =): the lines of all blocks, and
// bytes that follow them; or list(error =).
// [[Rcpp::export]]
SEXP r_csv_stream_next(SEXP stream) {
  Rcpp::XPtr<RBlockStream> from(stream);
  const SEXP block = next_native_block(*from);
  if (!Rf_isNull(block)) return block;
  const auto& csv = static_cast<const CsvStream&>(*from->stream);
  try {
    const std::vector<char> rest = csv.stopped() ? csv.rest() : std::vector<char>();
    return Rcpp::List::create(Rcpp::_["stopped"] = csv.stopped(), Rcpp::_["lines"] = static_cast<double>(csv.lines()),
                              Rcpp::_["rest"] = Rcpp::RawVector(rest.begin(), rest.end()));
  } catch (const DamagedFile& error) {
    return Rcpp::List::create(Rcpp::_["error"] = error.what());
  }
}

// Where it has stopped: the bytes of the next piece, none after the last; or list(error =).
// [[Rcpp::export]]
SEXP r_csv_stream_text(SEXP stream) {
  const Rcpp::XPtr<RBlockStream> from(stream);
  try {
    const std::vector<char> text = static_cast<CsvStream&>(*from->stream).next_text();
    return Rcpp::RawVector(text.begin(), text.end());
  } catch (const DamagedFile& error) {
    return Rcpp::List::create(Rcpp::_["error"] = error.what());
  }
}
