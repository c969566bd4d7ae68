// csv.h: records of comma-separated text (RFC 4180), from a piece of a file that may end inside one.
//
// A record ends at a line break outside quotes. A field may be quoted; two quotes inside are one. Blank lines are no
// records.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace sgdlasso {

// What cannot be parsed, and where.
struct LineError : std::runtime_error {
  LineError(std::size_t line, const std::string& what) : std::runtime_error(what), line(line) {}
  std::size_t line;  // of the piece, from 0
};

// What becomes of the fields, column by column. Text is the field without its quotes.
class CsvSink {
 public:
  virtual ~CsvSink() = default;
  // nullptr, or what is wrong with the field.
  virtual const char* take(std::size_t column, const char* text, std::size_t size) = 0;
};

struct CsvRead {
  std::size_t bytes;  // read: up to the end of the last whole record
  std::size_t records;
  std::size_t lines;
};

// last: whether the file ends with this piece, so that its last record needs no line break.
CsvRead read_csv(const char* text, std::size_t size, std::size_t columns, char separator, bool last, CsvSink& sink);

// Where records end in text that comes in pieces: each byte is looked at once. A quote opens at the start of a field
// only.
class RecordEnds {
 public:
  enum class Place { field_start, field, quoted, after_quote };

  // separator: 0 where nothing is ever quoted. place: where the text before ended.
  explicit RecordEnds(char separator, Place place = Place::field_start) : separator_(separator), place_(place) {}

  // The bytes up to the end of the last record that ends in this piece, 0 if none does.
  std::size_t last_end(const char* text, std::size_t size);
  Place place() const { return place_; }

 private:
  char separator_;
  Place place_;
};

// The bytes up to the end of the last whole record, and how many lines they are.
struct CsvExtent {
  std::size_t bytes;
  std::size_t lines;
};
CsvExtent whole_records(const char* text, std::size_t size, char separator, bool last);
std::size_t count_lines(const char* from, const char* end);

// The fields of the first record, blanks around them aside.
struct CsvHeader {
  std::vector<std::string> names;
  CsvRead read;
};
CsvHeader read_csv_header(const char* text, std::size_t size, char separator, bool last);

// What is wrong with a field as text, nullptr if nothing is.
const char* flaw_of_text(const char* text, std::size_t size);
// The field between quotes for a message, cut where it is long, with ? for what cannot be shown.
std::string shown(const char* text, std::size_t size);

// The number that a whole field is, blanks around it aside; false if it is none. The decimal point is a point in every
// locale.
bool parse_number(const char* text, std::size_t size, double& value);

}  // namespace sgdlasso
