// csv_numbers.h: plain records (csv.h), one line each, from text straight into columns: what files of numbers are made
// of, at a few nanoseconds a number. Every number is the double nearest to its text, on every machine.
#pragma once

#include <cstddef>

namespace sgdlasso {

// Whether so many lines may all be records: blank ones are none, and would be given room as if they were.
inline bool may_be_records(std::size_t lines, std::size_t columns, std::size_t bytes) {
  return lines <=
         (bytes + 1) / columns;  // a separator for each column but one, and a line break for each line but the last
}

struct CsvNumbers {
  bool plain;   // false, with anything in the columns: there is something else, and read_csv() tells what
  bool finite;  // no field is empty, infinite or none
};

// Whole records; separator: a byte that can stand in no number and ends no line. Column k of record i becomes to[k][i],
// empty fields `missing`. Parts of a piece may be read side by side.
CsvNumbers read_csv_numbers(const char* text, std::size_t size, std::size_t columns, char separator, double missing,
                            double* const* to);

// For tests: the same without the machine's larger registers.
CsvNumbers read_csv_numbers_portably(const char* text, std::size_t size, std::size_t columns, char separator,
                                     double missing, double* const* to);

// A number in the form -12.5e-3 of few digits, from its start: where it ends, or nullptr where it has another form,
// more digits or a large exponent.
const char* parse_digits(const char* at, const char* end, double& value);

}  // namespace sgdlasso
