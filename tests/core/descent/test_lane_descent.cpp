#include "descent/lane_descent.h"

#include "descent/working_set.h"
#include "matrix.h"
#include "plain.h"
#include "train/in_memory.h"

using namespace sgdlasso;

namespace {

// Weighted lassos of several lambdas, in memory; their Gram matrix says what is right.
struct Lassos {
  Lassos(Rng& rng, bool sparse, int threads)
      : n(200 + rng.up_to(2500)),
        p(5 + rng.up_to(40)),
        x(plain::draw(rng, n, p, sparse ? 0.01 + 0.3 * rng.uniform() : 1, 0.5)),
        y(plain::normals(rng, n)),
        rows(x.rows(sparse)) {
    spec.family = "gaussian";
    spec.threads = threads;
    spec.penalty.intercept = rng.up_to(2) > 0;
    spec.penalty.alpha = rng.up_to(1) ? 1 : 0.6;
    for (std::size_t j = 0; j < p; ++j) {
      spec.penalty.factor.push_back(0.5 + rng.uniform());
      spec.penalty.lower.push_back(rng.up_to(2) ? -1e9 : -0.01);
      spec.penalty.upper.push_back(rng.up_to(2) ? 1e9 : 0);
    }
  }

  std::size_t n, p;
  plain::Matrix x;
  std::vector<double> y;
  std::unique_ptr<Rows> rows;
  FitSpec spec;
};

}  // namespace

TEST_CASE("lassos on residuals, taken up again, end where the optimality conditions hold to double precision") {
  Rng rng(1);
  for (int draw = 0; draw < 24; ++draw) {
    const bool sparse = draw % 3 > 0, weighted = draw % 2 == 0;
    Lassos data(rng, sparse, 1 + draw % 2);
    NoWatch watch;
    const InMemory in_memory(data.spec, *data.rows, {data.n, data.y.data(), nullptr, nullptr}, watch);
    const Problem& problem = in_memory.problem();
    const StandardForm form(problem);
    std::vector<double> h(data.n, 1 / static_cast<double>(data.n));
    for (double& one : h) one *= weighted ? 0.2 + rng.uniform() : 1;
    WorkingSet set(problem, form);
    for (const std::size_t j : form.columns) set.add(j);
    set.set_weights(h);
    set.refresh();
    const std::size_t count = set.size(), models = 1 + rng.up_to(18);
    Square gram;
    gram.grow(count);
    problem.rows.gram(set.selection(), 0, h.data(), gram, {1, watch});
    if (problem.intercept) set.intercept().profile(gram, 0, watch);

    const std::vector<double> start = plain::normals(rng, count, 0, 0.1);
    std::vector<std::vector<double>> b(models, std::vector<double>(count)), q(models, start);
    LaneDescent descent(problem, form);
    descent.set_weights(h);
    std::vector<QuadraticLasso> lassos;
    for (std::size_t k = 0; k < models; ++k) {
      const double lambda = 0.1 / static_cast<double>(k + 1);
      lassos.push_back({lambda, 1 + 0.2 * static_cast<double>(k % 3), problem.null.deviance, 1, 0, &b[k], &q[k]});
    }
    const int refinements = 4;
    for (int repeat = 0; repeat < refinements; ++repeat) {
      descent.descend(set.columns(), lassos);
      for (std::size_t k = 0; k < models; ++k) {
        for (std::size_t c = 0; c < count; ++c) {
          double right = start[c];
          for (std::size_t i = 0; i < count; ++i) right -= lassos[k].curvature * gram.at(i, c) * b[k][i];
          if (b[k][c] != 0) plain::check_near(q[k][c], right, 1e-4);
          q[k][c] = right;
        }
      }
    }
    for (std::size_t k = 0; k < models; ++k) {
      const std::vector<CoordinatePenalty> penalty = penalties_at(form, set.columns(), lassos[k].lambda);
      for (std::size_t c = 0; c < count; ++c) {
        CHECK(b[k][c] == penalty[c].clamp(b[k][c]));
        CHECK(penalty[c].violation(b[k][c], q[k][c]) < 1e-10);
      }
    }
  }
}
