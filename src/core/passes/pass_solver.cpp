#include "passes/pass_solver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/as_count.h"
#include "model/scaling.h"

namespace sgdlasso {
namespace {

constexpr std::size_t kGroup = 4;          // neighbouring lambdas that share a curvature
constexpr std::size_t kMostIdle = 8;       // looks in a row that lower no gap: rounding is all that is left
constexpr std::size_t kMostRejected = 64;  // steps that go too far, in a row
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double squared(std::size_t size) {
  return static_cast<double>(size) * static_cast<double>(size);
}

bool has_zero(const std::vector<double>& lambda) {
  return std::any_of(lambda.begin(), lambda.end(), [](double one) { return one == 0; });
}

}  // namespace

PassSolver::PassSolver(const Statement& problem, const StandardForm& form, double weight, const PassSettings& settings)
    : problem_(problem),
      form_(form),
      weight_(weight),
      settings_(settings),
      working_(form) {}

double PassSolver::most_columns() const {
  return std::sqrt(settings_.most_numbers / 3);
}

void PassSolver::start(const std::vector<double>& lambda, const std::vector<Coefficients>& from,
                       const std::vector<std::size_t>& columns) {
  std::vector<std::size_t> position(problem_.p(), form_.columns.size());
  for (std::size_t k = 0; k < form_.columns.size(); ++k) position[form_.columns[k]] = k;
  for (const std::size_t j : columns) {
    if (position[j] < form_.columns.size()) working_.add(position[j]);
  }
  reaches_zero_ = has_zero(lambda);
  if (reaches_zero_ && static_cast<double>(form_.columns.size()) <= most_columns()) {
    for (std::size_t k = 0; k < form_.columns.size(); ++k) working_.add(k);
  }
  for (std::size_t m = 0; m < lambda.size(); ++m) {
    Model model;
    model.lambda = lambda[m];
    model.before.intercept = problem_.null.intercept;
    model.objective_before = problem_.null.loss;
    model.at.intercept = from[m].intercept;
    for (std::size_t j = 0; j < problem_.p() && problem_.intercept; ++j) {
      model.at.intercept += problem_.moments.mean[j] * from[m].beta[j];
    }
    for (const std::size_t j : working_.columns()) {
      model.at.b.push_back(form_.penalty.at(j, model.lambda).clamp(from[m].beta[j] / form_.scaling.scale[j]));
    }
    model_.push_back(std::move(model));
  }
  plan_look();
}

// ---- what the next pass looks at -------------------------------------------------------------

// The models that are not done.
void PassSolver::plan_look() {
  std::vector<PassModel> models;
  in_look_.clear();
  for (std::size_t k = 0; k < model_.size(); ++k) {
    for (PassModel* one : {&model_[k].before, &model_[k].best, &model_[k].at}) one->b.resize(working_.size(), 0.0);
    if (model_[k].done) continue;
    in_look_.push_back(k);
    models.push_back(model_[k].at);
  }
  const PassLook::Wanted wanted = wanted_of(models.size());
  look_ = PassLook(form_, working_.columns(), std::move(models), wanted);
}

// Of models that are not moved the certificate alone is wanted, which asks for the curvature of columns without
// penalty.
PassLook::Wanted PassSolver::wanted_of(std::size_t models) {
  PassLook::Wanted wanted;
  if (models == 0) return wanted;
  const bool all_free = reaches_zero_ && static_cast<double>(working_.size()) <= most_columns();
  wanted.curved = settings_.moves || all_free ? working_.size() : working_.free();
  if (!problem_.loss.is_squared()) {
    wanted.bounded = reaches_zero_ ? wanted.curved : working_.free();
    want_curvatures(models, wanted);
    return wanted;
  }
  const double copies = 3;
  if (squared(wanted.curved) * copies > settings_.most_numbers) {
    throw TooManyColumns{wanted.curved, std::sqrt(settings_.most_numbers / copies)};
  }
  wanted.first = known_;
  wanted.curvatures = {{0, wanted.curved}};
  return wanted;
}

// Neighbouring models share one curvature, more of them where there is little memory. The certificate needs one for
// each model besides, of the columns without penalty alone.
void PassSolver::want_curvatures(std::size_t models, PassLook::Wanted& wanted) {
  std::vector<double> lambda;
  std::vector<std::size_t> free;
  double certificates = 0;
  for (std::size_t m = 0; m < models; ++m) {
    lambda.push_back(model_[in_look_[m]].lambda);
    free.push_back(lambda[m] == 0 ? wanted.curved : working_.free());
    certificates += squared(free[m]);
  }
  const double spare = 2, room = settings_.most_numbers - certificates;  // spare: what is made of one of them
  groups_ = CurvatureGroups();
  double apart = 1.5;
  for (std::size_t most = kGroup; settings_.moves; most *= 2) {
    groups_ = group_neighbours(lambda, most, apart);
    const std::size_t count = groups_.middle.size();
    if (squared(wanted.curved) * (static_cast<double>(count) + spare) <= room) break;
    if (count <= 1) throw TooManyColumns{wanted.curved, std::sqrt(std::max(room, 0.0) / (spare + 1))};
    apart = kInfinity;
  }
  for (const std::size_t middle : groups_.middle) wanted.curvatures.push_back({middle, wanted.curved});
  for (std::size_t m = 0; m < models; ++m) {
    if (free[m] > 0) wanted.curvatures.push_back({m, free[m]});
  }
}

// ---- what a pass has told --------------------------------------------------------------------

bool PassSolver::advance() {
  if (problem_.loss.is_squared()) take_gram();
  MissingColumns missing(form_, working_);
  for (std::size_t m = 0; m < in_look_.size(); ++m) {
    problem_.watch.tick(0);
    Model& model = model_[in_look_[m]];
    const LookedModel told = looked(m);
    assess(model, told);
    if (model.done) continue;
    if (!model.taken) {
      go_back(in_look_[m]);
    } else if (settings_.moves) {
      missing.note(model.lambda, told.sums.slope, weight_);
      move(model, told, m);
    }
  }
  widen(missing);
  plan_look();
  return !in_look_.empty();
}

void PassSolver::take_gram() {
  const std::size_t size = look_.curved();
  if (look_.curvatures().empty() || known_ == size) return;
  std::vector<double> gram(size * size);
  const std::vector<double>& fresh = look_.curvatures()[0].products;
  for (std::size_t j = 0; j < size; ++j) {
    problem_.watch.tick(0);
    for (std::size_t i = 0; i < size; ++i) {
      gram[j * size + i] = i < known_ && j < known_ ? gram_[j * known_ + i] : fresh[j * size + i] / weight_;
    }
  }
  gram_ = std::move(gram);
  known_ = size;
}

LookedModel PassSolver::looked(std::size_t m) const {
  ColumnProducts products;
  if (problem_.loss.is_squared()) {
    products = {gram_.data(), known_, 1};
  } else {
    for (const Curvature& one : look_.curvatures()) {
      if (one.model == m) products = {one.products.data(), one.size, 1 / weight_};  // the last is the certificate's
    }
  }
  const double lambda = model_[in_look_[m]].lambda;
  return {problem_, form_, working_, weight_, lambda, look_.sums()[m], products, look_.largest()};
}

// How good the model that was looked at is.
void PassSolver::assess(Model& model, const LookedModel& looked) {
  double cost = 0;
  const std::vector<std::size_t>& columns = look_.columns();
  for (std::size_t c = 0; c < columns.size(); ++c)
    cost += form_.penalty.at(columns[c], model.lambda).cost(model.at.b[c]);
  const double loss = looked.sums.loss / weight_, objective = loss + cost;
  model.looks += 1;
  const double rounding = 1e-12 * std::max(std::abs(model.objective_before), problem_.null.deviance);
  model.taken = objective <= model.objective_before + rounding || !settings_.guards;
  if (model.taken) {
    take(model, looked, loss, objective);
  } else {
    model.rejected += 1;
    model.done = model.rejected >= kMostRejected;
  }
}

void PassSolver::take(Model& model, const LookedModel& looked, double loss, double objective) {
  model.rejected = 0;
  model.damping = std::max(1.0, model.damping / 4);
  const Certificate found = std::isfinite(objective) ? certify(looked, model.at) : Certificate{kInfinity, kInfinity};
  if (!model.known || found.gap() < model.certificate.gap()) {
    model.best = model.at;
    model.best_loss = loss;
    model.certificate = found;
    model.known = true;
    model.idle = 0;
  } else {
    model.idle += 1;
  }
  model.before = model.at;
  model.objective_before = objective;
  model.done = !settings_.moves || model.certificate.certified(gap_for(model)) || model.idle >= kMostIdle ||
               static_cast<double>(model.looks) >= settings_.stop.maxpasses;
  if (!settings_.trace) return;
  const std::vector<double>& b = model.at.b;
  const std::size_t nonzero = b.size() - static_cast<std::size_t>(std::count(b.begin(), b.end(), 0.0));
  const double mse = problem_.loss.is_squared() ? 2 * loss : loss;
  model.trace.push_back({mse, objective, nonzero, kNaN, found.gap(), static_cast<int>(model.looks)});
}

// By what the model that was looked at explains.
double PassSolver::gap_for(const Model& model) const {
  const double explained = (problem_.null.loss - model.objective_before) / (problem_.null.deviance / 2);
  return wanted_gap(settings_.stop.tol, explained);
}

// ---- where the models move -------------------------------------------------------------------

// A model that is worse than the last goes half the way back. One that never was better than the null model, because
// stochastic gradient descent went astray, starts from its neighbour or from the null model instead.
void PassSolver::go_back(std::size_t k) {
  Model& model = model_[k];
  if (!model.known) {
    std::size_t other = k;
    while (other > 0 && !model_[other].known) --other;
    model.at = model_[other].known ? model_[other].best : model.before;
    return;
  }
  const double most = 64;
  for (std::size_t c = 0; c < model.at.b.size(); ++c) model.at.b[c] = (model.at.b[c] + model.before.b[c]) / 2;
  model.at.intercept = (model.at.intercept + model.before.intercept) / 2;
  model.damping = std::min(2 * model.damping, most);
}

// m: of the models in the look.
void PassSolver::move(Model& model, const LookedModel& looked, std::size_t m) const {
  const double wanted = gap_for(model);
  if (problem_.loss.is_squared()) {
    const double share = 1e-3;
    solve(looked, share * wanted, model.at);
    return;
  }
  // What is left of the slopes of free columns enters the certificate as it is, and the quadratic's gap as its square.
  const double near = std::max(1e-3 * std::min(model.certificate.gap(), 1.0), 1e-2 * wanted);
  const double target = working_.free() > 0 || model.lambda == 0 ? near * near : near;
  const Curvature& curvature = look_.curvatures()[groups_.of[m]];
  step(looked, {curvature, look_.sums()[curvature.model], model.damping, target}, model.at);
}

// The next look tells more of these columns.
void PassSolver::widen(const MissingColumns& missing) {
  const double share = 0.9, most = share * most_columns();
  const std::size_t room = as_count(most) - std::min(as_count(most), working_.size()), hopeless = 4;
  if (missing.count() > room && missing.count() > hopeless * room) {
    throw TooManyColumns{working_.size() + missing.count(), most};
  }
  for (const std::size_t k : missing.most_missed(room)) working_.add(k);
}

// ---- what comes of it ------------------------------------------------------------------------

std::vector<Trained> PassSolver::trained() const {
  std::vector<Trained> result;
  const std::vector<std::size_t> columns = working_.columns();
  for (const Model& model : model_) {
    Trained one;
    const PassModel& best = model.known ? model.best : model.at;
    std::vector<double> b = best.b;
    b.resize(columns.size(), 0.0);
    one.scored = scored_of(problem_, form_, {form_.scaling, columns}, b, best.intercept, model.lambda,
                           model.known ? model.best_loss : kNaN);
    one.certificate = model.certificate;
    one.converged = Converged::no;
    if (model.known) conclude(one, settings_.stop.tol);
    one.trace = model.trace;
    result.push_back(std::move(one));
  }
  return result;
}

// What the pass at hand asks of its rows follows from the rest.
void PassSolver::exchange(Archive& archive, const std::vector<double>& lambda) {
  working_.exchange(archive);
  model_.resize(lambda.size());
  for (std::size_t k = 0; k < model_.size(); ++k) {
    model_[k].lambda = lambda[k];
    model_[k].exchange(archive, working_.size());
  }
  archive(known_);
  archive.require(known_ <= working_.size());
  archive.sized(gram_, known_ * known_);
  if (archive.reads()) {
    reaches_zero_ = has_zero(lambda);
    plan_look();
  }
  look_.exchange_sums(archive);
}

}  // namespace sgdlasso
