// rng.h: the one random stream, equal on every platform and equal to numpy's RandomState(seed).
//
// The standard library's distributions differ between platforms, so uniforms, bounded integers and shuffles are our
// own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace sgdlasso {

class Rng {
 public:
  explicit Rng(std::uint32_t seed) : engine_(seed) {}

  // Uniform on [0, 1) with 53 random bits from two draws.
  double uniform() {
    const std::uint32_t high = draw() >> 5;
    const std::uint32_t low = draw() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;  // (high 2^26 + low) / 2^53
  }

  // Uniform on 0, ..., largest by masked rejection.
  std::uint64_t up_to(std::uint64_t largest) {
    std::uint64_t mask = largest;
    for (int shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
    const bool one_draw = largest <= UINT32_MAX;
    std::uint64_t value = 0;
    do {
      value = (one_draw ? draw() : draw64()) & mask;
    } while (value > largest);
    return value;
  }

  // Fisher-Yates from the last element down.
  template <class T>
  void shuffle(T* first, std::size_t count) {
    for (std::size_t i = count; i-- > 1;) std::swap(first[i], first[up_to(i)]);
  }

  template <class T>
  void shuffle(std::vector<T>& values) {
    shuffle(values.data(), values.size());
  }

  // The same for a few elements, by one multiplication a draw: no branch to guess wrong, and off uniform by count /
  // 2^32.
  template <class T>
  void shuffle_few(T* first, std::size_t count) {
    for (std::size_t i = count; i-- > 1;) std::swap(first[i], first[(std::uint64_t{draw()} * (i + 1)) >> 32]);
  }

 private:
  std::uint32_t draw() { return static_cast<std::uint32_t>(engine_()); }
  std::uint64_t draw64() {
    const std::uint64_t high = draw();
    return (high << 32) | draw();
  }

  std::mt19937 engine_;
};

}  // namespace sgdlasso
