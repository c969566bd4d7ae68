#include "descent/growing_cholesky.h"

#include <Eigen/Dense>

#include <algorithm>

#include "plain.h"

using namespace sgdlasso;

namespace {

Eigen::MatrixXd products(Rng& rng, Eigen::Index size) {
  Eigen::MatrixXd z(size + 10, size);
  for (Eigen::Index k = 0; k < z.size(); ++k) z.data()[k] = plain::normal(rng);
  return z.transpose() * z;
}

// The matrix of these rows and columns.
Eigen::MatrixXd part(const Eigen::MatrixXd& a, const std::vector<Eigen::Index>& at) {
  const Eigen::Index size = static_cast<Eigen::Index>(at.size());
  Eigen::MatrixXd result(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j < size; ++j) {
      result(i, j) = a(at[static_cast<std::size_t>(i)], at[static_cast<std::size_t>(j)]);
    }
  }
  return result;
}

// These columns of a, as many at once as there may be; those that are taken join `at`. Whether all are.
bool append(GrowingCholesky& factor, const Eigen::MatrixXd& a, std::vector<Eigen::Index>& at,
            const std::vector<Eigen::Index>& more) {
  NoWatch watch;
  bool all = true;
  for (std::size_t first = 0; first < more.size(); first += GrowingCholesky::kTogether) {
    const std::size_t count = std::min(GrowingCholesky::kTogether, more.size() - first);
    std::vector<std::vector<double>> columns(count);
    for (std::size_t c = 0; c < count; ++c) {
      for (const Eigen::Index member : at) columns[c].push_back(a(member, more[first + c]));
      for (std::size_t d = 0; d <= c; ++d) columns[c].push_back(a(more[first + d], more[first + c]));
    }
    const std::vector<char> taken = factor.append(columns, watch);
    for (std::size_t c = 0; c < count; ++c) {
      if (taken[c]) at.push_back(more[first + c]);
      all = all && taken[c];
    }
  }
  return all;
}

std::vector<Eigen::Index> range(Eigen::Index from, Eigen::Index to) {
  std::vector<Eigen::Index> result;
  for (Eigen::Index k = from; k < to; ++k) result.push_back(k);
  return result;
}

void check_solves(Rng& rng, const GrowingCholesky& factor, const Eigen::MatrixXd& a,
                  const std::vector<Eigen::Index>& at) {
  REQUIRE(factor.size() == at.size());
  const std::vector<double> x = plain::normals(rng, at.size());
  const Eigen::VectorXd b =
      part(a, at) * Eigen::Map<const Eigen::VectorXd>(x.data(), static_cast<Eigen::Index>(x.size()));
  std::vector<double> found(b.data(), b.data() + b.size());
  factor.solve(found);
  plain::check_near(found, x, 1e-9);
}

}  // namespace

TEST_CASE("a factor whose columns come and go solves the system of those there are") {
  Rng rng(1);
  NoWatch watch;
  for (const Eigen::Index size : {1, 2, 7, 40, 150}) {
    const Eigen::MatrixXd a = products(rng, size);
    GrowingCholesky factor;
    std::vector<Eigen::Index> at;
    REQUIRE(append(factor, a, at, range(0, size / 2)));
    for (Eigen::Index k = size / 2; k < size; ++k) REQUIRE(append(factor, a, at, {k}));
    check_solves(rng, factor, a, at);
    for (int change = 0; change < 60 && at.size() > 1; ++change) {
      std::vector<Eigen::Index> gone;
      const std::size_t leave = 1 + rng.up_to(static_cast<std::uint32_t>(std::min<std::size_t>(at.size() - 1, 5)));
      for (std::size_t k = 0; k < leave; ++k) {
        const std::size_t which = rng.up_to(static_cast<std::uint32_t>(at.size() - 1));
        factor.remove(which, watch);
        gone.push_back(at[which]);
        at.erase(at.begin() + static_cast<std::ptrdiff_t>(which));
      }
      if (change % 2) check_solves(rng, factor, a, at);
      if (change % 3) gone.pop_back();
      REQUIRE(append(factor, a, at, gone));
    }
    factor.clear();
    at.clear();
    REQUIRE(append(factor, a, at, range(0, size)));
    check_solves(rng, factor, a, at);
  }
}

TEST_CASE("columns that depend on those before are refused, and change nothing") {
  Rng rng(2);
  const Eigen::Index size = 30;
  Eigen::MatrixXd a = products(rng, size);
  const auto repeat = [&](Eigen::Index copy, Eigen::Index of) {
    a.row(copy) = a.row(of);
    a.col(copy) = a.col(of);
  };
  repeat(8, 3);
  repeat(20, 13);
  for (const std::size_t first : {0u, 5u, 10u}) {
    GrowingCholesky factor;
    std::vector<Eigen::Index> at;
    REQUIRE(append(factor, a, at, range(0, static_cast<Eigen::Index>(std::min<std::size_t>(first, 8)))));
    CHECK_FALSE(append(factor, a, at, range(static_cast<Eigen::Index>(std::min<std::size_t>(first, 8)), size)));
    CHECK(std::count(at.begin(), at.end(), 8) == 0);
    CHECK(std::count(at.begin(), at.end(), 20) == 0);
    CHECK(at.size() == 28);
    CHECK_FALSE(append(factor, a, at, {20}));
    check_solves(rng, factor, a, at);
  }
}

TEST_CASE("a matrix that is not positive definite leaves no column") {
  GrowingCholesky factor;
  std::vector<Eigen::Index> at;
  CHECK_FALSE(append(factor, -Eigen::MatrixXd::Identity(2, 2), at, {0, 1}));
  CHECK(factor.size() == 0);
}

TEST_CASE("a long factorization can be stopped") {
  Rng rng(3);
  const Eigen::Index size = 200;
  const Eigen::MatrixXd a = products(rng, size);
  plain::CountingWatch watch(5);
  GrowingCholesky factor;
  const auto column = [&](Eigen::Index k) { return std::vector<double>(a.col(k).data(), a.col(k).data() + k + 1); };
  const auto grow = [&] {
    for (Eigen::Index k = 0; k < size; ++k) factor.append({column(k)}, watch);
  };
  CHECK_THROWS_AS(grow(), plain::Stop);
}
