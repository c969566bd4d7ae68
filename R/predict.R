#' Predict from a fit, or take its coefficients
#'
#' @section Terms:
#' `type = "terms"` gives what each term of the formula adds to the linear predictor, as [predict.lm()] and
#' [predict.glm()] do: factors and interactions are one term each, of all their columns. In fits of a matrix each column
#' is a term. With x_j the columns of a term and b_j their coefficients, its value is
#'
#' \deqn{\sum_j (x_j - \bar{x}_j) b_j}{sum_j (x_j - mean(x_j)) b_j}
#'
#' with means over the rows of training, not weighted. The attribute `"constant"` is the intercept plus all means times
#' their coefficients. So the sum of a row's terms, the constant and the offset, which is in no term, is the linear
#' predictor. Fits without an intercept are not centred, and their constant is 0. The means are not part of a fit: the
#' rows of training are found as for [fitted()][fitted.sgdlasso], or given. A fit whose rows came from a source keeps
#' none; unless they are given (`x` and `y`, or `data`) its terms are not centred, and the constant is the intercept.
#'
#' Without new rows the terms are those of the rows of training. A missing value gives `NA` in the terms that it is part
#' of; where the columns of the fit are sparse, in all terms of the row.
#'
#' @section New rows from a source: Where `newdata` (or `newx`) is a [row source][as_rows], it is read once, block by
#'   block. Predictions are those of a data frame or a matrix of all rows, in the order of the rows. The response may be
#'   absent from data frames; a matrix that has none is given with `y = rep(0, nrow(x))`. Blocks of numbers have the
#'   columns of x, for fits of a formula those that it makes; their offset is that of the block. `newoffset` is one
#'   number for each row of the source. A formula that looks at the other new rows, such as `x - mean(x)`, is an error;
#'   `poly()` and `scale()` are not, as they remember the training data.
#'
#' With `to` predictions are not kept in memory. A file is written as csv, one line for each row and one column for each
#' lambda: numbers by the fewest digits that give them back, classes in quotes, `NA` for what is missing. It is written
#' beside `to` and takes that name once it is whole; one that exists is replaced, and left as it was if anything fails.
#' A function is called after each block as `to(predictions, rows)`, with the matrix that `predict()` gives for these
#' rows, and their numbers in the source, from 1.
#'
#' @param object A fit by [sgdlasso()].
#' @param newx A numeric matrix, dense or sparse, with the columns of x. Where both sides have column names, columns are
#'   matched by name. Not for fits of a formula.
#' @param newdata For fits of a formula, a data frame. Rows with missing values give `NA`. Both `newx` and `newdata` may
#'   be a [row source][as_rows], for any fit: see "New rows from a source".
#' @param s The lambdas to predict at: numbers, or names of [information criteria][information], `"aic"`, `"bic"` or
#'   `"ebic"`, for the lambda at which these are smallest among models of at most half as many degrees of freedom as
#'   rows. `NULL` (default): all of the fit. Between two lambdas of the fit coefficients are
#'   interpolated linearly, as glmnet does. Outside the fit's range the nearest lambda is used, with a warning of class
#'   `sgdlasso_warning_s`.
#' @param type `"link"` (default), the linear predictor; `"response"`, its mean (gaussian: the same; binomial: the
#'   probability of the second class; poisson: the expected count); `"class"`, the likelier class; `"coefficients"`;
#'   `"nonzero"`, the numbers of the columns with nonzero coefficients; `"terms"`, what each term adds to the linear
#'   predictor, at one lambda.
#' @param exact Whether to solve the problem at each `s` instead of interpolating (default `FALSE`). That takes the
#'   training data: `x`, `y`, `weights` and `offset`, or for fits of a formula `data`; without them the fit finds them
#'   as for [fitted()][fitted.sgdlasso].
#' @param x,y,weights,offset,data The training data, for `exact = TRUE` and for `type = "terms"`, should the fit not
#'   find them.
#' @param gamma For fits with `relax = TRUE`: coefficients are `gamma` times those of the lasso plus `1 - gamma` times
#'   those of the relaxed fit. Default 1, the lasso. Several numbers give a list of results, one for each.
#' @param newoffset Offset of the new rows, needed where the fit has one. For formula fits offsets are found in
#'   `newdata` unless given.
#' @param terms For `type = "terms"`, the terms wanted: their names, or numbers. Default `NULL`, all.
#' @param to For new rows from a source, the name of a csv file, or a function; see "New rows from a source". Default
#'   `NULL`: all predictions are returned.
#' @param ... Nothing; an argument that is not known is an error.
#' @return `predict()`: for `"link"` and `"response"` a numeric n x k matrix, one column for each lambda, named `s0`,
#'   `s1` and so on for the fit's own, `s=0.1` for a number, and by the name for a lambda given by name, as in glmnet 5;
#'   for `"class"` a character matrix of that shape; for `"nonzero"` a named list of k integer vectors; for `"terms"` a
#'   numeric matrix with one column for each term and the attribute `"constant"`; with `to`, invisibly, the number of
#'   rows. `coef()`: a (p + 1) x k dgCMatrix with the intercept first. For several `gamma`, both return a list of what
#'   each of them gives, named as in glmnet by the gammas with two decimals (with more, where two do not tell them
#'   apart). Without `s` those below 1 have the columns of the relaxed path, which may be fewer.
#' @section Errors: Missing, duplicated or misnamed columns, a missing offset, a factor level that training did not see,
#'   terms at several lambdas, several `gamma` for rows from a source and files that cannot be written are errors of
#'   class `sgdlasso_error_input`.
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, seed = 1)
#' coef(fit, s = 1)
#' predict(fit, newdata = data.frame(population = 1e6, low_income = 20, unemployed = 7), s = c(2, 1))
#' predict(fit, type = "nonzero", s = 2)
#' predict(fit, newdata = murder_rates[1:3, ], type = "terms", s = 2)
#'
#' # rows from a file, predictions into a file
#' files <- tempfile(c("rows", "predictions"), fileext = ".csv")
#' write.csv(murder_rates, files[1], row.names = FALSE)
#' predict(fit, newdata = rows_csv(files[1]), s = 2, to = files[2])
#' head(read.csv(files[2]), 3)
#' unlink(files)
#' @export
predict.sgdlasso <- function(object, newx, s = NULL,
                             type = c("link", "response", "coefficients", "nonzero", "class", "terms"), exact = FALSE,
                             newoffset = NULL, newdata, gamma = 1, x, y, weights = NULL, offset = NULL, data,
                             terms = NULL, to = NULL, ...) {
  check_dots_empty(..., known = names(formals(predict.sgdlasso)))
  check_fit(object)
  type <- check_choice(type[1], eval(formals()$type), "type")
  envir <- parent.frame()
  s <- lambda_at(object, s)
  source <- source_given(newx, newdata)
  check_destination(to, source, type, terms, gamma)
  trained <- object
  object <- exact_fit(object, s, exact, x, y, weights, offset, data, envir)
  models <- mixtures(object, s, gamma)
  if (type == "coefficients") return(one_or_all(lapply(models, with_intercept)))
  if (type == "nonzero") {
    return(one_or_all(lapply(models, function(at) lapply(split_columns(at$beta), as.integer))))
  }
  uncentred <- !object$intercept && !(missing(newx) && missing(newdata))
  training <- if (type == "terms" && !uncentred) term_training(trained, x, y, weights, offset, data, envir)
  predictors <- if (type == "terms") {
    centre <- term_centre(object, training)
    lapply(models, function(at) terms_predictor(object, at, centre, terms))
  } else {
    lapply(models, function(at) means_predictor(object, at, type))
  }
  if (!is.null(source)) return(predict_source(object, source, newoffset, predictors[[1]], to, envir))
  if (is.null(training) || !missing(newx) || !missing(newdata)) {
    rows <- new_rows(object, newx, newdata, newoffset, envir)
    return(one_or_all(lapply(predictors, function(predictor) predictor(rows))))
  }
  one_or_all(lapply(predictors, function(predictor) {
    made <- predictor(training)
    structure(stats::napredict(trained$na.action, made), constant = attr(made, "constant"))
  }))
}

