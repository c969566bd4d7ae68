#include "descent/growing_cholesky.h"

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

bool append(GrowingCholesky& factor, const Eigen::MatrixXd& a, std::vector<Eigen::Index>& at, Eigen::Index k) {
  std::vector<double> column;
  for (const Eigen::Index member : at) column.push_back(a(member, k));
  column.push_back(a(k, k));
  if (!factor.append(std::move(column))) return false;
  at.push_back(k);
  return true;
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
  for (const Eigen::Index size : {1, 2, 7, 40}) {
    const Eigen::MatrixXd a = products(rng, size);
    GrowingCholesky factor(static_cast<std::size_t>(size));
    std::vector<Eigen::Index> at;
    for (Eigen::Index k = 0; k < size / 2; ++k) at.push_back(k);
    Eigen::MatrixXd lower = part(a, at);
    lower.triangularView<Eigen::StrictlyUpper>().setConstant(1e300);  // is not read
    REQUIRE(factor.take(lower, watch));
    for (Eigen::Index k = size / 2; k < size; ++k) REQUIRE(append(factor, a, at, k));
    check_solves(rng, factor, a, at);
    for (int change = 0; change < 60 && size > 1; ++change) {
      const std::size_t gone = rng.up_to(static_cast<std::uint32_t>(at.size() - 1));
      const Eigen::Index k = at[gone];
      factor.remove(gone);
      at.erase(at.begin() + static_cast<std::ptrdiff_t>(gone));
      if (change % 2) check_solves(rng, factor, a, at);
      if (change % 3 || at.empty()) REQUIRE(append(factor, a, at, k));
      if (at.size() < 2) break;
    }
  }
}

TEST_CASE("a column that depends on those before is refused, and changes nothing") {
  Rng rng(2);
  const Eigen::Index size = 9;
  Eigen::MatrixXd a = products(rng, size);
  a.row(8) = a.row(3);  // the same column again
  a.col(8) = a.col(3);
  a(8, 8) = a(3, 3);
  a(3, 8) = a(8, 3) = a(3, 3);
  GrowingCholesky factor(static_cast<std::size_t>(size));
  std::vector<Eigen::Index> at;
  for (Eigen::Index k = 0; k < 8; ++k) REQUIRE(append(factor, a, at, k));
  CHECK_FALSE(append(factor, a, at, 8));
  check_solves(rng, factor, a, at);
}

TEST_CASE("a matrix that is not positive definite leaves no column") {
  NoWatch watch;
  GrowingCholesky factor(2);
  CHECK_FALSE(factor.take(-Eigen::MatrixXd::Identity(2, 2), watch));
  CHECK(factor.size() == 0);
}
