#include "io/decimal.h"

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "io/csv_oracle.h"
#include "plain.h"

using namespace sgdlasso;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// By both ways, which must agree; NaN with taken = false where it is no number.
struct Parsed {
  bool taken;
  double value;
};
Parsed parse(const std::string& text) {
  double value = -1, portable = -1;
  const bool taken = parse_decimal(text.data(), text.data() + text.size(), value);
  CHECK_MESSAGE(parse_decimal_portably(text.data(), text.data() + text.size(), portable) == taken, text);
  if (taken) CHECK_MESSAGE(plain::equal_bits(value, portable), text);
  return {taken, value};
}

std::string digits(Rng& rng, std::uint64_t count) {
  std::string result;
  for (; count > 0; --count) result += static_cast<char>('0' + rng.up_to(9));
  return result;
}

std::string one_of(Rng& rng, const std::vector<std::string>& choices) {
  return choices[rng.up_to(choices.size() - 1)];
}

// Something that is a number in most draws. A statement each: the order in which compilers take operands is their own.
std::string number_like(Rng& rng) {
  const std::string zeros(rng.up_to(400), '0'), some = digits(rng, 1 + rng.up_to(24)),
                                                after = digits(rng, rng.up_to(30));
  const std::string exponent = std::to_string(rng.up_to(400));
  std::string text = one_of(rng, {"", "-", "+"});
  text += one_of(rng, {"", "0", some, zeros});
  text += one_of(rng, {"", ".", "." + after});
  const std::string letter = one_of(rng, {"e", "E"}), sign = one_of(rng, {"", "-", "+"});
  text += one_of(rng, {"", "", letter + sign + exponent, "e", "e-"});
  return text + one_of(rng, {"", "", "", "", "x", " ", "e1", "."});
}

}  // namespace

TEST_CASE("both ways read every text as strtod does, where it is decimal") {
  Rng rng(1);
  int taken = 0;
  for (int k = 0; k < 20000; ++k) {
    const std::string text = number_like(rng);
    const Parsed found = parse(text);
    char* end = nullptr;
    const double right = std::strtod(text.c_str(), &end);
    const bool whole = !text.empty() && *end == '\0' && text.find_first_of(" xX") == std::string::npos;
    CHECK_MESSAGE(found.taken == whole, text);
    if (found.taken) CHECK_MESSAGE(plain::equal_bits(found.value, right), text);
    taken += found.taken;
  }
  CHECK(taken > 5000);
  CHECK(taken < 18000);
}

TEST_CASE("17 digits give the double back, subnormal ones too") {
  Rng rng(2);
  for (int k = 0; k < 20000; ++k) {
    const std::uint64_t bits = (rng.up_to(UINT32_MAX) << 32) | rng.up_to(UINT32_MAX);
    double number = 0;
    std::memcpy(&number, &bits, sizeof number);
    if (k % 10 == 0) number = rng.uniform() * std::numeric_limits<double>::min();
    if (!std::isfinite(number)) continue;
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", number);
    CHECK(plain::equal_bits(parse(text).value, number));
  }
}

TEST_CASE("halfway between two doubles is the even one, and what is beyond it the next") {
  Rng rng(3);
  for (int k = 0; k < 2000; ++k) {
    const double j = 4503599627370496.0 + static_cast<double>(rng.up_to((std::uint64_t{1} << 52) - 1));
    const double even = 2 * j;  // its neighbours are 2 apart
    char text[40];
    std::snprintf(text, sizeof text, "%.0f", even);
    std::string half = text;
    for (std::size_t at = half.size(); at-- > 0;) {  // one more, carried
      if (half[at] != '9') {
        ++half[at];
        break;
      }
      half[at] = '0';
    }
    CHECK(parse(half).value == (std::fmod(j, 2) == 0 ? even : even + 2));
    CHECK(parse(half + "." + std::string(40, '0') + "1").value == even + 2);
    CHECK(parse(std::string(text) + "." + std::string(40, '9')).value == even);
  }
  CHECK(parse("2.4703282292062327208e-324").value == 0);  // half of the smallest is a hair more
  CHECK(parse("2.4703282292062328e-324").value == 5e-324);
}

TEST_CASE("what is too large is infinite, what is too small 0; words are taken in any case") {
  for (const char* text : {"1e400", "1.7976931348623159e308", "inf", "INF", "Infinity", "1e99999999999"}) {
    CHECK(parse(text).value == kInfinity);
  }
  for (const char* text : {"-1e400", "-inf", "-Infinity"}) CHECK(parse(text).value == -kInfinity);
  for (const char* text : {"1e-400", "1e-99999999999"}) CHECK(parse(text).value == 0);
  CHECK(parse("4.94e-324").value == 5e-324);
  for (const char* text : {"nan", "NaN", "+nan"}) CHECK(std::isnan(parse(text).value));
  for (const char* text : {"", "-", "+-1", "--1", "infin", "nan(1)", "0x10", "1,5", "1d5", " 1", "1 ", "1e400x", "i",
                           "e5", ".e5", "1_000"}) {
    CHECK_FALSE(parse(text).taken);
  }
}

TEST_CASE("the point is a point where people write a comma") {
  for (const char* locale : {"de_DE.UTF-8", "fr_FR.UTF-8", "C"}) {
    if (!std::setlocale(LC_NUMERIC, locale)) continue;  // C is always there
    CHECK(parse("1.5").value == 1.5);
    CHECK_FALSE(parse("1,5").taken);
    CHECK(parse("12345678901234567890.5").value == 12345678901234567890.0);
    CHECK(parse("1.5e-310").value == 1.5e-310);
  }
  std::setlocale(LC_NUMERIC, "C");
}
