#include "rows/rows.h"

#include "matrix.h"
#include "plain.h"
#include "rows/row_order.h"

using namespace sgdlasso;
using plain::Matrix;

namespace {

Scaling draw_scaling(Rng& rng, std::size_t p) {
  return {plain::normals(rng, p), plain::uniforms(rng, p, 0.5, 2)};
}

std::vector<std::size_t> some_columns(Rng& rng, std::size_t p, std::size_t count) {
  std::vector<std::size_t> columns = counting(p);
  rng.shuffle(columns);
  columns.resize(std::min(count, p));
  return columns;
}

void check_products(const Matrix& x, bool sparse, std::size_t lanes, int threads, Rng& rng) {
  const auto rows = x.rows(sparse);
  NoWatch watch;
  const Work work{threads, watch};
  const Scaling scaling = draw_scaling(rng, x.p);
  const std::vector<std::size_t> columns = some_columns(rng, x.p, 5);
  const Selection z{scaling, columns};
  const auto working = [&](std::size_t i, std::size_t c) {
    return (x.at(i, columns[c]) - scaling.centre[columns[c]]) * scaling.scale[columns[c]];
  };
  const std::vector<double> r = plain::normals(rng, x.n * lanes), b = plain::normals(rng, columns.size() * lanes);
  Panel residual(x.n, lanes, rows->layout()), eta(x.n, lanes, rows->layout());
  for (std::size_t k = 0; k < lanes; ++k) {
    for (std::size_t i = 0; i < x.n; ++i) residual.lane(k)[i * residual.stride()] = r[k * x.n + i];
  }
  std::vector<double> cross(columns.size() * lanes), turned(cross.size());
  rows->cross_products(z, residual, cross.data(), work);
  rows->add_products(z, b.data(), eta, work);
  // what turns is minus the prediction: the products are those of the residuals then
  rows->turn_products(
      z, b.data(), lanes,
      [&](const LaneBlock& block) {
        for (std::size_t k = 0; k < lanes; ++k) {
          for (std::size_t i = 0; i < block.rows; ++i) {
            double& one = block.data[k * block.lane_stride + i * block.row_stride];
            one = r[k * x.n + block.first + i] - one;
          }
        }
      },
      turned.data(), work);
  for (std::size_t k = 0; k < lanes; ++k) {
    std::vector<double> product(x.n);
    for (std::size_t i = 0; i < x.n; ++i) {
      for (std::size_t c = 0; c < columns.size(); ++c) product[i] += working(i, c) * b[c * lanes + k];
      plain::check_near(eta.lane(k)[i * eta.stride()], product[i], 1e-11);
    }
    for (std::size_t c = 0; c < columns.size(); ++c) {
      double right = 0, of_residuals = 0;
      for (std::size_t i = 0; i < x.n; ++i) {
        right += working(i, c) * r[k * x.n + i];
        of_residuals += working(i, c) * (r[k * x.n + i] - product[i]);
      }
      plain::check_near(cross[c * lanes + k], right, 1e-10);
      plain::check_near(turned[c * lanes + k], of_residuals, 1e-10);
    }
  }
}

void check_gram(const Matrix& x, bool sparse, bool weighted, int threads, Rng& rng) {
  const auto rows = x.rows(sparse);
  NoWatch watch;
  const Scaling scaling = draw_scaling(rng, x.p);
  const std::vector<std::size_t> columns = some_columns(rng, x.p, x.p);
  const std::vector<std::size_t> first(columns.begin(),
                                       columns.begin() + static_cast<std::ptrdiff_t>(columns.size() / 2));
  const std::vector<double> weight = plain::uniforms(rng, x.n);
  Square gram;
  gram.grow(first.size());
  rows->gram({scaling, first}, 0, weighted ? weight.data() : nullptr, gram, {threads, watch});
  gram.grow(columns.size());
  rows->gram({scaling, columns}, first.size(), weighted ? weight.data() : nullptr, gram, {threads, watch});
  for (std::size_t a = 0; a < columns.size(); ++a) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      double right = 0;
      for (std::size_t i = 0; i < x.n; ++i) {
        const double za = (x.at(i, columns[a]) - scaling.centre[columns[a]]) * scaling.scale[columns[a]];
        const double zc = (x.at(i, columns[c]) - scaling.centre[columns[c]]) * scaling.scale[columns[c]];
        right += (weighted ? weight[i] : 1) * za * zc;
      }
      plain::check_near(gram.at(a, c), right, 1e-10);
    }
  }
}

