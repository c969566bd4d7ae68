#include "io/csv_numbers_avx2.h"

#if SGDLASSO_WIDE_REGISTERS

#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "io/csv_field.h"

#define SGDLASSO_AVX2 __attribute__((target("avx2,bmi,popcnt")))
#define SGDLASSO_UNROLL _Pragma("GCC unroll 8")
#define SGDLASSO_AVX2_INLINE inline __attribute__((always_inline, target("avx2,bmi,popcnt")))

namespace sgdlasso {
namespace {

constexpr std::size_t kWord = 64;    // bytes whose field ends are found at a time
constexpr std::size_t kDigits = 16;  // characters that become a number at a time
constexpr std::size_t kHead = 3;     // characters before these: together they fit 64 bits
constexpr std::size_t kEnds = 8;     // ends written at a time
constexpr std::size_t kGroup = 4;    // fields side by side
constexpr std::size_t kGroups = 16;  // such groups at a time

// For each place of the point among sixteen characters (16: there is none), how the others close up, and by which power
// of ten the digits are divided.
struct PointTables {
  alignas(16) unsigned char close[kDigits + 1][kDigits];
  double power[2][kDigits + 1];     // and the same below 0
  unsigned char keep[2 * kDigits];  // from n on: a mask of the last n of sixteen
  PointTables() {
    for (std::size_t point = 0; point <= kDigits; ++point) {
      for (std::size_t i = 0; i < kDigits; ++i) {
        const bool moves = point < kDigits && i <= point;
        close[point][i] = static_cast<unsigned char>(!moves ? i : i > 0 ? i - 1 : 0x80);
      }
      power[0][point] = kPowers[point < kDigits ? kDigits - 1 - point : 0];
      power[1][point] = -power[0][point];
    }
    for (std::size_t i = 0; i < 2 * kDigits; ++i) keep[i] = i < kDigits ? 0 : 0xFF;
  }
};
const PointTables kTables;

SGDLASSO_AVX2_INLINE __m128i load_16(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}
SGDLASSO_AVX2_INLINE __m256i load_16_twice(const void* low, const void* high) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(load_16(low)), load_16(high), 1);
}
SGDLASSO_AVX2_INLINE unsigned place_of_point(unsigned bits) {
  return _tzcnt_u32(bits | 1u << kDigits);
}

// Bits of the bytes that are a separator.
SGDLASSO_AVX2_INLINE std::uint64_t separators_in(const char* text, __m256i separators) {
  const __m256i low = _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text)), separators);
  const __m256i high =
      _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + kWord / 2)), separators);
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
         static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(high))) << 32;
}

// Where the fields of a line end. False if there are not so many. Eight places are written whether there are eight or
// not: a loop up to the last would be mispredicted word by word. ends: room for so many fields and a word more.
SGDLASSO_AVX2 bool find_ends(const char* line, const char* line_end, const char* text_end, char separator,
                             std::size_t columns, const char** ends) {
  const __m256i separators = _mm256_set1_epi8(separator);
  std::size_t count = 0;
  for (const char* at = line; at < line_end; at += kWord) {
    char rest[kWord] = {0};
    const std::size_t left = static_cast<std::size_t>(line_end - at);
    const bool inside = static_cast<std::size_t>(text_end - at) >= kWord;
    if (!inside) std::memcpy(rest, at, left);
    std::uint64_t bits = separators_in(inside ? at : rest, separators);
    if (left < kWord) bits &= (std::uint64_t{1} << left) - 1;
    const std::size_t more = static_cast<std::size_t>(_mm_popcnt_u64(bits));
    if (count + more >= columns) return false;
    for (std::size_t done = 0; done < more; done += kEnds) {
      SGDLASSO_UNROLL
      for (std::size_t k = 0; k < kEnds; ++k) {
        ends[count + done + k] = at + _tzcnt_u64(bits);
        bits = _blsr_u64(bits);
      }
    }
    count += more;
  }
  ends[count] = line_end - (line_end > line && line_end[-1] == '\r');
  return count + 1 == columns;
}

// Digits 0 to 9, one a byte, most significant first, as two numbers of eight digits.
SGDLASSO_AVX2_INLINE std::uint64_t number_of(__m128i digits) {
  const __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010A));
  const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00010064));
  const __m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), _mm_set1_epi32(0x00012710));
  const std::uint64_t both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
  return (both & 0xFFFFFFFFu) * 100000000u + (both >> 32);
}

