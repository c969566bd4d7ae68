#include "solvers/batch_slopes.h"

#include <algorithm>
#include <cmath>

#include "kernels/panel_kernels.h"

namespace sgdlasso {
namespace {

constexpr std::size_t kBasis = 4;  // models that one look adds to it

std::vector<std::size_t> open_models(const LambdaBatch& batch) {
  std::vector<std::size_t> result;
  for (std::size_t k = 0; k < batch.size(); ++k) {
    if (!batch.model[k].done) result.push_back(k);
  }
  return result;
}

// Some of them, the first and the last too.
std::vector<std::size_t> spread(const std::vector<std::size_t>& lanes) {
  std::vector<std::size_t> result;
  for (std::size_t a = 0; a < kBasis; ++a) result.push_back(lanes[a * (lanes.size() - 1) / (kBasis - 1)]);
  return result;
}

}  // namespace

BatchSlopes::BatchSlopes(const Problem& problem, const StandardForm& form) : problem_(problem), form_(form) {
  for (const std::size_t j : form.columns) {
    const double off = problem.moments.mean[j] - form.scaling.centre[j];
    length_.push_back(std::sqrt(problem.moments.variance[j] + off * off) * form.scaling.scale[j]);
  }
}

void BatchSlopes::start() {
  basis_.clear();
  helps_ = true;
}

void BatchSlopes::take(const WorkingSet& set, const LambdaBatch& batch, std::vector<double>& slopes) {
  const std::vector<std::size_t> open = open_models(batch);
  const std::size_t size = form_.columns.size();
  // Where most columns are needed there is no gain, as with a penalty that is nearly a ridge.
  const bool helps = estimates() && helps_ && 2 * set.size() < size;
  if (!helps || (basis_.empty() && open.size() <= kBasis)) {
    problem_.rows.cross_products(form_.all(), batch.residual, slopes.data(), {problem_.threads, problem_.watch});
    return;
  }
  std::vector<std::size_t> unclear;
  if (!basis_.empty()) unclear = estimate(set, batch, open, slopes);
  const std::size_t many = 4;  // as a part of all columns these cost what another basis does
  if (basis_.empty() || many * unclear.size() > size) {
    if (basis_.size() > kBasis) basis_.clear();  // they came of models that have moved on
    add_to_basis(batch, open.size() > kBasis ? spread(open) : open);
    unclear = estimate(set, batch, open, slopes);
    helps_ = 2 * unclear.size() < size;
  }
  std::vector<std::size_t> columns;
  for (const std::size_t c : unclear) columns.push_back(form_.columns[c]);
  const std::vector<double> exact = products(batch, open, columns);
  for (std::size_t c = 0; c < unclear.size(); ++c) {
    for (std::size_t l = 0; l < open.size(); ++l) {
      slopes[unclear[c] * batch.size() + open[l]] = exact[c * open.size() + l];
    }
  }
}

// Residuals divided by the roots of their weights: what they and a column of length 1 make is at most their length.
Eigen::VectorXd BatchSlopes::scaled(const LambdaBatch& batch, std::size_t k) const {
  const double n = static_cast<double>(problem_.response.n);
  Eigen::VectorXd result(batch.residual.n());
  for (std::size_t i = 0; i < batch.residual.n(); ++i) {
    const double r = batch.residual.lane(k)[i];
    result[static_cast<Eigen::Index>(i)] = r == 0 ? 0 : r * std::sqrt(n / problem_.response.weight_of(i));
  }
  return result;
}

void BatchSlopes::add_to_basis(const LambdaBatch& batch, const std::vector<std::size_t>& lanes) {
  const std::size_t size = form_.columns.size();
  const std::vector<double> all = products(batch, lanes, form_.columns);
  for (std::size_t l = 0; l < lanes.size(); ++l) {
    Known known{scaled(batch, lanes[l]), std::vector<double>(size)};
    for (std::size_t c = 0; c < size; ++c) known.slopes[c] = all[c * lanes.size() + l];
    basis_.push_back(std::move(known));
  }
}

std::vector<BatchSlopes::Combination> BatchSlopes::combine(const LambdaBatch& batch,
                                                           const std::vector<std::size_t>& lanes) const {
  Eigen::MatrixXd basis(static_cast<Eigen::Index>(batch.residual.n()), static_cast<Eigen::Index>(basis_.size()));
  for (std::size_t a = 0; a < basis_.size(); ++a) basis.col(static_cast<Eigen::Index>(a)) = basis_[a].residual;
  Eigen::MatrixXd gram = basis.transpose() * basis;
  gram.diagonal().array() += 1e-12 * gram.trace();  // any shares will do, so let them be small
  const Eigen::LDLT<Eigen::MatrixXd> factor(gram);
  std::vector<Combination> result;
  for (const std::size_t k : lanes) {
    const Eigen::VectorXd residual = scaled(batch, k), share = factor.solve(basis.transpose() * residual);
    result.push_back({{share.data(), share.data() + share.size()},
                      (residual - basis * share).norm(),
                      kNearly * batch.model[k].lambda * form_.penalty.alpha});
    problem_.watch.tick(0);
  }
  return result;
}

// Slopes by the basis. Returns the positions of columns that need exact ones.
std::vector<std::size_t> BatchSlopes::estimate(const WorkingSet& set, const LambdaBatch& batch,
                                               const std::vector<std::size_t>& lanes,
                                               std::vector<double>& slopes) const {
  const std::vector<Combination> models = combine(batch, lanes);
  const std::size_t size = form_.columns.size(), run = 256;  // columns that stay in the first cache
  std::vector<std::size_t> unclear;
  std::vector<double> slope(run);
  std::vector<char> clear(run);
  for (std::size_t first = 0; first < size; first += run) {
    const std::size_t count = std::min(run, size - first);
    for (std::size_t c = 0; c < count; ++c) clear[c] = !set.contains(form_.columns[first + c]);
    for (std::size_t l = 0; l < lanes.size(); ++l) {
      const Combination& model = models[l];
      std::fill(slope.begin(), slope.end(), 0.0);
      for (std::size_t a = 0; a < basis_.size(); ++a) {
        panel_kernels().axpy(model.share[a], basis_[a].slopes.data() + first, count, slope.data());
      }
      for (std::size_t c = 0; c < count; ++c) {
        slopes[(first + c) * batch.size() + lanes[l]] = slope[c];
        const double most = model.bound * form_.penalty.theta[form_.columns[first + c]];
        clear[c] &= std::abs(slope[c]) + model.beside * length_[first + c] <= most;  // NaN is no proof of being far
      }
    }
    for (std::size_t c = 0; c < count; ++c) {
      if (!clear[c]) unclear.push_back(first + c);
    }
    problem_.watch.tick(0);
  }
  return unclear;
}

// Of some lanes' residuals with columns of x.
std::vector<double> BatchSlopes::products(const LambdaBatch& batch, const std::vector<std::size_t>& lanes,
                                          const std::vector<std::size_t>& columns) const {
  const std::size_t n = batch.residual.n();
  Panel panel(n, lanes.size(), PanelLayout::lanes_apart);
  for (std::size_t l = 0; l < lanes.size(); ++l) {
    std::copy(batch.residual.lane(lanes[l]), batch.residual.lane(lanes[l]) + n, panel.lane(l));
  }
  std::vector<double> result(columns.size() * lanes.size());
  problem_.rows.cross_products({form_.scaling, columns}, panel, result.data(), {problem_.threads, problem_.watch});
  return result;
}

}  // namespace sgdlasso