void check_columns(const Matrix& x, bool sparse) {
  const auto rows = x.rows(sparse);
  for (std::size_t j = 0; j < x.p; ++j) {
    std::vector<double> values(x.n);
    const ColumnView column = rows->column(j);
    for (std::size_t e = 0; e < column.count; ++e) values[column.index ? column.index[e] : e] = column.value[e];
    for (std::size_t i = 0; i < x.n; ++i) CHECK(values[i] == x.at(i, j));
  }
}

}  // namespace

TEST_CASE("products with working columns are those of the matrix, for any number of lanes and threads") {
  Rng rng(1);
  for (const bool sparse : {false, true}) {
    for (const std::size_t n : {1, 5, 128, 130, 700}) {
      for (const std::size_t lanes : {1, 3, 8, 16}) {
        for (const int threads : {1, 2})
          check_products(plain::draw(rng, n, 12, sparse ? 0.2 : 1, 3), sparse, lanes, threads, rng);
      }
    }
    check_products(plain::draw(rng, 3000, 3, sparse ? 0.9 : 1), sparse, 2, 2,
                   rng);  // sparse columns without many zeros
  }
}

TEST_CASE("products with columns far from 0 lose nothing") {
  Rng rng(7);
  NoWatch watch;
  for (const double mean : {0.0, 3.0, 1e8}) {
    const std::size_t n = 700, p = 8;
    std::vector<double> z, x;
    for (std::size_t k = 0; k < n * p; ++k) z.push_back(std::round(1024 * plain::normal(rng)) / 1024);
    for (const double one : z) x.push_back(mean + one);  // exactly
    const Scaling scaling{std::vector<double>(p, mean), std::vector<double>(p, 1.0)};
    const std::vector<std::size_t> all = counting(p);
    const std::vector<double> r = plain::normals(rng, n, 1);
    Panel panel(n, 1, PanelLayout::lanes_apart);
    std::copy(r.begin(), r.end(), panel.lane(0));
    std::vector<double> out(p);
    dense_rows(x.data(), n, p)->cross_products({scaling, all}, panel, out.data(), {1, watch});
    for (std::size_t j = 0; j < p; ++j) {
      double right = 0, size = 0;
      for (std::size_t i = 0; i < n; ++i) right += z[j * n + i] * r[i], size += std::abs(z[j * n + i] * r[i]);
      CHECK(std::abs(out[j] - right) < 1e-12 * size);
    }
  }
}

TEST_CASE("Gram matrices are put together from their blocks, weighted or not") {
  Rng rng(2);
  for (const bool sparse : {false, true}) {
    for (const bool weighted : {false, true}) {
      check_gram(plain::draw(rng, 50, 7, sparse ? 0.3 : 1), sparse, weighted, 1, rng);
      check_gram(plain::draw(rng, 40, 150, sparse ? 0.1 : 1), sparse, weighted, 2, rng);
      check_gram(plain::draw(rng, 1, 3, 1), sparse, weighted, 1, rng);
    }
  }
}

TEST_CASE("threads change no bit of products and Gram matrices") {
  Rng rng(3);
  for (const bool sparse : {false, true}) {
    const Matrix x = plain::draw(rng, 5000, 40, sparse ? 0.05 : 1);
    const auto rows = x.rows(sparse);
    NoWatch watch;
    const Scaling scaling = draw_scaling(rng, x.p);
    const std::vector<std::size_t> all = counting(x.p);
    Panel r(x.n, 8, rows->layout());
    for (std::size_t k = 0; k < 8; ++k) {
      for (std::size_t i = 0; i < x.n; ++i) r.lane(k)[i * r.stride()] = plain::normal(rng);
    }
    std::vector<double> one(x.p * 8), more(x.p * 8);
    Square gram_one, gram_more;
    gram_one.grow(x.p);
    gram_more.grow(x.p);
    rows->cross_products({scaling, all}, r, one.data(), {1, watch});
    rows->gram({scaling, all}, 0, nullptr, gram_one, {1, watch});
    for (const int threads : {2, 3, 5}) {
      rows->cross_products({scaling, all}, r, more.data(), {threads, watch});
      rows->gram({scaling, all}, 0, nullptr, gram_more, {threads, watch});
      CHECK(one == more);
      bool equal = true;
      for (std::size_t a = 0; a < x.p; ++a) {
        for (std::size_t b = 0; b < x.p; ++b) equal = equal && gram_one.at(a, b) == gram_more.at(a, b);
      }
      CHECK(equal);
    }
  }
}

