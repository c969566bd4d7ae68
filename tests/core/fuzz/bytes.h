// bytes.h: what a fuzzer's bytes are used for: small numbers, or changes of something that is right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace fuzz {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}

  bool any() const { return at_ < end_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  // 0 where there are no more.
  template <class Number>
  Number number() {
    Number value{};
    const std::size_t some = left() < sizeof value ? left() : sizeof value;
    std::memcpy(&value, at_, some);
    at_ += some;
    return value;
  }
  std::size_t up_to(std::size_t largest) { return number<std::uint8_t>() % (largest + 1); }
  std::string rest() {
    const std::string result(reinterpret_cast<const char*>(at_), left());
    at_ = end_;
    return result;
  }

  // Some of the bytes become others: one, a word of 8, or all from somewhere on are gone.
  void damage(std::vector<char>& content) {
    while (left() >= 4 && !content.empty()) {
      const std::size_t place = number<std::uint16_t>() % content.size();
      const unsigned how = number<std::uint8_t>();
      if (how < 100) {
        content[place] = static_cast<char>(number<std::uint8_t>());
      } else if (how < 240) {
        const std::size_t word = place / 8 * 8, size = content.size() - word < 8 ? content.size() - word : 8;
        std::uint64_t value = number<std::uint64_t>();
        if (how < 130) value %= 16;
        std::memcpy(content.data() + word, &value, size);
      } else {
        content.resize(place);
      }
    }
  }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

inline void require(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

}  // namespace fuzz
