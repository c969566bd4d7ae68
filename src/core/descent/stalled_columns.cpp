#include "descent/stalled_columns.h"

namespace sgdlasso {
namespace {

bool stalls(const QuadraticLasso& lasso) {
  return lasso.gap > lasso.target;
}

}  // namespace

void StalledColumns::solve(const std::vector<std::size_t>& columns, const std::vector<double>& weights,
                           const std::vector<LassoPoint>& start, std::vector<QuadraticLasso>& lassos) {
  if (!learn(moving(columns, start, lassos), weights)) return;
  std::vector<std::size_t> place(problem_.rows.p(), 0);  // in the columns, of those that are known
  for (std::size_t c = 0; c < columns.size(); ++c) place[columns[c]] = c;
  std::vector<LassoPoint> points(lassos.size());
  std::vector<QuadraticLasso> stalled;
  for (std::size_t k = 0; k < lassos.size(); ++k) {
    if (!stalls(lassos[k])) continue;
    for (const std::size_t j : known_->columns) {
      points[k].b.push_back(start[k].b[place[j]]);
      points[k].q.push_back(start[k].q[place[j]]);
    }
    stalled.push_back(lassos[k]);
    stalled.back().b = &points[k].b;
    stalled.back().q = &points[k].q;
  }
  known_->trail.follow(known_->gram, known_->columns, stalled);
  for (std::size_t k = 0, at = 0; k < lassos.size(); ++k) {
    if (!stalls(lassos[k])) continue;
    for (std::size_t c = 0; c < known_->columns.size(); ++c) {
      const std::size_t to = place[known_->columns[c]];
      (*lassos[k].b)[to] = points[k].b[c];
      (*lassos[k].q)[to] = points[k].q[c];
    }
    lassos[k].gap = stalled[at++].gap;
  }
}

// Those that some stalled lasso has, had, or wants.
std::vector<std::size_t> StalledColumns::moving(const std::vector<std::size_t>& columns,
                                                const std::vector<LassoPoint>& start,
                                                const std::vector<QuadraticLasso>& lassos) const {
  std::vector<std::size_t> result;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (std::size_t k = 0; k < lassos.size(); ++k) {
      if (!stalls(lassos[k])) continue;
      const CoordinatePenalty penalty = form_.penalty.at(columns[c], lassos[k].lambda);
      if (start[k].b[c] == 0 && (*lassos[k].b)[c] == 0 && !(penalty.violation(0, start[k].q[c]) > 0)) continue;
      result.push_back(columns[c]);
      break;
    }
  }
  return result;
}

// Their Gram matrix, beside that of those known. False if they are none, or too many.
bool StalledColumns::learn(const std::vector<std::size_t>& moving, const std::vector<double>& weights) {
  if (moving.empty() || moving.size() > most_) return false;
  std::vector<char> known(problem_.rows.p(), 0);
  std::size_t size = known_ ? known_->columns.size() : 0;
  for (std::size_t c = 0; c < size; ++c) known[known_->columns[c]] = 1;
  for (const std::size_t j : moving) size += known[j] ? 0 : 1;
  if (!known_ || size > most_) {
    known_.emplace(problem_, form_, weights);
    known_->columns = moving;
  } else {
    for (const std::size_t j : moving) {
      if (!known[j]) known_->columns.push_back(j);
    }
  }
  known_->gram.refresh(known_->columns, true);
  return true;
}

}  // namespace sgdlasso