# A function that makes of rows, as new_rows() has them, a matrix with a column for each model.
means_predictor <- function(object, at, type) {
  if (type == "class" && object$family != "binomial") {
    abort_input("`type` is \"class\", and this is a {object$family} fit.", "Only binomial fits have classes.")
  }
  function(rows) {
    eta <- linear_predictor(at, rows)
    switch(type,
      link = eta,
      response = inverse_link(eta, object$family),
      class = matrix(object$classnames[(eta > 0) + 1L], nrow(eta), ncol(eta), dimnames = dimnames(eta))
    )
  }
}

# to, source, terms and gamma: as predict() was given them.
check_destination <- function(to, source, type, terms, gamma) {
  if (!is.null(terms) && type != "terms") {
    abort_input("`terms` is given, and `type` is \"{type}\".", "It goes with type = \"terms\".")
  }
  if (!is.null(source) && length(gamma) > 1) {
    abort_input("`gamma` has {length(gamma)} values, and the new rows come from a source.", "Give one of them.")
  }
  if (is.null(to)) return(invisible())
  if (is.null(source) || type %in% c("coefficients", "nonzero")) {
    abort_input("`to` is given, and no rows from a source are predicted.", "as_rows() makes a source of a data frame.")
  }
  if (type == "terms" && !is.function(to)) {
    abort_input("`to` is {describe(to)}, and a file has no place for the terms' constant.", "Give a function.")
  }
}

