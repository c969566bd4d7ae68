#include <Rcpp.h>

#include <algorithm>
#include <string>
#include <vector>

#include "csv.h"

using namespace sgdlasso;

namespace {

// Columns of numbers, and of text. Empty fields and the words for missing values are NA.
class ColumnSink final : public CsvSink {
 public:
  ColumnSink(const std::vector<int>& is_text, const std::vector<std::string>& missing)
      : is_text_(is_text),
        missing_(missing),
        number_(is_text.size()),
        text_(is_text.size()),
        absent_(is_text.size()) {}

  bool take(std::size_t column, const char* text, std::size_t size) override {
    double value = NA_REAL;
    if (is_text_[column]) {
      absent_[column].push_back(is_missing(text, size));
      text_[column].emplace_back(text, size);
      return true;
    }
    if (!parse_number(text, size, value)) {
      if (size != 0 && !is_missing(text, size)) return false;
      value = NA_REAL;
    }
    number_[column].push_back(value);
    return true;
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
  Rcpp::CharacterVector strings(std::size_t k) const {
    Rcpp::CharacterVector result(static_cast<R_xlen_t>(text_[k].size()));
    for (std::size_t i = 0; i < text_[k].size(); ++i) {
      const std::string& text = text_[k][i];
      SET_STRING_ELT(result, static_cast<R_xlen_t>(i),
                     absent_[k][i] ? NA_STRING : Rf_mkCharLenCE(text.data(), static_cast<int>(text.size()), CE_UTF8));
    }
    return result;
  }

  bool is_missing(const char* text, std::size_t size) const {
    for (const std::string& word : missing_) {
      if (word.size() == size && word.compare(0, size, text, size) == 0) return true;
    }
    return false;
  }

  const std::vector<int>& is_text_;
  const std::vector<std::string>& missing_;
  std::vector<std::vector<double>> number_;
  std::vector<std::vector<std::string>> text_;
  std::vector<std::vector<char>> absent_;  // which of these are missing
};

// Which columns hold something that is neither a number nor missing.
class TypeSink final : public CsvSink {
 public:
  TypeSink(std::size_t columns, const std::vector<std::string>& missing) : missing_(missing), is_text_(columns, 0) {}

  bool take(std::size_t column, const char* text, std::size_t size) override {
    double value;
    if (is_text_[column] || size == 0 || parse_number(text, size, value)) return true;
    is_text_[column] = std::find(missing_.begin(), missing_.end(), std::string(text, size)) == missing_.end();
    return true;
  }
  const std::vector<int>& is_text() const { return is_text_; }

 private:
  const std::vector<std::string>& missing_;
  std::vector<int> is_text_;
};

const char* bytes_of(const Rcpp::RawVector& piece) {
  return reinterpret_cast<const char*>(piece.begin());
}

Rcpp::List as_error(const CsvError& error) {
  return Rcpp::List::create(Rcpp::_["error"] = error.what(), Rcpp::_["line"] = static_cast<double>(error.line));
}

}  // namespace

// list(is_text =), or list(error =, line =), line from 0.
// [[Rcpp::export]]
Rcpp::List r_csv_types(Rcpp::RawVector piece, int columns, std::string separator, bool last, std::vector<std::string> missing) {
  TypeSink sink(static_cast<std::size_t>(columns), missing);
  try {
    read_csv(bytes_of(piece), static_cast<std::size_t>(piece.size()), static_cast<std::size_t>(columns), separator[0], last,
             sink);
  } catch (const CsvError& error) {
    return as_error(error);
  }
  return Rcpp::List::create(Rcpp::_["is_text"] = sink.is_text());
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
  } catch (const CsvError& error) {
    return as_error(error);
  }
}
