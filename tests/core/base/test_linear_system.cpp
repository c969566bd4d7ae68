#include "base/linear_system.h"

#include "plain.h"

using namespace sgdlasso;

namespace {

Eigen::MatrixXd random_matrix(Rng& rng, Eigen::Index rows, Eigen::Index columns) {
  Eigen::MatrixXd z(rows, columns);
  for (Eigen::Index j = 0; j < columns; ++j) {
    for (Eigen::Index i = 0; i < rows; ++i) z(i, j) = plain::normal(rng);
  }
  return z;
}

}  // namespace

TEST_CASE("a positive definite system is solved, whatever its size and the strips it is cut into") {
  Rng rng(1);
  for (const int size : {1, 2, 63, 64, 65, 255, 256, 257, 600}) {
    const Eigen::MatrixXd z = random_matrix(rng, size + 20, size);
    const Eigen::MatrixXd a = z.transpose() * z;
    const Eigen::VectorXd x = random_matrix(rng, size, 1);
    plain::CountingWatch watch;
    CHECK((PivotedCholesky(a, watch).solve(a * x) - x).norm() < 1e-8 * (1 + x.norm()));
    if (size > 256) CHECK(watch.ticks > 1);
  }
}

TEST_CASE("columns that depend on others get 0, and the rest solves the system") {
  Rng rng(2);
  NoWatch watch;
  for (const int size : {3, 40, 130}) {
    for (const int rank : {0, 1, size / 2, size}) {
      const Eigen::MatrixXd z = random_matrix(rng, size, rank);
      const Eigen::MatrixXd a = z * z.transpose();
      const Eigen::VectorXd b = a * random_matrix(rng, size, 1);
      const Eigen::VectorXd x = PivotedCholesky(a, watch).solve(b);
      CHECK((a * x - b).norm() <= 1e-9 * (1 + b.norm()));
      CHECK((x.array() != 0).count() <= rank);
    }
  }
}

TEST_CASE("an orthonormal basis spans what its columns span, without those that depend on others") {
  Rng rng(3);
  NoWatch watch;
  for (const int columns : {1, 5, 70, 150}) {
    Eigen::MatrixXd z = random_matrix(rng, 200, columns);
    const int doubled = columns / 3;
    for (int j = 0; j < doubled; ++j) z.col(columns - 1 - j) = 1e6 * z.col(j) + (j > 0 ? z.col(j - 1) : z.col(j));
    const Eigen::MatrixXd basis = orthonormal_basis(z, watch);
    CHECK(basis.cols() == columns - doubled);
    CHECK((basis.transpose() * basis - Eigen::MatrixXd::Identity(basis.cols(), basis.cols())).norm() < 1e-11);
    CHECK((z - basis * (basis.transpose() * z)).norm() < 1e-9 * z.norm());
  }
}

TEST_CASE("a factorization is stopped by its watch") {
  Rng rng(4);
  const Eigen::MatrixXd z = random_matrix(rng, 700, 700);
  Eigen::MatrixXd a = z.transpose() * z + Eigen::MatrixXd::Identity(700, 700);
  plain::CountingWatch one(2), two(2);
  CHECK_THROWS_AS(PivotedCholesky(a, one), plain::Stop);
  CHECK_THROWS_AS(orthonormal_basis(z, two), plain::Stop);
}
