#include <Rcpp.h>

#include <memory>

#include "passes/pass_training.h"
#include "r_block.h"
#include "r_path.h"
#include "r_spec.h"
#include "r_watch.h"

using namespace sgdlasso;

namespace {

using Handle = Rcpp::XPtr<PassTraining>;

// What R has to word comes back as list(overflow =), list(columns =, most =), ... or list(state =): what is wrong with
// one.
template <class Code>
Rcpp::List in_words(Code code) {
  try {
    return Rcpp::List::create(Rcpp::_["value"] = code());
  } catch (const NotFinite&) {
    return Rcpp::List::create(Rcpp::_["overflow"] =
                                  "The linear predictor overflows: rescale `offset` or the columns of x");
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
  return Handle(new PassTraining(as_spec(spec), sparse, std::make_unique<RWatch>(R_NilValue)));
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

// Of a part of the rows: whether it takes them once more by itself.
// [[Rcpp::export]]
Rcpp::List r_end_part(SEXP training) {
  return in_words([&] { return Handle(training)->end_part(); });
}

// state: of a part (r_save_passes()), which was in the state of this training and was given rows instead of it.
// [[Rcpp::export]]
Rcpp::List r_merge_passes(SEXP training, Rcpp::RawVector state) {
  return in_words([&] {
    const Handle to(training);
    const std::unique_ptr<PassTraining> part = to->anew(std::make_unique<RWatch>(R_NilValue));
    Archive archive(std::vector<char>(state.begin(), state.end()));
    part->exchange(archive);
    archive.require(archive.at_end());
    to->merge(*part);
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
  const FittedPath path = from->result();
  if (path.points.empty()) return R_NilValue;
  Rcpp::List result = as_result(path);
  result["passes"] = from->passes();
  result["continues"] = from->continues();
  result["shortened"] = from->shortened();
  return result;
}

// What the pass at hand is for, and the first, the last and the number of its lambdas among so many.
// [[Rcpp::export]]
Rcpp::List r_pass_at_hand(SEXP training) {
  const Handle from(training);
  const PathBatches& lambdas = from->lambdas();
  const auto number = [](std::size_t count) { return static_cast<double>(count); };
  return Rcpp::List::create(
      Rcpp::_["phase"] = Phase::kWords[static_cast<int>(from->phase())], Rcpp::_["first"] = number(lambdas.first()) + 1,
      Rcpp::_["last"] = number(lambdas.first() + lambdas.size()), Rcpp::_["all"] = number(lambdas.all().size()));
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
