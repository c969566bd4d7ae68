#include "model/fit_spec.h"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace sgdlasso {

double PenaltySpec::spread(double variance) const {
  return standardize && variance > 0 ? std::sqrt(variance) : 1;
}

Penalty PenaltySpec::at(const ColumnMoments& columns, const Loss& loss, double null_deviance) const {
  const auto one_a_column = [&](const std::vector<double>& values) {
    return values.empty() || values.size() == columns.variance.size();
  };
  if (factor.size() != columns.variance.size() || !one_a_column(lower) || !one_a_column(upper)) {
    throw std::invalid_argument("penalty factors or limits are not one number for each column of x");
  }
  Penalty penalty{alpha, ridge_share(alpha, loss.is_squared(), null_deviance), factor, {}, lower, upper};
  for (const double variance : columns.variance) penalty.spread.push_back(spread(variance));
  return penalty;
}

double LambdaSpec::ratio_for(double rows, std::size_t p) const {
  if (!std::isnan(ratio)) return ratio;
  return rows < static_cast<double>(p) ? 0.01 : 1e-4;
}

Statement make_statement(const FitSpec& spec, double rows, ColumnMoments columns, const NullModel& null,
                         const Loss& loss, Watch& watch) {
  Penalty penalty = spec.penalty.at(columns, loss, null.deviance);
  return {loss,
          std::move(penalty),
          std::move(columns),
          spec.penalty.intercept,
          spec.penalty.standardize,
          null,
          spec.threads,
          watch,
          rows};
}

}  // namespace sgdlasso
