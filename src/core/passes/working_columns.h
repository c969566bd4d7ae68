// working_columns.h: the columns that models of passes may use: known to matter, because a pass has told so.
#pragma once

#include <cstddef>
#include <vector>

#include "base/archive.h"
#include "model/standard_form.h"

namespace sgdlasso {

class WorkingColumns {
 public:
  // Of the start: those that carry no penalty whatever lambda is.
  explicit WorkingColumns(const StandardForm& form);

  std::size_t size() const { return positions_.size(); }
  std::size_t free() const { return free_; }  // how many carry no penalty; they come first
  bool contains(std::size_t position) const { return inside_[position]; }
  // In order of entry, as positions in the form's columns, and as columns of x.
  const std::vector<std::size_t>& positions() const { return positions_; }
  std::vector<std::size_t> columns() const;
  void add(std::size_t position);

  void exchange(Archive& archive);

 private:
  const StandardForm& form_;
  std::vector<std::size_t> positions_;
  std::vector<char> inside_;
  std::size_t free_ = 0;
};

// Of these columns, which rise, so many of the largest strength, rising too. strength: by column.
std::vector<std::size_t> strongest(std::vector<std::size_t> columns, const std::vector<double>& strength,
                                   std::size_t most);

// The columns that some model misses: their slopes are beyond their bounds, or nearly so.
class MissingColumns {
 public:
  MissingColumns(const StandardForm& form, const WorkingColumns& working)
      : form_(form),
        working_(working),
        excess_(form.columns.size(), 0.0) {}

  // slope: of each of the form's columns, summed over rows of this weight.
  void note(double lambda, const std::vector<double>& slope, double weight);
  // In rising order; where there is not room for all, those that are missed most.
  std::vector<std::size_t> most_missed(std::size_t room) const;
  std::size_t count() const;

 private:
  const StandardForm& form_;
  const WorkingColumns& working_;
  std::vector<double> excess_;  // the largest slope so far as a multiple of its bound; 0 where it is far below
};

}  // namespace sgdlasso
