// fit_spec.h: what a fit is asked to be: every setting and every tolerance, once. r_spec.h reads it from R's list.
//
// To add a setting: give it a field here, read it in r_spec.cpp, and list it in core_spec() of R/fit.R.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "model/loss.h"
#include "model/problem.h"
#include "rows/row_order.h"

namespace sgdlasso {

// The penalty, the intercept and the scale of columns, whatever the rows are.
struct PenaltySpec {
  double alpha = 1;
  std::vector<double> factor;  // one for each column
  std::vector<double> lower;   // limits; empty where there are none
  std::vector<double> upper;
  bool intercept = true;
  bool standardize = true;

  std::size_t p() const { return factor.size(); }
  bool excluded(std::size_t j) const { return std::isinf(factor[j]); }
  double spread(double variance) const;
  // With the spread that these columns have, and the ridge part that goes with the null model's deviance.
  Penalty at(const ColumnMoments& columns, const Loss& loss, double null_deviance) const;
};

// The lambdas that are given, or glmnet's grid: from the smallest at which every penalised coefficient is 0, geometric
// down to a ratio times it.
struct LambdaSpec {
  std::vector<double> given;  // empty: a grid
  int length = 1;
  double ratio = std::numeric_limits<double>::quiet_NaN();  // NaN: glmnet's, by the numbers of rows and columns
  double ratio_for(double rows, std::size_t p) const;
};

// When a model is good enough, and a path long enough.
struct StopSpec {
  double tol = 1e-6;       // relative duality gap
  double maxpasses = 1e4;  // at most so many passes over the rows for each lambda
  std::size_t most_nonzero = std::numeric_limits<std::size_t>::max();  // a path ends after the first model of more
};

struct NudgeSpec {
  double nudge = 0;
  double rate = 0;
  int epochs = 0;
  bool every_sample = true;  // else after every epoch
  bool uniform_start = true;
  bool penalize_intercept = true;
};

enum class SgdRule { adaptive, truncated, cumulative, proximal, dual_averaging };
// How the steps of a textbook rule fall from row to row.
enum class SgdSchedule { constant, inverse, sqrt };

struct SgdSpec {
  SgdRule rule = SgdRule::adaptive;
  double rate = std::numeric_limits<double>::quiet_NaN();  // NaN: found from the data
  SgdSchedule schedule = SgdSchedule::constant;            // of a textbook rule
  bool average = true;
  int epochs = 1;
  Shuffle shuffle = Shuffle::blocks;
  bool copy = true;
  std::vector<double> scale;  // on rows that come in passes: deviations of the columns, where they are known
};

enum class SolverName { nudge, sgd, saga, moments, working_set, passes };

struct FitSpec {
  std::string family;
  PenaltySpec penalty;
  LambdaSpec lambda;
  StopSpec stop;
  SolverName solver = SolverName::working_set;
  NudgeSpec nudge;
  SgdSpec sgd;
  int saga_epochs = 0;  // before the exact solver takes over
  std::uint32_t seed = 0;
  int threads = 1;
  bool trace = false;
  double most_numbers = std::numeric_limits<double>::infinity();  // held by passes besides the models
  bool rewindable = true;                                         // whether rows can be passed a second time

  // Whether models are moved to their optimum, or certified as the solver leaves them.
  bool certified() const { return solver != SolverName::nudge && solver != SolverName::sgd; }
};

// rows: how many.
Statement make_statement(const FitSpec& spec, double rows, ColumnMoments columns, const NullModel& null,
                         const Loss& loss, Watch& watch);

}  // namespace sgdlasso
