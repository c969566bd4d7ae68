// pass_solver.h: certified models of several lambdas from passes over rows that are nowhere held: each pass
// (pass_look.h) tells how far every model is from its optimum and which columns were missing, and between passes the
// models move on the columns that are known to matter. Squared loss is solved there outright; other losses take a
// proximal Newton step.
//
// The certificate is that of certificate.h, but no row can be looked at twice, so what would need that is bounded:
// outside squared loss a row's divergence from its dual point by the square of their distance over the variance (the
// chi-squared bound of the Kullback-Leibler divergence), and what projecting the residuals off the intercept and the
// free columns does to the slopes of the others by Cauchy and Schwarz. The gap told is never too small.
#pragma once

#include <cstddef>
#include <vector>

#include "base/archive.h"
#include "model/fit_spec.h"
#include "model/trained.h"
#include "passes/pass_look.h"

namespace sgdlasso {

struct PassSettings {
  StopSpec stop;
  double most_numbers;  // that curvatures may take, by the memory there is
  bool trace;
  bool moves;   // whether models that are not optimal are moved; else they are certified as they are
  bool guards;  // whether models that are worse than the null model are moved towards it
};

inline void exchange_fields(Archive& archive, Epoch& epoch) {
  archive(epoch.mse, epoch.objective, epoch.nonzero, epoch.rate, epoch.gap, epoch.number);
}

// More columns than there is memory for.
struct TooManyColumns {
  std::size_t columns;
  double most;
};

class PassSolver {
 public:
  // weight: of all rows.
  PassSolver(const Statement& problem, const StandardForm& form, double weight, const PassSettings& settings);

  // Models to start from, one for each lambda, on the scale of x; of their coefficients those of these columns count.
  void start(const std::vector<double>& lambda, const std::vector<Coefficients>& from,
             const std::vector<std::size_t>& columns);

  PassLook& look() { return look_; }
  // After a pass: certifies the models and moves those that are not good enough. Whether another pass is wanted.
  bool advance();

  // Whether the model that this lambda started from was good enough.
  bool stays(std::size_t k) const { return lane_[k].looks == 1 && lane_[k].known; }
  // The best model of each lambda so far; gap NaN where none was looked at.
  std::vector<Trained> trained() const;
  // lambda: those that it was started for.
  void exchange(Archive& archive, const std::vector<double>& lambda);

 private:
  struct Lane {
    double lambda = 0;
    PassModel at;      // where the next look evaluates it
    PassModel before;  // the last point that was taken, with its objective
    double objective_before = 0;
    double damping = 1;  // of steps, where one went too far
    PassModel best;      // with its certificate
    double best_loss = 0;
    Certificate certificate;
    bool taken = false;  // the point that was looked at
    bool known = false, done = false;
    std::size_t looks = 0, idle = 0, rejected = 0;  // idle: points taken since the gap last fell; rejected: in a row
    std::vector<Epoch> trace;
    void exchange(Archive& archive, std::size_t columns) {
      for (PassModel* model : {&at, &before, &best}) model->exchange(archive, columns);
      archive(objective_before, damping, best_loss, certificate, taken, known, done, looks, idle, rejected, trace);
    }
  };
  // The residuals' part along the intercept and the columns without penalty.
  struct Projection {
    double fall = 0;   // what taking it off saves
    double slack = 0;  // by which it may change the slope of a column of unit mean square
    double reach = 0;  // bound of its size in any row, as a multiple of the row's variance
  };

  void add_column(std::size_t form_position);
  void exchange_working(Archive& archive);
  double most_columns() const;  // that memory has room for
  void spec_look();
  PassLook::Wanted wanted_of(std::size_t models);
  void want_curvatures(std::size_t models, PassLook::Wanted& wanted);
  std::vector<std::size_t> group_ends(std::size_t models, std::size_t most, double apart) const;
  std::vector<std::size_t> middles(const std::vector<std::size_t>& ends);
  void take_gram();
  void go_back(std::size_t k);
  void assess(Lane& lane, const ModelSums& sums, const Curvature* curvature);
  Projection project(const std::vector<std::size_t>& free, const ModelSums& sums, const Curvature* curvature) const;
  Certificate certify(const Lane& lane, const ModelSums& sums, const Curvature* curvature) const;
  std::vector<double> spread_out(const PassModel& model) const;
  double wanted_gap(const Lane& lane) const;
  void note_missing(const Lane& lane, const ModelSums& sums, std::vector<double>& missing) const;
  void widen(const std::vector<double>& missing);
  void step(Lane& lane, const ModelSums& sums, const Curvature& curvature, const ModelSums& at_curvature);
  void solve(Lane& lane, const ModelSums& sums);
  const Curvature* curvature_of(std::size_t model) const;

  const Statement& problem_;
  const StandardForm& form_;
  const double weight_;
  const PassSettings settings_;
  std::vector<Lane> lane_;
  std::vector<std::size_t> working_;  // positions in the form's columns; those without penalty come first
  std::vector<char> inside_;
  std::size_t free_ = 0;              // how many have none whatever lambda is
  bool reaches_zero_ = false;         // some lambda is 0: then no column has one there
  std::vector<std::size_t> in_look_;  // lanes that the look evaluates
  std::vector<std::size_t> group_;    // of these, which curvature each is moved by
  PassLook look_;
  std::vector<double> gram_;  // squared loss: of the first known_ working columns
  std::size_t known_ = 0;
};

}  // namespace sgdlasso
