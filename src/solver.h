// solver.h: what a trainer is. It is made for one problem and follows a path of lambdas, each from where the last one ended.
//
// To add a solver: derive from Solver, or from EpochSolver if it makes a fixed number of passes at each lambda, in a
// solver_*.cpp; declare its maker here, name it in r_fit.cpp and R/solvers.R.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "certificate.h"
#include "moments_form.h"
#include "optimality.h"
#include "problem.h"
#include "rng.h"

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

// Whether its certificate is what was asked for. A model that is not finite has none.
void conclude(Trained& trained, double tol);

// Takes the model of the next lambda; false ends the path.
using Accept = std::function<bool(double lambda, Trained trained)>;

class Solver {
 public:
  virtual ~Solver() = default;
  // Every model comes with its certificate.
  virtual void follow(const std::vector<double>& lambda, bool trace, const Accept& accept) = 0;
};

class EpochSolver : public Solver {
 public:
  void follow(const std::vector<double>& lambda, bool trace, const Accept& accept) final;

 private:
  virtual const Problem& problem() const = 0;
  // A trace costs a pass over the data an epoch.
  virtual Trained train(double lambda, bool trace) = 0;
  virtual int epochs() const = 0;
};

// A rate of the user's made a number infinite or undefined.
struct Diverged : std::runtime_error {
  Diverged(double rate, double safe_rate) : std::runtime_error("diverged"), rate(rate), safe_rate(safe_rate) {}
  double rate;
  double safe_rate;
};

struct NudgeSettings {
  double nudge;
  double rate;
  int epochs;
  bool every_sample;  // else after every epoch
  bool uniform_start;
  bool penalize_intercept;
};
std::unique_ptr<Solver> make_nudge_solver(const Problem& problem, const NudgeSettings& settings, std::uint32_t seed);

struct SgdSettings {
  std::string rule;
  double rate = std::numeric_limits<double>::quiet_NaN();  // NaN: found from the data
  std::string schedule;
  bool average;
  int epochs;
  std::string shuffle;
  bool copy;
};
std::unique_ptr<Solver> make_sgd_solver(const Problem& problem, const SgdSettings& settings, std::uint32_t seed);

// Solvers that stop by the duality gap.
struct CertifiedSettings {
  double tol;        // relative duality gap
  double maxpasses;  // at most so many passes over the rows for each lambda
};
// The gap that a model must have to be solved. Where it explains less than a hundredth of the deviance, as near the top of a
// path, that is 100 tol of what it explains: else the last model would do, and the path would stand still.
double wanted_gap(double tol, double explained);
// What this model explains, penalty included: how far its objective is below the null model's, as gaps are measured.
double explained_by(const Statement& problem, const Scored& model);
bool is_solved(const Statement& problem, double tol, const Trained& model);

// Everything from the sufficient statistics of one pass. Squared loss only.
std::unique_ptr<Solver> make_moments_solver(const Statement& problem, const StandardForm& form, const MomentsForm& moments,
                                            const CertifiedSettings& settings);
// Several lambdas side by side on a working set of columns.
std::unique_ptr<Solver> make_window_solver(const Problem& problem, const StandardForm& form, const CertifiedSettings& settings);

struct SagaSettings {
  CertifiedSettings certified;
  int epochs;  // before the exact solver takes over
};
std::unique_ptr<Solver> make_saga_solver(const Problem& problem, const StandardForm& form, const SagaSettings& settings,
                                         std::uint32_t seed);

// Takes coefficients that are near the optimum there, by the window solver.
Trained finish_exactly(const Problem& problem, const StandardForm& form, const CertifiedSettings& settings,
                       const Coefficients& near, double lambda);

// Columns as the textbook trainers see them: as given, or, standardised, divided by their deviation and (dense rows, with an
// intercept) centred. Excluded columns get scale 0.
Scaling textbook_scaling(const Problem& problem);

// Every column at unit deviation, whatever is penalised: dense ones around their mean, sparse ones (and all without an
// intercept) around 0. 1 / sqrt(square of nonzeros * sqrt(frequency)) lets rare columns move further.
double unit_scale(double variance, double square, double frequency, bool centres);
Scaling unit_scaling(const ColumnMoments& moments, const Penalty& penalty, bool centres);

// Mean of |x|^2 over the rows of working columns, the intercept's 1 included.
double mean_norm2(const ColumnMoments& moments, const Scaling& scaling, bool intercept);

// Rows that stand sorted by y would make every block one-sided, so a copy of such rows is laid out in a random order, once. So
// is a small one, where that costs nothing. Empty: as they stand.
std::vector<std::size_t> layout_order(const Response& response, Rng& rng);

// Coefficients of working columns, back on the scale of x.
Coefficients original_scale(const Scaling& scaling, double intercept, const std::vector<double>& working);

// The model of standard-form coefficients b of some columns, whose mean loss is known.
Scored scored_of(const Statement& problem, const StandardForm& form, const Selection& columns, const std::vector<double>& b,
                 double intercept, double lambda, double mean_loss);

// A step size at which no row as the reader gives it can overshoot: 1 / (curvature * largest weight * (1 + |x|^2)).
double safe_rate(const RowReader& reader, const Problem& problem);

}  // namespace sgdlasso
