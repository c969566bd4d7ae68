#include <cmath>
#include <limits>
#include <utility>

#include "descent/coordinate_descent.h"
#include "kernels/panel_kernels.h"
#include "solvers/solver.h"

namespace sgdlasso {
namespace {

// Squared loss from sufficient statistics alone: coordinate descent on the Gram matrix of all columns, whose slopes are
// those of the data, so that its duality gap is the model's.
class MomentsSolver final : public Solver {
 public:
  MomentsSolver(const Statement& problem, const StandardForm& form, const MomentsForm& moments, const StopSpec& stop)
      : problem_(problem),
        form_(form),
        moments_(moments),
        stop_(stop) {}

  void follow(const std::vector<double>& lambda, bool trace, const Accept& accept) override {
    std::vector<double> b(moments_.slope.size(), 0.0), q = moments_.slope;
    Face face;
    for (const double value : lambda) {
      problem_.watch.tick(0);
      const Trained trained = solve(value, trace, b, q, face);
      if (!accept(value, trained)) return;
    }
  }

 private:
  // From b and its slopes q, which it moves.
  Trained solve(double lambda, bool trace, std::vector<double>& b, std::vector<double>& q, Face& face) const {
    std::vector<CoordinatePenalty> penalty;
    for (const std::size_t j : form_.columns) penalty.push_back(form_.penalty.at(j, lambda));
    Trained trained;
    double target = stop_.tol * problem_.null.deviance / 2;
    for (int refined = 0; refined < 4; ++refined, target /= 100) {
      descend({moments_.gram, 1, penalty, moments_.square(b, q), kAnyScale, problem_.watch}, target, b, q, &face);
      refresh(b, q);
      trained.certificate = moments_.certify(penalty, b, q);
      trained.scored =
          scored_of(problem_, form_, form_.all(), b, moments_.intercept, lambda, moments_.square(b, q) / 2);
      if (is_solved(problem_, stop_.tol, trained)) break;
    }
    conclude(trained, stop_.tol);
    trained.passes = 1;
    if (trace) trained.trace.push_back(epoch_of(trained.scored, trained.certificate, std::nan(""), 0));
    return trained;
  }

  // The slopes anew: those moved along carry the rounding of all moves, and faces take theirs for known (face.h). A
  // certificate must not.
  void refresh(const std::vector<double>& b, std::vector<double>& q) const {
    q = moments_.slope;
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (b[j] != 0) panel_kernels().axpy(-b[j], moments_.gram.column(j), q.size(), q.data());
    }
  }

  const Statement& problem_;
  const StandardForm& form_;
  const MomentsForm& moments_;
  StopSpec stop_;
};

}  // namespace

std::unique_ptr<Solver> make_moments_solver(const Statement& problem, const StandardForm& form,
                                            const MomentsForm& moments, const StopSpec& stop) {
  return std::make_unique<MomentsSolver>(problem, form, moments, stop);
}

}  // namespace sgdlasso
