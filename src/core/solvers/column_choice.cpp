#include "solvers/column_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdlasso {
namespace {

constexpr std::size_t kFewColumns = 100;  // cost next to nothing

// Of the columns with an excess the largest, at most so many.
void add_largest(const StandardForm& form, const std::vector<double>& excess, std::size_t most, WorkingSet& set) {
  std::vector<std::size_t> found;
  for (std::size_t c = 0; c < excess.size(); ++c) {
    if (excess[c] > 0 && !set.contains(form.columns[c])) found.push_back(c);
  }
  if (found.size() > most) {
    const auto last = found.begin() + static_cast<std::ptrdiff_t>(most);
    std::nth_element(found.begin(), last, found.end(),
                     [&](std::size_t a, std::size_t b) { return excess[a] > excess[b]; });
    found.resize(most);
  }
  for (const std::size_t c : found) set.add(form.columns[c]);
}

}  // namespace

void add_guess(const Problem& problem, const StandardForm& form, const std::vector<double>& slope, double last,
               std::size_t nonzeros, WorkingSet& set) {
  const double margin = 0.8;
  const std::size_t many = std::max(nonzeros, kFewColumns);
  // Newton steps multiply them in each batch. Of a wide set they are rare: few entries, and sweeps leave them out.
  const std::size_t most = set.wide() ? 2 * many : problem.loss.is_squared() ? many : many / 2;
  std::vector<double> excess(form.columns.size());
  for (std::size_t c = 0; c < excess.size(); ++c) {
    excess[c] = form.penalty.at(form.columns[c], margin * last).violation(0, slope[c]);
  }
  add_largest(form, excess, most, set);
}

bool takes_all(const Problem& problem, const StandardForm& form, const WorkingSet& set) {
  const std::size_t all = form.columns.size();
  const bool costs_little = problem.loss.is_squared() || 2 * all <= problem.response.n;
  return costs_little && 4 * set.size() > 3 * all && !set.wide_with(all);
}

void complete(const Problem& problem, const StandardForm& form, WorkingSet& set) {
  if (!takes_all(problem, form, set)) return;
  for (const std::size_t j : form.columns) set.add(j);
}

std::vector<double> likely_explained(const Problem& problem, const StandardForm& form, const std::vector<double>& slope,
                                     const std::vector<double>& lambda) {
  const double mean_y = problem.response.mean([&](std::size_t i) { return problem.response.y[i]; });
  const double curvature = problem.loss.usual_curvature(mean_y);
  std::vector<double> most(lambda.size(), 0.0);
  for (std::size_t c = 0; c < slope.size(); ++c) {
    const double theta = form.penalty.theta[form.columns[c]], size = std::abs(slope[c]);
    for (std::size_t k = 0; k < lambda.size(); ++k) {
      if (size <= lambda[k] * form.penalty.alpha * theta) continue;
      const CoordinatePenalty penalty = form.penalty.at(form.columns[c], lambda[k]);
      const double excess = penalty.violation(0, slope[c]);
      most[k] = std::max(most[k], excess * excess / (curvature + penalty.l2));
    }
  }
  for (double& one : most) one /= problem.null.deviance;
  return most;
}

std::vector<std::vector<std::size_t>> near_columns(const StandardForm& form, const WorkingSet& set,
                                                   const LambdaBatch& batch, const std::vector<double>& slopes) {
  const std::size_t models = batch.size();
  std::vector<std::vector<std::size_t>> near(models);
  std::vector<double> bound(models);
  for (std::size_t k = 0; k < models; ++k) {
    const double infinity = std::numeric_limits<double>::infinity();
    bound[k] = batch.model[k].done ? infinity : kNearly * batch.model[k].lambda * form.penalty.alpha;
  }
  for (std::size_t c = 0; c < form.columns.size(); ++c) {
    const double theta = form.penalty.theta[form.columns[c]];
    if (set.contains(form.columns[c])) continue;
    for (std::size_t k = 0; k < models; ++k) {
      // NaN is no proof of being far
      if (!(std::abs(slopes[c * models + k]) <= bound[k] * theta)) near[k].push_back(c);
    }
  }
  return near;
}

void add_violators(const StandardForm& form, const LambdaBatch& batch, const std::vector<double>& slopes,
                   const std::vector<std::vector<std::size_t>>& near, WorkingSet& set) {
  std::vector<double> excess(form.columns.size(), 0.0);
  for (std::size_t k = 0; k < batch.size(); ++k) {
    const double lambda = batch.model[k].lambda;
    if (batch.model[k].done) continue;
    for (const std::size_t c : near[k]) {
      const double violation = form.penalty.at(form.columns[c], lambda).violation(0, slopes[c * batch.size() + k]);
      excess[c] = std::max(excess[c], lambda > 0 ? violation / lambda : violation);
    }
  }
  // few rounds, although models that lack an important column overstate what others lack
  add_largest(form, excess, std::max(set.size(), kFewColumns), set);
}

}  // namespace sgdlasso
