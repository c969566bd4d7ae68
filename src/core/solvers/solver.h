// solver.h: what a trainer is. It is made for one problem and follows a path of lambdas, each from where the last one
// ended.
//
// To add a solver: derive from Solver, or from EpochSolver if it makes a fixed number of passes at each lambda, in a
// solver_*.cpp; declare its maker here, name it in model/fit_spec.h and train/in_memory.cpp, r_spec.cpp and
// R/solvers.R.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "model/fit_spec.h"
#include "model/moments_form.h"
#include "model/trained.h"

namespace sgdlasso {

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
  explicit EpochSolver(const Problem& problem, int epochs) : problem_(problem), epochs_(epochs) {}
  void follow(const std::vector<double>& lambda, bool trace, const Accept& accept) final;

 protected:
  // All epochs. A trace costs a pass over the data an epoch.
  virtual Trained train(double lambda, bool trace);

  const Problem& problem_;

 private:
  virtual void run_epoch() = 0;
  // The model as it stands.
  virtual Scored assess(double lambda) const = 0;
  virtual double step_size() const = 0;

  const int epochs_;
};

// A rate of the user's made a number infinite or undefined.
struct Diverged : std::runtime_error {
  Diverged(double rate, double safe_rate) : std::runtime_error("diverged"), rate(rate), safe_rate(safe_rate) {}
  double rate;
  double safe_rate;
};

std::unique_ptr<Solver> make_nudge_solver(const Problem& problem, const FitSpec& spec);

std::unique_ptr<Solver> make_sgd_solver(const Problem& problem, const FitSpec& spec);

// Everything from the sufficient statistics of one pass. Squared loss only.
std::unique_ptr<Solver> make_moments_solver(const Statement& problem, const StandardForm& form,
                                            const MomentsForm& moments, const StopSpec& stop);
// Several lambdas side by side on a working set of columns.
std::unique_ptr<Solver> make_working_set_solver(const Problem& problem, const StandardForm& form, const StopSpec& stop);

std::unique_ptr<Solver> make_saga_solver(const Problem& problem, const StandardForm& form, const FitSpec& spec);

// Takes coefficients that are near the optimum there, by the working-set solver.
Trained finish_exactly(const Problem& problem, const StandardForm& form, const StopSpec& stop, const Coefficients& near,
                       double lambda);

}  // namespace sgdlasso
