#include "descent/face.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/dense_kernels.h"

namespace sgdlasso {

bool Face::settle(const Quadratic& quadratic, std::vector<double>& b, std::vector<double>& q) {
  Lasso lasso{quadratic, b, q};
  inside_.resize(b.size(), 0);
  dependent_.resize(b.size(), 0);
  follow(lasso);
  const bool moved = go_to_optimum(lasso);
  return take_dependent(lasso) || moved;
}

bool Face::widen(const Quadratic& quadratic, std::vector<double>& b, std::vector<double>& q) const {
  Lasso lasso{quadratic, b, q};
  return let_in(lasso, true) || let_in(lasso, false);  // what costs nothing first: it may be all that others lack
}

// Those without an L1 part, or with one.
bool Face::let_in(Lasso& lasso, bool without) const {
  bool moved = false;
  for (std::size_t k = 0; k < lasso.b.size(); ++k) {
    const CoordinatePenalty& penalty = lasso.penalty(k);
    if (inside_[k] || (penalty.l1 == 0) != without) continue;
    if (lasso.b[k] == 0 && penalty.violation(0, lasso.q[k]) <= lasso.rounding(k)) continue;
    const double g = lasso.quadratic.at(k, k);
    if (!(g > 0)) continue;
    const double to = penalty.minimiser(g, lasso.q[k] + g * lasso.b[k]);
    moved = moved || to != lasso.b[k];
    lasso.move_to(to, k);
  }
  return moved;
}

// A factor takes a third of the members' cube, but fast, and what follows about a sweep.
double Face::cost(const std::vector<double>& b) const {
  const double faster = 6;
  if (!members_.empty()) return 0;
  const auto moving = static_cast<double>(b.size() - static_cast<std::size_t>(std::count(b.begin(), b.end(), 0.0)));
  return 1 + moving * moving / (3 * faster * static_cast<double>(b.size()));
}

void Face::Lasso::move_to(double to, std::size_t k) {
  const double by = to - b[k];
  if (by == 0) return;
  b[k] = to;
  quadratic.move(by, k, q);
  if (++moves_made % kUnwatched == 0) quadratic.watch.tick(0);
}

// Of a step the share after which coordinate k would change its sign or pass a limit.
double Face::Lasso::room(std::size_t k, double step) const {
  const double bound = step > 0 ? penalty(k).upper : penalty(k).lower;
  double share = std::numeric_limits<double>::infinity();
  if (penalty(k).l1 > 0 && step * b[k] < 0) share = -b[k] / step;
  return std::isfinite(bound) && step != 0 ? std::min(share, (bound - b[k]) / step) : share;
}

// Where coordinate k is after that share; what is 0 but for rounding is 0.
double Face::Lasso::after(std::size_t k, double step, double share) const {
  const double there = penalty(k).clamp(b[k] + share * step);
  return penalty(k).l1 > 0 && std::abs(there) <= 1e-15 * std::abs(b[k]) ? 0 : there;
}

// Members are those that move, but for those that depend on the others.
void Face::follow(const Lasso& lasso) {
  std::vector<std::size_t> stale, moving;
  for (std::size_t at = members_.size(); at-- > 0;) {
    const std::size_t k = members_[at];
    if (!lasso.moves(k) || lasso.ridge(k) != ridge_[at]) stale.push_back(at);
  }
  const std::size_t dear = 6;  // so many columns less cost what a new factor does, for each of its columns
  if (dear * stale.size() > members_.size()) {
    clear();
  } else {
    for (const std::size_t at : stale) remove(at, lasso.quadratic.watch);
  }
  for (std::size_t k = 0; k < lasso.b.size(); ++k) {
    if (!lasso.moves(k)) dependent_[k] = 0;
    if (!inside_[k] && !dependent_[k] && lasso.moves(k)) moving.push_back(k);
  }
  // Those that may leave soon come last, where that costs least.
  const auto larger = [&](std::size_t a, std::size_t b) { return std::abs(lasso.b[a]) > std::abs(lasso.b[b]); };
  std::stable_sort(moving.begin(), moving.end(), larger);
  append(lasso, moving);
}

// A coordinate that depends on the members, all at their optimum, is at its own unless one that it needs has left: so
// only those that are not are looked at again. They come in, or take a member's place. Whether anything moved.
bool Face::take_dependent(Lasso& lasso) {
  std::vector<std::size_t> pushed;
  for (std::size_t k = 0; k < lasso.b.size(); ++k) {
    if (dependent_[k] && std::abs(lasso.push(k)) > lasso.rounding(k)) pushed.push_back(k);
  }
  const std::size_t before = members_.size();
  const std::vector<std::size_t> dependent = append(lasso, pushed);
  bool moved = members_.size() > before && go_to_optimum(lasso);
  for (const std::size_t k : dependent) moved = exchange(lasso, k) || moved;
  return moved;
}

void Face::clear() {
  factor_.clear();
  members_.clear();
  ridge_.clear();
  std::fill(inside_.begin(), inside_.end(), 0);
  std::fill(dependent_.begin(), dependent_.end(), 0);
}

// Returns those that depend on the members.
std::vector<std::size_t> Face::append(const Lasso& lasso, const std::vector<std::size_t>& coordinates) {
  std::vector<std::size_t> dependent;
  const std::size_t together = GrowingCholesky::kTogether;
  for (std::size_t first = 0; first < coordinates.size(); first += together) {
    const std::size_t count = std::min(together, coordinates.size() - first);
    std::vector<std::vector<double>> columns(count);
    for (std::size_t c = 0; c < count; ++c) {
      const std::size_t k = coordinates[first + c];
      for (const std::size_t member : members_) columns[c].push_back(lasso.quadratic.gram.at(member, k));
      for (std::size_t d = 0; d <= c; ++d) columns[c].push_back(lasso.quadratic.gram.at(coordinates[first + d], k));
      columns[c].back() += lasso.ridge(k);
    }
    const std::vector<char> taken = factor_.append(columns, lasso.quadratic.watch);
    for (std::size_t c = 0; c < count; ++c) {
      const std::size_t k = coordinates[first + c];
      dependent_[k] = taken[c] ? 0 : 1;
      if (!taken[c]) {
        dependent.push_back(k);
        continue;
      }
      members_.push_back(k);
      ridge_.push_back(lasso.ridge(k));
      inside_[k] = 1;
    }
  }
  return dependent;
}

void Face::remove(std::size_t at, Watch& watch) {
  factor_.remove(at, watch);
  inside_[members_[at]] = 0;
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(at));
  ridge_.erase(ridge_.begin() + static_cast<std::ptrdiff_t>(at));
}

