// problem.h: everything that stays the same along a path of lambdas. A view; the caller keeps rows and loss.
//
// A Statement says all but the rows: enough where sufficient statistics stand for them. A Problem has the rows too.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "loss.h"
#include "penalty.h"
#include "response.h"
#include "rows.h"
#include "watch.h"

namespace sgdlasso {

// Intercept and offset only.
struct NullModel {
  double intercept = 0;
  double loss = 0;      // mean
  double deviance = 0;  // mean; 0 for a constant response
};
NullModel fit_null_model(const Response& response, const Loss& loss, bool intercept);

// What is known of a response, once its rows were seen.
struct ResponseKind {
  double square;  // mean of y^2
  bool constant;  // all are equal, and the intercept fits them
  bool zero;      // all are 0
};

// A deviance as NullModel has it: one that is no more than rounding is 0. Where y is not 0, but its squares vanish, nothing
// would be known of it: the deviance is then positive and below least_square, which R refuses.
double known_deviance(double deviance, const ResponseKind& y);

struct Statement {
  std::size_t p() const { return penalty.factor.size(); }

  const Loss& loss;
  Penalty penalty;
  ColumnMoments moments;
  bool intercept;
  bool standardize;
  NullModel null;
  int threads;
  Watch& watch;
};

struct Problem : Statement {
  Problem(Statement statement, const Rows& rows, const Response& response)
      : Statement(std::move(statement)),
        rows(rows),
        response(response) {}

  const Rows& rows;
  Response response;
};

// On the scale of x as it was given.
struct Coefficients {
  double intercept = 0;
  std::vector<double> beta;
};

}  // namespace sgdlasso
