// online_moments.h: moments of columns and response, row after row, so that they do not depend on how rows come in
// blocks.
//
// Updates around the mean so far (Welford 1962; West 1979 for weights; Chan, Golub and LeVeque 1983 for parts); of
// sparse columns only what a row holds is touched.
#pragma once

#include <cstddef>
#include <vector>

#include "base/archive.h"
#include "model/loss.h"
#include "rows/rows.h"

namespace sgdlasso {

// Of the response. `target` is y less its offset for squared loss, else y.
struct ResponseMoments {
  double rows = 0;
  double weight = 0;
  double target = 0;         // mean
  double target_square = 0;  // sum of squares around it
  double y = 0;              // mean
  double y_square = 0;       // mean of y^2
  double saturated = 0;      // mean saturated loss
  double first = 0;          // the first y
  bool equal = true;         // all are that
  bool offset = false;       // some row has one

  // Mean square of the target around the null model of squared loss.
  double null_square(bool intercept) const { return target_square / weight + (intercept ? 0 : target * target); }
  void merge(const ResponseMoments& other);
  void exchange(Archive& archive) {
    archive(rows, weight, target, target_square, y, y_square, saturated, first, equal, offset);
  }
  double mean_weight() const { return weight / rows; }
};

class OnlineMoments {
 public:
  OnlineMoments(std::size_t p, bool sparse);

  // A row as it was given, its weight absolute.
  void add(const Row& row, const Loss& loss);
  // Those of other rows.
  void merge(const OnlineMoments& other);

  const ResponseMoments& response() const { return response_; }
  ColumnMoment column(std::size_t j) const;
  ColumnMoments columns() const;
  // Mean product of each centred column with the centred target.
  std::vector<double> covariances() const;

  void exchange(Archive& archive);

 private:
  void add_response(const Row& row, const Loss& loss);
  void add_dense(const Row& row);
  void add_sparse(const Row& row);
  void merge_dense(const OnlineMoments& other);
  void merge_sparse(const OnlineMoments& other);
  double mean(std::size_t j) const;

  bool sparse_;
  ResponseMoments response_;
  double shift_ = 0;            // of the target in the products of sparse columns: about its mean
  double target_off_ = 0;       // the latest row's target less the mean with it
  std::vector<double> count_;   // weight of the values; dense: empty, as all have that of the rows
  std::vector<double> mean_;    // of the values that are not 0 (dense: of all)
  std::vector<double> square_;  // sum of squares around it
  std::vector<double> cross_;   // dense: sum of centred products with the target; sparse: sum of x (target - shift)
};

}  // namespace sgdlasso
