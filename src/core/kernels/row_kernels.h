// row_kernels.h: what a loss takes row by row, of many rows at once, chosen once at run time for this machine's
// registers. The last bits may differ between machines, as those of panel_kernels.h.
#pragma once

#include <cstddef>

namespace sgdlasso {

struct RowKernels {
  // Each to an error of a few roundings, but that logistic() is 0 below -709.8, where the truth is no normal number.
  // NaN stays NaN.
  void (*exp)(double* x, std::size_t count);       // exp(x)
  void (*logistic)(double* x, std::size_t count);  // 1 / (1 + exp(-x))
  void (*softplus)(double* x, std::size_t count);  // log(1 + exp(x))
  // r[i] = share weight[i] (y[i] - r[i]), where r holds means; weight: nullptr for ones. To the sums are added those of
  // the positive and of the other residuals.
  void (*residuals)(const double* y, const double* weight, double share, std::size_t count, double* r, double* positive,
                    double* negative);
  // sum[i] += from[i] E(delta[i] / from[i]), where E(a) = (1 + a) log(1 + a) - a by its series. Whether that was right:
  // all |a| were at most 1/100.
  bool (*entropies)(const double* delta, const double* from, std::size_t count, double* sum);
  // y[i] += x[i] + constant
  void (*add)(const double* x, double constant, std::size_t count, double* y);
  // The same for rows of lanes that lie together, with a constant for each lane, and x[i] becomes y[i].
  void (*add_rows)(double* x, const double* constant, std::size_t rows, std::size_t lanes, double* y);
  // residuals() of rows of lanes that lie together, with y and weight by row, sums by lane.
  void (*residual_rows)(const double* y, const double* weight, double share, std::size_t rows, std::size_t lanes,
                        double* r, double* positive, double* negative);
};

const RowKernels& row_kernels();

// For tests: the kernels of the machine with the smallest registers.
const RowKernels& portable_row_kernels();

}  // namespace sgdlasso
