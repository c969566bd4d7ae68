#include "model/moments.h"

#include <cmath>
#include <string>

#include "model/null_model.h"
#include "model/online_moments.h"
#include "plain.h"

using namespace sgdlasso;

namespace {

struct Data {
  Data(Rng& rng, std::size_t n, std::size_t p, double mean)
      : n(n),
        p(p),
        x(plain::normals(rng, n * p, mean, 3)),
        y(plain::normals(rng, n)),
        weight(plain::uniforms(rng, n, 0.5, 2)),
        offset(plain::normals(rng, n)) {}
  Response response(bool weighted, bool shifted) const {
    Response result;
    result.n = n;
    result.y = y.data();
    if (weighted) result.weight = weight.data();
    if (shifted) result.offset = offset.data();
    return result;
  }
  double at(std::size_t i, std::size_t j, const Response& response) const {
    return j < p ? x[j * n + i] : y[i] - response.offset_of(i);
  }

  std::size_t n, p;
  std::vector<double> x, y, weight, offset;
};

void check_definition(const Moments& found, const Data& d, const Response& response, double tolerance) {
  double weight = 0;
  std::vector<double> mean(d.p + 1);
  for (std::size_t i = 0; i < d.n; ++i) weight += response.weight_of(i);
  plain::check_near(found.weight, weight);
  for (std::size_t j = 0; j <= d.p; ++j) {
    for (std::size_t i = 0; i < d.n; ++i) mean[j] += response.weight_of(i) * d.at(i, j, response) / weight;
    plain::check_near(found.mean[j], mean[j]);
  }
  for (std::size_t j = 0; j <= d.p; ++j) {
    for (std::size_t k = j; k <= d.p; ++k) {
      double cross = 0;
      for (std::size_t i = 0; i < d.n; ++i) {
        cross += response.weight_of(i) * (d.at(i, j, response) - mean[j]) * (d.at(i, k, response) - mean[k]);
      }
      plain::check_near(found.at(j, k), cross, tolerance);
    }
  }
}

bool are_equal(const Moments& a, const Moments& b) {
  bool result = a.weight == b.weight && a.mean == b.mean;
  for (std::size_t i = 0; i < a.size; ++i) {
    for (std::size_t j = i; j < a.size; ++j) result = result && a.at(i, j) == b.at(i, j);
  }
  return result;
}

}  // namespace

TEST_CASE("one pass gathers weight, means and centred cross-products") {
  Rng rng(1);
  NoWatch watch;
  for (const std::size_t n : {1, 127, 128, 1000, 5000}) {
    for (const bool weighted : {false, true}) {
      const Data d(rng, n, 5, 100);
      const Response response = d.response(weighted, true);
      check_definition(dense_moments(d.x.data(), d.p, response, {1, watch}), d, response, 1e-10);
    }
  }
}

TEST_CASE("huge means lose nothing") {
  Rng rng(2);
  NoWatch watch;
  Data d(rng, 3000, 2, 0);
  const Moments near = dense_moments(d.x.data(), 2, d.response(false, false), {1, watch});
  for (std::size_t i = 0; i < d.n; ++i) {
    d.x[i] += 1e8;
    d.x[i] -= 0;
  }
  std::vector<double> back = d.x;
  for (std::size_t i = 0; i < d.n; ++i) back[i] -= 1e8;  // what the rounding to doubles has left of the column
  const Moments exact = dense_moments(back.data(), 2, d.response(false, false), {1, watch});
  const Moments far = dense_moments(d.x.data(), 2, d.response(false, false), {1, watch});
  CHECK(std::abs(far.at(0, 0) / exact.at(0, 0) - 1) < 1e-9);
  CHECK(std::abs(far.at(0, 1) - exact.at(0, 1)) < 1e-6 * std::sqrt(near.at(0, 0) * near.at(1, 1)));
}

TEST_CASE("the moments of two parts add up to those of all rows, and folds to their complements") {
  Rng rng(3);
  NoWatch watch;
  const Data d(rng, 300, 3, 50);
  const Response response = d.response(true, true);
  std::vector<int> fold(d.n);
  for (int& one : fold) one = static_cast<int>(rng.up_to(3));
  const std::vector<Moments> folds = fold_moments(d.x.data(), d.p, response, fold, 4, {2, watch});
  check_definition(total(folds, watch), d, response, 1e-10);
  const std::vector<Moments> others = leave_each_out(folds, watch);
  for (std::size_t k = 0; k < 4; ++k) {
    Moments all = others[k];
    all.merge(folds[k]);
    check_definition(all, d, response, 1e-10);
  }
  Moments none(d.p), some = folds[0];
  some.merge(none);
  CHECK(some.cross == folds[0].cross);
  none.merge(folds[0]);
  CHECK(none.weight == folds[0].weight);
}

TEST_CASE("moments merged into later ones are the same sums, and stay what they were themselves") {
  Rng rng(4);
  NoWatch watch;
  const Data d(rng, 300, 3, 50);
  std::vector<int> fold(d.n);
  for (int& one : fold) one = static_cast<int>(rng.up_to(3));  // the fourth has no rows
  const std::vector<Moments> folds = fold_moments(d.x.data(), d.p, d.response(true, true), fold, 4, {1, watch});
  for (const Moments& earlier : folds) {
    for (const Moments& later : folds) {
      const Moments before = earlier;
      Moments sum = earlier, into = later;
      sum.merge(later);
      earlier.merge_into(into);
      CHECK(are_equal(into, sum));
      CHECK(are_equal(earlier, before));
    }
  }
}

