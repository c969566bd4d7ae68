#include "descent/frequent_columns.h"

#include "matrix.h"
#include "plain.h"
#include "train/in_memory.h"

using namespace sgdlasso;

TEST_CASE("frequent columns know their Gram matrix, the intercept profiled out, whenever they came in") {
  Rng rng(1);
  for (int draw = 0; draw < 12; ++draw) {
    const std::size_t n = 100 + rng.up_to(200), p = 3 + rng.up_to(12);
    const plain::Matrix x = plain::draw(rng, n, p, 0.3, 1);
    const auto rows = x.rows(true);
    const std::vector<double> y = plain::normals(rng, n), h = plain::uniforms(rng, n);
    FitSpec spec;
    spec.family = "gaussian";
    spec.penalty.factor.assign(p, 1);
    spec.penalty.intercept = draw % 2 == 0;
    NoWatch watch;
    const InMemory in_memory(spec, *rows, {n, y.data(), nullptr, nullptr}, watch);
    const StandardForm form(in_memory.problem());
    const Scaling& scaling = form.scaling;
    double total = 0;
    for (const double one : h) total += one;
    const auto working = [&](std::size_t i, std::size_t j) {
      return (x.at(i, j) - scaling.centre[j]) * scaling.scale[j];
    };
    const auto border = [&](std::size_t j) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += h[i] * working(i, j);
      return sum;
    };
    FrequentColumns frequent(in_memory.problem(), form);
    const std::vector<std::size_t> some(form.columns.begin(), form.columns.begin() + 2);
    frequent.refresh(some, h, total, border);
    frequent.refresh(form.columns, h, total, border);
    std::vector<std::size_t> found;
    for (const std::size_t j : form.columns) {
      CHECK(frequent.contains(j) == (rows->column(j).count * 64 >= n));
      if (frequent.contains(j)) found.insert(found.begin(), j);
    }
    const std::vector<float> gram = frequent.gram(found);
    for (std::size_t b = 0; b < found.size(); ++b) {
      for (std::size_t a = 0; a < found.size(); ++a) {
        double right = spec.penalty.intercept ? -border(found[a]) * border(found[b]) / total : 0;
        for (std::size_t i = 0; i < n; ++i) right += h[i] * working(i, found[a]) * working(i, found[b]);
        plain::check_near(gram[b * found.size() + a], right, 1e-5);
      }
    }
  }
}

TEST_CASE("entries by rows are all entries, each in its block of rows") {
  Rng rng(2);
  for (const std::size_t n : {7, 1024, 1025, 5000}) {
    const plain::Matrix x = plain::draw(rng, n, 3, 0.1);
    const std::vector<float> value(x.value.begin(), x.value.end());
    std::vector<SweepColumn> columns(3);
    for (std::size_t j = 0; j < 3; ++j) {
      const std::size_t count = static_cast<std::size_t>(x.start[j + 1] - x.start[j]);
      columns[j].entries = {value.data() + x.start[j], x.index.data() + x.start[j], count};
    }
    EntriesByRows by_rows(columns, 3, n);
    std::vector<int> seen[3];
    int last = -1;
    for (std::size_t block = 0; block < by_rows.blocks(); ++block) {
      const int before = last;
      for (std::size_t j = 0; j < 3; ++j) {
        const SweepEntries& part = by_rows.of(block)[j];
        for (std::size_t e = 0; e < part.count; ++e) {
          CHECK(part.index[e] > before);  // later than all of the blocks before
          CHECK(part.value[e] == static_cast<float>(x.at(static_cast<std::size_t>(part.index[e]), j)));
          last = std::max(last, part.index[e]);
          seen[j].push_back(part.index[e]);
        }
      }
    }
    for (std::size_t j = 0; j < 3; ++j) {
      CHECK(seen[j] == std::vector<int>(x.index.begin() + x.start[j], x.index.begin() + x.start[j + 1]));
    }
  }
}
