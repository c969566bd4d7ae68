#' Predict at the chosen lambda, with prediction intervals
#'
#' @section Intervals:
#' `interval = "prediction"` gives, for gaussian fits, CV+ intervals (Barber, Candes, Ramdas and Tibshirani 2021,
#' section 3.2) from the models of the folds and the errors that each makes on the rows it has not seen. With mu_i the
#' model trained without the fold of row i, R_i = |y_i - mu_i(x_i)| and a = 1 - level, the interval for a new row x is
#'
#' \deqn{[q^-\{\mu_i(x) - R_i\}, \; q^+\{\mu_i(x) + R_i\}]}{[q-(mu_i(x) - R_i), q+(mu_i(x) + R_i)]}
#'
#' with q- the floor(a (n + 1))-th and q+ the ceiling((1 - a)(n + 1))-th smallest of the n values (infinite where there
#' is no such value). If the rows and the new one are exchangeable and nothing was chosen by looking at the folds, it
#' contains the new response with probability of at least 1 - 2a - min(2 (1 - 1/K) / (n/K + 1), (1 - K/n) / (K + 1)) for
#' K folds of equal size (their theorem 4), which is at least 1 - 2a - sqrt(2/n); usually it is close to 1 - a. Taking
#' lambda from the same folds, as `"lambda.min"` and `"lambda.1se"` do, is outside this theorem. It cost little in
#' `bench/cv.R`: on 2,000 simulated data sets of 60 rows and 30 columns, level .9, the intervals held .905 of the new
#' responses at a lambda fixed beforehand, .898 at `"lambda.min"` and .900 at `"lambda.1se"` (guaranteed at the fixed
#' one: .724).
#'
#' Weights do not enter the guarantee, which takes every row as equally likely; rows of weight 0 are left out.
#'
#' @param object A result of [cv.sgdlasso()].
#' @param newx,newdata,newoffset As for [predict.sgdlasso()].
#' @param s `"lambda.1se"` (default), `"lambda.min"`, an [information criterion][information] (`"aic"`, `"bic"`,
#'   `"ebic"`), or numbers.
#' @param gamma For `relax = TRUE`, the mixture: `NULL` (default) is the one chosen with `s`, and 1 for numbers;
#'   `"gamma.min"`, `"gamma.1se"` or a number are taken as they are. Several numbers give a list of results, as for
#'   [predict.sgdlasso()].
#' @param interval `"none"` (default) or `"prediction"`, see below. One lambda only.
#' @param level The level of the interval, between 0 and 1. Default .95, as in [predict.lm()].
#' @param x,y,weights,offset,data For intervals and terms, the training data; without them the fit finds them as for
#'   [fitted()][fitted.sgdlasso].
#' @param ... Further arguments of [predict.sgdlasso()] and [coef.sgdlasso()]: `type`, `exact`, `terms`, `to`.
#' @return As for [predict.sgdlasso()]; for intervals an n x 3 matrix with columns `fit`, `lower` and `upper`.
#' @section Errors: As for [predict.sgdlasso()]. Intervals for another family than gaussian, for several lambdas or for
#' relaxed fits, and training data that cannot be found or are not those of the fit: class `sgdlasso_error_input`.
#' @references
#' Barber, R. F., Candes, E. J., Ramdas, A. and Tibshirani, R. J. (2021). Predictive inference with the jackknife+.
#' *Annals of Statistics* 49, 486-507. \doi{10.1214/20-AOS1965}
#' @examples
#' set.seed(1)
#' cv <- cv.sgdlasso(murder_rate ~ ., data = murder_rates, nfolds = 5)
#' new <- data.frame(population = 1e6, low_income = 20, unemployed = 7)
#' predict(cv, new, s = "lambda.min")
#' predict(cv, new, s = "lambda.min", interval = "prediction", level = 0.8)
#' @export
predict.cv.sgdlasso <- function(object, newx, s = "lambda.1se", gamma = NULL, interval = "none", level = 0.95,
                                newoffset = NULL, newdata, x, y, weights = NULL, offset = NULL, data, ...) {
  interval <- check_choice(interval, c("none", "prediction"), "interval")
  arguments <- c(
    list(object = object$sgdlasso.fit, s = lambda_at(object, s), newoffset = newoffset, ...),
    gamma_at(object, s, gamma)
  )
  if (!missing(newx)) arguments$newx <- newx
  if (!missing(newdata)) arguments$newdata <- newdata
  if (interval == "none") {
    if (!missing(x)) arguments$x <- x
    if (!missing(y)) arguments$y <- y
    if (!missing(data)) arguments$data <- data
    arguments <- c(arguments, list(weights = weights, offset = offset))
    return(do.call(stats::predict, arguments, quote = TRUE, envir = parent.frame()))
  }
  check_interval(object, arguments, ...)
  if (!is.null(source_given(newx, newdata))) {
    abort_input(
      "`interval` is \"prediction\", and the new rows come from a source.",
      "Intervals are for rows in memory."
    )
  }
  rows <- new_rows(object$sgdlasso.fit, newx, newdata, newoffset, parent.frame())
  seen <- given_rows(object$sgdlasso.fit, x, y, weights, offset, data, parent.frame())
  cv_plus(object, rows, seen, arguments$s, check_level(level))
}

