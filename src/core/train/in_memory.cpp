#include "train/in_memory.h"

#include <stdexcept>
#include <utility>

#include "descent/unpenalized.h"
#include "train/path.h"

namespace sgdlasso {
namespace {

std::unique_ptr<Moments> gather_moments(const FitSpec& spec, const Rows& rows, const Observations& response,
                                        Watch& watch) {
  if (spec.solver != SolverName::moments) return nullptr;
  if (!rows.dense_values()) throw std::invalid_argument("moments are of dense columns");
  return std::make_unique<Moments>(dense_moments(rows.dense_values(), rows.p(), response, {spec.threads, watch}));
}

Problem state(const FitSpec& spec, const Rows& rows, const Response& response, const Loss& loss, const Moments* moments,
              Watch& watch) {
  return {make_statement(spec, static_cast<double>(rows.n()),
                         moments ? column_moments(*moments) : rows.moments(response, {spec.threads, watch}),
                         null_model(response, loss, spec.penalty.intercept), loss, watch),
          rows, response};
}

}  // namespace

InMemory::InMemory(const FitSpec& spec, const Rows& rows, const Observations& response, Watch& watch)
    : spec_(spec),
      loss_(make_loss(spec.family)),
      moments_(gather_moments(spec, rows, response, watch)),
      problem_(state(spec, rows, Response(response, &watch), *loss_, moments_.get(), watch)),
      form_(problem_),
      moments_form_(moments_ ? std::make_unique<MomentsForm>(problem_, form_, *moments_) : nullptr) {}

FittedPath InMemory::path() const {
  const auto slopes = [&] { return moments_form_ ? moments_form_->null_slopes() : null_slopes(problem_, form_); };
  return fit_path(problem_, form_, spec_, slopes, [&] { return make_solver(); });
}

std::unique_ptr<Solver> InMemory::make_solver() const {
  switch (spec_.solver) {
    case SolverName::nudge:
      return make_nudge_solver(problem_, spec_);
    case SolverName::sgd:
      return make_sgd_solver(problem_, spec_);
    case SolverName::saga:
      return make_saga_solver(problem_, form_, spec_);
    case SolverName::moments:
      return make_moments_solver(problem_, form_, *moments_form_, spec_.stop);
    case SolverName::working_set:
      return make_working_set_solver(problem_, form_, spec_.stop);
    case SolverName::passes:
      break;
  }
  throw std::invalid_argument("rows in memory are not trained on by passes");
}

}  // namespace sgdlasso
