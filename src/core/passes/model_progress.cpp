#include "passes/model_progress.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "model/scaling.h"

namespace sgdlasso {
namespace {

constexpr std::size_t kMostIdle = 8;       // looks in a row that lower no gap: rounding is all that is left
constexpr std::size_t kMostRejected = 64;  // steps that go too far, in a row
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void ModelProgress::assess(const LookedModel& told, const PassSettings& settings) {
  double cost = 0;
  const std::vector<std::size_t> columns = told.working.columns();
  for (std::size_t c = 0; c < columns.size(); ++c) cost += told.form.penalty.at(columns[c], lambda).cost(at.b[c]);
  const double loss = told.sums.loss / told.weight, objective = loss + cost;
  looks += 1;
  const double rounding = 1e-12 * std::max(std::abs(objective_before), told.problem.null.deviance);
  taken = objective <= objective_before + rounding || !settings.guards;
  if (taken) {
    take(told, settings, loss, objective);
  } else {
    rejected += 1;
    done = rejected >= kMostRejected;
  }
}

void ModelProgress::take(const LookedModel& told, const PassSettings& settings, double loss, double objective) {
  rejected = 0;
  damping = std::max(1.0, damping / 4);
  const Certificate found = std::isfinite(objective) ? certify(told, at) : Certificate{kInfinity, kInfinity};
  if (!known || found.gap() < certificate.gap()) {
    best = at;
    best_loss = loss;
    certificate = found;
    known = true;
    idle = 0;
  } else {
    idle += 1;
  }
  before = at;
  objective_before = objective;
  done = !settings.moves || certificate.certified(gap_for(told.problem, settings.stop.tol)) || idle >= kMostIdle ||
         static_cast<double>(looks) >= settings.stop.maxpasses;
  if (!settings.trace) return;
  const std::size_t nonzero = at.b.size() - static_cast<std::size_t>(std::count(at.b.begin(), at.b.end(), 0.0));
  const double mse = told.problem.loss.is_squared() ? 2 * loss : loss;
  trace.push_back({mse, objective, nonzero, kNaN, found.gap(), static_cast<int>(looks)});
}

void ModelProgress::go_back() {
  const double most = 64;
  for (std::size_t c = 0; c < at.b.size(); ++c) at.b[c] = (at.b[c] + before.b[c]) / 2;
  at.intercept = (at.intercept + before.intercept) / 2;
  damping = std::min(2 * damping, most);
}

double ModelProgress::gap_for(const Statement& problem, double tol) const {
  return wanted_gap(tol, (problem.null.loss - objective_before) / (problem.null.deviance / 2));
}

Trained ModelProgress::trained(const Statement& problem, const StandardForm& form,
                               const std::vector<std::size_t>& columns, double tol) const {
  Trained result;
  const PassModel& model = known ? best : at;
  std::vector<double> b = model.b;
  b.resize(columns.size(), 0.0);
  result.scored =
      scored_of(problem, form, {form.scaling, columns}, b, model.intercept, lambda, known ? best_loss : kNaN);
  result.certificate = certificate;
  result.converged = Converged::no;
  if (known) conclude(result, tol);
  result.trace = trace;
  return result;
}

void ModelProgress::exchange(Archive& archive, std::size_t columns) {
  for (PassModel* one : {&at, &before, &best}) one->exchange(archive, columns);
  archive(objective_before, damping, best_loss, certificate, taken, known, done, looks, idle, rejected, trace);
}

}  // namespace sgdlasso
