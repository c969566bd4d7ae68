#include "r_spec.h"

#include <stdexcept>
#include <string>
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
  spec.every_sample = element<std::string>(solver, "every") == "sample";
  spec.uniform_start = element<std::string>(solver, "init") == "uniform";
  spec.penalize_intercept = element<bool>(solver, "penalize_intercept");
  return spec;
}

SgdSpec sgd_spec(const Rcpp::List& solver) {
  SgdSpec spec;
  spec.rule = element<std::string>(solver, "rule");
  if (!Rf_isNull(solver["rate"])) spec.rate = element<double>(solver, "rate");
  if (!Rf_isNull(solver["schedule"])) spec.schedule = element<std::string>(solver, "schedule");
  spec.average = element<bool>(solver, "average");
  spec.epochs = element<int>(solver, "epochs");
  spec.shuffle = element<std::string>(solver, "shuffle");
  spec.copy = element<bool>(solver, "copy");
  if (solver.containsElementNamed("scale")) spec.scale = numbers(solver, "scale");
  return spec;
}

SolverName exact_method(const Rcpp::List& solver) {
  const std::string method = element<std::string>(solver, "method");
  if (method == "moments") return SolverName::moments;
  if (method == "working_set") return SolverName::working_set;
  if (method == "passes") return SolverName::passes;
  throw std::invalid_argument("unknown method: " + method);
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
