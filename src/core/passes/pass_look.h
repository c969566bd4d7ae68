// pass_look.h: what one pass over the rows of a source tells of several models at once: their losses, the slopes of all
// columns, and the curvature of the loss along some columns.
#pragma once

#include <cstddef>
#include <vector>

#include "base/archive.h"
#include "model/standard_form.h"

namespace sgdlasso {

// A model in columns of the standard form.
struct PassModel {
  double intercept = 0;
  std::vector<double> b;  // by position in the look's columns
  void exchange(Archive& archive, std::size_t columns) {
    archive(intercept);
    archive.sized(b, columns);
  }
};

// Sums over rows, each times its weight.
struct ModelSums {
  double loss = 0;
  double residual = 0;
  double misfit = 0;           // of residual^2 / variance
  double curvature = 0;        // of the variance
  double most_curvature = 0;   // the largest variance, not a sum
  std::vector<double> slope;   // residual times column, for all columns of the form
  std::vector<double> border;  // variance times column, for the look's curved columns
};

// Variance times the products of two of the look's first columns; the variance is that of one model.
struct Curvature {
  std::size_t model = 0;
  std::size_t size = 0;          // of those columns
  std::vector<double> products;  // column after column
};

class PassLook {
 public:
  PassLook() = default;
  // What is asked besides losses and slopes: curvatures, at a model and of so many columns, at most `curved` (the
  // products of those before `first` with each other are known); and the largest size of the first `bounded` columns.
  struct Wanted {
    struct At {
      std::size_t model, size;
    };
    std::vector<At> curvatures;
    std::size_t curved = 0, first = 0, bounded = 0;
  };
  PassLook(const StandardForm& form, std::vector<std::size_t> columns, std::vector<PassModel> models,
           const Wanted& wanted);

  // Some rows; weights are absolute.
  void add(const Statement& problem, const StandardForm& form, const Rows& rows, const Observations& response);

  const std::vector<std::size_t>& columns() const { return columns_; }  // of x
  const std::vector<ModelSums>& sums() const { return sums_; }
  const std::vector<Curvature>& curvatures() const { return curvatures_; }
  const std::vector<double>& largest() const { return largest_; }
  std::size_t curved() const { return curved_.size(); }

  // What other rows told the same look.
  void merge(const PassLook& other);
  // What rows have told so far; what is asked of them is up to who makes the look.
  void exchange_sums(Archive& archive);

 private:
  void take_rows(const Statement& problem, const Observations& response, std::size_t k, Panel& eta, Panel& residual,
                 Panel& variance);
  void add_curvature(const Statement& problem, const StandardForm& form, const Rows& rows,
                     const std::vector<double>& weight, Curvature& to);
  void see_largest(const StandardForm& form, const Rows& rows, const Work& work);

  std::vector<std::size_t> columns_, curved_;
  std::vector<PassModel> models_;
  std::vector<ModelSums> sums_;
  std::vector<Curvature> curvatures_;
  std::vector<double> largest_;
  std::size_t first_ = 0;
};

}  // namespace sgdlasso