// One field of digits with or without a sign and a point, that sixteen readable bytes end with. False where it is
// something else, or too long for this.
SGDLASSO_AVX2 bool parse_plain(const char* from, const char* end, double& value) {
  const bool negative = *from == '-';
  from += negative;
  const std::size_t size = static_cast<std::size_t>(end - from), tail = std::min(size, kDigits);
  if (size - 1 >= kDigits + kHead) return false;
  std::uint64_t head = 0, after = 0;  // after: digits of the head behind the point
  bool pointed = false;
  for (; from < end - tail; ++from) {
    if (*from != '.' && !is_digit(*from)) return false;
    if (*from == '.' && pointed) return false;
    if (*from == '.') {
      pointed = true;
    } else {
      head = 10 * head + static_cast<std::uint64_t>(*from - '0');
      after += pointed;
    }
  }
  const __m128i text = load_16(end - kDigits), keep = load_16(kTables.keep + tail);
  const __m128i points = _mm_and_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('.')), keep);
  const unsigned point = place_of_point(static_cast<unsigned>(_mm_movemask_epi8(points)));
  const __m128i digits =
      _mm_shuffle_epi8(_mm_and_si128(_mm_sub_epi8(text, _mm_set1_epi8('0')), keep), load_16(kTables.close[point]));
  const __m128i wrong = _mm_subs_epu8(digits, _mm_set1_epi8(9));
  const bool in_tail = point < kDigits;
  if (!_mm_testz_si128(wrong, wrong) || (in_tail && (pointed || size == 1))) return false;
  const std::uint64_t whole = head * (in_tail ? 1000000000000000u : 10000000000000000u) + number_of(digits);
  if (whole > kExact) return false;
  value = static_cast<double>(static_cast<std::int64_t>(whole)) /
          (pointed ? kPowers[kDigits + after] : kTables.power[0][point]);
  if (negative) value = -value;
  return true;
}

// Where a field of up to sixteen characters besides its sign lies.
struct ShortField {
  const char* end;
  std::uint64_t negative;
  std::uint64_t size;

  ShortField(const char* from, const char* end) : end(end), negative(*from == '-') {
    size = static_cast<std::uint64_t>(end - from) - negative;
  }
  const char* text() const { return end - kDigits; }
  const unsigned char* keep() const { return kTables.keep + size; }
};

// Four fields, halfway: upper eight digits of fields 0, 2, 1, 3, then the lower ones, and by what they are divided.
struct alignas(32) FourFields {
  std::int32_t digits[2 * kGroup];
  double power[kGroup];
};

// False where one field is not of digits with or without a sign and a point inside, or too long. Names, not arrays:
// what lies in an array is written to memory and read back too soon.
SGDLASSO_AVX2_INLINE bool read_four(const char* const* ends, FourFields& four) {
  const ShortField a(ends[-1] + 1, ends[0]), b(ends[0] + 1, ends[1]), c(ends[1] + 1, ends[2]), d(ends[2] + 1, ends[3]);
  if (((a.size - 1) | (b.size - 1) | (c.size - 1) | (d.size - 1)) >= kDigits)
    return false;  // sixteen is a power of two
  const __m256i dots = _mm256_set1_epi8('.'), zeros = _mm256_set1_epi8('0'), nines = _mm256_set1_epi8(9);
  const __m256i text_ab = load_16_twice(a.text(), b.text()), keep_ab = load_16_twice(a.keep(), b.keep());
  const __m256i text_cd = load_16_twice(c.text(), d.text()), keep_cd = load_16_twice(c.keep(), d.keep());
  const __m256i dots_ab = _mm256_and_si256(_mm256_cmpeq_epi8(text_ab, dots), keep_ab);
  const __m256i dots_cd = _mm256_and_si256(_mm256_cmpeq_epi8(text_cd, dots), keep_cd);
  const unsigned points_ab = static_cast<unsigned>(_mm256_movemask_epi8(dots_ab));
  const unsigned points_cd = static_cast<unsigned>(_mm256_movemask_epi8(dots_cd));
  const std::size_t point_a = place_of_point(points_ab & 0xFFFFu), point_b = place_of_point(points_ab >> 16);
  const std::size_t point_c = place_of_point(points_cd & 0xFFFFu), point_d = place_of_point(points_cd >> 16);
  const __m256i digits_ab = _mm256_shuffle_epi8(_mm256_and_si256(_mm256_sub_epi8(text_ab, zeros), keep_ab),
                                                load_16_twice(kTables.close[point_a], kTables.close[point_b]));
  const __m256i digits_cd = _mm256_shuffle_epi8(_mm256_and_si256(_mm256_sub_epi8(text_cd, zeros), keep_cd),
                                                load_16_twice(kTables.close[point_c], kTables.close[point_d]));
  const __m256i tens = _mm256_set1_epi16(0x010A), hundreds = _mm256_set1_epi32(0x00010064);
  const __m256i fours_ab = _mm256_madd_epi16(_mm256_maddubs_epi16(digits_ab, tens), hundreds);
  const __m256i fours_cd = _mm256_madd_epi16(_mm256_maddubs_epi16(digits_cd, tens), hundreds);
  const __m256i eights = _mm256_madd_epi16(_mm256_packus_epi32(fours_ab, fours_cd), _mm256_set1_epi32(0x00012710));
  const __m256i sorted = _mm256_permute4x64_epi64(_mm256_shuffle_epi32(eights, 0xD8), 0xD8);
  _mm256_store_si256(reinterpret_cast<__m256i*>(four.digits), sorted);
  // one store: what is written in parts cannot be read as a whole at once
  _mm256_store_pd(four.power, _mm256_setr_pd(kTables.power[a.negative][point_a], kTables.power[c.negative][point_c],
                                             kTables.power[b.negative][point_b], kTables.power[d.negative][point_d]));
  const __m256i wrong = _mm256_subs_epu8(_mm256_max_epu8(digits_ab, digits_cd), nines);
  // a point at the end may have no digit before it
  return _mm256_testz_si256(wrong, wrong) && ((points_ab | points_cd) & 0x80008000u) == 0;
}

