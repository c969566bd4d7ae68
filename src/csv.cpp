#include "csv.h"

#include <algorithm>
#include <cstring>

#include "csv_numbers.h"
#include "decimal.h"

namespace sgdlasso {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Where the last whole record ends. Quotes inside a field are doubled, so those before a place tell whether it is inside one.
const char* end_of_records(const char* text, std::size_t size) {
  const char* end = text;
  if (!std::memchr(text, '"', size)) {
    for (const char* at = text + size; at > text; --at) {
      if (at[-1] == '\n') return at;
    }
    return text;
  }
  bool inside = false;
  for (const char* at = text; at < text + size; ++at) {
    if (*at == '"') inside = !inside;
    if (*at == '\n' && !inside) end = at + 1;
  }
  return end;
}

// The fields of whole records, one after another.
class Fields {
 public:
  Fields(const char* from, const char* end, char separator) : at_(from), end_(end), separator_(separator) {}

  const char* text = nullptr;  // of the field read last
  std::size_t size = 0;
  bool ends_record = false;
  std::size_t line = 0;  // that the next field begins in

  bool done() const { return at_ == end_; }
  const char* place() const { return at_; }
  // Past blank lines.
  void start_record() {
    while (at_ < end_ && (*at_ == '\n' || (*at_ == '\r' && at_ + 1 < end_ && at_[1] == '\n'))) {
      at_ += *at_ == '\n' ? 1 : 2;
      ++line;
    }
  }

  void next() {
    if (at_ < end_ && *at_ == '"') {
      read_quoted();
    } else {
      text = at_;
      while (at_ < end_ && *at_ != separator_ && *at_ != '\n') ++at_;
      size = static_cast<std::size_t>(at_ - text);
      if (size > 0 && (at_ == end_ || *at_ == '\n') && at_[-1] == '\r') --size;
    }
    ends_record = at_ == end_ || *at_ == '\n';
    if (at_ == end_) return;
    if (*at_ == '\n') ++line;
    ++at_;
  }

 private:
  // Copied only where quotes stand inside.
  void read_quoted() {
    const std::size_t first = line;
    copy_.clear();
    const char* start = ++at_;
    for (;; ++at_) {
      if (at_ == end_) throw LineError(first, "a quote is not closed");
      if (*at_ == '\n') ++line;
      if (*at_ != '"') continue;
      if (at_ + 1 == end_ || at_[1] != '"') break;
      copy_.append(start, at_ + 1);
      start = ++at_ + 1;
    }
    text = start;
    size = static_cast<std::size_t>(at_ - start);
    if (!copy_.empty()) {
      copy_.append(start, at_);
      text = copy_.data();
      size = copy_.size();
    }
    ++at_;
    if (at_ < end_ && *at_ == '\r' && (at_ + 1 == end_ || at_[1] == '\n')) ++at_;
    if (at_ < end_ && *at_ != separator_ && *at_ != '\n') throw LineError(line, "something follows a closing quote");
  }

  const char* at_;
  const char* end_;
  char separator_;
  std::string copy_;
};

std::string quoted(const Fields& field) {
  const std::size_t most = 40;
  return "\"" + std::string(field.text, std::min(field.size, most)) + "\"";
}

}  // namespace

bool parse_number(const char* text, std::size_t size, double& value) {
  const char* end = text + size;
  while (text < end && is_blank(*text)) ++text;
  while (end > text && is_blank(end[-1])) --end;
  if (text == end) return false;
  return parse_digits(text, end, value) == end || parse_decimal(text, end, value);
}

CsvExtent whole_records(const char* text, std::size_t size, bool last) {
  const char* end = last ? text + size : end_of_records(text, size);
  std::size_t lines = count_lines(text, end);
  if (end > text && end[-1] != '\n') ++lines;
  return {static_cast<std::size_t>(end - text), lines};
}

std::size_t count_lines(const char* from, const char* end) {
  std::size_t count = 0;
  while (from < end && (from = static_cast<const char*>(std::memchr(from, '\n', static_cast<std::size_t>(end - from))))) {
    ++count;
    ++from;
  }
  return count;
}

CsvRead read_csv(const char* text, std::size_t size, std::size_t columns, char separator, bool last, CsvSink& sink) {
  Fields fields(text, last ? text + size : end_of_records(text, size), separator);
  CsvRead read{0, 0, 0};
  for (fields.start_record(); !fields.done(); fields.start_record()) {
    const std::size_t line = fields.line;
    std::size_t found = 0;
    do {
      fields.next();
      if (found < columns && !sink.take(found, fields.text, fields.size)) {
        throw LineError(line, quoted(fields) + " in column " + std::to_string(found + 1) + " is not a number");
      }
      ++found;
    } while (!fields.ends_record);
    if (found != columns) {
      throw LineError(
          line, "it has " + std::to_string(found) + (found == 1 ? " field" : " fields") + ", not " + std::to_string(columns));
    }
    ++read.records;
  }
  read.bytes = static_cast<std::size_t>(fields.place() - text);
  read.lines = fields.line;
  return read;
}

}  // namespace sgdlasso
