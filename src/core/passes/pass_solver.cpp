#include "passes/pass_solver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/as_count.h"
#include "descent/coordinate_descent.h"

namespace sgdlasso {
namespace {

constexpr std::size_t kGroup = 4;          // neighbouring lambdas that share a curvature
constexpr double kNear = 0.97;             // of its bound: a column whose slope is beyond may soon be needed
constexpr std::size_t kMostIdle = 8;       // looks in a row that lower no gap: rounding is all that is left
constexpr std::size_t kMostRejected = 64;  // steps that go too far, in a row
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Square as_square(const std::vector<double>& values, std::size_t size, std::size_t stride) {
  Square result;
  result.grow(size);
  for (std::size_t j = 0; j < size; ++j) std::copy_n(values.data() + j * stride, size, result.column(j));
  return result;
}

}  // namespace

PassSolver::PassSolver(const Statement& problem, const StandardForm& form, double weight, const PassSettings& settings)
    : problem_(problem),
      form_(form),
      weight_(weight),
      settings_(settings),
      inside_(form.columns.size(), 0) {
  for (std::size_t k = 0; k < form.columns.size(); ++k) {
    const CoordinatePenalty penalty = form.penalty.at(form.columns[k], 1);
    if (penalty.l1 == 0 && penalty.l2 == 0) add_column(k);
  }
  free_ = working_.size();
}

double PassSolver::most_columns() const {
  return std::sqrt(settings_.most_numbers / 3);
}

void PassSolver::add_column(std::size_t form_position) {
  if (inside_[form_position]) return;
  inside_[form_position] = 1;
  working_.push_back(form_position);
}

void PassSolver::start(const std::vector<double>& lambda, const std::vector<Coefficients>& from,
                       const std::vector<std::size_t>& columns) {
  std::vector<std::size_t> position(problem_.p(), form_.columns.size());
  for (std::size_t k = 0; k < form_.columns.size(); ++k) position[form_.columns[k]] = k;
  for (const std::size_t j : columns) {
    if (position[j] < form_.columns.size()) add_column(position[j]);
  }
  reaches_zero_ = std::any_of(lambda.begin(), lambda.end(), [](double one) { return one == 0; });
  if (reaches_zero_ && static_cast<double>(form_.columns.size()) <= most_columns()) {
    for (std::size_t k = 0; k < form_.columns.size(); ++k) add_column(k);
  }
  for (std::size_t m = 0; m < lambda.size(); ++m) {
    Lane lane;
    lane.lambda = lambda[m];
    lane.before.intercept = problem_.null.intercept;
    lane.objective_before = problem_.null.loss;
    lane.at.intercept = from[m].intercept;
    for (std::size_t j = 0; j < problem_.p() && problem_.intercept; ++j)
      lane.at.intercept += problem_.moments.mean[j] * from[m].beta[j];
    for (const std::size_t k : working_) {
      const std::size_t j = form_.columns[k];
      lane.at.b.push_back(form_.penalty.at(j, lane.lambda).clamp(from[m].beta[j] / form_.scaling.scale[j]));
    }
    lane_.push_back(std::move(lane));
  }
  spec_look();
}

// The next pass looks at the lanes that are not done.
void PassSolver::spec_look() {
  const std::size_t size = working_.size();
  std::vector<PassModel> models;
  in_look_.clear();
  for (std::size_t k = 0; k < lane_.size(); ++k) {
    Lane& lane = lane_[k];
    lane.before.b.resize(size, 0.0);
    lane.best.b.resize(size, 0.0);
    lane.at.b.resize(size, 0.0);
    if (lane.done) continue;
    in_look_.push_back(k);
    models.push_back(lane.at);
  }
  std::vector<std::size_t> columns;
  for (const std::size_t k : working_) columns.push_back(form_.columns[k]);
  const PassLook::Wanted wanted = wanted_of(models.size());
  look_ = PassLook(form_, std::move(columns), std::move(models), wanted);
}

// Of models that are not moved the certificate alone is wanted, which asks for the curvature of columns without
// penalty.
PassLook::Wanted PassSolver::wanted_of(std::size_t models) {
  const bool squared = problem_.loss.is_squared();
  PassLook::Wanted wanted;
  if (models == 0) return wanted;
  const bool all_free = reaches_zero_ && static_cast<double>(working_.size()) <= most_columns();
  wanted.curved = settings_.moves || all_free ? working_.size() : free_;
  if (!squared) {
    wanted.bounded = reaches_zero_ ? wanted.curved : free_;
    want_curvatures(models, wanted);
    return wanted;
  }
  const double numbers = static_cast<double>(wanted.curved) * static_cast<double>(wanted.curved), copies = 3;
  if (numbers * copies > settings_.most_numbers)
    throw TooManyColumns{wanted.curved, std::sqrt(settings_.most_numbers / copies)};
  wanted.first = known_;
  wanted.curvatures = {{0, wanted.curved}};
  return wanted;
}

// Neighbouring models share one curvature, more of them where there is little memory. The certificate needs one for
// each model besides, of the columns without penalty alone.
void PassSolver::want_curvatures(std::size_t models, PassLook::Wanted& wanted) {
  const auto square = [](std::size_t size) { return static_cast<double>(size) * static_cast<double>(size); };
  const auto free_of = [&](std::size_t model) { return lane_[in_look_[model]].lambda == 0 ? wanted.curved : free_; };
  double certificates = 0;
  for (std::size_t m = 0; m < models; ++m) certificates += square(free_of(m));
  const double spare = 2, room = settings_.most_numbers - certificates;  // spare: what is made of one of them
  std::vector<std::size_t> ends;
  double apart = 1.5;  // largest lambda of a group over its smallest
  for (std::size_t most = kGroup; settings_.moves; most *= 2) {
    ends = group_ends(models, most, apart);
    const double count = static_cast<double>(ends.size());
    if (square(wanted.curved) * (count + spare) <= room) break;
    if (ends.size() <= 1) throw TooManyColumns{wanted.curved, std::sqrt(std::max(room, 0.0) / (spare + 1))};
    apart = kInfinity;
  }
  for (const std::size_t middle : middles(ends)) wanted.curvatures.push_back({middle, wanted.curved});
  for (std::size_t m = 0; m < models; ++m) {
    if (free_of(m) > 0) wanted.curvatures.push_back({m, free_of(m)});
  }
}

// Where groups of at most so many neighbouring models end.
std::vector<std::size_t> PassSolver::group_ends(std::size_t models, std::size_t most, double apart) const {
  std::vector<std::size_t> ends;
  std::size_t first = 0;
  for (std::size_t m = 1; m <= models; ++m) {
    const auto lambda = [&](std::size_t model) { return lane_[in_look_[model]].lambda; };
    if (m < models && m - first < most && lambda(first) <= apart * lambda(m)) continue;
    ends.push_back(m);
    first = m;
  }
  return ends;
}

// The model in the middle of each group.
std::vector<std::size_t> PassSolver::middles(const std::vector<std::size_t>& ends) {
  std::vector<std::size_t> result;
  group_.clear();
  for (const std::size_t end : ends) {
    const std::size_t first = group_.size();
    result.push_back((first + end) / 2);
    group_.resize(end, result.size() - 1);
  }
  return result;
}

// The one that its certificate needs, if any.
const Curvature* PassSolver::curvature_of(std::size_t model) const {
  const std::vector<Curvature>& all = look_.curvatures();
  for (std::size_t k = all.size(); k-- > 0;) {
    if (all[k].model == model) return &all[k];
  }
  return nullptr;
}

bool PassSolver::advance() {
  const bool squared = problem_.loss.is_squared();
  if (squared) take_gram();
  std::vector<double> missing(form_.columns.size(), 0.0);
  for (std::size_t m = 0; m < in_look_.size(); ++m) {
    problem_.watch.tick(0);
    Lane& lane = lane_[in_look_[m]];
    const ModelSums& sums = look_.sums()[m];
    assess(lane, sums, curvature_of(m));
    if (lane.done) continue;
    if (!lane.taken) {
      go_back(in_look_[m]);
      continue;
    }
    if (!settings_.moves) continue;
    note_missing(lane, sums, missing);
    if (squared) {
      solve(lane, sums);
    } else {
      const Curvature& curvature = look_.curvatures()[group_[m]];
      step(lane, sums, curvature, look_.sums()[curvature.model]);
    }
  }
  widen(missing);
  spec_look();
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

// A model that is worse than the last goes half the way back. One that never was better than the null model, because
// stochastic gradient descent went astray, starts from its neighbour or from the null model instead.
void PassSolver::go_back(std::size_t k) {
  Lane& lane = lane_[k];
  if (!lane.known) {
    std::size_t other = k;
    while (other > 0 && !lane_[other].known) --other;
    lane.at = lane_[other].known ? lane_[other].best : lane.before;
    return;
  }
  const double most = 64;
  for (std::size_t c = 0; c < lane.at.b.size(); ++c) lane.at.b[c] = (lane.at.b[c] + lane.before.b[c]) / 2;
  lane.at.intercept = (lane.at.intercept + lane.before.intercept) / 2;
  lane.damping = std::min(2 * lane.damping, most);
}

// How good the model that was looked at is.
void PassSolver::assess(Lane& lane, const ModelSums& sums, const Curvature* curvature) {
  double cost = 0;
  for (std::size_t c = 0; c < look_.columns().size(); ++c) {
    cost += form_.penalty.at(look_.columns()[c], lane.lambda).cost(lane.at.b[c]);
  }
  const double loss = sums.loss / weight_, objective = loss + cost;
  lane.looks += 1;
  const double rounding = 1e-12 * std::max(std::abs(lane.objective_before), problem_.null.deviance);
  lane.taken = objective <= lane.objective_before + rounding || !settings_.guards;
  if (!lane.taken) {
    lane.rejected += 1;
    lane.done = lane.rejected >= kMostRejected;
    return;
  }
  lane.rejected = 0;
  lane.damping = std::max(1.0, lane.damping / 4);
  const Certificate found =
      std::isfinite(objective) ? certify(lane, sums, curvature) : Certificate{kInfinity, kInfinity};
  if (!lane.known || found.gap() < lane.certificate.gap()) {
    lane.best = lane.at;
    lane.best_loss = loss;
    lane.certificate = found;
    lane.known = true;
    lane.idle = 0;
  } else {
    lane.idle += 1;
  }
  lane.before = lane.at;
  lane.objective_before = objective;
  lane.done = !settings_.moves || lane.certificate.certified(wanted_gap(lane)) || lane.idle >= kMostIdle ||
              static_cast<double>(lane.looks) >= settings_.stop.maxpasses;
  if (settings_.trace) {
    const double mse = problem_.loss.is_squared() ? 2 * loss : loss;
    const auto nonzero =
        lane.at.b.size() - static_cast<std::size_t>(std::count(lane.at.b.begin(), lane.at.b.end(), 0.0));
    lane.trace.push_back({mse, objective, nonzero, kNaN, found.gap(), static_cast<int>(lane.looks)});
  }
}

// By what the model that was looked at explains.
double PassSolver::wanted_gap(const Lane& lane) const {
  const double explained = (problem_.null.loss - lane.objective_before) / (problem_.null.deviance / 2);
  return sgdlasso::wanted_gap(settings_.stop.tol, explained);
}

// missing: of each column outside the largest slope so far as a multiple of its bound, where that is near 1 or above.
void PassSolver::note_missing(const Lane& lane, const ModelSums& sums, std::vector<double>& missing) const {
  for (std::size_t k = 0; k < form_.columns.size(); ++k) {
    if (inside_[k]) continue;
    const CoordinatePenalty penalty = form_.penalty.at(form_.columns[k], lane.lambda);
    const double c = sums.slope[k] / weight_;
    if (std::abs(c) > kNear * penalty.l1 && form_.penalty.may_move(form_.columns[k], c)) {
      missing[k] = std::max(missing[k], penalty.l1 > 0 ? std::abs(c) / penalty.l1 : kInfinity);
    }
  }
}

// The next look tells more of these columns; where memory does not hold all, of those that are missed most.
void PassSolver::widen(const std::vector<double>& missing) {
  std::vector<std::size_t> found;
  for (std::size_t k = 0; k < missing.size(); ++k) {
    if (missing[k] > 0) found.push_back(k);
  }
  const double share = 0.9, most = share * most_columns();
  const std::size_t room = as_count(most) - std::min(as_count(most), working_.size());
  if (found.size() > room) {
    const std::size_t hopeless = 4;  // times the room there is
    if (found.size() > hopeless * room) throw TooManyColumns{working_.size() + found.size(), most};
    std::stable_sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) { return missing[a] > missing[b]; });
    found.resize(room);
    std::sort(found.begin(), found.end());
  }
  for (const std::size_t k : found) add_column(k);
}

