#include "descent/weighted_gram.h"

#include <algorithm>

#include "matrix.h"
#include "plain.h"
#include "train/in_memory.h"

using namespace sgdlasso;

namespace {

// 1/2 d'Gd of some coefficients, the intercept where it is least, from its definition.
double quadratic(const plain::Matrix& x, const StandardForm& form, const std::vector<std::size_t>& columns,
                 const std::vector<double>& h, bool intercept, const std::vector<double>& d) {
  std::vector<double> eta(x.n, 0.0);
  double mean = 0, total = 0, sum = 0;
  for (std::size_t i = 0; i < x.n; ++i) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::size_t j = columns[c];
      eta[i] += d[c] * (x.at(i, j) - form.scaling.centre[j]) * form.scaling.scale[j];
    }
    mean += h[i] * eta[i];
    total += h[i];
  }
  if (intercept) mean /= total;
  for (std::size_t i = 0; i < x.n; ++i)
    sum += h[i] * (eta[i] - (intercept ? mean : 0)) * (eta[i] - (intercept ? mean : 0));
  return sum / 2;
}

double by_matrix(const Square& gram, const std::vector<double>& d) {
  double sum = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    for (std::size_t j = 0; j < d.size(); ++j) sum += d[i] * gram.at(i, j) * d[j];
  }
  return sum / 2;
}

}  // namespace

TEST_CASE("a weighted Gram matrix, brought up to columns in turns, is the quadratic that it names") {
  Rng rng(1);
  for (int draw = 0; draw < 20; ++draw) {
    const bool sparse = draw % 2 == 1;
    const std::size_t n = 20 + rng.up_to(40), p = 3 + rng.up_to(8);
    const plain::Matrix x = plain::draw(rng, n, p, sparse ? 0.4 : 1);
    const std::vector<double> y = plain::normals(rng, n), h = plain::uniforms(rng, n);
    const std::unique_ptr<Rows> rows = x.rows(sparse);
    FitSpec spec;
    spec.family = "gaussian";
    spec.penalty.intercept = draw % 4 > 1;
    spec.penalty.factor.assign(p, 1.0);
    NoWatch watch;
    const InMemory in_memory(spec, *rows, {n, y.data(), nullptr, nullptr}, watch);
    const Problem& problem = in_memory.problem();
    const StandardForm form(problem);
    WeightedGram gram(problem, form);
    gram.set_weights(h);
    const std::vector<std::size_t> some(form.columns.begin(), form.columns.begin() + 2);
    gram.refresh(some, true);
    gram.refresh(form.columns, true);
    const std::vector<double> d = plain::normals(rng, form.columns.size());
    plain::check_near(by_matrix(gram.matrix(), d), quadratic(x, form, form.columns, h, spec.penalty.intercept, d),
                      1e-10);
    std::vector<std::size_t> kept, columns;
    for (std::size_t k = 0; k < form.columns.size(); ++k) {
      if (rng.up_to(2) > 0) kept.push_back(k);
    }
    for (const std::size_t k : kept) columns.push_back(form.columns[k]);
    gram.keep(kept);
    const std::vector<double> e = plain::normals(rng, kept.size());
    CHECK(gram.size() == kept.size());
    plain::check_near(by_matrix(gram.matrix(), e), quadratic(x, form, columns, h, spec.penalty.intercept, e), 1e-10);
    for (std::size_t k = 0; k < form.columns.size(); ++k) {  // those forgotten come again, behind the others
      if (std::count(kept.begin(), kept.end(), k) == 0) columns.push_back(form.columns[k]);
    }
    gram.refresh(columns, true);
    plain::check_near(by_matrix(gram.matrix(), d), quadratic(x, form, columns, h, spec.penalty.intercept, d), 1e-10);
  }
}
