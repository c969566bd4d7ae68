#include "solvers/batch_slopes.h"

#include <cmath>

#include "model/fit_spec.h"
#include "plain.h"

using namespace sgdlasso;

namespace {

// A batch whose residuals follow a curve, as along a path.
struct Wide {
  Wide(Rng& rng, bool weighted, bool intercept)
      : x(plain::normals(rng, n * p, 0.5)),
        y(plain::normals(rng, n)),
        weight(plain::weights(rng, n)),
        rows(dense_rows(x.data(), n, p)),
        loss(make_loss("gaussian")) {
    spec.family = "gaussian";
    spec.penalty.factor = plain::uniforms(rng, p, 0.5, 1.5);
    spec.penalty.intercept = intercept;
    response = Response({n, y.data(), weighted ? weight.data() : nullptr, nullptr});
  }
  Problem problem(Watch& watch) const {
    return {make_statement(spec, static_cast<double>(n), rows->moments(response, {2, watch}),
                           null_model(response, *loss, spec.penalty.intercept), *loss, watch),
            *rows, response};
  }

  static constexpr std::size_t n = 40, p = 900, models = 16;
  std::vector<double> x, y, weight;
  FitSpec spec;
  std::unique_ptr<Rows> rows;
  std::unique_ptr<Loss> loss;
  Response response;
};

// Residuals that sum to 0 where there is an intercept.
void set_residuals(Rng& rng, const Problem& problem, LambdaBatch& batch, double kink) {
  const std::vector<double> from = plain::normals(rng, Wide::n), to = plain::normals(rng, Wide::n);
  for (std::size_t k = 0; k < batch.size(); ++k) {
    const double at = static_cast<double>(k) / static_cast<double>(batch.size());
    std::vector<double> r(Wide::n);
    double sum = 0;
    for (std::size_t i = 0; i < r.size(); ++i) {
      r[i] = problem.response.weight_of(i) * ((1 - at) * from[i] + at * to[i] + kink * plain::normal(rng)) / Wide::n;
      sum += r[i] / Wide::n;
    }
    for (std::size_t i = 0; i < r.size(); ++i) {
      batch.residual.lane(k)[i] = r[i] - (problem.intercept ? problem.response.weight_of(i) * sum : 0);
    }
  }
}

// How many of the numbers told are not exact.
std::size_t check_slopes(const Problem& problem, const StandardForm& form, const WorkingSet& set,
                         const LambdaBatch& batch, const std::vector<double>& slopes) {
  const std::size_t models = batch.size();
  std::vector<double> right(slopes.size());
  problem.rows.cross_products(form.all(), batch.residual, right.data(), {1, problem.watch});
  std::size_t estimated = 0;
  for (std::size_t c = 0; c < form.columns.size(); ++c) {
    const std::size_t j = form.columns[c];
    for (std::size_t k = 0; k < models; ++k) {
      if (batch.model[k].done) continue;
      const double bound = kNearly * batch.model[k].lambda * form.penalty.theta[j];
      const double told = slopes[c * models + k], exact = right[c * models + k];
      if (set.contains(j) || !(std::abs(exact) <= bound)) {
        plain::check_near(told, exact, 1e-10);
      } else {
        CHECK(std::abs(told) <= bound * (1 + 1e-9));
        estimated += std::abs(told - exact) > 1e-9 ? 1 : 0;
      }
    }
  }
  return estimated;
}

}  // namespace

TEST_CASE("slopes are exact where they matter, and below the bound where they are not") {
  Rng rng(1);
  NoWatch watch;
  for (const bool weighted : {false, true}) {
    for (const bool intercept : {false, true}) {
      const Wide data(rng, weighted, intercept);
      const Problem problem = data.problem(watch);
      const StandardForm form(problem);
      BatchSlopes look(problem, form);
      for (const double kink : {0.0, 0.003, 0.1, 1.0}) {
        WorkingSet set(problem, form);
        for (std::size_t j = 0; j < 10; ++j) set.add(rng.up_to(Wide::p - 1));
        LambdaBatch batch(problem, Wide::models);
        for (LambdaModel& model : batch.model) model.lambda = 0.35;
        std::vector<double> slopes(form.columns.size() * Wide::models);
        look.start();
        for (int again = 0; again < 4; ++again) {
          set_residuals(rng, problem, batch, kink);
          look.take(set, batch, slopes);
          const std::size_t estimated = check_slopes(problem, form, set, batch, slopes);
          if (kink == 0.003 && again == 0) CHECK(estimated > 5 * Wide::p);  // that is what it is for
          batch.model[static_cast<std::size_t>(again)].done = true;
        }
      }
    }
  }
}

// What no other model has, and all of it along one column, is found: the bound holds with equality then.
TEST_CASE("a slope that only one model has is not missed") {
  Rng rng(3);
  NoWatch watch;
  for (const bool weighted : {false, true}) {
    for (const bool intercept : {false, true}) {
      Wide data(rng, weighted, intercept);
      for (std::size_t i = 0; i < Wide::n; ++i) data.x[i] *= data.weight[i] < 1 ? 3 : 0.3;
      const Problem problem = data.problem(watch);
      const StandardForm form(problem);
      const WorkingSet set(problem, form);
      LambdaBatch batch(problem, Wide::models);
      for (LambdaModel& model : batch.model) model.lambda = 0.35;
      set_residuals(rng, problem, batch, 0);
      std::vector<double> z;  // the first column
      double square = 0;
      for (std::size_t i = 0; i < Wide::n; ++i) {
        z.push_back((data.x[i] - form.scaling.centre[0]) * form.scaling.scale[0]);
        square += problem.response.weight_of(i) * z[i] * z[i] / Wide::n;
      }
      const auto add = [&](std::size_t k, double slope) {  // to that of the first column
        for (std::size_t i = 0; i < Wide::n; ++i) {
          batch.residual.lane(k)[i] += slope / square * problem.response.weight_of(i) * z[i] / Wide::n;
        }
      };
      for (std::size_t k = 0; k < Wide::models; ++k) {
        double slope = 0;
        for (std::size_t i = 0; i < Wide::n; ++i) slope += batch.residual.lane(k)[i] * z[i];
        add(k, -slope);
      }
      add(2, 0.95 * batch.model[2].lambda * form.penalty.theta[0]);
      std::vector<double> slopes(form.columns.size() * Wide::models);
      BatchSlopes look(problem, form);
      look.take(set, batch, slopes);
      check_slopes(problem, form, set, batch, slopes);
    }
  }
}

TEST_CASE("residuals that are not finite are no proof that a slope is small") {
  Rng rng(2);
  NoWatch watch;
  const Wide data(rng, false, true);
  const Problem problem = data.problem(watch);
  const StandardForm form(problem);
  const WorkingSet set(problem, form);
  LambdaBatch batch(problem, Wide::models);
  for (LambdaModel& model : batch.model) model.lambda = 0.35;
  set_residuals(rng, problem, batch, 0);
  batch.residual.lane(6)[3] = std::nan("");
  std::vector<double> slopes(form.columns.size() * Wide::models);
  BatchSlopes look(problem, form);
  look.take(set, batch, slopes);
  for (std::size_t c = 0; c < form.columns.size(); ++c) CHECK(std::isnan(slopes[c * Wide::models + 6]));
}
