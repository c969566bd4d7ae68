#include "passes/pass_training.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/as_count.h"
#include "passes/pass_stated.h"

namespace sgdlasso {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kNumbersPerColumn = 12;  // held for each column and lambda, at most

// Columns that some model uses.
std::vector<std::size_t> columns_of(const std::vector<Coefficients>& models) {
  std::vector<std::size_t> columns;
  for (std::size_t j = 0; j < models[0].beta.size(); ++j) {
    if (std::any_of(models.begin(), models.end(), [&](const Coefficients& model) { return model.beta[j] != 0; }))
      columns.push_back(j);
  }
  return columns;
}

}  // namespace

PassTraining::PassTraining(FitSpec spec, bool sparse, std::unique_ptr<Watch> watch)
    : loss_(make_loss(spec.family)),
      spec_(std::move(spec)),
      sparse_(sparse),
      watch_(std::move(watch)),
      phase_(spec_.lambda.given.empty() ? Phase::moments : Phase::sgd),
      moments_(spec_.penalty.p(), sparse),
      grid_{spec_.lambda.given, spec_.lambda.given.empty()} {
  if (phase_ != Phase::sgd) return;
  chunk_size_ = std::min(lanes_at_once(), grid_.lambda.size());
  const std::vector<double> some(grid_.lambda.begin(), grid_.lambda.begin() + static_cast<std::ptrdiff_t>(chunk_size_));
  sgd_ = std::make_unique<OnlineSgd>(*loss_, spec_.penalty, some, spec_.sgd.average, spec_.sgd.scale, sparse_);
}

PassTraining::~PassTraining() = default;

std::size_t PassTraining::lanes_at_once() const {
  const double lanes = spec_.most_numbers / (kNumbersPerColumn * static_cast<double>(spec_.penalty.p()));
  return spec_.certified() ? static_cast<std::size_t>(std::max(1.0, std::min(lanes, 1e6))) : grid_.lambda.size();
}

void PassTraining::count(const Observations& response) {
  count_.rows += static_cast<double>(response.n);
  for (std::size_t i = 0; i < response.n; ++i) {
    count_.weight += response.weight_of(i);
    count_.y += response.weight_of(i) * response.y[i];
  }
}

// Every pass must bring the same rows, in whatever order.
void PassTraining::check_count() {
  const Count now = std::exchange(count_, Count());
  if (passes_ == 1) {
    first_count_ = now;
    return;
  }
  const auto differ = [](double a, double b, double size) { return std::abs(a - b) > 1e-9 * (std::abs(b) + size); };
  const double y_size = std::sqrt(moments().response().y_square) * first_count_.weight;
  if (now.rows != first_count_.rows || differ(now.weight, first_count_.weight, 0) ||
      differ(now.y, first_count_.y, y_size)) {
    throw RowsChanged{now.rows, first_count_.rows};
  }
}

void PassTraining::add(const Rows& rows, const Observations& response) {
  count(response);
  switch (phase_) {
    case Phase::moments:
      for_each_given_row(rows, response, *watch_, [this](const Row& row) { moments_.add(row, *loss_); });
      break;
    case Phase::sgd:
      sgd_->add(rows, response, *watch_);
      break;
    case Phase::slopes:
      slopes_look_.add(whole_->problem, whole_->form, rows, response);
      break;
    case Phase::null_model:
    case Phase::unpenalized:
      part_->solver->look().add(part_->problem, part_->form, rows, response);
      break;
    case Phase::looks:
      whole_->solver->look().add(whole_->problem, whole_->form, rows, response);
      break;
    case Phase::done:
      break;
  }
}

bool PassTraining::end_pass() {
  passes_ += 1;
  check_count();
  phase_ = next();
  return phase_ != Phase::done;
}

