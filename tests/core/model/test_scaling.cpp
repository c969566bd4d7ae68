#include "model/scaling.h"

#include "matrix.h"
#include "plain.h"

using namespace sgdlasso;
using plain::Matrix;

namespace {

struct Weighted {
  Weighted(Rng& rng, bool sparse)
      : x(plain::draw(rng, 80, 6, sparse ? 0.3 : 1, 3)),
        weight(plain::weights(rng, x.n)),
        sparse(sparse) {
    for (std::size_t i = 0; i < x.n; ++i) x.dense[2 * x.n + i] = 4;  // constant
    x = Matrix(x.n, x.p, x.dense);
    response.n = x.n;
    response.y = weight.data();
    response.weight = weight.data();
    moments = x.rows(sparse)->moments(response, {2, watch});
  }
  // The weighted mean of term(i).
  template <class Term>
  double mean(Term term) const {
    double sum = 0;
    for (std::size_t i = 0; i < x.n; ++i) sum += weight[i] * term(i) / static_cast<double>(x.n);
    return sum;
  }

  Matrix x;
  std::vector<double> weight;
  bool sparse;
  Response response;
  NoWatch watch;
  ColumnMoments moments;
};

Penalty draw_penalty(Rng& rng, std::size_t p) {
  Penalty penalty{0.7, 0.4, plain::uniforms(rng, p, 0.5, 2), plain::uniforms(rng, p, 0.5, 2), {}, {}};
  penalty.factor[1] = std::numeric_limits<double>::infinity();
  return penalty;
}

}  // namespace

TEST_CASE("unit scales give working columns a unit mean square, rare ones less; constant and excluded ones none") {
  Rng rng(1);
  for (const bool sparse : {false, true}) {
    for (const bool centres : {false, true}) {
      if (sparse && centres) continue;
      const Weighted d(rng, sparse);
      const Scaling scaling = unit_scaling(d.moments, draw_penalty(rng, d.x.p), centres);
      double norm2 = 1;
      for (std::size_t j = 0; j < d.x.p; ++j) {
        const auto z = [&](std::size_t i) { return (d.x.at(i, j) - scaling.centre[j]) * scaling.scale[j]; };
        const double square = d.mean([&](std::size_t i) { return z(i) * z(i); });
        const double frequency = sparse ? d.mean([&](std::size_t i) { return d.x.at(i, j) != 0 ? 1 : 0; }) : 1;
        norm2 += square;
        if (j == 1 || j == 2) {
          CHECK(scaling.scale[j] == 0);
          continue;
        }
        plain::check_near(square, std::sqrt(frequency), 1e-10);
        if (centres) plain::check_near(d.mean(z), 0, 1e-10);
        if (!centres) CHECK(scaling.centre[j] == 0);
      }
      plain::check_near(mean_norm2(d.moments, scaling, true), norm2, 1e-10);
      plain::check_near(mean_norm2(d.moments, scaling, false), norm2 - 1, 1e-10);
    }
  }
}

TEST_CASE("working columns predict and cost what their coefficients on the scale of x do") {
  Rng rng(2);
  for (const bool centres : {false, true}) {
    const Weighted d(rng, false);
    const Penalty penalty = draw_penalty(rng, d.x.p);
    const Scaling scaling = unit_scaling(d.moments, penalty, centres);
    const WorkingPenalty working(penalty, scaling);
    std::vector<double> b = plain::normals(rng, d.x.p);
    const Coefficients x_scale = original_scale(scaling, 0.3, b);
    double cost = 0;
    for (std::size_t j = 0; j < d.x.p; ++j) {
      if (scaling.scale[j] == 0) CHECK(x_scale.beta[j] == 0);
      if (scaling.scale[j] != 0) cost += working.at(j, 1).cost(b[j]);
    }
    plain::check_near(cost, penalty.value(x_scale.beta));
    for (std::size_t i = 0; i < d.x.n; ++i) {
      double seen = 0.3, told = x_scale.intercept;
      for (std::size_t j = 0; j < d.x.p; ++j) {
        seen += (d.x.at(i, j) - scaling.centre[j]) * scaling.scale[j] * b[j];
        told += d.x.at(i, j) * x_scale.beta[j];
      }
      plain::check_near(told, seen, 1e-11);
    }
  }
}
