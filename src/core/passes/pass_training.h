// pass_training.h: training on rows that come pass by pass and are nowhere held: what each pass is for, and what
// follows it.
//
// For certified models: the moments of the columns (only to make a grid of lambdas), stochastic gradient descent for
// all lambdas at once, which names the columns that matter, and looks (pass_solver.h) until every model is certified.
// Stochastic gradient descent alone needs one pass, and one more for its certificate where there can be one.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "base/archive.h"
#include "model/lambda_path.h"
#include "passes/pass_solver.h"
#include "rows/row_order.h"
#include "sgd/online_sgd.h"

namespace sgdlasso {

// A pass brought other rows than the first one.
struct RowsChanged {
  double rows, before;
};

class PassTraining {
 public:
  PassTraining(FitSpec spec, bool sparse, std::unique_ptr<Watch> watch);
  ~PassTraining();
  PassTraining(const PassTraining&) = delete;
  PassTraining& operator=(const PassTraining&) = delete;

  // A block of the pass at hand; weights are absolute.
  void add(const Rows& rows, const Observations& response);
  // Whether another pass is wanted.
  bool end_pass();

  int passes() const { return passes_; }
  std::size_t columns() const { return spec_.penalty.p(); }
  // Models so far; deviations and the null deviance as far as they are known, else NaN.
  FittedPath result() const;
  const OnlineMoments& moments() const;
  // Whether a grid's path ends before it would, because memory does not hold more columns.
  bool shortened() const { return shortened_; }
  // Whether there is stochastic gradient descent that more rows can join.
  bool continues() const { return sgd_ && sgd_->can_resume(); }
  // Of stochastic gradient descent alone: the next pass brings more rows.
  void continue_pass();

  // Throws StateError where what is read cannot be a state of this training.
  void exchange(Archive& archive);

 private:
  std::vector<PathPoint> path() const;
  Statement problem() const;
  enum class Phase { moments, null_model, unpenalized, slopes, sgd, looks, done };
  static constexpr int kPhases = 7;
  struct Stated;  // a problem, with its standard form and perhaps a solver

  void count(const Observations& response);
  void check_count();
  std::size_t lanes_at_once() const;
  std::vector<double> lambdas_at_hand() const;
  // Each takes what a pass has told and says what the next one is for.
  Phase next();
  Phase after_moments();
  Phase begin_part(Phase phase);
  Phase after_null();
  Phase begin_slopes(const Coefficients& at);
  std::vector<std::size_t> unpenalized_columns() const;
  PassLook look_for_slopes() const;
  Phase begin_chunk();
  Phase begin_looks();
  std::vector<std::size_t> promising_columns() const;
  PassSettings looks_settings() const;
  Phase look_at(std::vector<Coefficients> from, const std::vector<std::size_t>& columns);
  bool shorten();
  Phase after_look();
  Phase end_chunk(std::vector<Trained> trained);
  std::vector<Trained> trained_by_sgd(const std::vector<Coefficients>& models) const;
  void exchange_place(Archive& archive);
  void exchange_path(Archive& archive);
  void exchange_sgd(Archive& archive);

  std::unique_ptr<Loss> loss_;
  FitSpec spec_;
  bool sparse_;
  const std::unique_ptr<Watch> watch_;
  Phase phase_;
  int passes_ = 0, epoch_ = 0;
  struct Count {
    double rows = 0, weight = 0, y = 0;  // y: sum of weight times y
    void exchange(Archive& archive) { archive(rows, weight, y); }
  };
  Count count_, first_count_;  // of the pass at hand, and of the first
  OnlineMoments moments_;
  NullModel null_;
  struct Grid {
    std::vector<double> lambda;
    bool automatic;  // then the path may stop early
  };
  Grid grid_;
  bool shortened_ = false;
  std::size_t chunk_ = 0, chunk_size_ = 0;  // lambdas at hand
  std::unique_ptr<OnlineSgd> sgd_;
  std::unique_ptr<Stated> whole_, part_;  // the problem; one of fewer columns, solved before it can be stated
  PassModel slopes_at_;                   // where slopes are asked for
  PassLook slopes_look_;
  std::vector<PathPoint> path_;
};

}  // namespace sgdlasso
