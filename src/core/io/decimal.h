// decimal.h: the double nearest to a number in decimal digits, in every locale and by every standard library.
#pragma once

namespace sgdlasso {

// [sign] digits [. digits] [e [sign] digits], or inf, infinity or nan in any case, from text to end. Too large is
// infinite, too small 0. False where it is something else.
bool parse_decimal(const char* text, const char* end, double& value);

// For tests: the same without the standard library's way, which some have not.
bool parse_decimal_portably(const char* text, const char* end, double& value);

}  // namespace sgdlasso
