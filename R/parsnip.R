# The engine "sgdlasso" of parsnip's linear_reg(), logistic_reg() and poisson_reg().
#
# To add a model of parsnip: a row in engine_models().

engine_models <- function() c(linear_reg = "gaussian", logistic_reg = "binomial", poisson_reg = "poisson")

# A model that has the engine is left alone: parsnip refuses a second registration that differs. An old parsnip is no
# reason for the package not to load.
register_engine <- function(...) {
  models <- engine_models()
  tryCatch(
    for (model in names(models)) {
      if (!"sgdlasso" %in% parsnip::get_from_env(model)$engine) register_model(model, models[[model]])
    },
    error = function(e) packageStartupMessage("sgdlasso is no engine of this parsnip: ", conditionMessage(e))
  )
}

register_model <- function(model, family) {
  mode <- if (family == "binomial") "classification" else "regression"
  parsnip::set_model_engine(model, mode, "sgdlasso")
  parsnip::set_dependency(model, "sgdlasso", "sgdlasso", mode)
  parsnip::set_model_arg(
    model, "sgdlasso", "penalty", "penalty", list(pkg = "dials", fun = "penalty"), has_submodel = TRUE
  )
  parsnip::set_model_arg(
    model, "sgdlasso", "mixture", "alpha", list(pkg = "dials", fun = "mixture", range = c(0.05, 1)),
    has_submodel = FALSE
  )
  parsnip::set_fit(model, mode, "sgdlasso", list(
    interface = "matrix", protect = c("x", "y", "weights"), func = c(pkg = "sgdlasso", fun = "parsnip_sgdlasso"),
    defaults = list(family = family)
  ))
  parsnip::set_encoding(model, mode, "sgdlasso", list(
    predictor_indicators = "traditional", compute_intercept = TRUE, remove_intercept = TRUE, allow_sparse_x = TRUE
  ))
  types <- engine_predictions(mode)
  for (type in names(types)) parsnip::set_pred(model, mode, "sgdlasso", type, types[[type]])
}

# How each type is predicted. The expressions are evaluated by parsnip, where `object` is its fit.
engine_predictions <- function(mode) {
  by_predict <- function(post = NULL, ...) {
    # above the path either all is zero, as at its largest lambda, or the penalty was made part of the path
    s <- quote(pmin(object$fit$penalty, max(object$fit$lambda)))
    # the column that is the offset; x has it no more
    offset <- quote(if (!is.null(object$fit$offset_column)) as.numeric(new_data[, object$fit$offset_column]))
    list(
      pre = NULL, post = post, func = c(fun = "predict"),
      args = list(object = quote(object$fit), newx = quote(new_data), s = s, newoffset = offset, ...)
    )
  }
  only_column <- function(x, object) unname(x[, 1])
  two_columns <- function(x, object) stats::setNames(as.data.frame(cbind(1 - x[, 1], x[, 1])), object$lvl)
  types <- list(raw = by_predict())
  if (mode == "regression") return(c(types, list(numeric = by_predict(only_column, type = "response"))))
  c(types, list(class = by_predict(only_column, type = "class"), prob = by_predict(two_columns, type = "response")))
}

