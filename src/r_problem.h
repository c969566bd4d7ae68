// r_problem.h: the problem that R's arguments state, with everything it views.
#pragma once

#include <Rcpp.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "model/moments_form.h"
#include "model/standard_form.h"
#include "r_convert.h"
#include "r_watch.h"

inline std::vector<double> limits(const Rcpp::List& spec, const char* name) {
  return !spec.containsElementNamed(name) || Rf_isNull(spec[name]) ? std::vector<double>()
                                                                   : setting<std::vector<double>>(spec, name);
}

inline sgdlasso::Penalty make_penalty(const Rcpp::List& spec, const sgdlasso::ColumnMoments& columns,
                                      const sgdlasso::Loss& loss, const sgdlasso::NullModel& null) {
  sgdlasso::Penalty penalty;
  penalty.alpha = setting<double>(spec, "alpha");
  penalty.ridge = sgdlasso::ridge_share(penalty.alpha, loss.is_squared(), null.deviance);
  penalty.factor = setting<std::vector<double>>(spec, "penalty.factor");
  penalty.lower = limits(spec, "lower.limits");
  penalty.upper = limits(spec, "upper.limits");
  const std::size_t p = columns.variance.size();
  const auto one_a_column = [&](const std::vector<double>& values) { return values.empty() || values.size() == p; };
  if (penalty.factor.size() != p || !one_a_column(penalty.lower) || !one_a_column(penalty.upper)) {
    throw std::invalid_argument("penalty factors or limits are not one number for each column of x");
  }
  const bool standardize = setting<bool>(spec, "standardize");
  for (const double variance : columns.variance) {
    penalty.spread.push_back(standardize && variance > 0 ? std::sqrt(variance) : 1);
  }
  return penalty;
}

inline sgdlasso::Statement make_statement(sgdlasso::ColumnMoments columns, const sgdlasso::NullModel& null,
                                          const sgdlasso::Loss& loss, const Rcpp::List& spec, sgdlasso::Watch& watch) {
  sgdlasso::Penalty penalty = make_penalty(spec, columns, loss, null);
  return {loss,
          std::move(penalty),
          std::move(columns),
          setting<bool>(spec, "intercept"),
          setting<bool>(spec, "standardize"),
          null,
          setting<int>(spec, "threads"),
          watch};
}

class RProblem {
 public:
  RProblem(SEXP x, const Rcpp::NumericVector& y, SEXP weight, SEXP offset, const Rcpp::List& spec)
      : rows(as_rows(x)),
        loss(sgdlasso::make_loss(setting<std::string>(spec, "family"))),
        watch(spec["progress"]),
        moments(gather_moments(x, as_response(y, weight, offset, rows->n()), spec, watch)),
        problem(state(watched(as_response(y, weight, offset, rows->n()), watch), spec)),
        form(problem),
        moments_form(moments ? std::make_unique<sgdlasso::MomentsForm>(problem, form, *moments) : nullptr) {}
  RProblem(const RProblem&) = delete;
  RProblem& operator=(const RProblem&) = delete;

  const std::unique_ptr<sgdlasso::Rows> rows;
  const std::unique_ptr<sgdlasso::Loss> loss;
  RWatch watch;
  const std::unique_ptr<sgdlasso::Moments> moments;  // where the plan is to solve everything from one pass
  const sgdlasso::Problem problem;
  const sgdlasso::StandardForm form;
  const std::unique_ptr<sgdlasso::MomentsForm> moments_form;  // goes with moments

 private:
  static sgdlasso::Response watched(sgdlasso::Response response, sgdlasso::Watch& watch) {
    response.watch = &watch;
    return response;
  }
  static std::unique_ptr<sgdlasso::Moments> gather_moments(SEXP x, const sgdlasso::Response& response, const Rcpp::List& spec,
                                                           RWatch& watch) {
    if (setting<std::string>(spec, "method") != "moments") return nullptr;
    const sgdlasso::Work work{setting<int>(spec, "threads"), watch};
    return std::make_unique<sgdlasso::Moments>(
        sgdlasso::dense_moments(dense_values(x), static_cast<std::size_t>(Rf_ncols(x)), response, work));
  }

  sgdlasso::Problem state(const sgdlasso::Response& response, const Rcpp::List& spec) {
    return {make_statement(moments ? sgdlasso::column_moments(*moments) : rows->moments(response, watch),
                           sgdlasso::null_model(response, *loss, setting<bool>(spec, "intercept")), *loss, spec, watch),
            *rows, response};
  }
};
