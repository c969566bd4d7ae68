// face.h: the coordinates that are neither 0 nor at a limit, whose optimum is a linear system as long as no sign
// changes.
//
// Each round takes them to their common optimum, lets go of those that would change their sign on the way, and lets
// coordinates in whose slope pushes them. From one round to the next the system's factor is updated, not made anew; so
// it is from one lasso to the next of the same Gram matrix.
#pragma once

#include <cstddef>
#include <vector>

#include "descent/growing_cholesky.h"
#include "descent/quadratic.h"

namespace sgdlasso {

class Face {
 public:
  // For another Gram matrix.
  void clear();
  // Both move b, from where its slopes are q, so that the objective falls, and tell whether anything moved. Slopes of
  // what has been solved for are taken to be those of its optimum: no certificate is to be made of them.
  // To the optimum of the coordinates that are neither 0 nor at a limit.
  bool settle(const Quadratic& quadratic, std::vector<double>& b, std::vector<double>& q);
  // Once settled: coordinates outside whose slope pushes them move alone, one after another.
  bool widen(const Quadratic& quadratic, std::vector<double>& b, std::vector<double>& q) const;
  // Of a round from b, in sweeps over all coordinates.
  double cost(const std::vector<double>& b) const;

 private:
  struct Lasso {
    const Quadratic& quadratic;
    std::vector<double>&b, &q;
    std::size_t moves_made = 0;

    const CoordinatePenalty& penalty(std::size_t k) const { return quadratic.penalty[k]; }
    bool moves(std::size_t k) const { return b[k] != 0 && b[k] > penalty(k).lower && b[k] < penalty(k).upper; }
    double ridge(std::size_t k) const { return penalty(k).l2 / quadratic.curvature; }
    double push(std::size_t k) const;
    double rounding(std::size_t k) const;
    double room(std::size_t k, double step) const;
    double after(std::size_t k, double step, double share) const;
    void move_to(double to, std::size_t k);
  };
  bool let_in(Lasso& lasso, bool without) const;
  void follow(const Lasso& lasso);
  bool take_dependent(Lasso& lasso);
  std::vector<std::size_t> append(const Lasso& lasso, const std::vector<std::size_t>& coordinates);
  void remove(std::size_t at, Watch& watch);
  bool go_to_optimum(Lasso& lasso);
  bool stop_each(const Lasso& lasso, const std::vector<double>& step, const std::vector<double>& share,
                 std::vector<double>& push) const;
  bool move_slopes(Lasso& lasso, const std::vector<double>& start, bool optimal) const;
  bool exchange(Lasso& lasso, std::size_t k);

  GrowingCholesky factor_;            // of the Gram matrix, whatever the curvature, and the ridge
  std::vector<std::size_t> members_;  // in the order of the factor
  std::vector<double> ridge_;         // of each member, as it is in the factor
  std::vector<char> inside_;          // by coordinate
  std::vector<char> dependent_;       // by coordinate: those that move, and were found to depend on the members
};

}  // namespace sgdlasso