// Of the slope and what it has to balance.
double Face::Lasso::rounding(std::size_t k) const {
  return 1e-13 * (std::abs(q[k]) + penalty(k).l1);
}

// What the slope of a coordinate that is not 0 leaves to be balanced.
double Face::Lasso::push(std::size_t k) const {
  return q[k] - penalty(k).l2 * b[k] - std::copysign(penalty(k).l1, b[k]);
}

// A coordinate that depends on the members, all at their optimum, can move with them so that the fit stays as it is:
// its push stays too, and the objective falls until one of them is 0 or at a limit. There it can take that one's place.
bool Face::exchange(Lasso& lasso, std::size_t k) {
  const Square& gram = lasso.quadratic.gram;
  const double push = lasso.push(k);
  if (!lasso.moves(k) || !(std::abs(push) > lasso.rounding(k))) return false;
  std::vector<double> step;
  for (const std::size_t member : members_) step.push_back(gram.at(member, k));
  factor_.solve(step);
  double left = gram.at(k, k) + lasso.ridge(k);
  for (std::size_t c = 0; c < members_.size(); ++c) left -= step[c] * gram.at(members_[c], k);
  if (std::abs(left) > 1e-9 * gram.at(k, k)) return false;  // others have left since
  for (double& one : step) one *= push > 0 ? -1 : 1;
  const double own = push > 0 ? 1 : -1;
  double share = lasso.room(k, own);
  for (std::size_t c = 0; c < members_.size(); ++c) share = std::min(share, lasso.room(members_[c], step[c]));
  if (!std::isfinite(share)) return false;
  lasso.move_to(lasso.after(k, own, share), k);
  for (std::size_t c = members_.size(); c-- > 0;) {
    const std::size_t member = members_[c];
    lasso.move_to(lasso.after(member, step[c], share), member);
    if (!lasso.moves(member)) remove(c, lasso.quadratic.watch);
  }
  return true;
}

