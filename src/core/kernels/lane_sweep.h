// lane_sweep.h: coordinate descent on the residuals of eight models side by side, the inner loops, chosen once at run
// time for this machine's registers.
//
// What moves is a change: of residuals r (row by row the eight models together), of their slopes and of coefficients.
// Floats hold it to seven digits, whatever it is a change of. Models are in units in which the response's deviation is
// about 1.
#pragma once

#include <cstddef>

namespace sgdlasso {

constexpr std::size_t kSweepLanes = 8;

// Some entries of a working column.
struct SweepEntries {
  const float* value;
  const int* index;  // rows; nullptr: 0, 1, 2, ...
  std::size_t count;
};

struct SweepColumn {
  SweepEntries entries;
  float sum;                       // weighted, of the entries
  float centre;                    // the weighted mean; 0 without an intercept
  float diagonal;                  // weighted sum of squares around the mean
  float theta, rho, lower, upper;  // of the penalty (model/penalty.h)
};

struct SweepModels {
  // by model
  float l1[kSweepLanes], l2[kSweepLanes];  // of a column with theta = 1, rho = 1
  float curvature[kSweepLanes];            // multiplies the weights
  float change_sum[kSweepLanes];           // of the changes of the residuals
  float relaxation;                        // of steps that change no sign: 1 or more, below 2
  // by column and model
  float* b;
  // Where the changes are 0: the slope less side l1 and less l2 b. A difference that is small near the optimum: taken
  // before it was rounded to a float it lets sweeps refine what others found.
  const float* push;
  const float* side;  // 1 or -1: the sign of b; of the slope where b is 0
  float* change;      // of b
  // by row and model
  float* residual_change;
  const float* weight;  // by row; nullptr: `share` for all
  float share;
};

// What sweeps met on their way: how far models were from the optimum.
struct SweepFindings {
  float worst[kSweepLanes] = {};  // largest violation of the optimality conditions, as a share of l1
  float left[kSweepLanes] = {};   // sum of violations times |b|
  float cost[kSweepLanes] = {};   // sum of l1 |b|
};

// Columns that meet in most rows move as one block, by their Gram matrix.
struct SweepBlock {
  const SweepColumn* columns;
  std::size_t count;
  const float* gram;     // column by column, with curvature 1
  float* slope_changes;  // by column and model
  float* by;             // by column and model: minus curvature times how far coefficients moved
};

struct LaneKernels {
  // Each coefficient of each model to its optimum, column after column.
  void (*sweep)(const SweepColumn* columns, std::size_t count, SweepModels& models, SweepFindings& found);
  // The same of a block, twice; residuals are left for add().
  void (*sweep_block)(const SweepBlock& block, SweepModels& models, SweepFindings& found);
  // out[8 c + k] += the entries' products with the changes of the residuals
  void (*dot)(const SweepEntries* entries, std::size_t count, const SweepModels& models, float* out);
  // Adds what moving the coefficients does to the changes of the residuals.
  void (*add)(const SweepEntries* entries, std::size_t count, const float* by, const SweepModels& models);
  // out[8 c + k] = the change of the slope of column c
  void (*slope_changes)(const SweepColumn* columns, std::size_t count, const SweepModels& models, float* out);
};

const LaneKernels& lane_kernels();

// For tests: the kernels of the machine with the smallest registers.
const LaneKernels& portable_lane_kernels();

}  // namespace sgdlasso
