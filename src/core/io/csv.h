// csv.h: records of comma-separated text (RFC 4180), from a piece of a file that may end inside one.
//
// Two readers read such files and give the same blocks, to the bit, whichever of them reads a piece: csv_numbers.h,
// fast, of pieces that are plain numbers, and this one, of any. What they agree on is told here:
//
// Pieces. R reads `bytes` bytes at a time until it has the header. From how far it has then read, the file is cut every
// `bytes` bytes. A block is all records that are whole at the end of a piece and were not given before; pieces in which
// none ends make no block. The last block is what follows the last piece, whose record needs no line break. So blocks
// depend on the file and on `bytes`, never on threads or on who reads (rows_files.R, csv_stream.h).
//
// Lines. A record ends at a line feed outside quotes. One carriage return right before it, or at the very end of the
// file, belongs to the line's end; anywhere else it is a byte of its field. Lines without any byte between their ends
// are blank, and no records; a line of spaces is one, and so is a carriage return alone at the end of the file. Nothing
// starts a comment.
//
// Fields. A quote opens at the first byte of a field only; elsewhere it is a byte like others. Inside quotes separators
// and line breaks are text and two quotes are one. After the closing quote the field ends, or the record is an error.
// All records have as many fields as the header.
//
// Header. The first record that is not blank, after a byte order mark if there is one. Spaces and tabs around a name,
// and quotes inside these, are taken off. Names are UTF-8, none empty, all different.
//
// Numbers. A field, quoted or not, spaces and tabs around it aside: a sign (- or +) or none, digits with a decimal
// point (never a comma) before, among or behind them, an exponent or none; or nan, inf, infinity in letters of any
// size. No hexadecimal digits. It becomes the nearest double; what is too large is infinite.
//
// Missing. An empty field of a column of numbers, quoted or not, and in any column the words for missing values, spaces
// around them (not tabs) aside. A word that is a number is missing too, where it is written exactly so.
//
// Text. Whatever else a column holds in the file's first block makes it one of text, which is UTF-8 without zero bytes;
// in later blocks it is an error, with its line.
//
// Plain. A piece is plain where each line is a record, each field is unquoted and a number or empty. Blank lines,
// quotes and words for missing values make it another, as does a record that began more than four pieces and a megabyte
// before. csv_numbers.h may leave what it is not sure of; never does it read what this reader would read otherwise.
// Where a word for missing values is a number, or the separator can stand in a number, it is not asked at all.
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
