// problem.h: everything that stays the same along a path of lambdas. A view; the caller keeps rows and loss.
//
// A Statement says all but the rows: enough where sufficient statistics stand for them. A Problem has the rows too.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/watch.h"
#include "model/loss.h"
#include "model/null_model.h"
#include "model/penalty.h"
#include "rows/response.h"
#include "rows/rows.h"

namespace sgdlasso {

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
  double rows_seen;  // how many rows it is of
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
