// window.h: neighbouring lambdas of a path solved side by side. Each is a lane; one pass over x serves all lanes.
//
// A mover brings the lanes to their optima on the working set: in one go for squared loss (window_squared.cpp), by
// Newton steps for others (window_newton.cpp). solver_window.cpp certifies them over all columns and widens the working
// set.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "descent/working_set.h"
#include "model/certificate.h"

namespace sgdlasso {

struct Lane {
  double lambda = 0;
  std::vector<double> b;  // by position in the working set
  std::vector<double> q;  // slopes of the residuals there
  double intercept = 0;   // of centred columns
  Balance balance;        // what makes the residuals sum to 0
  bool balanced = false;  // whether it has been applied
  double sum = 0;         // of the residuals before that
  double square = 0;      // squared loss: sum w (y - mu)^2 of the feasible residuals
  double curvature = 1;   // of the loss along the last step, as a multiple of the working set's Gram matrix
  double gap = 1;         // on the working set, relative
  double target = 0;      // for that gap
  double explained = 0;   // by the model, as far as that is known (solver.h)
  bool done = false;      // certified over all columns
};

struct Window {
  Window(const Problem& problem, std::size_t lanes)
      : lane(lanes),
        eta(problem.response.n, lanes, problem.rows.layout()),
        residual(problem.response.n, lanes, problem.rows.layout()) {}

  std::vector<Lane> lane;
  Panel eta;       // linear predictors, offset and intercept included
  Panel residual;  // w (y - mu), weights sum to 1
};

class Mover {
 public:
  virtual ~Mover() = default;
  // Moves the lanes that are not done until the gap of each on the working set is at most its target, and leaves their
  // eta and balanced residuals. Their q must be right. Returns the passes over the working set's columns that this
  // took.
  virtual std::size_t settle(Window& window) = 0;
};
std::unique_ptr<Mover> make_squared_mover(const Problem& problem, const StandardForm& form, WorkingSet& set);
std::unique_ptr<Mover> make_newton_mover(const Problem& problem, const StandardForm& form, WorkingSet& set);

// visit(lane, first row, rows): lanes in turn while a block of rows stays in the cache.
template <class Visit>
void for_each_block_of(const Window& window, Watch& watch, Visit visit) {
  const std::size_t block = 256, n = window.eta.n();
  for (std::size_t first = 0; first < n; first += block) {
    for (std::size_t k = 0; k < window.lane.size(); ++k) visit(k, first, std::min(block, n - first));
    watch.tick(0);
  }
}

// The residuals of some rows of lane k from its eta; returns their sums, of which the lane keeps all together.
struct SumsBySign {
  double positive = 0, negative = 0;
  void add(const SumsBySign& other) {
    positive += other.positive;
    negative += other.negative;
  }
};
SumsBySign take_residuals(const Problem& problem, Window& window, std::size_t k, std::size_t first, std::size_t rows);
void set_sums(const Problem& problem, const SumsBySign& sums, Lane& lane);
// The predictors of all lanes from their coefficients.
void set_predictors(const Problem& problem, const WorkingSet& set, Window& window);

// The residuals of all lanes from their eta. Those of squared loss are made to sum to 0 where there is an intercept.
void set_residuals(const Problem& problem, Window& window);
// Makes the others sum to 0 too, so that they are dual points.
void balance_residuals(const Problem& problem, Window& window);

// The mean loss of every lane.
std::vector<double> mean_losses(const Problem& problem, const Window& window);

// Gap and violation of lane k, from the slopes c of its residuals along the columns of these penalties. Columns with b
// = 0 and |c| below kNearly of their bound may be left out.
constexpr double kNearly = 0.9;
Certificate certificate_of(const Problem& problem, const Window& window, std::size_t k,
                           const std::vector<CoordinatePenalty>& penalty, const std::vector<double>& b,
                           const std::vector<double>& c);

}  // namespace sgdlasso
