// archive.h: the state of training as bytes, written and read by the same lines of code, so that nothing is forgotten.
//
// Numbers go one by one: the memory of a struct has gaps, and what they hold is chance. What is read may come from a
// file, so whoever reads says of each size and place what it must be. To change what a state holds, raise the version.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace sgdlasso {

// What is wrong with a state, in words that follow its name.
struct StateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Archive {
 public:
  // To be written.
  Archive() {
    raw(kMark, sizeof kMark);
    std::uint32_t version = kVersion;
    exchange(version);
  }
  // To be read.
  explicit Archive(std::vector<char> bytes) : reads_(true), bytes_(std::move(bytes)) {
    char mark[sizeof kMark] = {0};
    if (bytes_.size() >= sizeof mark) raw(mark, sizeof mark);
    if (std::memcmp(mark, kMark, sizeof mark) != 0)
      throw StateError("was written by version 0.1.0 of this package or is none");
    std::uint32_t version = 0;
    exchange(version);
    if (version == kVersion) return;
    throw StateError("has version " + std::to_string(version) + ", and this package reads version " +
                     std::to_string(kVersion));
  }

  bool reads() const { return reads_; }
  const std::vector<char>& bytes() const { return bytes_; }
  bool at_end() const { return at_ == bytes_.size(); }

  template <class T, class... More>
  void operator()(T& value, More&... more) {
    exchange(value);
    if constexpr (sizeof...(more) > 0) (*this)(more...);
  }
  // As many as these.
  template <class T>
  void sized(std::vector<T>& values, std::size_t size) {
    exchange(values);
    require(values.size() == size);
  }
  // One of the first `count` values of an enumeration.
  template <class Choice>
  void one_of(Choice& value, int count) {
    int number = static_cast<int>(value);
    exchange(number);
    require(number >= 0 && number < count);
    value = static_cast<Choice>(number);
  }
  // Of what was read.
  void require(bool right) const {
    if (reads_ && !right) throw StateError("is damaged");
  }

 private:
  static constexpr char kMark[8] = {'s', 'g', 'd', 's', 't', 'a', 't', 'e'};
  static constexpr std::uint32_t kVersion = 3;  // the first had no mark

  template <class T, class = void>
  struct HasExchange : std::false_type {};
  template <class T>
  struct HasExchange<T, std::void_t<decltype(std::declval<T&>().exchange(std::declval<Archive&>()))>> : std::true_type {
  };

  void exchange(bool& value) {
    char byte = value ? 1 : 0;
    raw(&byte, 1);
    require(byte == 0 || byte == 1);
    value = byte == 1;
  }
  template <class T>
  void exchange(T& value) {
    if constexpr (std::is_arithmetic<T>::value) {
      raw(&value, sizeof value);
    } else if constexpr (HasExchange<T>::value) {
      value.exchange(*this);
    } else {
      exchange_fields(*this, value);  // of a type that knows no archives
    }
  }
  template <class T>
  void exchange(std::vector<T>& values) {
    std::size_t size = values.size();
    exchange(size);
    if constexpr (std::is_arithmetic<T>::value) {
      require(size <= (bytes_.size() - at_) / sizeof(T));
      if (reads_) values.resize(size);
      raw(values.data(), size * sizeof(T));
    } else {
      if (reads_) values.clear();
      for (std::size_t k = 0; k < size; ++k) {
        if (reads_) values.emplace_back();  // one by one: no more than the bytes that are there tell
        exchange(values[k]);
      }
    }
  }

  template <class Byte>
  void raw(Byte* value, std::size_t size) {
    if (size == 0) return;
    if (reads_) {
      if (size > bytes_.size() - at_) throw StateError("is cut off");
      if constexpr (!std::is_const<Byte>::value) std::memcpy(value, bytes_.data() + at_, size);
    } else {
      const char* from = reinterpret_cast<const char*>(value);
      bytes_.insert(bytes_.end(), from, from + size);
    }
    at_ += size;
  }

  bool reads_ = false;
  std::vector<char> bytes_;
  std::size_t at_ = 0;
};

}  // namespace sgdlasso