#' The fit function of the parsnip engine
#'
#' Called by parsnip for `linear_reg(engine = "sgdlasso")`, `logistic_reg()` and `poisson_reg()`; use it through these.
#'
#' `penalty` is lambda and `mixture` alpha. The whole path is fitted, so that one fit gives predictions at any penalty
#' (`multi_predict()`, and tune's way to try many penalties); between the path's lambdas coefficients are interpolated.
#' A `penalty` beyond the end of the path is added to it and solved. A path that ends because the fit changes no more
#' goes on to 1e-10, the least that `dials::penalty()` tries. Other paths end earlier, as going on may take long:
#' `multi_predict()` below their end warns (class `sgdlasso_warning_s`) and takes the last model, unless `path_values`
#' go further.
#'
#' Predictions: `"numeric"`, `"class"`, `"prob"` and `"raw"` (the linear predictor). As everywhere, the second level of
#' a factor is modelled. Sparse matrices and sparse tibbles, and case weights are used. `offset()` in a formula is not,
#' as parsnip drops it: say `set_engine("sgdlasso", offset_column = "name")` instead, and let the formula or the recipe
#' bring that numeric column among the predictors, as it is.
#'
#' @param x,y,weights Data as parsnip gives them.
#' @param penalty One number of 0 or more, the lambda to predict at.
#' @param path_values Lambdas to solve instead of the automatic path, for `parsnip::set_engine("sgdlasso", path_values =
#'   )`.
#' @param offset_column The name of the column of x that is the offset, of new data too; it gets no coefficient. `NULL`
#'   (default): there is no offset.
#' @param progress As for [sgdlasso()], but never by default.
#' @param ... Other arguments of [sgdlasso()], from `parsnip::set_engine()`; not `lambda`.
#' @return A fit by [sgdlasso()] with the fields `penalty` and, if there is one, `offset_column` more.
#' @examples
#' if (requireNamespace("parsnip", quietly = TRUE)) {
#'   spec <- parsnip::linear_reg(penalty = 1, engine = "sgdlasso")
#'   fit <- parsnip::fit(spec, murder_rate ~ ., data = murder_rates)
#'   predict(fit, murder_rates[1:3, ])
#'   parsnip::multi_predict(fit, murder_rates[1:3, ], penalty = c(2, 1))
#' }
#' @keywords internal
#' @export
parsnip_sgdlasso <- function(x, y, weights = NULL, penalty = NULL, path_values = NULL, offset_column = NULL,
                             progress = FALSE, ...) {
  call <- match.call()
  if (is.null(penalty)) abort_input("`penalty` is missing.", "Give parsnip one number of 0 or more, or tune().")
  check_number(penalty, "penalty", least = 0)
  if ("lambda" %in% ...names()) abort_input("`lambda` is given.", "The engine takes lambdas as `path_values`.")
  rows <- without_offset(x, offset_column)
  solve <- function(lambda) {
    sgdlasso(rows$x, y, weights = weights, lambda = lambda, progress = progress, offset = rows$offset, ...)
  }
  fit <- path_reaching(penalty, path_values, solve)
  fit$call <- call
  fit$offset_column <- offset_column
  fit
}

# x without the column that is the offset, and that column.
without_offset <- function(x, column) {
  if (is.null(column)) return(list(x = x))
  check_choice(column, colnames(x), "offset_column")
  list(x = x[, colnames(x) != column, drop = FALSE], offset = as.numeric(x[, column]))
}

# The path that solve(lambda) gives, and goes on to the penalty if it does not hold that. lambdas: those to solve; NULL:
# automatic ones.
path_reaching <- function(penalty, lambdas, solve) {
  fit <- solve(lambdas)
  more <- lambdas_beyond(fit, penalty, automatic = is.null(lambdas))
  if (length(more)) fit <- solve(c(fit$lambda, more))
  fit$penalty <- penalty
  fit
}

# ---- where the path must go -----------------------------------------------------

# Lambdas that the path lacks.
lambdas_beyond <- function(fit, penalty, automatic) {
  end <- min(fit$lambda)
  outside <- penalty < end || (penalty > max(fit$lambda) && !starts_at_zero(fit))
  unique(c(if (automatic && is_settled(fit)) lambdas_below(end), if (outside) penalty))
}

# Ended by glmnet's rule that the deviance changes no more: what follows costs next to nothing.
is_settled <- function(fit) {
  last <- utils::tail(fit$dev.ratio, 2)
  length(last) == 2 && last[2] <= 0.999 && last[2] - last[1] < 1e-5 * last[2]
}

