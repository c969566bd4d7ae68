// face.h: the coordinates that are neither 0 nor at a limit, whose optimum is a linear system as long as no sign
// changes.
//
// Each round lets coordinates in whose slope pushes them, takes the others to their common optimum, and lets go of
// those that would change their sign on the way. From one round to the next the system's factor is updated, not made
// anew.
#pragma once

#include <cstddef>
#include <vector>

#include "base/watch.h"
#include "descent/growing_cholesky.h"
#include "model/penalty.h"

namespace sgdlasso {

class Face {
 public:
  // Of the quadratic with this Gram matrix, column by column; b and its slopes q are moved.
  Face(Watch& watch, std::size_t size, const double* gram, const std::vector<CoordinatePenalty>& penalty,
       std::vector<double>& b, std::vector<double>& q)
      : watch_(watch),
        size_(size),
        gram_(gram),
        penalty_(penalty),
        b_(b),
        q_(q) {}

  // One round. The objective falls, or all stays where it is: whether anything moved.
  bool descend();
  // Of a round, in sweeps over all coordinates.
  double cost() const;

 private:
  const double* gram(std::size_t k) const { return gram_ + k * size_; }
  bool moves(std::size_t k) const { return b_[k] != 0 && b_[k] > penalty_[k].lower && b_[k] < penalty_[k].upper; }
  bool enter();
  void follow();
  void make_anew(const std::vector<std::size_t>& coordinates);
  void append(std::size_t k);
  void remove(std::size_t at);
  std::vector<double> pushes() const;
  bool go_to_optimum();

  Watch& watch_;
  const std::size_t size_;
  const double* gram_;
  const std::vector<CoordinatePenalty>& penalty_;
  std::vector<double>&b_, &q_;
  GrowingCholesky factor_{size_};
  std::vector<std::size_t> members_;  // in the order of the factor
  std::vector<char> inside_ = std::vector<char>(size_, 0);
};

}  // namespace sgdlasso