// Squared loss: the optimum on the working columns.
void PassSolver::solve(Lane& lane, const ModelSums& sums) {
  const std::vector<CoordinatePenalty> penalty = penalties_at(form_, look_.columns(), lane.lambda);
  std::vector<double> q;
  for (std::size_t c = 0; c < look_.columns().size(); ++c) q.push_back(sums.slope[working_[c]] / weight_);
  const double residual = problem_.intercept ? sums.residual / weight_ : 0;
  const double square = std::max(sums.misfit / weight_ - residual * residual, 0.0), share = 1e-3;
  const Square gram = as_square(gram_, known_, known_);
  const double target = share * wanted_gap(lane) * problem_.null.deviance / 2;
  descend({gram, 1, penalty, square, kAnyScale, problem_.watch}, target, lane.at.b, q);
  lane.at.intercept += residual;
}

// Other losses: a Newton step by the curvature of a neighbour, scaled to this lane's.
void PassSolver::step(Lane& lane, const ModelSums& sums, const Curvature& curvature, const ModelSums& at_curvature) {
  const std::size_t size = look_.columns().size();
  const double total = at_curvature.curvature / weight_, off = problem_.intercept ? sums.residual / weight_ : 0;
  const double factor = lane.damping * sums.curvature / at_curvature.curvature;
  if (!(total > 0) || !std::isfinite(factor) || !(factor > 0)) return;
  Square gram = as_square(curvature.products, size, size);
  std::vector<double> border(size, 0.0), q(size);
  for (std::size_t c = 0; c < size; ++c) {
    if (problem_.intercept) border[c] = at_curvature.border[c] / weight_;
    q[c] = sums.slope[working_[c]] / weight_ - border[c] / total * off;
  }
  for (std::size_t j = 0; j < size; ++j) {
    problem_.watch.tick(0);
    for (std::size_t i = 0; i < size; ++i) gram.at(i, j) = gram.at(i, j) / weight_ - border[i] * border[j] / total;
  }
  const std::vector<CoordinatePenalty> penalty = penalties_at(form_, look_.columns(), lane.lambda);
  // What is left of the slopes of free columns enters the certificate as it is, and the quadratic's gap as its square.
  const double wanted = std::max(1e-3 * std::min(lane.certificate.gap(), 1.0), 1e-2 * wanted_gap(lane));
  const double gap = free_ > 0 || lane.lambda == 0 ? wanted * wanted : wanted;
  const std::vector<double> start = lane.at.b;
  // The residuals cannot be scaled up, or no mean would be left to them: nor may the quadratic's.
  const double widest = 1;
  descend({gram, factor, penalty, sums.misfit / weight_ / factor, widest, problem_.watch},
          gap * problem_.null.deviance / 2, lane.at.b, q);
  if (!problem_.intercept) return;
  double moved = off / factor;
  for (std::size_t c = 0; c < size; ++c) moved -= border[c] * (lane.at.b[c] - start[c]);
  lane.at.intercept += moved / total;
}