# Two for each power of ten, to where dials::penalty() ends.
lambdas_below <- function(end, least = 1e-10) {
  if (end <= least) return(NULL)
  between <- exp(seq(log(end), log(least), length.out = 1 + ceiling(2 * log10(end / least))))
  c(between[-c(1, length(between))], least)
}

# All that is penalised is zero at the largest lambda, and so at any larger one.
starts_at_zero <- function(fit) {
  first <- fit$beta[, 1]
  v <- fit[["penalty.factor"]]
  all(first == 0 | (if (is.null(v)) FALSE else v == 0))
}

# Penalties as the path can tell of them: above it all is zero, as at its largest lambda; else beyond it is warned of.
within_path <- function(fit, penalty) {
  ends <- range(fit$lambda)
  beyond <- penalty[penalty < (1 - 1e-8) * ends[1] | (penalty > ends[2] & !starts_at_zero(fit))]
  if (length(beyond)) {
    warn_class("sgdlasso_warning_s", sprintf(
      paste0(
        "`penalty` = %s lies outside the fitted path, %s to %s: the nearest one is used. ",
        "Give set_engine() `path_values` that reach it."
      ),
      format(beyond[1], digits = 3), format(ends[1], digits = 3), format(ends[2], digits = 3)
    ))
  }
  pmin(pmax(penalty, ends[1]), ends[2])
}

# ---- many penalties at once -----------------------------------------------------

#' @rawNamespace S3method(parsnip::multi_predict, "_sgdlasso")
multi_predict._sgdlasso <- function(object, new_data, type = NULL, penalty = NULL, ...) {
  check_dots_empty(..., known = c("type", "penalty"))
  types <- c(if (is.null(object$lvl)) "numeric" else c("class", "prob"), "raw")
  type <- check_choice(if (is.null(type)) types[1] else type, types, "type")
  penalty <- check_penalty(if (is.null(penalty)) object$fit$penalty else penalty)
  object$fit$penalty <- within_path(object$fit, penalty)
  eta <- predict(object, new_data = new_data, type = "raw")
  if (type == "raw") eta else nested_predictions(eta, penalty, type, object)
}

check_penalty <- function(penalty) {
  if (!is.numeric(penalty) || length(penalty) == 0 || anyNA(penalty) || any(penalty < 0)) {
    abort_input("`penalty` is {describe(penalty)}.", "It must be numbers of 0 or more.")
  }
  sort(as.double(penalty))
}

# A row for each new row, whose .pred is a tibble with a row for each penalty, as parsnip has them.
nested_predictions <- function(eta, penalty, type, object) {
  mu <- inverse_link(eta, object$fit$family)
  columns_of <- switch(type,
    numeric = function(i) list(.pred = mu[i, ]),
    class = function(i) list(
      .pred_class = factor(object$lvl[(eta[i, ] > 0) + 1L], object$lvl, ordered = isTRUE(object$ordered))
    ),
    prob = function(i) stats::setNames(list(1 - mu[i, ], mu[i, ]), paste0(".pred_", object$lvl))
  )
  # made by hand: tibble() a row would take seconds for thousands of rows
  nested <- lapply(seq_len(nrow(mu)), function(i) {
    columns <- lapply(c(list(penalty = penalty), columns_of(i)), unname)
    structure(columns, class = c("tbl_df", "tbl", "data.frame"), row.names = .set_row_names(length(penalty)))
  })
  tibble::as_tibble(list(.pred = nested))
}

#' @export
tidy._sgdlasso <- function(x, penalty = NULL, ...) {
  check_dots_empty(..., known = "penalty")
  penalty <- check_number(if (is.null(penalty)) x$fit$penalty else penalty, "penalty", least = 0)
  estimates <- coef(x$fit, s = within_path(x$fit, penalty))[, 1]
  tidy_table(list(term = names(estimates), estimate = unname(estimates), penalty = rep(penalty, length(estimates))))
}