#' @rdname predict.sgdlasso
#' @export
coef.sgdlasso <- function(object, s = NULL, exact = FALSE, gamma = 1, x, y, weights = NULL, offset = NULL, data, ...) {
  check_dots_empty(..., known = names(formals(coef.sgdlasso)))
  check_fit(object)
  s <- lambda_at(object, s)
  object <- exact_fit(object, s, exact, x, y, weights, offset, data, parent.frame())
  one_or_all(lapply(mixtures(object, s, gamma), with_intercept))
}

# The fit solved anew at exactly these s, by the solver it was made with, or as it is.
exact_fit <- function(object, s, exact, x, y, weights = NULL, offset = NULL, data, envir) {
  if (!check_flag(exact, "exact") || is.null(s)) return(object)
  if (object$solver$name == "nudge") {
    abort_input(
      "`exact` is TRUE, and the penalty of solver_nudge() is the nudge.",
      "Fit with another nudge instead of another s."
    )
  }
  if (all(s %in% object$lambda)) return(object)
  check_solvable(s)
  rows <- given_rows(object, x, y, weights, offset, data, envir)
  check_training_data(object, rows, "exact = TRUE needs those.")
  rows <- core_rows(rows)
  settings <- settings_of(object, sort(unique(c(object$lambda, s)), decreasing = TRUE))
  settings$solver <- solver_in_memory(object$solver, rows$x, object$family)
  result <- of_damaged("solver", "object", train(rows, settings))
  fit <- new_fit(result, rows, settings, object$classnames, object$call)
  of_formula <- c("terms", "xlevels", "contrasts", "na.action")
  fit[of_formula] <- object[of_formula]
  fit$offset <- object$offset
  fit$lambda.origin <- lambda_origin(object)
  if (!is.null(object$relaxed)) fit$relaxed <- relax_fit(fit, rows, settings)
  warn_gap(fit, settings)
  if (!is.null(fit$relaxed)) warn_gap(fit$relaxed, settings, "relaxed ")
  fit
}

# The settings that a fit was made with, at other lambdas.
settings_of <- function(object, lambda) {
  list(
    family = object$family, alpha = object$alpha, lambda = lambda, standardize = object$standardize,
    intercept = object$intercept, penalty.factor = object$penalty.factor %||% rep(1, object$dim[1]),
    lower.limits = object$lower.limits, upper.limits = object$upper.limits, dfmax = Inf, solver = object$solver,
    tol = object$tol, maxpasses = object$maxpasses, seed = object$seed, threads = 1L, progress = FALSE,
    trace = FALSE
  )
}

# ---- coefficients at s -------------------------------------------------------

