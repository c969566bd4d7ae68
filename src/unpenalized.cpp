#include "unpenalized.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>

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

// Newton's method, each step halved until the loss falls.
Eigen::VectorXd fit(const Problem& problem, const Eigen::MatrixXd& z) {
  const Response& response = problem.response;
  const Eigen::Index n = z.rows();
  const auto predictor = [&](const Eigen::VectorXd& b) {
    Eigen::VectorXd eta = z * b;
    for (Eigen::Index i = 0; i < n; ++i) eta[i] += response.offset_of(static_cast<std::size_t>(i));
    return eta;
  };
  const auto mean_loss = [&](const Eigen::VectorXd& eta) {
    return response.mean([&](std::size_t i) { return problem.loss.value(eta[static_cast<Eigen::Index>(i)], response.y[i]); });
  };
  Eigen::VectorXd b = Eigen::VectorXd::Zero(z.cols());
  if (problem.intercept) b[0] = problem.null.intercept;
  Eigen::VectorXd eta = predictor(b);
  double loss = mean_loss(eta);
  const bool has_free_columns = z.cols() > (problem.intercept ? 1 : 0);
  const int enough = has_free_columns ? 50 : 0;
  for (int k = 0; k < enough; ++k) {
    Eigen::VectorXd root(n), target(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const std::size_t row = static_cast<std::size_t>(i);
      root[i] = std::sqrt(response.weight_of(row) * std::max(problem.loss.curvature(eta[i]), 1e-12));
      target[i] = response.weight_of(row) * (response.y[row] - problem.loss.mean(eta[i])) / root[i];
    }
    const Eigen::VectorXd step = (root.asDiagonal() * z).colPivHouseholderQr().solve(target);
    double size = 1;
    Eigen::VectorXd moved = predictor(b + step);
    while (!(mean_loss(moved) <= loss) && size > 1e-10) {
      size /= 2;
      moved = predictor(b + size * step);
    }
    const double gain = loss - mean_loss(moved);
    if (!(gain >= 0)) break;
    b += size * step;
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

}  // namespace sgdlasso
