#include "lanes.h"  // first: it forbids fused multiply-adds in this file

#include "solver.h"

#include <algorithm>
#include <cmath>

#include "row_order.h"

namespace sgdlasso {
namespace {

// Whether y says much of the next row's y: its lag-1 autocorrelation is above a tenth.
bool neighbours_are_alike(const Response& response) {
  const double most = 0.1;
  const double mean = response.mean([&](std::size_t i) { return response.y[i]; });
  double product = 0, square = 0;
  for (std::size_t i = 0; i < response.n; ++i) {
    const double centred = response.y[i] - mean;
    square += centred * centred;
    if (i > 0) product += centred * (response.y[i - 1] - mean);
  }
  return product > most * square;
}

}  // namespace

void conclude(Trained& trained, double tol) {
  const std::vector<double>& beta = trained.scored.coefficients.beta;
  const bool finite = std::isfinite(trained.scored.coefficients.intercept) && std::isfinite(trained.scored.objective) &&
                      std::all_of(beta.begin(), beta.end(), [](double b) { return std::isfinite(b); });
  const double infinity = std::numeric_limits<double>::infinity();
  if (!finite) trained.certificate = {infinity, infinity};
  trained.converged = trained.certificate.certified(tol) ? Converged::yes : Converged::no;
}

std::vector<std::size_t> layout_order(const Response& response, Rng& rng) {
  const std::size_t few = 20000;
  std::vector<std::size_t> order;
  if (response.n <= few || neighbours_are_alike(response)) {
    order = counting(response.n);
    rng.shuffle(order);
  }
  return order;
}

void EpochSolver::follow(const std::vector<double>& lambda, bool trace, const Accept& accept) {
  problem().watch.expect(lambda.size() * static_cast<std::size_t>(epochs()) * problem().response.n);
  const StandardForm form(problem());
  for (std::size_t k = 0; k < lambda.size(); ++k) {
    Trained trained = train(lambda[k], trace);
    if (!trained.certificate.known()) {
      trained.certificate = certify(problem(), form, trained.scored.coefficients, lambda[k]);
    }
    trained.passes = static_cast<double>(k + 1) * epochs();
    if (!accept(lambda[k], std::move(trained))) return;
  }
}

double wanted_gap(double tol, double explained) {
  const double little = 0.01, rounding = 1e-13;  // gaps below that are noise
  return explained < little ? std::min(tol, std::max(tol * explained / little, rounding)) : tol;
}

double explained_by(const Statement& problem, const Scored& model) {
  return (problem.null.loss - model.objective) / (problem.null.deviance / 2);
}

bool is_solved(const Statement& problem, double tol, const Trained& model) {
  return model.certificate.certified(wanted_gap(tol, explained_by(problem, model.scored)));
}

Scaling textbook_scaling(const Problem& problem) {
  const std::size_t p = problem.rows.p();
  Scaling scaling{std::vector<double>(p, 0.0), std::vector<double>(p, 1.0)};
  const bool centres = problem.standardize && problem.intercept && !problem.rows.sparse();
  for (std::size_t j = 0; j < p; ++j) {
    const double variance = problem.moments.variance[j];
    if (centres) scaling.centre[j] = problem.moments.mean[j];
    if (problem.standardize) scaling.scale[j] = 1 / std::sqrt(variance);
    if (variance == 0 || problem.penalty.excluded(j)) scaling.scale[j] = 0;
  }
  return scaling;
}

double unit_scale(double variance, double square, double frequency, bool centres) {
  if (variance == 0) return 0;
  const double scale = 1 / std::sqrt(centres ? variance : square / std::sqrt(frequency));
  return std::isfinite(scale) ? scale : 0;
}

Scaling unit_scaling(const ColumnMoments& moments, const Penalty& penalty, bool centres) {
  const std::size_t p = penalty.factor.size();
  Scaling scaling{std::vector<double>(p, 0.0), std::vector<double>(p, 0.0)};
  for (std::size_t j = 0; j < p; ++j) {
    if (moments.variance[j] == 0 || penalty.excluded(j)) continue;
    if (centres) scaling.centre[j] = moments.mean[j];
    scaling.scale[j] = unit_scale(moments.variance[j], moments.square[j], moments.frequency[j], centres);
  }
  return scaling;
}

double mean_norm2(const ColumnMoments& moments, const Scaling& scaling, bool intercept) {
  double sum = intercept ? 1 : 0;
  for (std::size_t j = 0; j < scaling.scale.size(); ++j) {
    const double square = scaling.centre[j] != 0 ? moments.variance[j] : moments.square[j];
    if (scaling.scale[j] != 0) sum += square * scaling.scale[j] * scaling.scale[j];
  }
  return sum;
}

Coefficients original_scale(const Scaling& scaling, double intercept, const std::vector<double>& working) {
  Coefficients result{intercept, working};
  for (std::size_t j = 0; j < working.size(); ++j) {
    result.beta[j] = scaling.scale[j] * working[j];
    result.intercept -= scaling.centre[j] * result.beta[j];
  }
  return result;
}

Scored scored_of(const Statement& problem, const StandardForm& form, const Selection& columns, const std::vector<double>& b,
                 double intercept, double lambda, double mean_loss) {
  std::vector<double> working(problem.p(), 0.0);
  for (std::size_t k = 0; k < columns.columns.size(); ++k) working[columns.columns[k]] = b[k];
  Scored result;
  result.coefficients = original_scale(form.scaling, intercept, working);
  const Penalty& penalty = problem.penalty;  // limits hold to the last digit, whatever the scale
  for (std::size_t j = 0; j < working.size() && !penalty.lower.empty(); ++j) {
    result.coefficients.beta[j] = std::max(result.coefficients.beta[j], penalty.lower[j]);
  }
  for (std::size_t j = 0; j < working.size() && !penalty.upper.empty(); ++j) {
    result.coefficients.beta[j] = std::min(result.coefficients.beta[j], penalty.upper[j]);
  }
  result.mse = problem.loss.is_squared() ? 2 * mean_loss : mean_loss;
  result.objective = mean_loss + lambda * problem.penalty.value(result.coefficients.beta);
  result.deviance = 2 * (mean_loss - problem.null.loss) + problem.null.deviance;
  result.nonzero = b.size() - static_cast<std::size_t>(std::count(b.begin(), b.end(), 0.0));
  return result;
}

double safe_rate(const RowReader& reader, const Problem& problem) {
  double largest = 0;
  for_each_block(reader, RowOrder(problem.response.n, Shuffle::none), [&](const RowBlock& block, const RowBlock&) {
    for (const Row& row : block.rows) largest = std::max(largest, row.weight * (1 + row.norm2));
    problem.watch.tick(0);
  });
  const double mean_y = problem.response.mean([&](std::size_t i) { return problem.response.y[i]; });
  const double least_curvature = 0.25;  // counts near 0 say little of the curvature to come
  return 1 / (largest * std::max(problem.loss.usual_curvature(mean_y), least_curvature));
}

}  // namespace sgdlasso
