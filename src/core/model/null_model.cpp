#include "base/lanes.h"  // first: it forbids fused multiply-adds in this file

#include "model/null_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace sgdlasso {
namespace {

// Where no event is seen, or nothing but events, the best intercept is infinite: half an event is lent or taken.
double finite_mean(const ResponseMoments& all, double largest) {
  if (all.y <= 0) return 0.5 / (all.rows + 1);
  return all.y < largest ? all.y : (all.rows + 0.5) / (all.rows + 1);
}

}  // namespace

double known_deviance(double deviance, const ResponseKind& y) {
  if (y.constant) return 0;
  if (y.square < least_square && !y.zero) return std::max(deviance, std::numeric_limits<double>::denorm_min());
  const bool rounding = std::isfinite(y.square) && is_rounding(std::sqrt(std::max(deviance, 0.0)), std::sqrt(y.square));
  return rounding ? 0 : deviance;
}

NullModel null_model(const Response& response, const Loss& loss, bool intercept) {
  std::vector<double> eta(response.n);
  for (std::size_t i = 0; i < response.n; ++i) eta[i] = response.offset_of(i);
  NullModel result;
  if (intercept) {
    result.intercept = loss.fit_intercept(response, eta);
    for (double& value : eta) value += result.intercept;
  }
  result.loss = response.mean([&](std::size_t i) { return loss.value(eta[i], response.y[i]); });
  result.deviance = response.mean([&](std::size_t i) { return loss.deviance(eta[i], response.y[i]); });
  const double square = response.mean([&](std::size_t i) { return response.y[i] * response.y[i]; });
  const bool equal = std::all_of(response.y, response.y + response.n, [&](double y) { return y == response.y[0]; });
  // Where no event is seen the best intercept is infinite, whatever the offset.
  const bool zero = equal && response.n > 0 && response.y[0] == 0;
  const bool constant = intercept && equal && (!response.offset || (zero && !loss.is_squared()));
  result.deviance = known_deviance(result.deviance, {square, constant, zero});
  return result;
}

NullModel null_model(const Moments& moments, bool intercept) {
  const std::size_t y = moments.size - 1;
  NullModel result;
  result.intercept = intercept ? moments.mean[y] : 0;
  const double square = mean_product(moments, false, y, y);
  const bool zero = square == 0 && moments.mean[y] == 0;
  result.deviance = known_deviance(mean_product(moments, intercept, y, y), {square, false, zero});
  result.loss = result.deviance / 2;
  return result;
}

ResponseKind kind_of(const ResponseMoments& all, const Loss& loss, bool intercept) {
  const bool zero = all.equal && all.first == 0;
  return {all.y_square, intercept && all.equal && (!all.offset || (zero && !loss.is_squared())), zero};
}

NullModel null_model(const ResponseMoments& all, const Loss& loss, bool intercept) {
  NullModel result;
  if (loss.is_squared()) {
    result.intercept = intercept ? all.target : 0;
    result.deviance = all.null_square(intercept);
    result.loss = result.deviance / 2;
  } else {
    result.intercept = intercept ? loss.link(finite_mean(all, loss.largest_mean())) : 0;
    result.loss = loss.value(result.intercept, all.y);  // linear in y
    result.deviance = 2 * (result.loss - all.saturated);
  }
  result.deviance = known_deviance(result.deviance, kind_of(all, loss, intercept));
  return result;
}

}  // namespace sgdlasso