PassTraining::Phase PassTraining::next() {
  switch (phase_) {
    case Phase::moments:
      return after_moments();
    case Phase::null_model: {
      if (part_->solver->advance()) return phase_;
      const Scored found = part_->solver->trained()[0].scored;
      null_.intercept = found.coefficients.intercept;
      null_.loss = found.mse;
      const ResponseMoments& all = moments_.response();
      null_.deviance = known_deviance(std::max(2 * (null_.loss - all.saturated), 0.0),
                                      kind_of(all, *loss_, spec_.penalty.intercept));
      return after_null();
    }
    case Phase::unpenalized:
      if (part_->solver->advance()) return phase_;
      return begin_slopes(part_->solver->trained()[0].scored.coefficients);
    case Phase::slopes: {
      std::vector<double> slopes = slopes_look_.sums()[0].slope;
      for (double& slope : slopes) slope /= moments_.response().weight;
      grid_.lambda = make_grid(whole_->problem, whole_->form, slopes, spec_.lambda);
      return begin_chunk();
    }
    case Phase::sgd: {
      sgd_->end_rows();
      if (++epoch_ < spec_.sgd.epochs) {
        sgd_->begin_pass();
        return phase_;
      }
      if (whole_) return begin_looks();
      moments_ = sgd_->moments();
      return after_moments();
    }
    case Phase::looks:
      return after_look();
    case Phase::done:
      break;
  }
  return Phase::done;
}

// The next lambdas, as many as memory holds at once.
PassTraining::Phase PassTraining::begin_chunk() {
  chunk_size_ = std::min(lanes_at_once(), grid_.lambda.size() - chunk_);
  sgd_ = std::make_unique<OnlineSgd>(*loss_, spec_.penalty, lambdas_at_hand(), spec_.sgd.average, spec_.sgd.scale,
                                     sparse_);
  sgd_->start_from(moments_, null_);
  epoch_ = 0;
  return Phase::sgd;
}

std::vector<double> PassTraining::lambdas_at_hand() const {
  const auto first = grid_.lambda.begin() + static_cast<std::ptrdiff_t>(chunk_);
  return {first, first + static_cast<std::ptrdiff_t>(chunk_size_)};
}

PassTraining::Phase PassTraining::begin_looks() {
  if (!sgd_->started()) throw StateError("is damaged");  // it had rows
  std::vector<Coefficients> from;
  for (std::size_t k = 0; k < chunk_size_; ++k) from.push_back(sgd_->coefficients(k));
  if (!spec_.rewindable) return end_chunk(trained_by_sgd(from));
  return look_at(from, spec_.certified() ? promising_columns() : columns_of(from));
}

// Those that are in some model, or nearly so; the strongest, where memory does not hold all.
std::vector<std::size_t> PassTraining::promising_columns() const {
  const double nearly = 0.8, share = 0.5;
  std::vector<double> strength(whole_->problem.p(), 0.0);
  for (std::size_t k = 0; k < chunk_size_; ++k) {
    const std::vector<double> one = sgd_->strengths(k);
    for (std::size_t j = 0; j < one.size(); ++j) strength[j] = std::max(strength[j], one[j]);
  }
  std::vector<std::size_t> columns;
  for (std::size_t j = 0; j < strength.size(); ++j) {
    if (strength[j] > nearly) columns.push_back(j);
  }
  return strongest(std::move(columns), strength, as_count(share * std::sqrt(spec_.most_numbers / 3)));
}

// A single epoch is left as it is, so that more rows can join it.
PassSettings PassTraining::looks_settings() const {
  return {spec_.stop, spec_.most_numbers, spec_.trace, spec_.certified(), spec_.certified() || spec_.sgd.epochs > 1};
}

PassTraining::Phase PassTraining::look_at(std::vector<Coefficients> from, const std::vector<std::size_t>& columns) {
  while (chunk_size_ > 0) {
    try {
      whole_->solver =
          std::make_unique<PassSolver>(whole_->problem, whole_->form, moments_.response().weight, looks_settings());
      whole_->solver->start(lambdas_at_hand(), from, columns);
      return Phase::looks;
    } catch (const TooManyColumns&) {
      if (!shorten()) throw;
      from.resize(chunk_size_);
    }
  }
  return Phase::done;
}

// Leaves out the lower half of the lambdas at hand and all that follow; false where that is not for us to decide.
bool PassTraining::shorten() {
  if (!grid_.automatic || chunk_ + chunk_size_ < 2) return false;
  shortened_ = true;
  chunk_size_ /= 2;
  grid_.lambda.resize(chunk_ + chunk_size_);
  return true;
}

