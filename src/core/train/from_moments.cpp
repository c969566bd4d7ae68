#include "train/from_moments.h"

#include "model/moments_form.h"
#include "solvers/solver.h"
#include "train/path.h"

namespace sgdlasso {
namespace {

SparseModel sparse_model(const Coefficients& at) {
  SparseModel model{at.intercept, {}, {}};
  for (std::size_t j = 0; j < at.beta.size(); ++j) {
    if (at.beta[j] == 0) continue;
    model.index.push_back(j);
    model.value.push_back(at.beta[j]);
  }
  return model;
}

}  // namespace

FittedPath fit_moments(const FitSpec& spec, const Moments& moments, double rows, Watch& watch) {
  const std::unique_ptr<Loss> loss = make_loss(spec.family);
  const NullModel null = null_model(moments, spec.penalty.intercept);
  const Statement problem = make_statement(spec, rows, column_moments(moments), null, *loss, watch);
  const StandardForm form(problem);
  const MomentsForm products(problem, form, moments);
  return fit_path(
      problem, form, spec, [&] { return products.null_slopes(); },
      [&] { return make_moments_solver(problem, form, products, spec.stop); });
}

std::vector<FoldPath> fit_folds(const FitSpec& spec, const std::vector<Moments>& inside,
                                const std::vector<double>& lambda, Watch& watch) {
  FitSpec whole = spec;
  whole.lambda.given = lambda;
  whole.trace = false;  // and the number of rows, which a grid depends on, does not matter
  whole.stop.most_nonzero = spec.penalty.p();
  const std::vector<Moments> outside = leave_each_out(inside, watch);
  std::vector<FoldPath> folds(inside.size());
  parallel_for(folds.size(), {spec.threads, watch}, [&](std::size_t k, Watch& shared) {
    folds[k].outside = fit_moments(whole, outside[k], 0, shared);
    for (const PathPoint& point : folds[k].outside.points) {
      shared.tick(0);
      folds[k].error.push_back(mean_squared_error(inside[k], sparse_model(point.trained.scored.coefficients)));
    }
  });
  return folds;
}

}  // namespace sgdlasso
