#include "io/decimal.h"

#include <charconv>
#include <cstdlib>
#include <limits>
#include <string>

#include <locale.h>
#if defined(__APPLE__) || defined(__FreeBSD__)
#include <xlocale.h>
#endif

namespace sgdlasso {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

const char* past_digits(const char* at, const char* end) {
  while (at < end && is_digit(*at)) ++at;
  return at;
}

const char* past_sign(const char* at, const char* end) {
  return at < end && (*at == '-' || *at == '+') ? at + 1 : at;
}

bool is_word(const char* text, const char* end, const char* word) {
  while (text < end && *word != '\0' && (*text | 0x20) == *word) ++text, ++word;
  return text == end && *word == '\0';
}

bool parse_word(const char* text, const char* end, double& value) {
  if (is_word(text, end, "nan")) {
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  value = std::numeric_limits<double>::infinity();
  return is_word(text, end, "inf") || is_word(text, end, "infinity");
}

// Digits, point and exponent; no sign.
bool is_decimal(const char* text, const char* end) {
  const char* at = past_digits(text, end);
  bool digits = at > text;
  if (at < end && *at == '.') {
    const char* const fraction = ++at;
    at = past_digits(fraction, end);
    digits = digits || at > fraction;
  }
  if (digits && at < end && (*at | 0x20) == 'e') {
    const char* const exponent = past_sign(at + 1, end);
    at = past_digits(exponent, end);
    digits = at > exponent;
  }
  return digits && at == end;
}

// strtod() in the C locale, whatever the locale of the process is.
double rounded(const char* text, const char* end) {
  const std::string number(text, end);  // it wants a 0 behind
#if defined(_WIN32)
  static const _locale_t plain = _create_locale(LC_ALL, "C");
  return _strtod_l(number.c_str(), nullptr, plain);
#else
  static const locale_t plain = newlocale(LC_ALL_MASK, "C", nullptr);
  return strtod_l(number.c_str(), nullptr, plain);
#endif
}

bool parse_rounded(const char* text, const char* end, double& value) {
  if (!is_decimal(text, end)) return false;
  value = rounded(text, end);
  return true;
}

bool parse_magnitude(const char* text, const char* end, double& value) {
#if defined(__cpp_lib_to_chars)
  const auto found = std::from_chars(text, end, value);
  if (found.ec == std::errc() && found.ptr == end) return true;
  if (found.ec != std::errc::result_out_of_range) return false;
#endif
  return parse_rounded(text, end, value);
}

bool parse_signed(const char* text, const char* end, double& value, bool (*parse)(const char*, const char*, double&)) {
  const bool negative = text < end && *text == '-';
  text = past_sign(text, end);
  if (text == end) return false;
  const bool begins = is_digit(*text) || *text == '.';
  if (!(begins ? parse(text, end, value) : parse_word(text, end, value))) return false;
  if (negative) value = -value;
  return true;
}

}  // namespace

bool parse_decimal(const char* text, const char* end, double& value) {
  return parse_signed(text, end, value, parse_magnitude);
}

bool parse_decimal_portably(const char* text, const char* end, double& value) {
  return parse_signed(text, end, value, parse_rounded);
}

}  // namespace sgdlasso