// Whether the objective falls if each member goes its own share of a step that leads to the optimum of all. What is
// missing of the step, and it alone, pushes them there.
bool Face::stop_each(const Lasso& lasso, const std::vector<double>& step, const std::vector<double>& share,
                     std::vector<double>& push) const {
  const std::size_t size = members_.size();
  std::vector<double> missing(size), there(size, 0.0);
  double gain = 0, loss = 0;
  for (std::size_t c = 0; c < size; ++c) {
    gain += step[c] * push[c];
    missing[c] = (1 - share[c]) * step[c];
    if (missing[c] == 0) continue;
    there[c] += missing[c] * lasso.penalty(members_[c]).l2;
    for (std::size_t d = 0; d < size; ++d) there[d] += missing[c] * lasso.quadratic.at(members_[d], members_[c]);
  }
  for (std::size_t c = 0; c < size; ++c) loss += missing[c] * there[c];
  if (!(loss < gain)) return false;
  push = std::move(there);
  return true;
}

// By one step, or by several where signs would change: what is in the way leaves. q waits until the end.
bool Face::go_to_optimum(Lasso& lasso) {
  std::vector<double>& b = lasso.b;
  const std::vector<double> start = b;
  std::vector<double> push;
  for (const std::size_t k : members_) push.push_back(lasso.push(k));
  bool there = false;
  while (!there && !members_.empty()) {
    std::vector<double> step = push, share;
    factor_.solve(step);
    for (double& one : step) one /= lasso.quadratic.curvature;
    lasso.quadratic.watch.tick(0);
    for (std::size_t c = 0; c < members_.size(); ++c) share.push_back(std::min(lasso.room(members_[c], step[c]), 1.0));
    const double least = *std::min_element(share.begin(), share.end());
    if (!(least >= 0)) break;
    there = least == 1;
    if (!stop_each(lasso, step, share, push)) {
      std::fill(share.begin(), share.end(), least);
      for (double& one : push) one *= 1 - least;
    }
    for (std::size_t c = members_.size(); c-- > 0;) {
      const std::size_t k = members_[c];
      b[k] = lasso.after(k, step[c], share[c]);
      if (share[c] == 1 || lasso.moves(k)) continue;
      push.erase(push.begin() + static_cast<std::ptrdiff_t>(c));
      remove(c, lasso.quadratic.watch);
    }
  }
  return move_slopes(lasso, start, there);
}

// From where they were at `start`. Whether b has moved. The members' slopes are known if they are at their optimum.
bool Face::move_slopes(Lasso& lasso, const std::vector<double>& start, bool optimal) const {
  std::vector<double>& b = lasso.b;
  const std::size_t size = b.size();
  std::size_t moved = 0;
  for (std::size_t k = 0; k < size; ++k) moved += b[k] != start[k] ? 1 : 0;
  if (!optimal || size - members_.size() >= moved) {
    for (std::size_t k = 0; k < size; ++k) lasso.move_to(std::exchange(b[k], start[k]), k);
    return moved > 0;
  }
  std::vector<double> by = b;
  for (std::size_t k = 0; k < size; ++k) by[k] -= start[k];
  for (std::size_t k = 0; k < size; ++k) {
    if (inside_[k]) {
      lasso.q[k] -= lasso.push(k);
    } else {
      lasso.q[k] -= lasso.quadratic.curvature * dense_kernels().dot(lasso.quadratic.gram.column(k), by.data(), size);
    }
    if (k % kUnwatched == 0) lasso.quadratic.watch.tick(0);
  }
  return moved > 0;
}

}  // namespace sgdlasso
