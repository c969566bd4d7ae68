#include "io/csv.h"

#include <algorithm>
#include <cstring>

#include "io/csv_numbers.h"
#include "io/decimal.h"

namespace sgdlasso {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

void trim_blanks(const char*& from, const char*& to) {
  while (from < to && is_blank(*from)) ++from;
  while (to > from && is_blank(to[-1])) --to;
}

// The same for a name, and quotes between blanks, which others write and RFC 4180 does not know.
void trim(const char*& from, const char*& to) {
  trim_blanks(from, to);
  if (to - from >= 2 && *from == '"' && to[-1] == '"') ++from, --to;
}

// Where the last whole record ends.
const char* end_of_records(const char* text, std::size_t size, char separator) {
  return text + RecordEnds(separator).last_end(text, size);
}

// The bytes of the character that begins here, 0 if it is none of UTF-8 (RFC 3629).
std::size_t size_of_character(const char* text, std::size_t size) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || size < length) return 0;
  const unsigned least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < least || byte(1) > most) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if (byte(k) < 0x80 || byte(k) > 0xBF) return 0;
  }
  return length;
}

// The fields of whole records, one after another.
class Fields {
 public:
  Fields(const char* from, const char* end, char separator) : at_(from), end_(end), separator_(separator) {}

  const char* text = nullptr;  // of the field read last
  std::size_t size = 0;
  bool was_quoted = false;
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
    was_quoted = at_ < end_ && *at_ == '"';
    if (was_quoted) {
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

}  // namespace

bool parse_number(const char* text, std::size_t size, double& value) {
  const char* end = text + size;
  trim_blanks(text, end);
  if (text == end) return false;
  return parse_digits(text, end, value) == end || parse_decimal(text, end, value);
}

std::size_t RecordEnds::last_end(const char* text, std::size_t size) {
  const char* const end = text + size;
  const char* last = text;
  if (size == 0) return 0;
  if (separator_ == '\0' || (place_ != Place::quoted && !std::memchr(text, '"', size))) {
    for (last = end; last > text && last[-1] != '\n';) --last;
    place_ = end[-1] == '\n' || end[-1] == separator_ ? Place::field_start : Place::field;
    return static_cast<std::size_t>(last - text);
  }
  for (const char* at = text; at < end; ++at) {
    if (place_ == Place::quoted) {
      at = static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
      if (!at) break;
      place_ = Place::after_quote;
    } else if (*at == '\n') {
      last = at + 1;
      place_ = Place::field_start;
    } else if (*at == '"' && place_ != Place::field) {
      place_ = Place::quoted;  // opened, or a second one inside
    } else {
      place_ = *at == separator_ ? Place::field_start : Place::field;
    }
  }
  return static_cast<std::size_t>(last - text);
}

CsvExtent whole_records(const char* text, std::size_t size, char separator, bool last) {
  const char* end = last ? text + size : end_of_records(text, size, separator);
  std::size_t lines = count_lines(text, end);
  if (end > text && end[-1] != '\n') ++lines;
  return {static_cast<std::size_t>(end - text), lines};
}

std::size_t count_lines(const char* from, const char* end) {
  std::size_t count = 0;
  while (from < end &&
         (from = static_cast<const char*>(std::memchr(from, '\n', static_cast<std::size_t>(end - from))))) {
    ++count;
    ++from;
  }
  return count;
}

const char* flaw_of_text(const char* text, std::size_t size) {
  if (std::memchr(text, '\0', size)) return "holds a zero byte";
  for (std::size_t at = 0; at < size;) {
    const std::size_t character = size_of_character(text + at, size - at);
    if (character == 0) return "is not UTF-8 text";
    at += character;
  }
  return nullptr;
}

std::string shown(const char* text, std::size_t size) {
  const std::size_t most = 40;
  std::string result = "\"";
  for (std::size_t at = 0; at < size;) {
    const std::size_t character = size_of_character(text + at, size - at);
    if (at + character > most) return result + "...\"";
    const bool plain =
        character > 1 || (character == 1 && static_cast<unsigned char>(text[at]) >= ' ' && text[at] != '\x7f');
    result += plain ? std::string(text + at, character) : "?";
    at += character > 0 ? character : 1;
  }
  return result + "\"";
}

CsvHeader read_csv_header(const char* text, std::size_t size, char separator, bool last) {
  Fields fields(text, last ? text + size : end_of_records(text, size, separator), separator);
  CsvHeader header{{}, {0, 0, 0}};
  fields.start_record();
  if (fields.done()) return header;
  do {
    const std::size_t line = fields.line;
    fields.next();
    const char *from = fields.text, *to = from + fields.size;
    if (!fields.was_quoted) trim(from, to);
    const std::size_t length = static_cast<std::size_t>(to - from);
    if (const char* flaw = flaw_of_text(from, length)) throw LineError(line, shown(from, length) + " " + flaw);
    header.names.emplace_back(from, to);
  } while (!fields.ends_record);
  header.read = {static_cast<std::size_t>(fields.place() - text), 1, fields.line};
  return header;
}

CsvRead read_csv(const char* text, std::size_t size, std::size_t columns, char separator, bool last, CsvSink& sink) {
  Fields fields(text, last ? text + size : end_of_records(text, size, separator), separator);
  CsvRead read{0, 0, 0};
  for (fields.start_record(); !fields.done(); fields.start_record()) {
    const std::size_t line = fields.line;
    std::size_t found = 0;
    do {
      fields.next();
      const char* const flaw = found < columns ? sink.take(found, fields.text, fields.size) : nullptr;
      ++found;
      if (flaw)
        throw LineError(line, shown(fields.text, fields.size) + " in column " + std::to_string(found) + " " + flaw);
    } while (!fields.ends_record);
    if (found != columns) {
      throw LineError(line, "it has " + std::to_string(found) + (found == 1 ? " field" : " fields") + ", not " +
                                std::to_string(columns));
    }
    ++read.records;
  }
  read.bytes = static_cast<std::size_t>(fields.place() - text);
  read.lines = fields.line;
  return read;
}

}  // namespace sgdlasso