TEST_CASE("single columns give the numbers that descent on residuals needs") {
  Rng rng(4);
  for (const bool sparse : {false, true}) {
    for (const std::size_t n : {1, 9, 300}) check_columns(plain::draw(rng, n, 6, sparse ? 0.3 : 1, 1), sparse);
  }
}

TEST_CASE("moments are exact for columns of any size and mean") {
  Rng rng(5);
  const std::size_t n = 400;
  const std::vector<double> z = plain::normals(rng, n);
  std::vector<double> values;
  for (const double scale : {1e-8, 1e8, 1e-130}) {
    for (const double one : z) values.push_back(scale * one);
  }
  for (const double one : z) values.push_back(one + 1e8);
  for (const double one : z) values.push_back(rng.uniform() < 0.1 ? one : 0);
  values.resize(6 * n, 0.0);  // and a column of zeros
  const Matrix x(n, 6, values);
  const std::vector<double> weight = plain::weights(rng, n), y = plain::normals(rng, n);
  for (const bool weighted : {false, true}) {
    for (const bool sparse : {false, true}) {
      NoWatch watch;
      Response response;
      response.n = n;
      response.y = y.data();
      if (weighted) response.weight = weight.data();
      const ColumnMoments found = x.rows(sparse)->moments(response, {2, watch});
      for (std::size_t j = 0; j < 6; ++j) {
        const double shift = j == 3 ? 1e8 : 0;  // so that the plain sums are exact
        double mean = 0, variance = 0, square = 0, nonzero = 0;
        for (std::size_t i = 0; i < n; ++i)
          mean += response.weight_of(i) * (x.at(i, j) - shift) / static_cast<double>(n);
        for (std::size_t i = 0; i < n; ++i) {
          const double off = x.at(i, j) - shift - mean, share = response.weight_of(i) / static_cast<double>(n);
          variance += share * off * off;
          square += share * x.at(i, j) * x.at(i, j);
          nonzero += x.at(i, j) != 0 ? share : 0;
        }
        CHECK(std::abs(found.mean[j] - shift - mean) <= 1e-14 * std::sqrt(square));
        CHECK(std::abs(found.variance[j] - variance) <= 1e-9 * variance);
        CHECK(std::abs(found.square[j] - square) <= 1e-12 * square);
        plain::check_near(found.frequency[j], sparse ? nonzero : 1);
      }
    }
  }
}

TEST_CASE("a constant column has variance 0 whatever its size and weights, a small varying one has not") {
  Rng rng(6);
  const std::size_t n = 333;
  std::vector<double> values;
  for (const double constant : {7.3, 1e-20 / 3, 1e20 / 3}) values.insert(values.end(), n, constant);
  for (const double one : plain::normals(rng, n)) values.push_back(1e-20 * one);
  for (const double one : plain::normals(rng, n)) values.push_back(1e-200 * one);
  for (const double one : plain::normals(rng, n)) values.push_back(1e200 * one);
  const Matrix x(n, 6, values);
  const std::vector<double> y(n), weight = plain::weights(rng, n);
  for (const bool sparse : {false, true}) {
    NoWatch watch;
    Response response;
    response.n = n;
    response.y = y.data();
    response.weight = weight.data();
    const std::vector<double> variance = x.rows(sparse)->moments(response, {2, watch}).variance;
    for (std::size_t j = 0; j < 6; ++j) CHECK((variance[j] > 0) == (j == 3));
  }
}

