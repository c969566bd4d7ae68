#include "solvers/batch_slopes.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sgdlasso {
namespace {

constexpr std::size_t kBasis = 4;  // models that are multiplied with all columns

// Some of the lanes, the first and the last among them.
std::vector<std::size_t> spread(const std::vector<std::size_t>& lanes) {
  if (lanes.size() <= kBasis) return lanes;
  std::vector<std::size_t> result;
  for (std::size_t a = 0; a < kBasis; ++a) result.push_back(lanes[a * (lanes.size() - 1) / (kBasis - 1)]);
  return result;
}

// A lane's residuals as a combination of those of the basis, and what is left.
struct Combination {
  std::size_t lane;
  Eigen::VectorXd share;
  double left;   // its length
  double bound;  // of the slopes, for a column of factor 1
};

// Rows of residuals divided by the roots of their weights, so that products with columns of length 1 are at most the
// length.
Eigen::VectorXd scaled(const Problem& problem, const LambdaBatch& batch, std::size_t k) {
  const double n = static_cast<double>(problem.response.n);
  const std::size_t stride = batch.residual.stride();
  Eigen::VectorXd result(static_cast<Eigen::Index>(problem.response.n));
  for (std::size_t i = 0; i < problem.response.n; ++i) {
    const double r = batch.residual.lane(k)[i * stride];
    result[static_cast<Eigen::Index>(i)] = r == 0 ? 0 : r * std::sqrt(n / problem.response.weight_of(i));
  }
  return result;
}

std::vector<Combination> combine(const Problem& problem, const LambdaBatch& batch,
                                 const std::vector<std::size_t>& basis, const std::vector<std::size_t>& lanes) {
  Eigen::MatrixXd z(static_cast<Eigen::Index>(problem.response.n), static_cast<Eigen::Index>(basis.size()));
  for (std::size_t a = 0; a < basis.size(); ++a) z.col(static_cast<Eigen::Index>(a)) = scaled(problem, batch, basis[a]);
  Eigen::MatrixXd gram = z.transpose() * z;
  gram.diagonal().array() += 1e-12 * gram.trace();  // any shares will do, but small ones
  const Eigen::LDLT<Eigen::MatrixXd> factor(gram);
  std::vector<Combination> result;
  for (const std::size_t k : lanes) {
    if (std::find(basis.begin(), basis.end(), k) != basis.end()) continue;
    const Eigen::VectorXd r = scaled(problem, batch, k);
    const Eigen::VectorXd share = factor.solve(z.transpose() * r);
    result.push_back({k, share, (r - z * share).norm(), 0});
    problem.watch.tick(0);
  }
  return result;
}

}  // namespace

BatchSlopes::BatchSlopes(const Problem& problem, const StandardForm& form)
    : problem_(problem),
      form_(form),
      all_(form.columns.size()) {
  std::iota(all_.begin(), all_.end(), std::size_t{0});
  for (const std::size_t j : form.columns) {
    const double off = problem.moments.mean[j] - form.scaling.centre[j];
    length_.push_back(std::sqrt(problem.moments.variance[j] + off * off) * form.scaling.scale[j]);
  }
}

void BatchSlopes::take_lanes(const LambdaBatch& batch, const std::vector<std::size_t>& lanes,
                             const std::vector<std::size_t>& positions, std::vector<double>& slopes) const {
  const std::size_t models = batch.size(), n = problem_.response.n;
  Panel panel(n, lanes.size(), PanelLayout::lanes_apart);
  for (std::size_t l = 0; l < lanes.size(); ++l) {
    std::copy(batch.residual.lane(lanes[l]), batch.residual.lane(lanes[l]) + n, panel.lane(l));
  }
  std::vector<std::size_t> columns;
  for (const std::size_t c : positions) columns.push_back(form_.columns[c]);
  std::vector<double> products(columns.size() * lanes.size());
  problem_.rows.cross_products({form_.scaling, columns}, panel, products.data(), {problem_.threads, problem_.watch});
  for (std::size_t c = 0; c < positions.size(); ++c) {
    for (std::size_t l = 0; l < lanes.size(); ++l) {
      slopes[positions[c] * models + lanes[l]] = products[c * lanes.size() + l];
    }
  }
}

void BatchSlopes::take(const WorkingSet& set, const LambdaBatch& batch, std::vector<double>& slopes,
                       std::vector<char>& exact) const {
  const std::size_t models = batch.size();
  if (problem_.rows.layout() != PanelLayout::lanes_apart) {  // all lanes of a row at once cost little more than one
    problem_.rows.cross_products(form_.all(), batch.residual, slopes.data(), {problem_.threads, problem_.watch});
    exact.assign(models, 1);
    return;
  }
  std::vector<std::size_t> open;
  for (std::size_t k = 0; k < models; ++k) {
    if (!batch.model[k].done) open.push_back(k);
  }
  const std::vector<std::size_t> basis = spread(open);
  take_lanes(batch, basis, all_, slopes);
  for (const std::size_t k : open) exact[k] = 0;
  for (const std::size_t k : basis) exact[k] = 1;
  if (basis.size() == open.size()) return;
  std::vector<Combination> others = combine(problem_, batch, basis, open);
  for (Combination& one : others) one.bound = kNearly * batch.model[one.lane].lambda * form_.penalty.alpha;
  std::vector<std::size_t> unclear;
  for (std::size_t c = 0; c < all_.size(); ++c) {
    const std::size_t j = form_.columns[c];
    double* at = slopes.data() + c * models;
    bool clear = !set.contains(j);
    for (const std::size_t k : basis) {
      clear =
          clear && std::abs(at[k]) <= kNearly * batch.model[k].lambda * form_.penalty.alpha * form_.penalty.theta[j];
    }
    for (const Combination& one : others) {
      double slope = 0;
      for (std::size_t a = 0; a < basis.size(); ++a) slope += one.share[static_cast<Eigen::Index>(a)] * at[basis[a]];
      at[one.lane] = slope;
      clear = clear && std::abs(slope) + one.left * length_[c] <= one.bound * form_.penalty.theta[j];
    }
    if (!clear) unclear.push_back(c);
  }
  problem_.watch.tick(0);
  std::vector<std::size_t> lanes;
  for (const Combination& one : others) lanes.push_back(one.lane);
  take_lanes(batch, lanes, unclear, slopes);
}

}  // namespace sgdlasso
