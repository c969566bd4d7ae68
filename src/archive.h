// archive.h: the state of training as bytes, written and read by the same lines of code, so that nothing is forgotten.
#pragma once

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace sgdlasso {

class Archive {
 public:
  Archive() : reads_(false) {}                                                           // to be written
  explicit Archive(std::vector<char> bytes) : reads_(true), bytes_(std::move(bytes)) {}  // to be read

  bool reads() const { return reads_; }
  const std::vector<char>& bytes() const { return bytes_; }
  bool at_end() const { return at_ == bytes_.size(); }

  template <class T, class... More>
  void operator()(T& value, More&... more) {
    exchange(value);
    if constexpr (sizeof...(more) > 0) (*this)(more...);
  }

 private:
  template <class T>
  void exchange(T& value) {
    if constexpr (std::is_trivially_copyable<T>::value) {
      raw(&value, sizeof value);
    } else {
      value.exchange(*this);
    }
  }
  template <class T>
  void exchange(std::vector<T>& values) {
    std::size_t size = values.size();
    exchange(size);
    if (reads_) {
      if (size > bytes_.size()) throw std::runtime_error("the state is damaged");
      values.resize(size);
    }
    if constexpr (std::is_trivially_copyable<T>::value) {
      raw(values.data(), size * sizeof(T));
    } else {
      for (T& value : values) exchange(value);
    }
  }

  void raw(void* value, std::size_t size) {
    if (size == 0) return;
    if (reads_) {
      if (size > bytes_.size() - at_) throw std::runtime_error("the state is cut off");
      std::memcpy(value, bytes_.data() + at_, size);
      at_ += size;
    } else {
      const char* from = static_cast<const char*>(value);
      bytes_.insert(bytes_.end(), from, from + size);
      at_ += size;
    }
  }

  bool reads_;
  std::vector<char> bytes_;
  std::size_t at_ = 0;
};

}  // namespace sgdlasso