// False where the digits are too large a number for this.
SGDLASSO_AVX2_INLINE bool finish_four(const FourFields& four, double* const* to, std::size_t record) {
  const __m256d upper = _mm256_cvtepi32_pd(_mm_load_si128(reinterpret_cast<const __m128i*>(four.digits)));
  const __m256d lower = _mm256_cvtepi32_pd(_mm_load_si128(reinterpret_cast<const __m128i*>(four.digits + kGroup)));
  const __m256d whole = _mm256_add_pd(_mm256_mul_pd(upper, _mm256_set1_pd(1e8)), lower);  // exact up to 2^53
  const __m256d large = _mm256_cmp_pd(whole, _mm256_set1_pd(static_cast<double>(kExact)), _CMP_GE_OQ);
  const __m256d value = _mm256_div_pd(whole, _mm256_load_pd(four.power));
  const __m128d ac = _mm256_castpd256_pd128(value), bd = _mm256_extractf128_pd(value, 1);
  _mm_storel_pd(to[0] + record, ac);
  _mm_storel_pd(to[1] + record, bd);
  _mm_storeh_pd(to[2] + record, ac);
  _mm_storeh_pd(to[3] + record, bd);
  return _mm256_movemask_pd(large) == 0;
}

// Up to sixteen groups of four fields, four at least; the last one may overlap. Reading and finishing are loops of
// their own, so that groups need not wait for each other's divisions (as fast as one loop, within the noise). Returns
// which groups are something else.
SGDLASSO_AVX2_INLINE unsigned read_groups(const char* const* ends, std::size_t columns, double* const* to,
                                          std::size_t record) {
  FourFields four[kGroups];
  unsigned odd = 0;
  const std::size_t groups = (columns + kGroup - 1) / kGroup;
  for (std::size_t k = 0; k < groups; ++k) {
    odd |= static_cast<unsigned>(!read_four(ends + std::min(kGroup * k, columns - kGroup), four[k])) << k;
  }
  for (std::size_t k = 0; k < groups; ++k) {
    odd |= static_cast<unsigned>(!finish_four(four[k], to + std::min(kGroup * k, columns - kGroup), record)) << k;
  }
  const unsigned last = 1u << (groups - 1);
  return odd & last ? odd | last >> 1 : odd;  // which it overlaps
}

}  // namespace

SGDLASSO_AVX2 CsvNumbers read_csv_numbers_avx2(const char* text, std::size_t size, std::size_t columns, char separator,
                                               double missing, double* const* to) {
  CsvNumbers result{false, true};
  std::vector<const char*> places(columns + kWord + 1);
  const char** const ends = places.data() + 1;  // the one before is that of the line before
  const char* const last = text + size;
  const char* const padded = text + kDigits;  // from here on so many bytes before a line are readable
  std::size_t record = 0;
  for (const char* line = text; line < last; ++record) {
    const char* found = static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(last - line)));
    const char* const line_end = found ? found : last;
    if (columns == 1 && line_end - (line_end > line && line_end[-1] == '\r') == line)
      return result;  // a blank line is no record
    if (!find_ends(line, line_end, last, separator, columns, ends)) return result;
    ends[-1] = line - 1;
    for (std::size_t first = 0; first < columns; first += kGroup * kGroups) {
      const std::size_t count = std::min(columns - first, kGroup * kGroups);
      unsigned odd = ~0u;
      if (line >= padded && found && count >= kGroup) odd = read_groups(ends + first, count, to + first, record);
      for (std::size_t k = 0; odd && k < count; ++k) {
        if ((odd >> (k / kGroup) & 1) == 0) continue;
        const std::size_t column = first + k;
        const char* const from = ends[static_cast<std::ptrdiff_t>(column) - 1] + 1;
        double* const cell = to[column] + record;
        if (line >= padded && from < ends[column] && parse_plain(from, ends[column], *cell)) continue;
        if (!parse_field(from, static_cast<std::size_t>(ends[column] - from), missing, *cell, result.finite))
          return result;
      }
    }
    line = line_end + 1;
  }
  result.plain = true;
  return result;
}

}  // namespace sgdlasso

#endif