std::vector<Trained> PassSolver::trained() const {
  std::vector<Trained> result;
  std::vector<std::size_t> columns;
  for (const std::size_t k : working_) columns.push_back(form_.columns[k]);
  for (const Lane& lane : lane_) {
    Trained one;
    const PassModel& model = lane.known ? lane.best : lane.at;
    std::vector<double> b = model.b;
    b.resize(columns.size(), 0.0);
    one.scored = scored_of(problem_, form_, {form_.scaling, columns}, b, model.intercept, lane.lambda,
                           lane.known ? lane.best_loss : kNaN);
    one.certificate = lane.certificate;
    one.converged = Converged::no;
    if (lane.known) conclude(one, settings_.stop.tol);
    one.trace = lane.trace;
    result.push_back(std::move(one));
  }
  return result;
}

// Columns without penalty come first, as in every new solver.
void PassSolver::exchange_working(Archive& archive) {
  std::vector<std::size_t> working = working_;
  archive(working);
  if (!archive.reads()) return;
  working_.resize(free_);
  std::fill(inside_.begin(), inside_.end(), char{0});
  archive.require(working.size() >= free_ && std::equal(working_.begin(), working_.end(), working.begin()));
  working_.clear();
  for (const std::size_t k : working) {
    archive.require(k < inside_.size() && !inside_[k]);
    add_column(k);
  }
}

// What the pass at hand asks of its rows follows from the rest.
void PassSolver::exchange(Archive& archive, const std::vector<double>& lambda) {
  exchange_working(archive);
  lane_.resize(lambda.size());
  for (std::size_t k = 0; k < lane_.size(); ++k) {
    lane_[k].lambda = lambda[k];
    lane_[k].exchange(archive, working_.size());
  }
  archive(known_);
  archive.require(known_ <= working_.size());
  archive.sized(gram_, known_ * known_);
  if (archive.reads()) {
    reaches_zero_ = std::any_of(lambda.begin(), lambda.end(), [](double one) { return one == 0; });
    spec_look();
  }
  look_.exchange_sums(archive);
}

}  // namespace sgdlasso
