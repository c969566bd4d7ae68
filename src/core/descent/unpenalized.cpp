#include "descent/unpenalized.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/linear_system.h"

namespace sgdlasso {
namespace {

// The free columns at unit deviation, after one of ones if there is an intercept.
Eigen::MatrixXd design(const Problem& problem) {
  const Eigen::Index n = static_cast<Eigen::Index>(problem.response.n);
  std::vector<std::size_t> columns;
  for (std::size_t j = 0; j < problem.rows.p(); ++j) {
    if (problem.penalty.free(j) && problem.moments.variance[j] > 0) columns.push_back(j);
  }
  const Eigen::Index first = problem.intercept ? 1 : 0;
  Eigen::MatrixXd result = Eigen::MatrixXd::Ones(n, first + static_cast<Eigen::Index>(columns.size()));
  std::vector<double> unit(problem.rows.p(), 0.0), column(problem.response.n);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const std::size_t j = columns[k];
    const double centre = problem.intercept ? problem.moments.mean[j] : 0;
    unit[j] = 1;
    column.assign(column.size(), 0.0);
    problem.rows.add_product(unit, column, problem.watch);
    unit[j] = 0;
    result.col(first + static_cast<Eigen::Index>(k)) =
        (Eigen::Map<const Eigen::ArrayXd>(column.data(), n) - centre) / std::sqrt(problem.moments.variance[j]);
  }
  return result;
}

// Weighted least squares of target on z: the fitted values, both times the root of the weights.
class LeastSquares {
 public:
  LeastSquares(const Eigen::MatrixXd& z, const Eigen::VectorXd& root, Watch& watch)
      : basis_(orthonormal_basis(root.asDiagonal() * z, watch)) {}
  Eigen::VectorXd fitted(const Eigen::VectorXd& target) const {
    const Eigen::VectorXd first = basis_ * (basis_.transpose() * target);
    const Eigen::VectorXd left = target - first;
    return first + basis_ * (basis_.transpose() * left);  // what rounding left
  }

 private:
  Eigen::MatrixXd basis_;
};

// Newton's method on the predictors, each step halved until the loss falls.
Eigen::VectorXd fit(const Problem& problem, const Eigen::MatrixXd& z) {
  const Response& response = problem.response;
  const Eigen::Index n = z.rows();
  const auto mean_loss = [&](const Eigen::VectorXd& eta) {
    return response.mean(
        [&](std::size_t i) { return problem.loss.value(eta[static_cast<Eigen::Index>(i)], response.y[i]); });
  };
  Eigen::VectorXd eta(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    eta[i] = response.offset_of(static_cast<std::size_t>(i)) + (problem.intercept ? problem.null.intercept : 0);
  }
  double loss = mean_loss(eta);
  const bool has_free_columns = z.cols() > (problem.intercept ? 1 : 0);
  const int enough = has_free_columns ? 50 : 0;
  std::unique_ptr<LeastSquares> squares;
  for (int k = 0; k < enough; ++k) {
    Eigen::VectorXd root(n), target(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const std::size_t row = static_cast<std::size_t>(i);
      root[i] = std::sqrt(response.weight_of(row) * std::max(problem.loss.curvature(eta[i]), 1e-12));
      target[i] = response.weight_of(row) * (response.y[row] - problem.loss.mean(eta[i])) / root[i];
    }
    const bool same = squares && problem.loss.is_squared();
    if (!same) squares = std::make_unique<LeastSquares>(z, root, problem.watch);
    const Eigen::VectorXd step = squares->fitted(target).cwiseQuotient(root);
    double size = 1;
    Eigen::VectorXd moved = eta + step;
    while (!(mean_loss(moved) <= loss) && size > 1e-10) {
      size /= 2;
      moved = eta + size * step;
    }
    const double gain = loss - mean_loss(moved);
    if (!(gain >= 0)) break;
    eta = moved;
    loss -= gain;
    if (gain <= 1e-14 * std::abs(loss)) break;
  }
  return eta;
}

}  // namespace

std::vector<double> unpenalized_residuals(const Problem& problem) {
  const Response& response = problem.response;
  const Eigen::VectorXd eta = fit(problem, design(problem));
  std::vector<double> residuals(response.n);
  for (std::size_t i = 0; i < response.n; ++i) {
    const double mean = problem.loss.mean(eta[static_cast<Eigen::Index>(i)]);
    residuals[i] = response.weight_of(i) * (response.y[i] - mean) / static_cast<double>(response.n);
  }
  return residuals;
}

std::vector<double> null_slopes(const Problem& problem, const StandardForm& form) {
  std::vector<double> slope(form.columns.size());
  const std::vector<double> residuals = unpenalized_residuals(problem);
  Panel panel(problem.response.n, 1, problem.rows.layout());
  std::copy(residuals.begin(), residuals.end(), panel.lane(0));
  problem.rows.cross_products(form.all(), panel, slope.data(), {problem.threads, problem.watch});
  return slope;
}

}  // namespace sgdlasso
