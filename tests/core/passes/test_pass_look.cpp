#include "passes/pass_look.h"

#include <string>
#include <vector>

#include "model/fit_spec.h"
#include "model/null_model.h"
#include "model/online_moments.h"
#include "plain.h"
#include "rows/row_order.h"

using namespace sgdlasso;

namespace {

constexpr std::size_t kRows = 40, kColumns = 5;

// Two halves of the same rows; the largest values are in the second half.
struct Halves {
  explicit Halves(Rng& rng, double intercept) : weight(plain::uniforms(rng, kRows, 0.5, 2)) {
    for (int half = 0; half < 2; ++half) {
      x.push_back(plain::normals(rng, kRows / 2 * kColumns, 0, 1 + half));
      rows.push_back(dense_rows(x.back().data(), kRows / 2, kColumns));
    }
    for (std::size_t i = 0; i < kRows; ++i) y.push_back(rng.uniform() < intercept ? 1 : 0);
  }
  Observations response(std::size_t half) const {
    const std::size_t at = half * kRows / 2;
    return {kRows / 2, y.data() + at, weight.data() + at, nullptr};
  }

  std::vector<std::vector<double>> x;
  std::vector<std::unique_ptr<Rows>> rows;
  std::vector<double> y, weight;
};

void check_sums(const ModelSums& found, const ModelSums& right) {
  plain::check_near(found.loss, right.loss);
  plain::check_near(found.residual, right.residual);
  plain::check_near(found.misfit, right.misfit);
  plain::check_near(found.curvature, right.curvature);
  CHECK(found.most_curvature == right.most_curvature);
  plain::check_near(found.slope, right.slope);
  plain::check_near(found.border, right.border);
}

}  // namespace

TEST_CASE("looks at parts of the rows add up to the look at all of them, whichever part comes first") {
  Rng rng(1);
  NoWatch watch;
  for (const std::string& family : std::vector<std::string>{"binomial", "poisson"}) {
    const Halves data(rng, 0.4);
    FitSpec spec;
    spec.family = family;
    spec.penalty.factor.assign(kColumns, 1.0);
    const auto loss = make_loss(family);
    OnlineMoments moments(kColumns, false);
    for (std::size_t half = 0; half < 2; ++half) {
      for_each_given_row(*data.rows[half], data.response(half), watch,
                         [&](const Row& row) { moments.add(row, *loss); });
    }
    const NullModel null = null_model(moments.response(), *loss, true);
    const StatedProblem stated(make_statement(spec, kRows, moments.columns(), null, *loss, watch));
    PassLook::Wanted wanted;
    wanted.curvatures = {{1, 2}};
    wanted.curved = 3;
    wanted.bounded = 2;
    const PassModel near{0.1, {0, 0.2, 0, 0}}, far{-0.5, {1, -1, 0.5, 0}};
    const auto look_at = [&](std::vector<std::size_t> halves) {
      PassLook look(stated.form, {4, 0, 2, 1}, {near, far}, wanted);
      for (const std::size_t half : halves) {
        look.add(stated.problem, stated.form, *data.rows[half], data.response(half));
      }
      return look;
    };
    const PassLook whole = look_at({0, 1});
    for (const std::size_t first : {0, 1}) {
      PassLook merged = look_at({});
      merged.merge(look_at({first}));
      merged.merge(look_at({1 - first}));
      merged.merge(look_at({}));
      REQUIRE(merged.sums().size() == 2);
      for (std::size_t k = 0; k < 2; ++k) check_sums(merged.sums()[k], whole.sums()[k]);
      plain::check_near(merged.curvatures()[0].products, whole.curvatures()[0].products);
      CHECK(merged.largest() == whole.largest());
    }
  }
}
