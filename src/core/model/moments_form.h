// moments_form.h: squared loss from sufficient statistics alone, in the columns of the standard form.
#pragma once

#include <cstddef>
#include <vector>

#include "base/square.h"
#include "model/certificate.h"
#include "model/moments.h"
#include "model/standard_form.h"

namespace sgdlasso {

class MomentsForm {
 public:
  MomentsForm(const Statement& problem, const StandardForm& form, const Moments& moments);

  // Slopes where the columns without penalty are fitted and all others are 0.
  std::vector<double> null_slopes() const;
  // Of coefficients b with slopes q.
  double square(const std::vector<double>& b, const std::vector<double>& q) const;
  Certificate certify(const std::vector<CoordinatePenalty>& penalty, const std::vector<double>& b,
                      const std::vector<double>& q) const;

  Square gram;
  std::vector<double> slope;  // at b = 0
  double null_square;         // mean of (y - offset - intercept)^2
  double intercept;

 private:
  // Slopes q once the residual is projected off some columns, and what its square loses by that.
  struct Projected {
    std::vector<double> slope;
    double loss;
  };
  Projected project_off(const std::vector<std::size_t>& columns, const std::vector<double>& q) const;

  std::vector<std::size_t> unpenalized_;
  double null_deviance_;
  Watch& watch_;
};

}  // namespace sgdlasso