#' @rdname predict.cv.sgdlasso
#' @export
coef.cv.sgdlasso <- function(object, s = "lambda.1se", gamma = NULL, ...) {
  arguments <- c(list(object = object$sgdlasso.fit, s = lambda_at(object, s), ...), gamma_at(object, s, gamma))
  do.call(stats::coef, arguments, quote = TRUE, envir = parent.frame())
}

# The mixture that goes with s: list(gamma =), or nothing where the fit is not relaxed.
gamma_at <- function(object, s, gamma) {
  if (is.null(object$relaxed)) return(if (is.null(gamma)) list() else list(gamma = gamma))
  chosen <- c(lambda.min = "gamma.min", lambda.1se = "gamma.1se")
  if (is.null(gamma)) {
    gamma <- if (is.character(s)) unique(ifelse(s %in% names(chosen), unlist(object$relaxed[chosen[s]]), 1)) else 1
    if (length(gamma) > 1) {
      abort_input("`s` holds lambdas that were chosen with different gammas.", "Give one of them, or `gamma`.")
    }
  }
  if (is.character(gamma) && length(gamma) > 1) {
    abort_input("`gamma` has {length(gamma)} names.", "Give one of them, or numbers.")
  }
  if (is.character(gamma)) gamma <- object$relaxed[[check_choice(gamma, unname(chosen), "gamma")]]
  list(gamma = gamma)
}

# ---- intervals -------------------------------------------------------------------

check_interval <- function(object, arguments, ...) {
  other <- intersect(...names(), c("type", "exact"))
  if (length(other)) {
    abort_input(
      "`interval` is \"prediction\", and `{other[1]}` is given.",
      "Intervals are on the scale of the response, at s itself."
    )
  }
  check_dots_empty(..., known = names(formals(predict.cv.sgdlasso)))
  if (object$sgdlasso.fit$family != "gaussian") {
    abort_input(
      "`interval` is \"prediction\", and this is a {object$sgdlasso.fit$family} fit.",
      "Intervals are for gaussian fits."
    )
  }
  if (is.null(object$foldid)) {
    abort_input(
      "`interval` is \"prediction\", and the rows came from a source.",
      "Intervals look at each row again, in memory."
    )
  }
  if (length(arguments$s) != 1) abort_input("`s` is {describe(arguments$s)}.", "Intervals are for one lambda.")
  if (!identical(as.numeric(arguments$gamma %||% 1), 1)) {
    abort_input(
      "`gamma` is {describe(arguments$gamma)}, and the folds' models are kept without their relaxed fits.",
      "Intervals need gamma = 1."
    )
  }
}

check_level <- function(level, arg = "level") {
  if (!is_number(level) || level <= 0 || level >= 1) {
    abort_input("`{arg}` is {describe(level)}.", "It must be a number between 0 and 1.")
  }
  level
}

# fit, lower and upper for new rows. rows: to predict; seen: the training rows.
cv_plus <- function(object, rows, seen, s, level) {
  fit <- object$sgdlasso.fit
  fold <- check_seen(object, seen)
  counts <- if (is.null(seen$weights)) rep(TRUE, length(fold)) else seen$weights > 0
  fold <- renumber(fold[counts])
  if (!isTRUE(all.equal(object$fold.sums, fold_sums(list(y = seen$y[counts]), fold)))) abort_seen()
  seen <- list(
    x = seen$x[counts, , drop = FALSE], y = seen$y[counts], offset = rep_len(seen$offset, length(counts))[counts]
  )
  centre <- linear_predictor(coefficients_at(fit, s), rows)[, 1]
  s <- min(max(s, min(fit$lambda)), max(fit$lambda)) # outside it was warned of, once
  models <- lapply(object$folds, function(model) coefficients_at(c(model, list(lambda = fit$lambda)), s))
  predicted <- vapply(models, function(model) linear_predictor(model, rows)[, 1], numeric(nrow(rows$x)))
  dim(predicted) <- c(nrow(rows$x), length(models))
  unseen <- numeric(length(seen$y))
  for (k in seq_along(models)) unseen[fold == k] <- predict_fold(models[[k]], rows_at(seen, fold == k))
  bounds <- plus_bounds(predicted, abs(seen$y - unseen), fold, level)
  cbind(fit = centre, lower = bounds[, 1], upper = bounds[, 2])
}

# The folds of the training rows that count.
check_seen <- function(object, seen) {
  fold <- as.matrix(object$foldid)[, 1]
  if (length(fold) == length(seen$y) && is_training_data(object$sgdlasso.fit, seen)) return(fold)
  abort_seen()
}

abort_seen <- function() {
  abort_input("The rows given are not those that the fit was trained on.", "Intervals need those, in their order.")
}

# predicted: new rows x folds; residuals: of each training row by the model of the other folds.
plus_bounds <- function(predicted, residuals, fold, level) {
  n <- length(residuals)
  # a multiple of 1/n meant by the level must not be lost to rounding
  from_below <- min(floor((1 - level) * (n + 1) + 1e-9), n)
  from_above <- max(ceiling(level * (n + 1) - 1e-9), 1)
  quantiles <- function(centre) {
    if (anyNA(centre)) return(c(NA_real_, NA_real_))
    low <- if (from_below >= 1) sort(centre[fold] - residuals, partial = from_below)[from_below] else -Inf
    high <- if (from_above <= n) sort(centre[fold] + residuals, partial = from_above)[from_above] else Inf
    c(low, high)
  }
  t(apply(predicted, 1, quantiles))
}
