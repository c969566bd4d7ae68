// epoch_rows.h: the rows of a problem as trainers by epochs see them: in working columns, each epoch in a new order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/rng.h"
#include "model/problem.h"
#include "rows/row_order.h"

namespace sgdlasso {

class EpochRows {
 public:
  struct Plan {
    Scaling scaling;
    Shuffle shuffle;
    bool copy;  // as in ReadPlan
    std::uint32_t seed;
  };
  EpochRows(const Problem& problem, Plan plan);

  const Scaling& scaling() const { return plan_.scaling; }
  Rng& rng() { return rng_; }

  // One epoch: visit(block, next, positions), these of the block's rows in the order in which they are laid out.
  template <class Visit>
  void visit_shuffled(Visit visit) {
    order_.reshuffle(rng_);
    const std::size_t* positions = order_.positions();
    for_each_block(*reader_, order_, [&](const RowBlock& block, const RowBlock& next) {
      visit(block, next, positions);
      positions += block.rows.size();
      problem_.watch.tick(block.rows.size());
    });
  }

  // Between epochs: visit(block), in the order in which the rows are laid out.
  template <class Visit>
  void visit_in_turn(Visit visit) const {
    for_each_block(*reader_, RowOrder(problem_.response.n, Shuffle::none), [&](const RowBlock& block, const RowBlock&) {
      visit(block);
      problem_.watch.tick(0);
    });
  }

  // A step size at which no row can overshoot: 1 / (curvature * largest weight * (1 + |x|^2)).
  double safe_rate() const;

 private:
  std::vector<std::size_t> layout();

  const Problem& problem_;
  const Plan plan_;
  Rng rng_;
  RowOrder order_;
  std::unique_ptr<RowReader> reader_;
};

// The curvature of the loss where the predictors fit a response of this mean.
double mean_curvature(const Problem& problem);

}  // namespace sgdlasso
