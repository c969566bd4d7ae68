// lane_descent.h: lassos of several lambdas by coordinate descent on their residuals, side by side, for so many columns
// that a Gram matrix would not fit or would take longer.
//
// The quadratic is 1/2 sum_i h_i (e_i - z_i'd)^2 with the intercept profiled out, which centres the columns by their
// h-weighted means. Sweeps move changes d, held as floats, from where the slopes are known in double precision: whoever
// takes the slopes anew and comes back gains another five digits each time (iterative refinement).
#pragma once

#include <vector>

#include "base/parallel.h"
#include "descent/float_columns.h"
#include "descent/frequent_columns.h"
#include "descent/quadratic_lasso.h"
#include "kernels/lane_sweep.h"
#include "model/standard_form.h"

namespace sgdlasso {

class LaneDescent {
 public:
  LaneDescent(const Problem& problem, const StandardForm& form)
      : problem_(problem),
        form_(form),
        columns_(problem, form),
        frequent_(problem, form) {}

  void set_weights(const std::vector<double>& h);

  // Moves b of all, and q, until no gap is likely to be above its target, or floats have no more digits.
  void descend(const std::vector<std::size_t>& columns, std::vector<QuadraticLasso>& lassos);

 private:
  // Weighted sums of a column, as it is in sweeps: not shifted where it has zeros.
  struct ColumnSums {
    double sum, square;
  };
  struct Lanes;

  void learn(const std::vector<std::size_t>& columns);
  std::vector<std::size_t> moving(const std::vector<std::size_t>& columns, const QuadraticLasso* lassos,
                                  std::size_t models) const;
  SweepColumn column(std::size_t j, double unit) const;
  Lanes start(const std::vector<std::size_t>& columns, const QuadraticLasso* lassos, std::size_t models) const;
  void run(Lanes& lanes, QuadraticLasso* lassos, std::size_t models, Watch& watch) const;
  void take(const std::vector<std::size_t>& columns, const Lanes& lanes, QuadraticLasso* lassos,
            std::size_t models) const;
  void descend_some(const std::vector<std::size_t>& columns, QuadraticLasso* lassos, std::size_t models,
                    Watch& watch) const;
  void sweep(Lanes& lanes, SweepFindings& found, Watch& watch) const;
  void sweep_block(Lanes& lanes, SweepFindings& found, Watch& watch) const;

  const Problem& problem_;
  const StandardForm& form_;
  std::vector<double> h_;
  std::vector<float> weight_;  // h as floats; none where all are the same
  double total_ = 0;
  std::vector<ColumnSums> sums_;  // by column of x; NaN where not yet known
  FloatColumns columns_;
  FrequentColumns frequent_;
};

}  // namespace sgdlasso
