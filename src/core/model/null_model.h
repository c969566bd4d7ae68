// null_model.h: the model of the intercept and the offset alone, however the response is known.
#pragma once

#include "model/loss.h"
#include "model/moments.h"
#include "model/online_moments.h"
#include "rows/response.h"

namespace sgdlasso {

// Intercept and offset only.
struct NullModel {
  double intercept = 0;
  double loss = 0;      // mean
  double deviance = 0;  // mean; 0 for a constant response
};

// From the data.
NullModel null_model(const Response& response, const Loss& loss, bool intercept);
// Of squared loss, from sufficient statistics.
NullModel null_model(const Moments& moments, bool intercept);
// From what a pass has gathered; the offset of other losses than squared is not accounted for.
NullModel null_model(const ResponseMoments& all, const Loss& loss, bool intercept);

// What is known of a response, once its rows were seen.
struct ResponseKind {
  double square;  // mean of y^2
  bool constant;  // all are equal, and the intercept fits them
  bool zero;      // all are 0
};
ResponseKind kind_of(const ResponseMoments& all, const Loss& loss, bool intercept);

// A deviance as NullModel has it: one that is no more than rounding is 0. Where y is not 0, but its squares vanish,
// nothing would be known of it: the deviance is then positive and below least_square, which R refuses.
double known_deviance(double deviance, const ResponseKind& y);

}  // namespace sgdlasso
