#include "descent/working_set.h"

#include <algorithm>
#include <cmath>

#include "matrix.h"
#include "plain.h"
#include "train/in_memory.h"

using namespace sgdlasso;

namespace {

// A lasso of the working set's quadratic from some b with slopes q, and how far its end is from the optimum.
struct Draw {
  std::vector<double> start, start_q, b, q;
  double lambda, curvature;

  double violation(const WorkingSet& set, const StandardForm& form, const Square& gram) const {
    const std::vector<CoordinatePenalty> penalty = penalties_at(form, set.columns(), lambda);
    double most = 0;
    for (std::size_t k = 0; k < b.size(); ++k) {
      double slope = start_q[k];
      for (std::size_t j = 0; j < b.size(); ++j) slope -= curvature * gram.at(k, j) * (b[j] - start[j]);
      plain::check_near(q[k], slope, 1e-9);
      most = std::max(most, penalty[k].violation(b[k], slope));
    }
    return most;
  }
};

// Slopes that some rows could have: where columns are many others leave no optimum.
std::vector<double> possible_slopes(Rng& rng, const Square& gram, std::size_t size) {
  const std::vector<double> to = plain::normals(rng, size);
  std::vector<double> slopes(size, 0.0);
  for (std::size_t k = 0; k < size; ++k) {
    for (std::size_t j = 0; j < size; ++j) slopes[k] += gram.at(k, j) * to[j];
  }
  return slopes;
}

}  // namespace

TEST_CASE("lassos of a working set end at their optima, whatever was solved on it before") {
  Rng rng(1);
  for (int draw = 0; draw < 60; ++draw) {
    const std::size_t p = 2 + rng.up_to(40), n = 10 + rng.up_to(40);
    const plain::Matrix x = plain::draw(rng, n, p, 1);
    const std::vector<double> y = plain::normals(rng, n);
    const std::unique_ptr<Rows> rows = x.rows(false);
    FitSpec spec;
    spec.family = "gaussian";
    spec.penalty.factor.assign(p, 1.0);
    spec.penalty.alpha = rng.up_to(1) ? 1 : 0.7;
    if (rng.up_to(1)) spec.penalty.lower.assign(p, -0.1), spec.penalty.upper.assign(p, 0.2);
    NoWatch watch;
    const InMemory in_memory(spec, *rows, {n, y.data(), nullptr, nullptr}, watch);
    const StandardForm form(in_memory.problem());
    WorkingSet set(in_memory.problem(), form);
    std::vector<Draw> lassos;
    for (int turn = 0; turn < 8; ++turn) {
      if (turn % 3 == 0) set.set_weights(plain::uniforms(rng, n));
      if (rng.up_to(2) == 0) {  // columns are forgotten
        std::vector<std::size_t> kept;
        for (std::size_t c = 0; c < set.size(); ++c) {
          if (rng.up_to(3) > 0) kept.push_back(c);
        }
        for (Draw& one : lassos) one.b.resize(set.size(), 0.0);
        set.keep(kept);
        for (Draw& one : lassos) {
          for (std::size_t c = 0; c < kept.size(); ++c) one.b[c] = one.b[kept[c]];
          one.b.resize(kept.size());
        }
      }
      for (std::size_t k = 0; k < p / 3 + 1; ++k) set.add(form.columns[rng.up_to(static_cast<std::uint32_t>(p - 1))]);
      WeightedGram gram(in_memory.problem(), form);
      gram.set_weights(set.weights());
      gram.refresh(set.columns(), true);
      // All from one start, or each from where a lasso was before: on this quadratic or on another one. Their slopes
      // are those of one loss, or of a loss of their own.
      const bool alike = rng.up_to(2) == 0, one_loss = rng.up_to(1) == 0;
      const std::size_t count = 1 + rng.up_to(5);
      lassos.resize(std::max(lassos.size(), count));
      const std::vector<double> slopes = possible_slopes(rng, gram.matrix(), set.size());
      std::vector<QuadraticLasso> solved;
      for (std::size_t k = 0; k < count; ++k) {
        Draw& one = lassos[k];
        one.lambda = 0.3 * std::pow(0.6, static_cast<double>(k));
        one.curvature = alike || one_loss ? 1 : 0.5 + rng.uniform();
        one.b.resize(set.size(), 0.0);
        one.start = one.b = alike ? lassos[0].b : one.b;
        one.start_q = one.q = alike ? slopes : possible_slopes(rng, gram.matrix(), set.size());
        if (alike && k > 0) one.start = one.b = lassos[0].start;
        if (one_loss && !alike) {
          one.q = slopes;
          for (std::size_t i = 0; i < set.size(); ++i) {
            for (std::size_t j = 0; j < set.size(); ++j) one.q[i] -= gram.matrix().at(i, j) * one.b[j];
          }
          one.start_q = one.q;
        }
        solved.push_back({one.lambda, one.curvature, 1e4, 1, 1e-20, &one.b, &one.q, one_loss});
      }
      set.descend(solved);
      for (std::size_t k = 0; k < count; ++k) CHECK(lassos[k].violation(set, form, gram.matrix()) < 1e-8);
    }
  }
}

