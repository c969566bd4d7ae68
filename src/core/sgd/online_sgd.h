// online_sgd.h: the adaptive rule on rows that come once, in their order: several lambdas learn from each row, and the
// scales of the columns are learned on the way. Nothing depends on how the rows come in blocks.
//
// The first kFirstRows rows tell the first scales; from then on these are taken anew each time the past is partly
// forgotten, and at once where a sparse column is seen for the first time or a row is far longer than its scales say.
//
// Parts of the rows may be learned from apart, each by an OnlineSgd of its own; the model is the average of theirs,
// weighted by rows (Zinkevich, Weimer, Smola and Li 2010, Parallelized stochastic gradient descent).
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/archive.h"
#include "model/fit_spec.h"
#include "model/online_moments.h"
#include "sgd/forget_schedule.h"
#include "sgd/online_learner.h"
#include "sgd/online_scales.h"

namespace sgdlasso {

class OnlineSgd {
 public:
  static constexpr std::size_t kFirstRows = 64;

  // scale: the deviation of each column where it is known; empty where it is to be learned.
  OnlineSgd(const Loss& loss, const PenaltySpec& penalty, std::vector<double> lambda, bool average,
            std::vector<double> scale, bool sparse);
  OnlineSgd(const OnlineSgd&) = delete;
  OnlineSgd& operator=(const OnlineSgd&) = delete;

  // Where a pass has told all moments before.
  void start_from(const OnlineMoments& moments, const NullModel& null);

  // Weights of the response are absolute. Throws NotFinite where the linear predictor overflows.
  void add(const Rows& rows, const Observations& response, Watch& watch);
  // Fewer rows than tell the first scales have to do, where no more come.
  void end_rows();
  // The rows come a second time.
  void begin_pass();
  // Whether more rows would be learned from as if all had come at once: not where fewer than tell the first scales had
  // to do.
  bool can_resume() const { return !learner_.empty() && moments_.response().rows >= static_cast<double>(kFirstRows); }
  // The next rows are new ones.
  void resume() { learns_moments_ = true; }
  bool started() const { return !learner_.empty() || parts_.weight > 0; }
  // What a part has learned from rows of this weight; this one has learned from none itself. new_rows: whether their
  // moments are not known yet.
  void merge(const OnlineSgd& part, double weight, bool new_rows);
  const std::vector<double>& lambda() const { return lambda_; }

  const OnlineMoments& moments() const { return moments_; }
  Coefficients coefficients(std::size_t k) const;
  // How much each column wants to be in the model of lambda k; it is from 1 on.
  std::vector<double> strengths(std::size_t k) const;

  void exchange(Archive& archive);

 private:
  struct WaitingRow {
    std::vector<double> value;
    std::vector<int> index;
    double y = 0, weight = 0, offset = 0;
    Row view(bool sparse) const;
    void exchange(Archive& archive) { archive(value, index, y, weight, offset); }
    // Whether it is a row of p columns.
    bool fits(std::size_t p, bool sparse) const;
  };

  // The average of what parts have learned.
  struct Parts {
    struct Model {
      Coefficients coefficients;
      std::vector<double> strengths;
    };
    double weight = 0;  // of their rows; 0: there are none
    std::vector<Model> models;
  };

  void take(const Row& row);
  void start();
  void make_learners(double intercept);
  double null_deviance() const;
  void learn(const Row& row);
  void see(const Row& row);
  void rescale(const Row& row, bool fresh_only);
  Coefficients learned(std::size_t k) const;
  void exchange_parts(Archive& archive);

  const Loss& loss_;
  const PenaltySpec penalty_;
  std::vector<double> lambda_;
  bool average_;
  bool sparse_;

  OnlineMoments moments_;
  bool learns_moments_ = true;  // rows of this pass are new
  std::vector<WaitingRow> waiting_;
  std::vector<std::unique_ptr<OnlineLearner>> learner_;  // none before the start, and where parts have learned
  Parts parts_;
  OnlineScales scales_;
  double rows_ = 0;
  ForgetSchedule forget_;
  RowBlock one_;  // the row at hand in working columns
};

}  // namespace sgdlasso
