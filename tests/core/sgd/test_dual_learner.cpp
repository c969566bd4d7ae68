#include "sgd/dual_learner.h"

#include <algorithm>

#include "matrix.h"
#include "model/scaling.h"
#include "plain.h"
#include "rows/row_order.h"
#include "sgd/online_learner.h"

using namespace sgdlasso;
using plain::Matrix;

namespace {

constexpr std::size_t kColumns = 6;
constexpr std::size_t kBeforeForgetting = 79;  // rows

// Of which the first has no penalty.
Penalty draw_penalty(Rng& rng, double alpha) {
  Penalty penalty{alpha, (1 - alpha) / 2, plain::uniforms(rng, kColumns, 0.5, 1.5), {}, {}, {}};
  penalty.factor[0] = 0;
  penalty.spread = plain::uniforms(rng, kColumns, 0.5, 2);
  return penalty;
}

Scaling draw_scaling(Rng& rng, bool centred) {
  Scaling scaling = Scaling::as_given(kColumns);
  scaling.scale = plain::uniforms(rng, kColumns, 0.5, 2);
  if (centred) scaling.centre = plain::normals(rng, kColumns);
  return scaling;
}

LearnerInput input_of(const Loss& loss, const WorkingPenalty& penalty, bool sparse, bool average) {
  LearnerInput input{loss, penalty};
  input.sparse = sparse;
  input.average = average;
  input.start = 0.2;
  input.mean_norm2 = kColumns + 1;
  return input;
}

// Working columns of random rows, of which the response tells two; with the weight 0 for the last.
void learn_rows(Learner& learner, std::size_t n, bool sparse, Rng& rng, double last_weight = 1) {
  const Matrix x = plain::draw(rng, n, kColumns, sparse ? 0.5 : 1);
  const auto rows = x.rows(sparse);
  std::vector<double> y, weight = plain::uniforms(rng, n, 0.5, 2);
  for (std::size_t i = 0; i < n; ++i) y.push_back(1 + x.at(i, 0) - 5 * x.at(i, 1) + plain::normal(rng));
  weight.back() *= last_weight;
  Observations response;
  response.n = n;
  response.y = y.data();
  response.weight = weight.data();
  NoWatch watch;
  const auto reader = rows->reader({response, Scaling::as_given(kColumns), {}, true}, watch);
  for_each_block(*reader, RowOrder(n, Shuffle::none),
                 [&](const RowBlock& block, const RowBlock& next) { learner.learn(block, next); });
}

void check_same_model(const Coefficients& now, const Coefficients& before) {
  plain::check_near(now.intercept, before.intercept, 1e-10);
  plain::check_near(now.beta, before.beta, 1e-10);
  for (std::size_t j = 0; j < kColumns; ++j) CHECK((now.beta[j] == 0) == (before.beta[j] == 0));
  CHECK(std::count(before.beta.begin(), before.beta.end(), 0.0) > 0);
  CHECK(before.beta[0] != 0);
  CHECK(before.beta[1] != 0);
}

template <class Check>
void for_each_kind(Check check) {
  for (const bool sparse : {false, true}) {
    for (const bool average : {false, true}) {
      for (const double alpha : {1.0, 0.6}) check(sparse, average, alpha);
    }
  }
}

}  // namespace

TEST_CASE("forgetting leaves each coefficient where it is") {
  Rng rng(1);
  const auto loss = make_loss("gaussian");
  for_each_kind([&](bool sparse, bool average, double alpha) {
    const Scaling scaling = draw_scaling(rng, false);
    const WorkingPenalty penalty(draw_penalty(rng, alpha), scaling);
    const auto learner = make_learner(SgdRule::adaptive, input_of(*loss, penalty, sparse, average));
    const auto model = [&] {
      const Estimate estimate = learner->estimate();
      return original_scale(scaling, estimate.intercept, estimate.coefficients);
    };
    learner->restart(0.5);
    learn_rows(*learner, kBeforeForgetting, sparse, rng);
    const Coefficients before = model();
    const std::size_t visits = learner->coefficient_visits();
    learn_rows(*learner, 1, sparse, rng, 0);  // a row that counts nothing is still the 80th
    CHECK(learner->coefficient_visits() >= visits + kColumns + (sparse ? 0 : kColumns));
    check_same_model(model(), before);
  });
}

TEST_CASE("seen through other scales, each coefficient stays where it is on the scale of x") {
  Rng rng(2);
  const auto loss = make_loss("gaussian");
  for_each_kind([&](bool sparse, bool average, double alpha) {
    const Penalty penalty = draw_penalty(rng, alpha);
    const Scaling first = draw_scaling(rng, !sparse), second = draw_scaling(rng, !sparse);
    const auto learner = make_online_learner(input_of(*loss, WorkingPenalty(penalty, first), sparse, average));
    const auto model = [&](const Scaling& scaling) {
      const Estimate estimate = learner->estimate();
      return original_scale(scaling, estimate.intercept, estimate.coefficients);
    };
    learner->restart(0.5);
    learn_rows(*learner, 200, sparse, rng);
    std::vector<NewScale> all;
    for (std::size_t j = 0; j < kColumns; ++j) {
      all.push_back({j, working_factors(penalty.factor[j], penalty.spread[j], second.scale[j]), first.scale[j],
                     second.scale[j] / first.scale[j], second.centre[j] - first.centre[j]});
    }
    const Coefficients before = model(first);
    learner->forget(all, kColumns + 1);
    check_same_model(model(second), before);
  });
}

TEST_CASE("what was forgotten counts less: the next rows move the coefficients further") {
  Rng rng(3);
  const auto loss = make_loss("gaussian");
  const Penalty penalty = draw_penalty(rng, 1);
  const Scaling scaling = Scaling::as_given(kColumns);
  const auto moved = [&](bool forgets) {
    Rng draws(4);
    const auto learner = make_online_learner(input_of(*loss, WorkingPenalty(penalty, scaling), false, true));
    learner->restart(0.5);
    learn_rows(*learner, 200, false, draws);
    const std::vector<double> before = learner->strengths();
    std::vector<NewScale> all;
    for (std::size_t j = 0; j < kColumns; ++j) {
      all.push_back({j, working_factors(penalty.factor[j], penalty.spread[j], 1), 1, 1, 0});
    }
    if (forgets) learner->forget(all, kColumns + 1);
    learn_rows(*learner, 1, false, draws);
    double sum = 0;
    for (std::size_t j = 1; j < kColumns; ++j) sum += std::abs(learner->strengths()[j] - before[j]);
    return sum;
  };
  CHECK(moved(true) > moved(false));
}
