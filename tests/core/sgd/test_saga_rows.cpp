#include "sgd/saga_rows.h"

#include <algorithm>

#include "matrix.h"
#include "model/fit_spec.h"
#include "model/scaling.h"
#include "plain.h"
#include "rows/row_order.h"

using namespace sgdlasso;
using plain::Matrix;

namespace {

constexpr std::size_t kColumns = 7;

// SAGA as the paper has it: each step is over some of the rows and over all coefficients.
class PlainSaga {
 public:
  PlainSaga(const Problem& problem, const Matrix& x, const Scaling& scaling, const WorkingPenalty& penalty)
      : intercept(problem.intercept ? problem.null.intercept : 0),
        b(x.p, 0.0),
        problem_(problem),
        x_(x),
        scaling_(scaling),
        penalty_(penalty),
        slope_(x.n, 0.0) {}

  // steps: how many of such steps see all rows once.
  void step_over(const std::vector<std::size_t>& rows, double steps, double step, double lambda) {
    const double n = static_cast<double>(x_.n);
    std::vector<double> drift = mean_slopes();
    double drift_of_intercept = mean(slope_);
    for (const std::size_t i : rows) {
      double eta = intercept + problem_.response.offset_of(i);
      for (std::size_t j = 0; j < x_.p; ++j) eta += z(i, j) * b[j];
      const double slope = problem_.response.weight_of(i) * (problem_.loss.mean(eta) - problem_.response.y[i]);
      for (std::size_t j = 0; j < x_.p; ++j) drift[j] += steps / n * (slope - slope_[i]) * z(i, j);
      drift_of_intercept += steps / n * (slope - slope_[i]);
      slope_[i] = slope;
    }
    for (std::size_t j = 0; j < x_.p; ++j) {
      const CoordinatePenalty at = penalty_.at(j, lambda);
      b[j] = CoordinatePenalty{step * at.l1, step * at.l2, at.lower, at.upper}.minimiser(1, b[j] - step * drift[j]);
    }
    if (problem_.intercept) intercept -= step * drift_of_intercept;
  }

  double intercept;
  std::vector<double> b;

 private:
  double z(std::size_t i, std::size_t j) const { return (x_.at(i, j) - scaling_.centre[j]) * scaling_.scale[j]; }
  double mean(const std::vector<double>& values) const {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }
  std::vector<double> mean_slopes() const {
    std::vector<double> means(x_.p, 0.0);
    for (std::size_t j = 0; j < x_.p; ++j) {
      for (std::size_t i = 0; i < x_.n; ++i) means[j] += slope_[i] * z(i, j) / static_cast<double>(x_.n);
    }
    return means;
  }

  const Problem& problem_;
  const Matrix& x_;
  const Scaling& scaling_;
  const WorkingPenalty& penalty_;
  std::vector<double> slope_;
};

void check_epochs(const FitSpec& spec, bool sparse, Rng& rng) {
  const std::size_t n = 150;  // not whole blocks
  const Matrix x = plain::draw(rng, n, kColumns, sparse ? 0.15 : 1, 1);
  const auto rows = x.rows(sparse);
  const std::vector<double> weight = plain::weights(rng, n), offset = plain::normals(rng, n, 0, 0.3);
  std::vector<double> y;
  for (std::size_t i = 0; i < n; ++i) y.push_back(x.at(i, 0) - 2 * x.at(i, 1) + plain::normal(rng) > 0 ? 1 : 0);
  Response response;
  response.n = n;
  response.y = y.data();
  response.weight = weight.data();
  response.offset = offset.data();
  NoWatch watch;
  const auto loss = make_loss(spec.family);
  const NullModel null = null_model(response, *loss, spec.penalty.intercept);
  const Problem problem(make_statement(spec, n, rows->moments(response, {1, watch}), null, *loss, watch), *rows,
                        response);
  const Scaling scaling = unit_scaling(problem);
  const WorkingPenalty penalty(problem.penalty, scaling);
  const auto reader = rows->reader({response, scaling, {}, true}, watch);

  SagaState found(problem, penalty);
  PlainSaga right(problem, x, scaling, penalty);
  RowOrder order(n, Shuffle::blocks);
  const double step = sparse ? 0.02 : 0.3;
  for (const double lambda : {0.1, 0.1, 0.02, 0.02}) {
    order.reshuffle(rng);
    const std::size_t* positions = order.positions();
    for_each_block(*reader, order, [&](const RowBlock& block, const RowBlock& next) {
      found.visit(block, next, positions, step, lambda);
      const std::vector<std::size_t> some(positions, positions + block.rows.size());
      if (!sparse) right.step_over(some, std::ceil(n / 64.0), step, lambda);
      for (std::size_t k = 0; k < some.size() && sparse; ++k) right.step_over({some[k]}, n, step, lambda);
      positions += block.rows.size();
    });
    found.settle(step, lambda);
    plain::check_near(found.intercept, right.intercept, 1e-9);
    plain::check_near(found.b, right.b, 1e-9);
  }
  CHECK(std::count(found.b.begin(), found.b.end(), 0.0) < static_cast<long>(kColumns));
}

}  // namespace

TEST_CASE("SAGA's state is that of the plain loop, also where coefficients wait for a row that reads them") {
  Rng rng(1);
  for (const char* family : {"gaussian", "binomial"}) {
    for (const bool sparse : {false, true}) {
      for (const double alpha : {1.0, 0.5}) {
        FitSpec spec;
        spec.family = family;
        spec.penalty.alpha = alpha;
        spec.penalty.factor = {0, 1, 1, 2, 1, 1, 0.5};
        for (const bool intercept : {true, false}) {
          spec.penalty.intercept = intercept;
          check_epochs(spec, sparse, rng);
        }
      }
    }
  }
}
