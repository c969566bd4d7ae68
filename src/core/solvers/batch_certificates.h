// batch_certificates.h: how far the models of a batch are from their optima (model/certificate.h).
#pragma once

#include <functional>
#include <vector>

#include "model/certificate.h"
#include "solvers/lambda_batch.h"

namespace sgdlasso {

// The dual point that a model's residuals make.
struct DualPoint {
  double scale = 1;
  double columns = 0;  // what these make of the gap
};
DualPoint dual_point(const Problem& problem, const LambdaModel& model, const Brackets& brackets);
// The gap there as if the loss were squared: what rows and intercept make of it is second order.
double gap_if_squared(const Problem& problem, const LambdaModel& model, const DualPoint& at);

// The mean loss of some models.
std::vector<double> mean_losses(const Problem& problem, const LambdaBatch& batch,
                                const std::vector<std::size_t>& models);

// Of a model, along the columns that matter to it (kNearly).
struct ModelSlopes {
  std::vector<CoordinatePenalty> penalty;
  std::vector<double> b, c;
};
// Of some models, slopes_of() each. Not known where some coefficient is free where it stands: that takes products of
// its own. A gap that is likely to be beyond `exact_below` is as if the loss were squared.
std::vector<Certificate> certificates_of(const Problem& problem, const LambdaBatch& batch,
                                         const std::vector<std::size_t>& models,
                                         const std::function<ModelSlopes(std::size_t)>& slopes_of, double exact_below);

}  // namespace sgdlasso