// Columns of one or two entries, of which many are multiples of each other, and nearly as many as rows are in.
TEST_CASE("where sweeps over residuals stall, the columns that move are solved") {
  Rng rng(2);
  const std::size_t n = 1100, p = 2500;
  std::vector<double> values(n * p, 0.0);
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t left = 1 + rng.up_to(1); left > 0; --left) {
      values[j * n + rng.up_to(static_cast<std::uint32_t>(n - 1))] = plain::normal(rng);
    }
  }
  const plain::Matrix x(n, p, values);
  const std::vector<double> y = plain::normals(rng, n);
  const std::unique_ptr<Rows> rows = x.rows(true);
  FitSpec spec;
  spec.family = "gaussian";
  spec.penalty.factor.assign(p, 1.0);
  NoWatch watch;
  const InMemory in_memory(spec, *rows, {n, y.data(), nullptr, nullptr}, watch);
  const StandardForm form(in_memory.problem());
  WorkingSet set(in_memory.problem(), form);
  for (const std::size_t j : form.columns) set.add(j);
  REQUIRE(set.wide());
  set.set_weights(std::vector<double>(n, 1.0 / static_cast<double>(n)));
  const double square = in_memory.problem().null.deviance;
  Panel residual(n, 1, rows->layout());
  for (std::size_t i = 0; i < n; ++i) residual.lane(0)[i] = (y[i] - in_memory.problem().null.intercept) / n;
  std::vector<double> slopes(set.size());
  rows->cross_products(set.selection(), residual, slopes.data(), {1, watch});
  for (const bool solves : {false, true}) {
    set.solve_stalled(solves);
    std::vector<std::vector<double>> b(3, std::vector<double>(set.size(), 0.0)), q(3, slopes);
    std::vector<QuadraticLasso> lassos;
    for (std::size_t k = 0; k < 3; ++k) {
      lassos.push_back({0.004 / static_cast<double>(k + 1), 1, square, 1e3, 1e-9 * square, &b[k], &q[k], true});
    }
    set.descend(lassos);
    for (const QuadraticLasso& lasso : lassos) CHECK((lasso.gap <= lasso.target) == solves);
    set.descend(lassos);  // what was learned of the columns is still right
    for (std::size_t k = 0; solves && k < 3; ++k) {
      Panel moved(n, 1, rows->layout());
      rows->add_products(set.selection(), b[k].data(), moved, {1, watch});
      double sum = 0, left = 0;
      for (std::size_t i = 0; i < n; ++i) sum += moved.lane(0)[i] / n;
      for (std::size_t i = 0; i < n; ++i) moved.lane(0)[i] = residual.lane(0)[i] - (moved.lane(0)[i] - sum) / n;
      std::vector<double> found(set.size());
      rows->cross_products(set.selection(), moved, found.data(), {1, watch});
      const std::vector<CoordinatePenalty> penalty = penalties_at(form, set.columns(), lassos[k].lambda);
      for (std::size_t c = 0; c < set.size(); ++c) {
        if (b[k][c] != 0) left = std::max(left, penalty[c].violation(b[k][c], found[c]));
      }
      CHECK(left < 1e-4 * lassos[k].lambda);
    }
  }
}
