// dense_kernels.h: the inner loops over one dense row, chosen once at run time for this machine's registers.
//
// Every version gives the same bits (lanes.h). x is the row; p its length.
#pragma once

#include <cstddef>

namespace sgdlasso {

// The penalty on a dual point z: coefficient = soft(z, l1 * theta) / (1 + l2 * rho).
struct Shrinkage {
  double l1;
  double l2;
};

struct DenseKernels {
  // sum_j x_j coefficient_j of the dual point z
  double (*dual_dot)(const double* x, const double* z, const double* theta, const double* rho, Shrinkage by,
                     std::size_t p);
  // z += step x, carry += weight step x
  void (*dual_add)(const double* x, double step, double weight, double* z, double* carry, std::size_t p);
  // sum_j x_j b_j
  double (*dot)(const double* x, const double* b, std::size_t p);
  // b = soft(b + step x, l1 * theta)
  void (*primal_add)(const double* x, double step, const double* theta, double l1, double* b, std::size_t p);
  // total += weight b
  void (*accumulate)(const double* b, double weight, double* total, std::size_t p);
  // sum and sum of squares of x - shift
  void (*shifted_sums)(const double* x, double shift, std::size_t p, double* sum, double* square);
  // A row more: d = x - mean; mean += share d; square += weight d (x - mean); cross += off d
  void (*moments_add)(const double* x, double share, double weight, double off, double* mean, double* square,
                      double* cross, std::size_t p);
  // to = (x - centre) scale
  void (*scaled)(const double* x, const double* centre, const double* scale, double* to, std::size_t p);
};

const DenseKernels& dense_kernels();

// For tests: the kernels of the machine with the smallest registers.
const DenseKernels& portable_kernels();

}  // namespace sgdlasso
