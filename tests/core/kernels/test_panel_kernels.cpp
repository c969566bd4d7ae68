#include "kernels/panel_kernels.h"

#include "plain.h"

using namespace sgdlasso;

namespace {

// Rows of p and of q columns, from a place in memory on that is `off` numbers from an aligned one.
struct Panels {
  Panels(Rng& rng, std::size_t p, std::size_t q, std::size_t off)
      : p(p),
        q(q),
        off(off),
        left(plain::normals(rng, off + rows * p)),
        right(plain::uniforms(rng, off + rows * q)) {}
  double x(std::size_t r, std::size_t j) const { return left[off + j * rows + r]; }
  double y(std::size_t r, std::size_t k) const { return right[off + k * rows + r]; }
  ColumnBlock a() const { return {left.data() + off, rows, p}; }
  ColumnBlock b() const { return {right.data() + off, rows, q}; }

  static constexpr std::size_t rows = 24;
  std::size_t p, q, off;
  std::vector<double> left, right;
};

void check_products(const PanelKernels& kernels, const Panels& d, Rng& rng) {
  std::vector<double> cross(d.p * d.q), apart(d.p * d.q), self(d.p * d.p), sum = d.right;
  std::vector<const double*> columns;
  for (std::size_t i = 0; i < d.p; ++i) columns.push_back(d.a().data + (d.p - 1 - i) * d.rows);  // last to first
  const std::vector<double> by = plain::normals(rng, d.p * d.q);
  kernels.cross(d.a(), d.b(), d.rows, cross.data(), d.q);
  kernels.cross_apart({columns.data(), columns.data(), d.p}, d.b(), d.rows, apart.data(), d.q);
  kernels.self_cross(d.a(), d.rows, self.data(), d.p);
  kernels.add(d.a(), by.data(), d.rows, sum.data() + d.off, d.rows, d.q);
  for (std::size_t i = 0; i < d.p; ++i) {
    for (std::size_t k = 0; k < d.q; ++k) {
      double right = 0;
      for (std::size_t r = 0; r < d.rows; ++r) right += d.x(r, i) * d.y(r, k);
      plain::check_near(cross[i * d.q + k], right);
      plain::check_near(apart[(d.p - 1 - i) * d.q + k], right);
    }
    for (std::size_t j = i; j < d.p; ++j) {
      double right = 0;
      for (std::size_t r = 0; r < d.rows; ++r) right += d.x(r, i) * d.x(r, j);
      plain::check_near(self[i * d.p + j], right);
    }
  }
  for (std::size_t r = 0; r < d.rows; ++r) {
    for (std::size_t k = 0; k < d.q; ++k) {
      double right = d.y(r, k);
      for (std::size_t j = 0; j < d.p; ++j) right += d.x(r, j) * by[j * d.q + k];
      plain::check_near(sum[d.off + k * d.rows + r], right);
    }
  }
}

void check_columns(const PanelKernels& kernels, const Panels& d) {
  const double *const x = d.left.data() + d.off, *const y = d.right.data() + d.off;
  std::vector<double> packed(d.off + d.rows), as_is(d.off + d.rows), axpy(d.right);
  const double total = kernels.pack(x, d.rows, 0.3, 1.7, y, packed.data() + d.off);
  const double plain_total = kernels.pack(x, d.rows, 0.3, 1.7, nullptr, as_is.data() + d.off);
  kernels.axpy(1.5, x, d.rows, axpy.data() + d.off);
  double right_total = 0, right_plain = 0;
  for (std::size_t r = 0; r < d.rows; ++r) {
    const double centred = d.x(r, 0) - 0.3;
    plain::check_near(packed[d.off + r], centred * 1.7 * d.y(r, 0));
    plain::check_near(as_is[d.off + r], centred * 1.7);
    plain::check_near(axpy[d.off + r], d.y(r, 0) + 1.5 * d.x(r, 0));
    right_total += centred * 1.7 * d.y(r, 0) * d.y(r, 0);
    right_plain += centred * 1.7;
  }
  plain::check_near(total, right_total);
  plain::check_near(plain_total, right_plain);
}

void check_sparse(const PanelKernels& kernels, std::size_t lanes, std::size_t off, Rng& rng) {
  const std::vector<int> index = {3, 0, 2};
  const std::vector<double> value = plain::normals(rng, 3), b = plain::normals(rng, off + lanes);
  std::vector<double> r = plain::normals(rng, off + 5 * lanes), before = r, sum = plain::normals(rng, off + lanes),
                      start = sum;
  const IndexedEntries x{value.data(), index.data(), 3, 3, 0.25};
  kernels.gather(x, r.data() + off, lanes, sum.data() + off);
  kernels.scatter(x, b.data() + off, lanes, r.data() + off);
  for (std::size_t k = 0; k < lanes; ++k) {
    double gathered = start[off + k];
    for (std::size_t e = 0; e < 3; ++e) {
      const std::size_t at = off + static_cast<std::size_t>(index[e]) * lanes + k;
      gathered += (value[e] - 0.25) * before[at];
      plain::check_near(r[at], before[at] + (value[e] - 0.25) * b[off + k]);
    }
    plain::check_near(sum[off + k], gathered);
    CHECK(r[off + 4 * lanes + k] == before[off + 4 * lanes + k]);  // a row that no entry names
  }
}

}  // namespace

TEST_CASE("the inner loops of panels do what they say, with every set of instructions") {
  Rng rng(1);
  for (const PanelKernels* kernels : {&panel_kernels(), &portable_panel_kernels()}) {
    for (std::size_t off = 0; off < 4; ++off) {
      for (const std::size_t p : {1, 2, 3, 4, 7, 13}) {
        for (const std::size_t q : {1, 2, 4, 6, 16}) {
          const Panels drawn(rng, p, q, off);
          check_products(*kernels, drawn, rng);
          check_columns(*kernels, drawn);
        }
      }
      for (const std::size_t lanes : {8, 16}) check_sparse(*kernels, lanes, off, rng);
    }
  }
}

TEST_CASE("the same numbers give the same bits on one machine") {
  Rng rng(2);
  const Panels drawn(rng, 7, 6, 1);
  std::vector<double> first(42), second(42);
  panel_kernels().cross(drawn.a(), drawn.b(), drawn.rows, first.data(), 6);
  panel_kernels().cross(drawn.a(), drawn.b(), drawn.rows, second.data(), 6);
  CHECK(first == second);
}
