#include "passes/look_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdlasso {
namespace {

constexpr double kCopies = 3;      // of a matrix of products: as it is summed, and what is made of it
constexpr std::size_t kGroup = 4;  // neighbouring lambdas that share a curvature

double squared(std::size_t size) {
  return static_cast<double>(size) * static_cast<double>(size);
}

void plan_products(const LookSpec& spec, std::size_t known, LookPlan& plan) {
  PassLook::Wanted& wanted = plan.wanted;
  if (squared(wanted.curved) * kCopies > spec.most_numbers) {
    plan.excess = TooManyColumns{wanted.curved, most_columns(spec.most_numbers)};
    return;
  }
  wanted.first = known;
  wanted.curvatures = {{0, wanted.curved}};
}

// Neighbouring models share one curvature, more of them where there is little memory. The certificate needs one for
// each model besides, of the columns without penalty alone.
void plan_curvatures(const LookSpec& spec, std::size_t free, const std::vector<double>& lambda, LookPlan& plan) {
  PassLook::Wanted& wanted = plan.wanted;
  const auto free_at = [&](std::size_t m) { return lambda[m] == 0 ? wanted.curved : free; };
  double room = spec.most_numbers;
  for (std::size_t m = 0; m < lambda.size(); ++m) room -= squared(free_at(m));
  const double spare = kCopies - 1;
  double apart = 1.5;
  for (std::size_t most = kGroup; spec.moves; most *= 2) {
    plan.groups = group_neighbours(lambda, most, apart);
    const std::size_t count = plan.groups.middle.size();
    if (squared(wanted.curved) * (static_cast<double>(count) + spare) <= room) break;
    if (count <= 1) {
      plan.excess = TooManyColumns{wanted.curved, most_columns(std::max(room, 0.0))};
      return;
    }
    apart = std::numeric_limits<double>::infinity();
  }
  for (const std::size_t middle : plan.groups.middle) wanted.curvatures.push_back({middle, wanted.curved});
  for (std::size_t m = 0; m < lambda.size(); ++m) {
    if (free_at(m) > 0) wanted.curvatures.push_back({m, free_at(m)});
  }
}

}  // namespace

double most_columns(double most_numbers) {
  return std::sqrt(most_numbers / kCopies);
}

// The certificate asks for the curvature of columns without penalty.
LookPlan plan_look(const LookSpec& spec, const WorkingColumns& working, const std::vector<double>& lambda,
                   std::size_t known) {
  LookPlan plan;
  if (lambda.empty()) return plan;
  const bool all_free = spec.reaches_zero && static_cast<double>(working.size()) <= most_columns(spec.most_numbers);
  plan.wanted.curved = spec.moves || all_free ? working.size() : working.free();
  if (spec.squared) {
    plan_products(spec, known, plan);
  } else {
    plan.wanted.bounded = spec.reaches_zero ? plan.wanted.curved : working.free();
    plan_curvatures(spec, working.free(), lambda, plan);
  }
  return plan;
}

}  // namespace sgdlasso
