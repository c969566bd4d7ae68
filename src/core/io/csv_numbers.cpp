#include "io/csv_numbers.h"

#include "io/csv_field.h"
#include "io/csv_numbers_avx2.h"

namespace sgdlasso {

// Up to 2^53 and ten to the 22nd both factors are exact, so that one operation rounds as it should (Clinger 1990).
const char* parse_digits(const char* at, const char* end, double& value) {
  const bool negative = *at == '-';
  if (negative || *at == '+') ++at;
  const char* first = at;
  std::uint64_t digits = 0;
  for (; at < end && is_digit(*at); ++at) digits = 10 * digits + static_cast<std::uint64_t>(*at - '0');
  std::ptrdiff_t count = at - first, point = 0;
  if (at < end && *at == '.') {
    const char* start = ++at;
    for (; at < end && is_digit(*at); ++at) digits = 10 * digits + static_cast<std::uint64_t>(*at - '0');
    point = at - start;
    count += point;
  }
  if (at < end && (*at == 'e' || *at == 'E') && end - at > 1) {
    const char* start = at + 1;
    const bool falls = *start == '-';
    if (falls || *start == '+') ++start;
    int exponent = 0;
    for (at = start; at < end && at - start < 4 && is_digit(*at); ++at) exponent = 10 * exponent + (*at - '0');
    if (at == start) return nullptr;
    point += falls ? exponent : -exponent;
  }
  if (count == 0 || count > 18 || digits > kExact || point > 22 || point < -22) return nullptr;
  value = point < 0 ? static_cast<double>(digits) * kPowers[-point] : static_cast<double>(digits) / kPowers[point];
  if (negative) value = -value;
  return at;
}

CsvNumbers read_csv_numbers_portably(const char* text, std::size_t size, std::size_t columns, char separator,
                                     double missing, double* const* to) {
  const char* end = text + size;
  CsvNumbers result{false, true};
  std::size_t record = 0;
  for (const char* at = text; at < end; ++record) {
    const bool blank = ends_line(at, end) || (*at == '\r' && ends_line(at + 1, end));
    if (columns == 1 && blank) return result;  // no record
    for (std::size_t k = 0; k < columns; ++k) {
      const char* stop = at;
      double value = missing;
      if (at < end && *at != separator && *at != '\n') {
        stop = parse_digits(at, end, value);
        if (!stop || (stop < end && *stop != separator && *stop != '\n' && *stop != '\r')) {  // not the plain form
          stop = at;
          while (stop < end && *stop != separator && *stop != '\n') ++stop;
          const bool carriage = stop > at && stop[-1] == '\r' && ends_line(stop, end);
          if (!parse_field(at, static_cast<std::size_t>(stop - at) - carriage, missing, value, result.finite))
            return result;
        }
      } else {
        result.finite = false;
      }
      if (stop < end && *stop == '\r' && ends_line(stop + 1, end)) ++stop;
      const bool ends = stop == end || *stop == '\n';
      if (ends != (k + 1 == columns) || (!ends && *stop != separator)) return result;
      to[k][record] = value;
      at = stop == end ? end : stop + 1;
    }
  }
  result.plain = true;
  return result;
}

CsvNumbers read_csv_numbers(const char* text, std::size_t size, std::size_t columns, char separator, double missing,
                            double* const* to) {
  if (size == 0) return {true, true};  // text may be no address then
#if SGDLASSO_WIDE_REGISTERS
  static const bool fast =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
  if (fast) return read_csv_numbers_avx2(text, size, columns, separator, missing, to);
#endif
  return read_csv_numbers_portably(text, size, columns, separator, missing, to);
}

}  // namespace sgdlasso