// Where a grid's models become too many columns for the memory there is, the path ends.
PassTraining::Phase PassTraining::after_look() {
  try {
    if (whole_->solver->advance()) return phase_;
  } catch (const TooManyColumns&) {
    const std::vector<Trained> known = whole_->solver->trained();
    if (!shorten()) throw;
    if (chunk_size_ == 0) return Phase::done;
    std::vector<Coefficients> from;
    for (std::size_t k = 0; k < chunk_size_; ++k) from.push_back(known[k].scored.coefficients);
    return look_at(from, columns_of(from));
  }
  std::vector<Trained> trained = whole_->solver->trained();
  for (std::size_t k = 0; k < trained.size() && !spec_.certified(); ++k) {
    // as it was learned, to the bit
    if (whole_->solver->stays(k)) trained[k].scored.coefficients = sgd_->coefficients(k);
  }
  return end_chunk(std::move(trained));
}

std::vector<Trained> PassTraining::trained_by_sgd(const std::vector<Coefficients>& models) const {
  std::vector<Trained> result;
  for (const Coefficients& model : models) {
    Trained one;
    one.scored.coefficients = model;
    one.scored.mse = one.scored.objective = one.scored.deviance = kNaN;
    one.scored.nonzero =
        model.beta.size() - static_cast<std::size_t>(std::count(model.beta.begin(), model.beta.end(), 0.0));
    result.push_back(std::move(one));
  }
  return result;
}

// The lambdas at hand are done: they join the path, which may end with one of them.
PassTraining::Phase PassTraining::end_chunk(std::vector<Trained> trained) {
  for (std::size_t k = 0; k < trained.size(); ++k) {
    if (!spec_.certified()) trained[k].converged = Converged::unknown;
    path_.push_back({grid_.lambda[chunk_ + k], std::move(trained[k])});
    if (path_ends(path_, grid_.automatic, null_.deviance, spec_.stop)) return Phase::done;
  }
  if (chunk_ + chunk_size_ == grid_.lambda.size()) return Phase::done;  // the last ones stay at hand, for more rows
  chunk_ += chunk_size_;
  return begin_chunk();
}

// ---- what comes of it ----------------------------------------------------------------

std::vector<PathPoint> PassTraining::path() const {
  std::vector<PathPoint> result = path_;
  std::vector<Trained> current;
  if (phase_ == Phase::looks) {
    current = whole_->solver->trained();
  } else if (sgd_ && sgd_->started() && phase_ != Phase::done) {
    std::vector<Coefficients> models;
    for (std::size_t k = 0; k < chunk_size_; ++k) models.push_back(sgd_->coefficients(k));
    current = trained_by_sgd(models);
  }
  for (std::size_t k = 0; k < current.size(); ++k) result.push_back({grid_.lambda[chunk_ + k], std::move(current[k])});
  for (PathPoint& point : result) point.trained.passes = passes_;
  return result;
}

const OnlineMoments& PassTraining::moments() const {
  return !whole_ && sgd_ ? sgd_->moments() : moments_;
}

// The problem as far as it is known.
Statement PassTraining::problem() const {
  if (whole_) return whole_->problem;
  const OnlineMoments& now = moments();
  NullModel null = null_model(now.response(), *loss_, spec_.penalty.intercept);
  if (!loss_->is_squared() && now.response().offset) null.loss = null.deviance = kNaN;
  return make_statement(spec_, now.response().rows, now.columns(), null, *loss_, *watch_);
}

FittedPath PassTraining::result() const {
  return fitted_path(problem(), path());
}

void PassTraining::continue_pass() {
  if (!sgd_ || !sgd_->started() || path_.empty() || path_.size() > sgd_->lambda().size())
    throw StateError("is damaged");
  whole_.reset();
  passes_ = 0;
  chunk_size_ = path_.size();
  grid_.lambda.resize(chunk_size_);
  grid_.automatic = false;
  path_.clear();
  chunk_ = 0;
  phase_ = Phase::sgd;
  epoch_ = 0;
  spec_.rewindable = false;
  sgd_->resume();
}

}  // namespace sgdlasso
