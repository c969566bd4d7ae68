// csv_oracle.h: what records of numbers come to by the reader that takes any field: the fast one is compared with it.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "io/csv.h"
#include "io/csv_numbers.h"

namespace plain {

constexpr double kMissing = -12345.5;

// Every field a number or empty, column by column; numbers is false where one is neither, or a record is not of so many
// fields.
struct Columns {
  bool numbers = true;
  std::vector<std::vector<double>> values;
};

class NumberSink final : public sgdlasso::CsvSink {
 public:
  explicit NumberSink(Columns& to) : to_(to) {}
  const char* take(std::size_t column, const char* text, std::size_t size) override {
    double value = kMissing;
    if (size > 0 && !sgdlasso::parse_number(text, size, value)) return "is no number";
    to_.values[column].push_back(value);
    return nullptr;
  }

 private:
  Columns& to_;
};

inline Columns read_any(const std::string& text, std::size_t columns, char separator = ',') {
  Columns result;
  result.values.resize(columns);
  NumberSink sink(result);
  try {
    sgdlasso::read_csv(text.data(), text.size(), columns, separator, true, sink);
  } catch (const sgdlasso::LineError&) {
    result.numbers = false;
  }
  return result;
}

struct FastRead {
  sgdlasso::CsvNumbers found{false, false};
  std::vector<std::vector<double>> values;
};

// read: read_csv_numbers or its portable form.
template <class Read>
FastRead read_fast(Read read, const std::string& text, std::size_t columns, char separator = ',') {
  FastRead result;
  const sgdlasso::CsvExtent extent = sgdlasso::whole_records(text.data(), text.size(), separator, true);
  if (!sgdlasso::may_be_records(extent.lines, columns, extent.bytes)) return result;
  result.values.assign(columns, std::vector<double>(extent.lines));
  std::vector<double*> to;
  for (std::vector<double>& column : result.values) to.push_back(column.data());
  result.found = read(text.data(), extent.bytes, columns, separator, kMissing, to.data());
  return result;
}

inline bool equal_bits(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

inline bool equal_bits(const std::vector<std::vector<double>>& a, const std::vector<std::vector<double>>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t j = 0; j < a.size(); ++j) {
    if (a[j].size() != b[j].size()) return false;
    for (std::size_t i = 0; i < a[j].size(); ++i) {
      if (!equal_bits(a[j][i], b[j][i])) return false;
    }
  }
  return true;
}

}  // namespace plain
