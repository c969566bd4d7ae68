#include "passes/pass_look.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sgdlasso {
namespace {

// to[c][k] += Z_c' panel_k
template <class To>
void add_cross_products(const Selection& z, const Rows& rows, const Panel& panel, const Work& work, To to) {
  const std::size_t lanes = panel.lanes(), size = z.columns.size();
  std::vector<double> out(size * lanes);
  rows.cross_products(z, panel, out.data(), work);
  for (std::size_t k = 0; k < lanes; ++k) {
    std::vector<double>& sum = to(k);
    for (std::size_t c = 0; c < size; ++c) sum[c] += out[c * lanes + k];
  }
}

}  // namespace

PassLook::PassLook(const StandardForm& form, std::vector<std::size_t> columns, std::vector<PassModel> models,
                   const Wanted& wanted)
    : columns_(std::move(columns)),
      curved_(columns_.begin(), columns_.begin() + static_cast<std::ptrdiff_t>(wanted.curved)),
      models_(std::move(models)),
      sums_(models_.size()),
      largest_(wanted.bounded, 0.0),
      first_(wanted.first) {
  for (ModelSums& sums : sums_) {
    sums.slope.assign(form.columns.size(), 0.0);
    sums.border.assign(curved_.size(), 0.0);
  }
  for (const Wanted::At& at : wanted.curvatures) {
    curvatures_.push_back({at.model, at.size, std::vector<double>(at.size * at.size, 0.0)});
  }
}

void PassLook::add(const Statement& problem, const StandardForm& form, const Rows& rows, const Observations& response) {
  const Work work{problem.threads, problem.watch};
  const std::size_t n = response.n, lanes = models_.size();
  const Selection chosen{form.scaling, columns_};
  std::vector<double> b(columns_.size() * lanes);
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    for (std::size_t k = 0; k < lanes; ++k) b[c * lanes + k] = models_[k].b[c];
  }
  Panel eta(n, lanes, rows.layout()), residual(n, lanes, rows.layout()), variance(n, lanes, rows.layout());
  rows.add_products(chosen, b.data(), eta, work);
  for (std::size_t k = 0; k < lanes; ++k) {
    take_rows(problem, response, k, eta, residual, variance);
    problem.watch.tick(0);
  }
  add_cross_products(
      form.all(), rows, residual, work, [&](std::size_t k) -> auto& { return sums_[k].slope; });
  add_cross_products(
      {form.scaling, curved_}, rows, variance, work, [&](std::size_t k) -> auto& { return sums_[k].border; });
  std::vector<double> weight(n);
  for (Curvature& to : curvatures_) {
    const double* v = variance.lane(to.model);
    for (std::size_t i = 0; i < n; ++i) weight[i] = v[i * variance.stride()];
    add_curvature(problem, form, rows, weight, to);
  }
  see_largest(form, rows, work);
}

void PassLook::merge(const PassLook& other) {
  const auto add = [](std::vector<double>& to, const std::vector<double>& from) {
    for (std::size_t k = 0; k < to.size(); ++k) to[k] += from[k];
  };
  for (std::size_t k = 0; k < sums_.size(); ++k) {
    ModelSums& to = sums_[k];
    const ModelSums& from = other.sums_[k];
    to.loss += from.loss;
    to.residual += from.residual;
    to.misfit += from.misfit;
    to.curvature += from.curvature;
    to.most_curvature = std::max(to.most_curvature, from.most_curvature);
    add(to.slope, from.slope);
    add(to.border, from.border);
  }
  for (std::size_t k = 0; k < curvatures_.size(); ++k) add(curvatures_[k].products, other.curvatures_[k].products);
  for (std::size_t c = 0; c < largest_.size(); ++c) largest_[c] = std::max(largest_[c], other.largest_[c]);
}

void PassLook::exchange_sums(Archive& archive) {
  for (ModelSums& sums : sums_) {
    archive(sums.loss, sums.residual, sums.misfit, sums.curvature, sums.most_curvature);
    archive.sized(sums.slope, sums.slope.size());
    archive.sized(sums.border, sums.border.size());
  }
  for (Curvature& curvature : curvatures_) archive.sized(curvature.products, curvature.products.size());
  archive.sized(largest_, largest_.size());
}

// From model k's product to its residuals and variances, each times the weight.
void PassLook::take_rows(const Statement& problem, const Observations& response, std::size_t k, Panel& eta,
                         Panel& residual, Panel& variance) {
  const std::size_t n = response.n, stride = eta.stride();
  ModelSums& sums = sums_[k];
  double* at = eta.lane(k);
  double* r = residual.lane(k);
  double* v = variance.lane(k);
  std::vector<double> means(n);
  for (std::size_t i = 0; i < n; ++i) means[i] = at[i * stride] += models_[k].intercept + response.offset_of(i);
  sums.loss += problem.loss.sum_of_values(at, stride, response);
  problem.loss.to_means(means.data(), n);
  for (std::size_t i = 0; i < n; ++i) {
    const double off = response.y[i] - means[i], w = response.weight_of(i), spread = problem.loss.variance(means[i]);
    if (off != 0) sums.misfit += w * off * off / spread;
    sums.most_curvature = std::max(sums.most_curvature, spread);
    sums.residual += r[i * stride] = w * off;
    sums.curvature += v[i * stride] = w * spread;
  }
}

void PassLook::add_curvature(const Statement& problem, const StandardForm& form, const Rows& rows,
                             const std::vector<double>& weight, Curvature& to) {
  const std::size_t size = to.size;
  if (first_ >= size) return;
  const std::vector<std::size_t> columns(curved_.begin(), curved_.begin() + static_cast<std::ptrdiff_t>(size));
  Square gram;
  gram.grow(size);
  rows.gram({form.scaling, columns}, first_, weight.data(), gram, {problem.threads, problem.watch});
  for (std::size_t j = 0; j < size; ++j) {
    const double* from = gram.column(j);
    double* sum = to.products.data() + j * size;
    for (std::size_t i = j < first_ ? first_ : 0; i < size; ++i) sum[i] += from[i];
  }
}

void PassLook::see_largest(const StandardForm& form, const Rows& rows, const Work& work) {
  for (std::size_t c = 0; c < largest_.size(); ++c) {
    const std::vector<std::size_t> column{columns_[c]};
    const double one = 1;
    Panel panel(rows.n(), 1, rows.layout());
    rows.add_products({form.scaling, column}, &one, panel, work);
    for (std::size_t i = 0; i < rows.n(); ++i)
      largest_[c] = std::max(largest_[c], std::abs(panel.lane(0)[i * panel.stride()]));
  }
}

}  // namespace sgdlasso
