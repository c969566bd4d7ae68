// vector_memory.h: registers of W numbers, and the same in memory that is aligned as numbers are and no better.
//
// The alignment belongs to a struct: clang 13 to 16 drop that of a typedef where a function returns a reference to it,
// and then load from places that are not aligned as if they were. By reference: vectors as arguments or results would
// depend on how the caller is compiled.
#pragma once

#include <cstddef>

// Windows aligns stacks to 16 bytes, and GCC there saves registers of 32 as if it were 32 (GCC bug 54412).
#if defined(__x86_64__) && !defined(_WIN32)
#define SGDLASSO_WIDE_REGISTERS 1
#else
#define SGDLASSO_WIDE_REGISTERS 0
#endif

#define SGDLASSO_INLINE inline __attribute__((always_inline))

namespace sgdlasso {

template <std::size_t W>
struct Vector {
  typedef double Register __attribute__((vector_size(W * sizeof(double))));
  struct __attribute__((packed, aligned(8), may_alias)) InMemory {
    Register value;
  };

  static SGDLASSO_INLINE const InMemory& at(const double* from) { return *reinterpret_cast<const InMemory*>(from); }
  static SGDLASSO_INLINE InMemory& at(double* to) { return *reinterpret_cast<InMemory*>(to); }
};

}  // namespace sgdlasso
