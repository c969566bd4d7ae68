// path_batches.h: the lambdas of a path, and which of them are trained at once: as many as memory holds, one batch
// after another.
#pragma once

#include <cstddef>
#include <vector>

#include "base/archive.h"
#include "model/fit_spec.h"

namespace sgdlasso {

// The first of all these numbers are those.
bool begins_with(const std::vector<double>& all, const std::vector<double>& some);

class PathBatches {
 public:
  // Those that were given; where none were, a grid is still to come.
  explicit PathBatches(std::vector<double> given);

  const std::vector<double>& all() const { return lambda_; }
  // Whether they are a grid's, which may end early.
  bool automatic() const { return automatic_; }
  // Whether a grid has lost lambdas because memory does not hold their models.
  bool shortened() const { return shortened_; }

  // The batch at hand: its place among all, and its lambdas.
  std::size_t first() const { return first_; }
  std::size_t size() const { return size_; }
  std::vector<double> at_hand() const;
  bool is_last() const { return first_ + size_ == lambda_.size(); }

  // All lambdas; the first batch is the next.
  void set_grid(std::vector<double> grid);
  void begin_next(std::size_t most);
  // Leaves out the lower half of the batch and all that follow; false where lambdas are given or one alone is left.
  bool shorten();
  // The first ones, in one batch, whatever is learned of them.
  void keep(std::size_t count);

  void exchange(Archive& archive, const LambdaSpec& asked);

 private:
  std::vector<double> lambda_;
  bool automatic_, shortened_ = false;
  std::size_t first_ = 0, size_ = 0;
};

}  // namespace sgdlasso
