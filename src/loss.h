// loss.h: how far a linear predictor eta is from the response y.
//
// To add a loss: derive from Loss, give its functions in loss.cpp, name it in make_loss() and in check_family() of
// R/check.R, and add its row to the table in tests/testthat/test-loss.R. Solvers and row sources need no change.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "response.h"

namespace sgdlasso {

// The implicit (proximal point) step has the residual r* = y - mean(eta + step r*). With q = r / r* - 1, the excess of the
// plain residual r, the step is cut to `share` = 1 / sqrt(1 + q^2) of its size, where the mean can run away to 1 / (1 + q).
struct CappedStep {
  double share;
  double residual;  // share * r
};

class Loss {
 public:
  virtual ~Loss() = default;
  virtual bool is_squared() const { return false; }
  virtual double value(double eta, double y) const = 0;     // l(eta, y)
  virtual double saturated(double y) const = 0;             // inf over eta of l(eta, y)
  virtual double mean(double eta) const = 0;                // mu; the slope dl/deta is mu - y for every loss here
  virtual double curvature(double eta) const = 0;           // d2l/deta2
  virtual double usual_curvature(double mean_y) const = 0;  // its size when eta fits a response of that mean
  // A gradient step of this size times |x|^2, capped by its own implicit step.
  virtual CappedStep capped_step(double eta, double y, double step) const = 0;
  // The intercept that minimises the mean loss of intercept + eta_i (eta holds the offsets). Finite for any data.
  virtual double fit_intercept(const Response& response, const std::vector<double>& eta) const = 0;

  double deviance(double eta, double y) const { return 2 * (value(eta, y) - saturated(y)); }
};

// "gaussian", "binomial" or "poisson"; throws std::invalid_argument for any other name.
std::unique_ptr<Loss> make_loss(const std::string& family);

}  // namespace sgdlasso
