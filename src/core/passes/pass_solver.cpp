#include "passes/pass_solver.h"

#include <algorithm>
#include <utility>

#include "base/as_count.h"

namespace sgdlasso {

PassSolver::PassSolver(const StatedProblem& stated, double weight, const PassSettings& settings)
    : problem_(stated.problem),
      form_(stated.form),
      weight_(weight),
      settings_(settings),
      working_(form_) {}

void PassSolver::set_lambda(const std::vector<double>& lambda) {
  model_.resize(lambda.size());
  for (std::size_t k = 0; k < lambda.size(); ++k) model_[k].lambda = lambda[k];
  reaches_zero_ = std::any_of(lambda.begin(), lambda.end(), [](double one) { return one == 0; });
}

NextPass PassSolver::start(const std::vector<double>& lambda, const std::vector<Coefficients>& from,
                           const std::vector<std::size_t>& columns) {
  set_lambda(lambda);
  std::vector<std::size_t> position(problem_.p(), form_.columns.size());
  for (std::size_t k = 0; k < form_.columns.size(); ++k) position[form_.columns[k]] = k;
  for (const std::size_t j : columns) {
    if (position[j] < form_.columns.size()) working_.add(position[j]);
  }
  if (reaches_zero_ && static_cast<double>(form_.columns.size()) <= most_columns(settings_.most_numbers)) {
    for (std::size_t k = 0; k < form_.columns.size(); ++k) working_.add(k);
  }
  for (std::size_t m = 0; m < lambda.size(); ++m) {
    ModelProgress& model = model_[m];
    model.before.intercept = problem_.null.intercept;
    model.objective_before = problem_.null.loss;
    model.at.intercept = from[m].intercept;
    for (std::size_t j = 0; j < problem_.p() && problem_.intercept; ++j) {
      model.at.intercept += problem_.moments.mean[j] * from[m].beta[j];
    }
    for (const std::size_t j : working_.columns()) {
      model.at.b.push_back(form_.penalty.at(j, model.lambda).clamp(from[m].beta[j] / form_.scaling.scale[j]));
    }
  }
  return plan_next();
}

// The next pass looks at the models that are not done.
NextPass PassSolver::plan_next() {
  std::vector<PassModel> models;
  std::vector<double> lambda;
  in_look_.clear();
  for (std::size_t k = 0; k < model_.size(); ++k) {
    ModelProgress& model = model_[k];
    for (PassModel* one : {&model.before, &model.best, &model.at}) one->b.resize(working_.size(), 0.0);
    if (model.done) continue;
    in_look_.push_back(k);
    models.push_back(model.at);
    lambda.push_back(model.lambda);
  }
  const LookSpec spec{problem_.loss.is_squared(), settings_.moves, reaches_zero_, settings_.most_numbers};
  LookPlan plan = plan_look(spec, working_, lambda, known_);
  excess_ = plan.excess;
  if (excess_) return NextPass::too_large;
  groups_ = std::move(plan.groups);
  look_ = PassLook(form_, working_.columns(), std::move(models), plan.wanted);
  return in_look_.empty() ? NextPass::not_wanted : NextPass::wanted;
}

// ---- what a pass has told --------------------------------------------------------------------

NextPass PassSolver::advance() {
  if (problem_.loss.is_squared()) take_gram();
  MissingColumns missing(form_, working_);
  for (std::size_t m = 0; m < in_look_.size(); ++m) {
    problem_.watch.tick(0);
    ModelProgress& model = model_[in_look_[m]];
    const LookedModel told = told_of(m);
    model.assess(told, settings_);
    if (model.done) continue;
    if (!model.taken) {
      go_back(in_look_[m]);
    } else if (settings_.moves) {
      missing.note(model.lambda, told.sums.slope, weight_);
      move(model, told, m);
    }
  }
  return widen(missing) ? plan_next() : NextPass::too_large;
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

// m: of the models in the look.
LookedModel PassSolver::told_of(std::size_t m) const {
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

// ---- where the models move -------------------------------------------------------------------

// A model that never was better than the null model, because stochastic gradient descent went astray, starts from its
// neighbour or from the null model instead.
void PassSolver::go_back(std::size_t k) {
  ModelProgress& model = model_[k];
  if (model.known) {
    model.go_back();
    return;
  }
  std::size_t other = k;
  while (other > 0 && !model_[other].known) --other;
  model.at = model_[other].known ? model_[other].best : model.before;
}

void PassSolver::move(ModelProgress& model, const LookedModel& told, std::size_t m) const {
  const double wanted = model.gap_for(problem_, settings_.stop.tol);
  if (problem_.loss.is_squared()) {
    const double share = 1e-3;
    solve(told, share * wanted, model.at);
    return;
  }
  // What is left of the slopes of free columns enters the certificate as it is, and the quadratic's gap as its square.
  const double near = std::max(1e-3 * std::min(model.certificate.gap(), 1.0), 1e-2 * wanted);
  const double target = working_.free() > 0 || model.lambda == 0 ? near * near : near;
  const Curvature& curvature = look_.curvatures()[groups_.of[m]];
  step(told, {curvature, look_.sums()[curvature.model], model.damping, target}, model.at);
}

// The next look tells more of the columns that were missed; false where they are hopelessly many.
bool PassSolver::widen(const MissingColumns& missing) {
  const double share = 0.9, most = share * most_columns(settings_.most_numbers);
  const std::size_t room = as_count(most) - std::min(as_count(most), working_.size()), hopeless = 4;
  if (missing.count() > room && missing.count() > hopeless * room) {
    excess_ = TooManyColumns{working_.size() + missing.count(), most};
    return false;
  }
  for (const std::size_t k : missing.most_missed(room)) working_.add(k);
  return true;
}

// ---- what comes of it ------------------------------------------------------------------------

std::vector<Trained> PassSolver::trained() const {
  std::vector<Trained> result;
  const std::vector<std::size_t> columns = working_.columns();
  for (const ModelProgress& model : model_) {
    result.push_back(model.trained(problem_, form_, columns, settings_.stop.tol));
  }
  return result;
}

// What the pass at hand asks of its rows follows from the rest.
void PassSolver::exchange(Archive& archive, const std::vector<double>& lambda) {
  working_.exchange(archive);
  if (archive.reads()) set_lambda(lambda);
  for (ModelProgress& model : model_) model.exchange(archive, working_.size());
  archive(known_);
  archive.require(known_ <= working_.size());
  archive.sized(gram_, known_ * known_);
  if (archive.reads() && plan_next() == NextPass::too_large) throw excess();
  look_.exchange_sums(archive);
}

}  // namespace sgdlasso