TEST_CASE("threads change no bit") {
  Rng rng(4);
  NoWatch watch;
  const Data d(rng, 40000, 4, 1);
  const Moments one = dense_moments(d.x.data(), d.p, d.response(true, false), {1, watch});
  for (const int threads : {2, 3}) {
    const Moments more = dense_moments(d.x.data(), d.p, d.response(true, false), {threads, watch});
    CHECK(more.cross == one.cross);
    CHECK(more.mean == one.mean);
  }
}

TEST_CASE("moments of rows one by one are those of their parts together, dense and sparse, about a huge mean too") {
  Rng rng(9);
  const std::size_t n = 60, p = 4;
  for (const std::string& family : std::vector<std::string>{"gaussian", "binomial", "poisson"}) {
    const auto loss = make_loss(family);
    for (const bool sparse : {false, true}) {
      for (const double mean : {0.0, 1e8}) {
        OnlineMoments whole(p, sparse), merged(p, sparse), part(p, sparse);
        merged.merge(part);  // of no rows
        for (std::size_t i = 0; i < n; ++i) {
          std::vector<double> value;
          std::vector<int> index;
          for (std::size_t j = 0; j < p; ++j) {
            if (sparse && (rng.uniform() < 0.6 || (j == 3 && i < n / 2))) continue;  // the last column begins late
            value.push_back(plain::normal(rng) + (j == 0 ? mean : 0));
            index.push_back(static_cast<int>(j));
          }
          const double y = std::floor(2 * rng.uniform()), weight = 0.5 + rng.uniform();
          const Row row{value.data(), sparse ? index.data() : nullptr, value.size(), 0, y, weight, i > 40 ? 0.5 : 0};
          whole.add(row, *loss);
          part.add(row, *loss);
          if (i % 17 != 16 && i + 1 < n) continue;
          merged.merge(part);
          merged.merge(OnlineMoments(p, sparse));
          part = OnlineMoments(p, sparse);
        }
        const ResponseMoments &a = merged.response(), &b = whole.response();
        CHECK(a.rows == b.rows);
        CHECK(a.equal == b.equal);
        CHECK(a.offset);
        for (const auto part : {&ResponseMoments::weight, &ResponseMoments::target, &ResponseMoments::target_square,
                                &ResponseMoments::y, &ResponseMoments::y_square, &ResponseMoments::saturated}) {
          plain::check_near(a.*part, b.*part, 1e-12);
        }
        for (std::size_t j = 0; j < p; ++j) {
          const double tolerance = j == 0 && mean > 0 ? 1e-6 : 1e-11;
          plain::check_near(merged.column(j).mean, whole.column(j).mean, 1e-14 + tolerance * 1e-3);
          plain::check_near(merged.column(j).variance, whole.column(j).variance, tolerance);
          plain::check_near(merged.covariances()[j], whole.covariances()[j], tolerance);
        }
      }
    }
  }
}

TEST_CASE("a response that is constant in each part is so in all only where it is the same") {
  const auto loss = make_loss("binomial");
  const double x = 1;
  const auto of = [&](double y) {
    OnlineMoments moments(1, false);
    for (int i = 0; i < 3; ++i) moments.add({&x, nullptr, 1, 0, y, 1, 0}, *loss);
    return moments;
  };
  OnlineMoments same = of(1), other = of(1);
  same.merge(of(1));
  other.merge(of(0));
  CHECK(same.response().equal);
  CHECK(!other.response().equal);
}

TEST_CASE("the error of a model follows from the moments, or is not known") {
  Rng rng(5);
  NoWatch watch;
  const Data d(rng, 200, 3, 10);
  const Response response = d.response(true, false);
  const Moments moments = dense_moments(d.x.data(), d.p, response, {1, watch});
  const SparseModel model{0.5, {0, 2}, {0.3, -0.1}};
  double error = 0;
  for (std::size_t i = 0; i < d.n; ++i) {
    const double off = d.y[i] - 0.5 - 0.3 * d.at(i, 0, response) + 0.1 * d.at(i, 2, response);
    error += d.weight[i] * off * off / moments.weight;
  }
  plain::check_near(mean_squared_error(moments, model), error, 1e-9);
  CHECK(std::isnan(mean_squared_error(moments, {1e9, {0, 2}, {-1e8, 1e-12}})) == false);
}

TEST_CASE("null models know a constant response, one of zeros, and one whose squares vanish") {
  NoWatch watch;
  const auto gaussian = make_loss("gaussian");
  const std::vector<double> x = {1, 2, 3, 4, 5};
  const auto deviances = [&](const std::vector<double>& y, bool intercept) {
    Response response;
    response.n = y.size();
    response.y = y.data();
    const double from_rows = null_model(response, *gaussian, intercept).deviance;
    const double from_moments = null_model(dense_moments(x.data(), 1, response, {1, watch}), intercept).deviance;
    OnlineMoments online(1, false);
    for (std::size_t i = 0; i < y.size(); ++i) online.add({&x[i], nullptr, 1, 1, y[i], 1, 0}, *gaussian);
    return std::vector<double>{from_rows, from_moments, null_model(online.response(), *gaussian, intercept).deviance};
  };
  for (const bool intercept : {true, false}) {
    for (const double found : deviances({1, 2, 4, 0, 0}, intercept)) {
      plain::check_near(found, intercept ? 2.24 : 4.2);
    }
    for (const double found : deviances(std::vector<double>(5, 0.0), intercept)) CHECK(found == 0);
    for (const double found : deviances(std::vector<double>(5, 0.1), intercept)) CHECK((found == 0) == intercept);
    for (const double scale : {1e-145, 1e-170, 1e-300}) {
      for (const double found : deviances({scale, 2 * scale, -scale, scale, 0}, intercept)) {
        CHECK(found > 0);
        CHECK(found < least_square);
      }
    }
  }
}