TEST_CASE("rows come back scaled and in the order asked for, copied or gathered") {
  Rng rng(7);
  for (const bool sparse : {false, true}) {
    const Matrix x = plain::draw(rng, 150, 11, sparse ? 0.3 : 1);
    Scaling scaling = draw_scaling(rng, x.p);
    if (sparse) scaling.centre.assign(x.p, 0.0);
    std::vector<std::size_t> order = counting(x.n);
    rng.shuffle(order);
    const std::vector<double> y = plain::normals(rng, x.n), offset = plain::normals(rng, x.n);
    Response response;
    response.n = x.n;
    response.y = y.data();
    response.offset = offset.data();
    for (const bool copy : {true, false}) {
      for (const bool in_order : {true, false}) {
        NoWatch watch;
        const auto reader =
            x.rows(sparse)->reader({response, scaling, in_order ? order : std::vector<std::size_t>(), copy}, watch);
        std::size_t at = 0;
        for_each_block(*reader, RowOrder(x.n, Shuffle::none), [&](const RowBlock& block, const RowBlock&) {
          for (const Row& row : block.rows) {
            const std::size_t i = in_order ? order[at] : at;
            ++at;
            std::vector<double> found(x.p);
            double norm2 = 0;
            for (std::size_t k = 0; k < row.size; ++k)
              found[row.index ? static_cast<std::size_t>(row.index[k]) : k] = row.value[k];
            for (std::size_t j = 0; j < x.p; ++j) {
              const double right = (x.at(i, j) - scaling.centre[j]) * scaling.scale[j];
              plain::check_near(found[j], right, 1e-15);
              norm2 += right * right;
            }
            plain::check_near(row.norm2, norm2);
            CHECK(row.y == y[i]);
            CHECK(row.offset == offset[i]);
          }
        });
        CHECK(at == x.n);
      }
    }
  }
}

TEST_CASE("some rows of a larger matrix are what a copy of them is, to the bit") {
  Rng rng(9);
  for (const std::size_t n : {1, 7, 130, 2500}) {
    const std::size_t p = 9, before = 5, stride = n + 13;
    const std::vector<double> larger = plain::normals(rng, stride * p), r = plain::normals(rng, n);
    std::vector<double> copy;
    for (std::size_t j = 0; j < p; ++j) {
      const double* const column = larger.data() + j * stride + before;
      copy.insert(copy.end(), column, column + n);
    }
    const auto part = dense_rows(larger.data() + before, n, p, stride), alone = dense_rows(copy.data(), n, p);
    CHECK(part->dense_values() == nullptr);
    NoWatch watch;
    const Work work{1, watch};
    const Scaling scaling = draw_scaling(rng, p);
    const std::vector<std::size_t> columns = some_columns(rng, p, p);
    const std::vector<double> b = plain::normals(rng, p);
    const auto everything = [&](const Rows& rows) {
      std::vector<double> found(p);
      Panel residual(n, 1, rows.layout()), eta(n, 1, rows.layout());
      for (std::size_t i = 0; i < n; ++i) residual.lane(0)[i * residual.stride()] = r[i];
      rows.cross_products({scaling, columns}, residual, found.data(), work);
      rows.add_products({scaling, columns}, b.data(), eta, work);
      for (std::size_t i = 0; i < n; ++i) found.push_back(eta.lane(0)[i * eta.stride()]);
      Square gram;
      gram.grow(p);
      rows.gram({scaling, columns}, 0, nullptr, gram, work);
      for (std::size_t k = 0; k < p * p; ++k) found.push_back(gram.at(k / p, k % p));
      std::vector<double> sums(n);
      rows.add_product(b, sums, watch);
      found.insert(found.end(), sums.begin(), sums.end());
      Observations response;
      response.n = n;
      response.y = r.data();
      for (const bool copies : {true, false}) {
        const auto reader = rows.reader({response, scaling, {}, copies}, watch);
        for_each_block(*reader, RowOrder(n, Shuffle::none), [&](const RowBlock& block, const RowBlock&) {
          for (const Row& row : block.rows) found.insert(found.end(), row.value, row.value + p);
        });
      }
      return found;
    };
    CHECK(everything(*part) == everything(*alone));
  }
}
