// loss.h: how far a linear predictor eta is from the response y.
//
// To add a loss: derive from Loss, give its functions in loss.cpp, name it in make_loss() and in check_family() of
// R/check.R, and add its row to the table in tests/core/model/test_loss.cpp. Solvers and row sources need no change.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rows/response.h"

namespace sgdlasso {

// The implicit (proximal point) step has the residual r* = y - mean(eta + step r*). With q = r / r* - 1, the excess of
// the plain residual r, the step is cut to `share` = 1 / sqrt(1 + q^2) of its size, where the mean can run away to 1 /
// (1 + q).
struct CappedStep {
  double share;
  double residual;  // share * r
};

// Factors that make the residuals of both signs sum to 0: the larger side is scaled down.
struct Balance {
  double positive = 1;
  double negative = 1;
  double of(double r) const { return r > 0 ? positive : negative; }
};
// From the sizes of both sums.
Balance balance(double positive, double negative);

class Loss {
 public:
  virtual ~Loss() = default;
  virtual bool is_squared() const { return false; }
  virtual double value(double eta, double y) const = 0;     // l(eta, y)
  virtual double saturated(double y) const = 0;             // inf over eta of l(eta, y)
  virtual double mean(double eta) const = 0;                // mu; the slope dl/deta is mu - y for every loss here
  virtual double link(double mean) const = 0;               // the eta of a mean
  virtual double variance(double mean) const = 0;           // the curvature where mu is this
  virtual double largest_mean() const = 0;                  // bound of y and mu
  virtual double curvature(double eta) const = 0;           // d2l/deta2
  virtual double usual_curvature(double mean_y) const = 0;  // its size when eta fits a response of that mean
  // What the duality gap counts for a row whose dual point is the mean mu(eta) + delta: l(eta, y) plus the conjugate
  // there, which is 0 at delta = 0 and infinite where mu + delta is no mean.
  virtual double divergence(double delta, double eta) const = 0;
  // A gradient step of this size times |x|^2, capped by its own implicit step.
  virtual CappedStep capped_step(double eta, double y, double step) const = 0;
  // The intercept that minimises the mean loss of intercept + eta_i (eta holds the offsets). Finite for any data.
  virtual double fit_intercept(const Response& response, const std::vector<double>& eta) const = 0;

  // Each of the n numbers becomes its mean.
  virtual void to_means(double* eta, std::size_t n) const = 0;
  // Each of the n numbers becomes the curvature there.
  virtual void to_curvatures(double* eta, std::size_t n) const = 0;
  // The sum over rows of w_i divergence(r_i (1 - s f_i), eta[i * stride]), where r_i = y_i - mu_i and
  // feasible[i * stride] = share f_i w_i r_i, f the factor of its sign. The mean mu is y - r, which saves the
  // exponential, but where little is left of it.
  virtual double sum_of_divergences(const double* feasible, const double* eta, std::size_t stride,
                                    const Observations& rows, double share, const Balance& f, double s) const = 0;
  // The sum over rows of w_i l(eta[i * stride], y_i).
  virtual double sum_of_values(const double* eta, std::size_t stride, const Observations& rows) const = 0;

  double deviance(double eta, double y) const { return 2 * (value(eta, y) - saturated(y)); }
};

// "gaussian", "binomial" or "poisson"; throws std::invalid_argument for any other name.
std::unique_ptr<Loss> make_loss(const std::string& family);

}  // namespace sgdlasso
