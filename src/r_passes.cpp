#include <Rcpp.h>

#include <limits>
#include <string>
#include <vector>

#include "passes/pass_training.h"
#include "r_block.h"
#include "r_path.h"
#include "r_watch.h"

using namespace sgdlasso;

namespace {

using Handle = Rcpp::XPtr<PassTraining>;

std::vector<double> numbers(const Rcpp::List& from, const char* name) {
  return !from.containsElementNamed(name) || Rf_isNull(from[name]) ? std::vector<double>()
                                                                   : setting<std::vector<double>>(from, name);
}

TrainingPlan as_plan(const Rcpp::List& spec) {
  const Rcpp::List solver = spec["solver"];
  const bool sgd = setting<std::string>(solver, "name") == "sgd";
  TrainingPlan plan;
  plan.penalty.penalty.alpha = setting<double>(spec, "alpha");
  plan.penalty.penalty.factor = setting<std::vector<double>>(spec, "penalty.factor");
  plan.penalty.penalty.lower = numbers(spec, "lower.limits");
  plan.penalty.penalty.upper = numbers(spec, "upper.limits");
  plan.penalty.intercept = setting<bool>(spec, "intercept");
  plan.penalty.standardize = setting<bool>(spec, "standardize");
  plan.lambda = numbers(spec, "lambda");
  const std::vector<double> ratio = numbers(spec, "lambda.min.ratio");
  plan.grid = {setting<int>(spec, "nlambda"), ratio.empty() ? std::numeric_limits<double>::quiet_NaN() : ratio[0]};
  plan.path = path_settings(spec);
  plan.certified = {setting<double>(spec, "tol"), setting<double>(spec, "maxpasses")};
  plan.solves = !sgd;
  plan.rewindable = setting<bool>(spec, "rewindable");
  plan.epochs = sgd ? setting<int>(solver, "epochs") : 1;
  plan.average = sgd ? setting<bool>(solver, "average") : true;
  plan.scale = sgd ? numbers(solver, "scale") : std::vector<double>();
  plan.most_numbers = setting<double>(spec, "memory") / sizeof(double);
  plan.threads = setting<int>(spec, "threads");
  return plan;
}

// What R has to word comes back as list(overflow =), list(columns =, most =), ... or list(state =): what is wrong with one.
template <class Code>
Rcpp::List in_words(Code code) {
  try {
    return Rcpp::List::create(Rcpp::_["value"] = code());
  } catch (const NotFinite&) {
    return Rcpp::List::create(Rcpp::_["overflow"] = "The linear predictor overflows: rescale `offset` or the columns of x");
  } catch (const RowsChanged& error) {
    return Rcpp::List::create(Rcpp::_["rows"] = error.rows, Rcpp::_["before"] = error.before);
  } catch (const TooManyColumns& error) {
    return Rcpp::List::create(Rcpp::_["columns"] = static_cast<double>(error.columns), Rcpp::_["most"] = error.most);
  } catch (const StateError& error) {
    return Rcpp::List::create(Rcpp::_["state"] = error.what());
  }
}

}  // namespace

// Training on rows that come pass by pass (pass_training.h).
// [[Rcpp::export]]
SEXP r_new_passes(Rcpp::List spec, bool sparse) {
  return Handle(new PassTraining(make_loss(setting<std::string>(spec, "family")), as_plan(spec), sparse,
                                 std::make_unique<RWatch>(R_NilValue)));
}

// numbers: a block (r_block.h), all of them dense or all sparse. Weights are as they are.
// [[Rcpp::export]]
Rcpp::List r_add_rows(SEXP training, Rcpp::List numbers) {
  return in_words([&] {
    Rcpp::checkUserInterrupt();
    const RBlock block(numbers);
    const Handle to(training);
    if (block.p != to->columns()) throw std::invalid_argument("a block is of other columns than the training");
    to->add(*block.rows(), block.response);
    return true;
  });
}

// Whether another pass is wanted.
// [[Rcpp::export]]
Rcpp::List r_end_pass(SEXP training) {
  return in_words([&] { return Handle(training)->end_pass(); });
}

// [[Rcpp::export]]
Rcpp::List r_continue_pass(SEXP training) {
  return in_words([&] {
    Handle(training)->continue_pass();
    return true;
  });
}

// What R/fit.R makes a fit of; NULL where nothing was learned yet.
// [[Rcpp::export]]
SEXP r_passes_result(SEXP training) {
  const Handle from(training);
  const std::vector<PathPoint> path = from->path();
  if (path.empty()) return R_NilValue;
  Rcpp::List result = as_result(from->problem(), path);
  result["passes"] = from->passes();
  result["continues"] = from->continues();
  result["shortened"] = from->shortened();
  return result;
}

// [[Rcpp::export]]
Rcpp::RawVector r_save_passes(SEXP training) {
  Archive archive;
  Handle(training)->exchange(archive);
  return Rcpp::RawVector(archive.bytes().begin(), archive.bytes().end());
}

// A new training brought to the state that r_save_passes() told.
// [[Rcpp::export]]
Rcpp::List r_restore_passes(SEXP training, Rcpp::RawVector state) {
  return in_words([&] {
    Archive archive(std::vector<char>(state.begin(), state.end()));
    Handle(training)->exchange(archive);
    archive.require(archive.at_end());
    return true;
  });
}