# s as numbers. Names of criteria, and of what cross-validation chose, stand for their lambdas, and become their names.
# envir: where the data of the fit's call are found, should a criterion need them.
lambda_at <- function(object, s, envir = parent.frame(2)) {
  if (!is.character(s)) {
    return(if (!is.null(s)) check_s(plain_numbers(s, "s")))
  }
  chosen <- inherits(object, "cv.sgdlasso")
  known <- c(if (chosen) c("lambda.min", "lambda.1se"), criteria)
  unknown <- setdiff(s, known)
  if (length(unknown)) {
    advice <- if (chosen || !unknown[1] %in% c("lambda.min", "lambda.1se")) {
      "It must be lambdas, or one of {first_words(known, 5)}."
    } else {
      "That is chosen by cross-validation: use cv.sgdlasso()."
    }
    abort_input("`s` is \"{unknown[1]}\".", advice)
  }
  fit <- if (chosen) object$sgdlasso.fit else object
  one <- function(name) {
    if (name %in% criteria) return(criterion_lambda(fit, name, envir))
    (if (is.null(object$relaxed)) object else object$relaxed)[[name]]
  }
  vapply(stats::setNames(nm = s), one, 0)
}

check_s <- function(s) {
  if (!is.numeric(s) || length(s) == 0 || anyNA(s) || any(s < 0)) {
    abort_input("`s` is {describe(s)}.", "It must be lambdas: numbers of 0 or more.")
  }
  s
}

# Where the problem is solved at s.
check_solvable <- function(s) {
  if (all(is.finite(s))) return(invisible())
  abort_input("`s` is {describe(unname(s))}.", "It must be finite, as the problem is solved there.")
}

# gamma: share of the lasso's coefficients, the rest are those of the relaxed fit.
coefficients_at <- function(object, s, gamma = 1, envir = parent.frame(2)) {
  if (inherits(object, "sgdlasso")) check_fit(object) else check_model(object)
  s <- lambda_at(object, s, envir)
  check_number(gamma, "gamma", least = 0, most = 1)
  if (gamma < 1) return(relaxed_at(object, s, gamma))
  if (is.null(s)) return(list(a0 = object$a0, beta = object$beta))
  steps <- names(s) %||% paste0("s=", format(s)) # as glmnet 5 has them
  between <- interpolate(object$lambda, unname(s))
  beta <- object$beta[, between$left, drop = FALSE] %*% Matrix::Diagonal(x = between$share) +
    object$beta[, between$right, drop = FALSE] %*% Matrix::Diagonal(x = 1 - between$share)
  beta <- methods::as(Matrix::drop0(beta), "CsparseMatrix")
  dimnames(beta) <- list(rownames(object$beta), steps)
  a0 <- object$a0[between$left] * between$share + object$a0[between$right] * (1 - between$share)
  list(a0 = stats::setNames(a0, steps), beta = beta)
}

# The place of each s among the fitted lambdas, NA where it is none of them. One typed from a printed table is one.
fitted_at <- function(lambda, s) {
  vapply(unname(s), function(one) {
    at <- which.min(abs(lambda - one))
    near <- length(at) == 1 && is.finite(one) && abs(lambda[at] - one) <= 1e-8 * max(lambda[at], one)
    if (near) at else NA_integer_
  }, 0L)
}

# s lies between lambda[left] and lambda[right], with this share of the left one.
interpolate <- function(lambda, s) {
  outside <- s[(s > max(lambda) | s < min(lambda)) & is.na(fitted_at(lambda, s))]
  if (length(outside)) {
    warn_class("sgdlasso_warning_s", sprintf(
      "`s` = %s lies outside the fitted lambdas, %s to %s: the nearest one is used. Fit with that lambda to solve it.",
      format(outside[1], digits = 3), format(min(lambda), digits = 3), format(max(lambda), digits = 3)
    ))
  }
  left <- pmin(pmax(findInterval(-s, -lambda), 1L), max(length(lambda) - 1L, 1L))
  right <- pmin(left + 1L, length(lambda))
  width <- lambda[left] - lambda[right]
  share <- ifelse(width > 0, (s - lambda[right]) / width, 1)
  rounding <- 1e-10 # of a lambda that was computed again; the other model adds no dust then
  list(left = left, right = right, share = ifelse(share < rounding, 0, ifelse(share > 1 - rounding, 1, share)))
}

with_intercept <- function(at) {
  rbind_sparse <- rbind(matrix(at$a0, 1, dimnames = list("(Intercept)", names(at$a0))), at$beta)
  methods::as(rbind_sparse, "CsparseMatrix")
}

split_columns <- function(beta) {
  lapply(stats::setNames(seq_len(ncol(beta)), colnames(beta)), function(k) which(beta[, k] != 0))
}
