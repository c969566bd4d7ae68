#include "r_spec.h"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace sgdlasso;

namespace {

template <class T>
T element(const Rcpp::List& list, const char* name) {
  return Rcpp::as<T>(list[name]);
}

// NULL is no number at all.
std::vector<double> numbers(const Rcpp::List& list, const char* name) {
  return Rf_isNull(list[name]) ? std::vector<double>() : element<std::vector<double>>(list, name);
}

// What the core calls this.
template <class Choice>
using Names = std::vector<std::pair<const char*, Choice>>;
template <class Choice>
Choice named(const char* what, const std::string& name, const Names<Choice>& names) {
  for (const auto& [known, choice] : names) {
    if (name == known) return choice;
  }
  throw std::invalid_argument(std::string("unknown ") + what + ": " + name);
}
template <class Choice>
Choice choice(const Rcpp::List& list, const char* element_name, const Names<Choice>& names) {
  return named(element_name, element<std::string>(list, element_name), names);
}

PenaltySpec penalty_spec(const Rcpp::List& list) {
  PenaltySpec spec;
  spec.alpha = element<double>(list, "alpha");
  spec.factor = element<std::vector<double>>(list, "penalty.factor");
  spec.lower = numbers(list, "lower.limits");
  spec.upper = numbers(list, "upper.limits");
  spec.intercept = element<bool>(list, "intercept");
  spec.standardize = element<bool>(list, "standardize");
  return spec;
}

LambdaSpec lambda_spec(const Rcpp::List& list) {
  LambdaSpec spec;
  spec.given = numbers(list, "lambda");
  spec.length = element<int>(list, "nlambda");
  const std::vector<double> ratio = numbers(list, "lambda.min.ratio");
  if (!ratio.empty()) spec.ratio = ratio[0];
  return spec;
}

NudgeSpec nudge_spec(const Rcpp::List& solver) {
  NudgeSpec spec;
  spec.nudge = element<double>(solver, "nudge");
  spec.rate = element<double>(solver, "rate");
  spec.epochs = element<int>(solver, "epochs");
  spec.every_sample = choice<bool>(solver, "every", {{"sample", true}, {"epoch", false}});
  spec.uniform_start = choice<bool>(solver, "init", {{"uniform", true}, {"zero", false}});
  spec.penalize_intercept = element<bool>(solver, "penalize_intercept");
  return spec;
}

SgdSpec sgd_spec(const Rcpp::List& solver) {
  SgdSpec spec;
  spec.rule = choice<SgdRule>(solver, "rule",
                              {{"adaptive", SgdRule::adaptive},
                               {"truncated", SgdRule::truncated},
                               {"cumulative", SgdRule::cumulative},
                               {"proximal", SgdRule::proximal},
                               {"dual_averaging", SgdRule::dual_averaging}});
  if (!Rf_isNull(solver["rate"])) spec.rate = element<double>(solver, "rate");
  if (!Rf_isNull(solver["schedule"])) {
    spec.schedule = choice<SgdSchedule>(
        solver, "schedule",
        {{"constant", SgdSchedule::constant}, {"inverse", SgdSchedule::inverse}, {"sqrt", SgdSchedule::sqrt}});
  }
  spec.average = element<bool>(solver, "average");
  spec.epochs = element<int>(solver, "epochs");
  spec.shuffle = as_shuffle(element<std::string>(solver, "shuffle"));
  spec.copy = element<bool>(solver, "copy");
  if (solver.containsElementNamed("scale")) spec.scale = numbers(solver, "scale");
  return spec;
}

SolverName exact_method(const Rcpp::List& solver) {
  return choice<SolverName>(
      solver, "method",
      {{"moments", SolverName::moments}, {"working_set", SolverName::working_set}, {"passes", SolverName::passes}});
}

void read_solver(const Rcpp::List& solver, FitSpec& spec) {
  const std::string name = element<std::string>(solver, "name");
  if (name == "nudge") {
    spec.solver = SolverName::nudge;
    spec.nudge = nudge_spec(solver);
  } else if (name == "sgd") {
    spec.solver = SolverName::sgd;
    spec.sgd = sgd_spec(solver);
  } else if (name == "saga") {
    spec.solver = SolverName::saga;
    spec.saga_epochs = element<int>(solver, "epochs");
  } else if (name == "exact") {
    spec.solver = exact_method(solver);
  } else {
    throw std::invalid_argument("unknown solver: " + name);
  }
}

}  // namespace

Shuffle as_shuffle(const std::string& name) {
  return named<Shuffle>("shuffle", name,
                        {{"none", Shuffle::none}, {"rows", Shuffle::rows}, {"blocks", Shuffle::blocks}});
}

FitSpec as_spec(const Rcpp::List& list) {
  FitSpec spec;
  spec.family = element<std::string>(list, "family");
  spec.penalty = penalty_spec(list);
  spec.lambda = lambda_spec(list);
  spec.stop = {element<double>(list, "tol"), element<double>(list, "maxpasses"),
               static_cast<std::size_t>(element<double>(list, "dfmax"))};
  read_solver(list["solver"], spec);
  spec.seed = static_cast<std::uint32_t>(element<double>(list, "seed"));
  spec.threads = element<int>(list, "threads");
  spec.trace = element<bool>(list, "trace");
  spec.most_numbers = element<double>(list, "memory") / sizeof(double);
  spec.rewindable = element<bool>(list, "rewindable");
  return spec;
}
