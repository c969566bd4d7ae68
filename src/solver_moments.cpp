#include <algorithm>
#include <cmath>
#include <utility>

#include "coordinate_descent.h"
#include "panel_kernels.h"
#include "solver.h"

namespace sgdlasso {
namespace {

// Squared loss from sufficient statistics alone: coordinate descent on the Gram matrix of all columns, whose slopes are those
// of the data, so that its duality gap is the model's.
class MomentsSolver final : public Solver {
 public:
  MomentsSolver(const Problem& problem, const StandardForm& form, const Moments& moments, const CertifiedSettings& settings)
      : problem_(problem),
        form_(form),
        settings_(settings) {
    const std::vector<std::size_t>& columns = form.columns;
    const std::size_t size = columns.size(), y = moments.size - 1;
    const auto cross = [&](std::size_t i, std::size_t j) { return mean_product(moments, problem.intercept, i, j); };
    gram_.grow(size);
    for (std::size_t b = 0; b < size; ++b) {
      const double scale = form.scaling.scale[columns[b]];
      for (std::size_t a = 0; a <= b; ++a) {
        gram_.at(a, b) = gram_.at(b, a) = cross(columns[a], columns[b]) * scale * form.scaling.scale[columns[a]];
      }
      slope_.push_back(cross(columns[b], y) * scale);
    }
    square_ = cross(y, y);
    intercept_ = problem.intercept ? moments.mean[y] : 0;
  }

  void follow(const std::vector<double>& lambda, bool trace, const Accept& accept) override {
    std::vector<double> b(slope_.size(), 0.0), q = slope_;
    for (const double value : lambda) {
      problem_.watch.tick(0);
      const Trained trained = solve(value, trace, b, q);
      if (!accept(value, trained)) return;
    }
  }

 private:
  // From b and its slopes q, which it moves.
  Trained solve(double lambda, bool trace, std::vector<double>& b, std::vector<double>& q) const {
    const double scale = problem_.null.deviance / 2;
    std::vector<CoordinatePenalty> penalty;
    for (const std::size_t j : form_.columns) penalty.push_back(form_.penalty.at(j, lambda));
    Trained trained;
    refresh(b, q);
    double target = settings_.tol * scale;
    for (int refined = 0; refined < 4; ++refined, target /= 100) {
      const Descent descent = descend({gram_, 1, penalty, square_of(b, q), kAnyScale}, target, b, q);
      bool free = false;
      for (std::size_t j = 0; j < b.size(); ++j) free = free || penalty[j].free_at(b[j]);
      // Free columns must be fitted out to the last digit, which the data tell.
      const Scored scored = score_of(lambda, b, q);
      if (free) {
        trained.certificate = certify(problem_, form_, scored.coefficients, lambda);
      } else {
        trained.certificate = {descent.gap / scale, Brackets(penalty, b, q).violation() / std::sqrt(2 * scale)};
      }
      trained.scored = scored;
      if (trained.certificate.gap <= settings_.tol) break;
    }
    trained.converged = trained.certificate.gap <= settings_.tol ? Converged::yes : Converged::no;
    trained.passes = 1;
    if (trace) trained.trace.push_back(epoch_of(trained.scored, trained.certificate, std::nan(""), 0));
    return trained;
  }

  // The slopes anew: those moved along carry the rounding of all moves.
  void refresh(const std::vector<double>& b, std::vector<double>& q) const {
    q = slope_;
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (b[j] != 0) panel_kernels().axpy(-b[j], gram_.column(j), q.size(), q.data());
    }
  }

  double square_of(const std::vector<double>& b, const std::vector<double>& q) const {
    double square = square_;
    for (std::size_t j = 0; j < b.size(); ++j) square -= b[j] * (slope_[j] + q[j]);
    return std::max(square, 0.0);
  }
  Scored score_of(double lambda, const std::vector<double>& b, const std::vector<double>& q) const {
    return scored_of(problem_, form_, form_.all(), b, intercept_, lambda, square_of(b, q) / 2);
  }

  const Problem& problem_;
  const StandardForm& form_;
  CertifiedSettings settings_;
  Square gram_;
  std::vector<double> slope_;  // at b = 0
  double square_;              // mean of (y - offset - intercept)^2
  double intercept_;
};

}  // namespace

std::unique_ptr<Solver> make_moments_solver(const Problem& problem, const StandardForm& form, const Moments& moments,
                                            const CertifiedSettings& settings) {
  return std::make_unique<MomentsSolver>(problem, form, moments, settings);
}

}  // namespace sgdlasso
