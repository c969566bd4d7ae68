#include "descent/face.h"

#include <algorithm>
#include <cmath>

namespace sgdlasso {

bool Face::descend(const Quadratic& quadratic, std::vector<double>& b, std::vector<double>& q) {
  Lasso lasso{quadratic, b, q};
  inside_.resize(b.size(), 0);
  follow(lasso);
  const bool moved = go_to_optimum(lasso);
  return enter(lasso, inside_) || moved;
}

// A factor takes a third of the members' cube, but fast, and what follows about a sweep.
double Face::cost(const std::vector<double>& b) const {
  const double faster = 6;
  if (!members_.empty()) return 0;
  const auto moving = static_cast<double>(b.size() - static_cast<std::size_t>(std::count(b.begin(), b.end(), 0.0)));
  return 1 + moving * moving / (3 * faster * static_cast<double>(b.size()));
}

void Face::Lasso::move(double by, std::size_t k) {
  b[k] += by;
  quadratic.move(by, k, q);
  quadratic.watch.tick(0);
}

// Coordinates outside move alone, one after another.
bool Face::enter(Lasso& lasso, const std::vector<char>& inside) {
  bool entered = false;
  for (std::size_t k = 0; k < lasso.b.size(); ++k) {
    if (inside[k] || (lasso.b[k] == 0 && lasso.penalty(k).violation(0, lasso.q[k]) == 0)) continue;
    const double g = lasso.quadratic.at(k, k);
    if (!(g > 0)) continue;
    const double moved = lasso.penalty(k).minimiser(g, lasso.q[k] + g * lasso.b[k]) - lasso.b[k];
    if (moved == 0) continue;
    lasso.move(moved, k);
    entered = true;
  }
  return entered;
}

// Members are those that move.
void Face::follow(const Lasso& lasso) {
  std::vector<std::size_t> stale, moving;
  for (std::size_t at = members_.size(); at-- > 0;) {
    const std::size_t k = members_[at];
    if (!lasso.moves(k) || lasso.penalty(k).l2 != ridge_[at]) stale.push_back(at);
  }
  const std::size_t dear = 30;  // so many columns less cost what a new factor does, for each of its columns
  if (dear * stale.size() > members_.size()) {
    clear();
  } else {
    for (const std::size_t at : stale) remove(at, lasso.quadratic.watch);
  }
  for (std::size_t k = 0; k < lasso.b.size(); ++k) {
    if (!inside_[k] && lasso.moves(k)) moving.push_back(k);
  }
  // Those that may leave soon come last, where that costs least.
  const auto larger = [&](std::size_t a, std::size_t b) { return std::abs(lasso.b[a]) > std::abs(lasso.b[b]); };
  std::stable_sort(moving.begin(), moving.end(), larger);
  append(lasso, moving);
}

void Face::clear() {
  factor_.clear();
  members_.clear();
  ridge_.clear();
  std::fill(inside_.begin(), inside_.end(), 0);
}

// Unless they depend on the members.
void Face::append(const Lasso& lasso, const std::vector<std::size_t>& coordinates) {
  const std::size_t together = GrowingCholesky::kTogether;
  for (std::size_t first = 0; first < coordinates.size(); first += together) {
    const std::size_t count = std::min(together, coordinates.size() - first);
    std::vector<std::vector<double>> columns(count);
    for (std::size_t c = 0; c < count; ++c) {
      const std::size_t k = coordinates[first + c];
      for (const std::size_t member : members_) columns[c].push_back(lasso.quadratic.at(member, k));
      for (std::size_t d = 0; d <= c; ++d) columns[c].push_back(lasso.quadratic.at(coordinates[first + d], k));
      columns[c].back() += lasso.penalty(k).l2;
    }
    const std::vector<char> taken = factor_.append(columns, lasso.quadratic.watch);
    for (std::size_t c = 0; c < count; ++c) {
      if (!taken[c]) continue;
      const std::size_t k = coordinates[first + c];
      members_.push_back(k);
      ridge_.push_back(lasso.penalty(k).l2);
      inside_[k] = 1;
    }
  }
}

void Face::remove(std::size_t at, Watch& watch) {
  factor_.remove(at, watch);
  inside_[members_[at]] = 0;
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(at));
  ridge_.erase(ridge_.begin() + static_cast<std::ptrdiff_t>(at));
}

// What the members' slopes leave to be balanced.
std::vector<double> Face::pushes(const Lasso& lasso) const {
  std::vector<double> result;
  for (const std::size_t k : members_) {
    const CoordinatePenalty& penalty = lasso.penalty(k);
    result.push_back(lasso.q[k] - penalty.l2 * lasso.b[k] - std::copysign(penalty.l1, lasso.b[k]));
  }
  return result;
}

// By one step, or by several where signs would change: what is in the way leaves. The members' slopes fall in
// proportion to the step, so q can wait until the end.
bool Face::go_to_optimum(Lasso& lasso) {
  std::vector<double>& b = lasso.b;
  const std::vector<double> start = b;
  const std::vector<std::size_t> starting = members_;
  std::vector<double> push = pushes(lasso);
  double share = 0;
  while (!members_.empty() && share < 1) {
    std::vector<double> step = push;
    factor_.solve(step);
    lasso.quadratic.watch.tick(0);
    share = 1;
    for (std::size_t c = 0; c < members_.size(); ++c) {
      const std::size_t k = members_[c];
      const CoordinatePenalty& penalty = lasso.penalty(k);
      const double after = b[k] + step[c], bound = step[c] > 0 ? penalty.upper : penalty.lower;
      if (penalty.l1 > 0 && after * b[k] < 0) share = std::min(share, -b[k] / step[c]);
      if (std::isfinite(bound)) share = std::min(share, (bound - b[k]) / step[c]);
    }
    if (!(share >= 0)) break;
    for (std::size_t c = members_.size(); c-- > 0;) {
      const std::size_t k = members_[c];
      const CoordinatePenalty& penalty = lasso.penalty(k);
      const double old = b[k], moved = penalty.clamp(old + share * step[c]);
      b[k] = penalty.l1 > 0 && std::abs(moved) <= 1e-15 * std::abs(old) ? 0 : moved;
      push[c] *= 1 - share;
      if (share == 1 || lasso.moves(k)) continue;
      push.erase(push.begin() + static_cast<std::ptrdiff_t>(c));
      remove(c, lasso.quadratic.watch);
    }
  }
  bool moved = false;
  for (const std::size_t k : starting) {
    if (b[k] == start[k]) continue;
    moved = true;
    const double by = b[k] - start[k];
    lasso.quadratic.move(by, k, lasso.q);
    lasso.quadratic.watch.tick(0);
  }
  return moved;
}

}  // namespace sgdlasso
