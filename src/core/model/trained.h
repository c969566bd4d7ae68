// trained.h: a model as training leaves it, with its certificate, and when it counts as solved.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "model/certificate.h"
#include "model/score.h"

namespace sgdlasso {

// How things stood after an epoch, and the step size it had reached.
struct Epoch {
  double mse;
  double objective;
  std::size_t nonzero;
  double rate;
  double gap;  // NaN where it was not asked for
  int number;  // of the epoch; 0: the one after the last
};
inline Epoch epoch_of(const Scored& scored, double rate) {
  return {scored.mse, scored.objective, scored.nonzero, rate, std::numeric_limits<double>::quiet_NaN(), 0};
}
// What a certificate found; 0 epochs where there are none.
inline Epoch epoch_of(const Scored& scored, const Certificate& certificate, double rate, int number) {
  return {scored.mse, scored.objective, scored.nonzero, rate, certificate.gap(), number};
}

// converged: whether the certificate is what was asked for; unknown where nothing was.
enum class Converged { no, yes, unknown };

struct Trained {
  Scored scored;
  std::vector<Epoch> trace;
  std::size_t visits = 0;  // coefficients that training has looked at so far; 0 where not counted
  Certificate certificate;
  Converged converged = Converged::unknown;
  double passes = 0;  // over the rows so far, for the whole path
};

bool all_finite(const std::vector<double>& values);

// Whether its certificate is what was asked for. A model that is not finite has none.
void conclude(Trained& trained, double tol);

// The gap that a model must have to be solved. Where it explains less than a hundredth of the deviance, as near the top
// of a path, that is 100 tol of what it explains: else the last model would do, and the path would stand still.
double wanted_gap(double tol, double explained);
// What this model explains, penalty included: how far its objective is below the null model's, as gaps are measured.
double explained_by(const Statement& problem, const Scored& model);
bool is_solved(const Statement& problem, double tol, const Trained& model);

}  // namespace sgdlasso
