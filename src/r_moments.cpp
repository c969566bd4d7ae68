#include "r_moments.h"

#include <Rcpp.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include "r_block.h"
#include "r_watch.h"

using namespace sgdlasso;

// Blocks with fewer products take about a millisecond, of which starting threads would take much, and others read ahead
// meanwhile.
constexpr double kWorthThreads = 5e7;

Moments as_moments(const Rcpp::List& moments) {
  const Rcpp::NumericVector mean = moments["mean"], cross = moments["cross"];
  const R_xlen_t all = mean.size();
  if (all < 2 || cross.size() != all * (all + 1) / 2) throw std::invalid_argument("the sizes of moments do not agree");
  Moments result(static_cast<std::size_t>(all) - 1);
  result.weight = Rcpp::as<double>(moments["weight"]);
  std::copy(mean.begin(), mean.end(), result.mean.begin());
  const double* from = cross.begin();
  for (std::size_t i = 0; i < result.size; ++i) {
    std::copy(from, from + result.size - i, result.cross.data() + i * result.size + i);
    from += result.size - i;
  }
  return result;
}

std::vector<Moments> as_parts(const Rcpp::List& moments, Watch& watch) {
  std::vector<Moments> parts;
  for (R_xlen_t k = 0; k < moments.size(); ++k) {
    parts.push_back(as_moments(moments[k]));
    watch.tick(0);
    if (parts.back().size != parts[0].size) throw std::invalid_argument("moments are of other columns than the first");
  }
  if (parts.empty()) throw std::invalid_argument("there are no moments");
  return parts;
}

void check_folds(const std::vector<int>& fold, std::size_t n, int folds) {
  const bool inside = std::all_of(fold.begin(), fold.end(), [&](int one) { return one >= 0 && one < folds; });
  if (fold.size() != n || !inside) throw std::invalid_argument("folds are not one number for each row");
}

Rcpp::List as_list(const Moments& moments) {
  Rcpp::NumericVector cross(static_cast<R_xlen_t>(moments.size * (moments.size + 1) / 2));
  double* to = cross.begin();
  for (std::size_t i = 0; i < moments.size; ++i) {
    const double* row = moments.cross.data() + i * moments.size;
    to = std::copy(row + i, row + moments.size, to);
  }
  return Rcpp::List::create(Rcpp::_["weight"] = moments.weight, Rcpp::_["mean"] = moments.mean,
                            Rcpp::_["cross"] = cross);
}

// Moments of each fold (1: of all rows) that blocks of rows are added to; lives as long as R's training loop.
// [[Rcpp::export]]
SEXP r_new_moments(int p, int folds) {
  RWatch watch(R_NilValue);
  return Rcpp::XPtr<std::vector<Moments>>(
      new std::vector<Moments>(empty_moments(static_cast<std::size_t>(p), static_cast<std::size_t>(folds), watch)));
}

static std::vector<Moments> block_moments(const RBlock& block, SEXP fold, std::size_t folds, const Work& work) {
  if (Rf_isNull(fold)) {
    std::vector<Moments> all;
    all.push_back(dense_moments(block.x, block.p, block.response, work));
    return all;
  }
  const std::vector<int> of_rows = Rcpp::as<std::vector<int>>(fold);
  check_folds(of_rows, block.n, static_cast<int>(folds));
  return fold_moments(block.x, block.p, block.response, of_rows, folds, work);
}

// numbers: a block (r_block.h). fold: of each row, from 0; NULL where there is one. Weights are as they are.
// [[Rcpp::export]]
void r_add_moments(SEXP moments, Rcpp::List numbers, SEXP fold, int threads) {
  Rcpp::XPtr<std::vector<Moments>> to(moments);
  RWatch watch(R_NilValue);
  const RBlock block(numbers);
  if (!block.x || to->at(0).size != block.p + 1)
    throw std::invalid_argument("a block is of other columns than the moments");
  const double products = static_cast<double>(block.n) * static_cast<double>(block.p) * static_cast<double>(block.p);
  const Work work{products < kWorthThreads ? 1 : threads, watch};
  std::vector<Moments> part = block_moments(block, fold, to->size(), work);
  for (std::size_t k = 0; k < part.size(); ++k) {
    (*to)[k].merge_into(part[k]);
    watch.tick(0);
  }
  to->swap(part);  // at once: a block that is interrupted counts in no fold
}

// [[Rcpp::export]]
Rcpp::List r_take_moments(SEXP moments) {
  const Rcpp::XPtr<std::vector<Moments>> from(moments);
  RWatch watch(R_NilValue);
  Rcpp::List result(static_cast<R_xlen_t>(from->size()));
  for (std::size_t k = 0; k < from->size(); ++k) {
    result[static_cast<R_xlen_t>(k)] = as_list((*from)[k]);
    watch.tick(0);
  }
  return result;
}

// What r_take_moments() gave, to be added to again.
// [[Rcpp::export]]
SEXP r_restore_moments(Rcpp::List moments) {
  RWatch watch(R_NilValue);
  return Rcpp::XPtr<std::vector<Moments>>(new std::vector<Moments>(as_parts(moments, watch)));
}

// The moments of all rows together.
// [[Rcpp::export]]
Rcpp::List r_sum_moments(Rcpp::List moments) {
  RWatch watch(R_NilValue);
  return as_list(total(as_parts(moments, watch), watch));
}

// The fold, from 1, of rows by their place in a source (from 1): splitmix64 (Steele, Lea and Flood 2014) of place and
// seed, so that it depends on nothing else.
// [[Rcpp::export]]
Rcpp::IntegerVector r_hash_folds(Rcpp::NumericVector places, double seed, int folds) {
  Rcpp::IntegerVector result(places.size());
  for (R_xlen_t i = 0; i < places.size(); ++i) {
    std::uint64_t z = static_cast<std::uint64_t>(places[i]) * 0x9E3779B97F4A7C15u +
                      static_cast<std::uint64_t>(seed) * 0xD1342543DE82EF95u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    result[i] = static_cast<int>(z % static_cast<std::uint64_t>(folds)) + 1;
  }
  return result;
}
