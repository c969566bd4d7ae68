#include "descent/face.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/panel_kernels.h"

namespace sgdlasso {

bool Face::descend() {
  const bool entered = enter();
  follow();
  return go_to_optimum() || entered;
}

// A factor takes a third of the members' cube, but fast, and what follows about a sweep.
double Face::cost() const {
  const double faster = 6;
  if (!members_.empty()) return 0;
  const double moving = static_cast<double>(size_ - static_cast<std::size_t>(std::count(b_.begin(), b_.end(), 0.0)));
  return 1 + moving * moving / (3 * faster * static_cast<double>(size_));
}

// Coordinates outside move alone, one after another.
bool Face::enter() {
  bool entered = false;
  for (std::size_t k = 0; k < size_; ++k) {
    const double g = gram(k)[k];
    if (inside_[k] || !(g > 0)) continue;
    const double moved = penalty_[k].minimiser(g, q_[k] + g * b_[k]) - b_[k];
    if (moved == 0) continue;
    b_[k] += moved;
    panel_kernels().axpy(-moved, gram(k), size_, q_.data());
    watch_.tick(0);
    entered = true;
  }
  return entered;
}

// Members are those that move.
void Face::follow() {
  std::vector<std::size_t> moving, fresh, stale;
  for (std::size_t k = 0; k < size_; ++k) {
    if (moves(k)) moving.push_back(k);
    if (moves(k) && !inside_[k]) fresh.push_back(k);
  }
  for (std::size_t at = members_.size(); at-- > 0;) {
    if (!moves(members_[at])) stale.push_back(at);
  }
  const std::size_t dear = 10;  // so many updates cost what a new factor does, for each of its columns
  if (dear * (fresh.size() + stale.size()) > moving.size()) return make_anew(moving);
  for (const std::size_t at : stale) remove(at);
  for (const std::size_t k : fresh) append(k);
}

void Face::make_anew(const std::vector<std::size_t>& coordinates) {
  const Eigen::Index size = static_cast<Eigen::Index>(coordinates.size());
  Eigen::MatrixXd lower(size, size);
  for (Eigen::Index c = 0; c < size; ++c) {
    const std::size_t k = coordinates[static_cast<std::size_t>(c)];
    for (Eigen::Index r = c; r < size; ++r) lower(r, c) = gram(k)[coordinates[static_cast<std::size_t>(r)]];
    lower(c, c) += penalty_[k].l2;
    watch_.tick(0);
  }
  std::fill(inside_.begin(), inside_.end(), 0);
  members_.clear();
  if (factor_.take(std::move(lower), watch_)) {
    members_ = coordinates;
    for (const std::size_t k : members_) inside_[k] = 1;
  } else {
    for (const std::size_t k : coordinates) append(k);
  }
}

// Unless it depends on the members.
void Face::append(std::size_t k) {
  std::vector<double> column;
  for (const std::size_t member : members_) column.push_back(gram(k)[member]);
  column.push_back(gram(k)[k] + penalty_[k].l2);
  watch_.tick(0);
  if (!factor_.append(std::move(column))) return;
  members_.push_back(k);
  inside_[k] = 1;
}

void Face::remove(std::size_t at) {
  watch_.tick(0);
  factor_.remove(at);
  inside_[members_[at]] = 0;
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(at));
}

// What the members' slopes leave to be balanced.
std::vector<double> Face::pushes() const {
  std::vector<double> result;
  for (const std::size_t k : members_) {
    result.push_back(q_[k] - penalty_[k].l2 * b_[k] - std::copysign(penalty_[k].l1, b_[k]));
  }
  return result;
}

// By one step, or by several where signs would change: what is in the way leaves. The members' slopes fall in
// proportion to the step, so q can wait until the end.
bool Face::go_to_optimum() {
  const std::vector<double> start = b_;
  const std::vector<std::size_t> starting = members_;
  std::vector<double> push = pushes();
  double share = 0;
  while (!members_.empty() && share < 1) {
    std::vector<double> step = push;
    factor_.solve(step);
    watch_.tick(0);
    share = 1;
    for (std::size_t c = 0; c < members_.size(); ++c) {
      const std::size_t k = members_[c];
      const double after = b_[k] + step[c], bound = step[c] > 0 ? penalty_[k].upper : penalty_[k].lower;
      if (penalty_[k].l1 > 0 && after * b_[k] < 0) share = std::min(share, -b_[k] / step[c]);
      if (std::isfinite(bound)) share = std::min(share, (bound - b_[k]) / step[c]);
    }
    if (!(share >= 0)) break;
    for (std::size_t c = members_.size(); c-- > 0;) {
      const std::size_t k = members_[c];
      const double old = b_[k], moved = penalty_[k].clamp(old + share * step[c]);
      b_[k] = penalty_[k].l1 > 0 && std::abs(moved) <= 1e-15 * std::abs(old) ? 0 : moved;
      push[c] *= 1 - share;
      if (share == 1 || moves(k)) continue;
      push.erase(push.begin() + static_cast<std::ptrdiff_t>(c));
      remove(c);
    }
  }
  bool moved = false;
  for (const std::size_t k : starting) {
    if (b_[k] == start[k]) continue;
    moved = true;
    panel_kernels().axpy(start[k] - b_[k], gram(k), size_, q_.data());
    watch_.tick(0);
  }
  return moved;
}

}  // namespace sgdlasso
