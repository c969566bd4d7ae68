#' Fits as tables
#'
#' Methods for the generics of broom: `tidy()` has a row for each coefficient, `glance()` one row for the fit,
#' `augment()` the data with fitted values and residuals. Columns are those broom makes of a glmnet fit, and the
#' certificate.
#'
#' @param x A fit by [sgdlasso()], or a cross-validation by [cv.sgdlasso()].
#' @param return_zeros Whether `tidy()` lists coefficients that are zero. Default `FALSE`, as in broom. With intervals
#'   they are always listed.
#' @param conf.int Whether `tidy()` of a fit gives the table of [confint()][confint.sgdlasso] instead. Default `FALSE`.
#' @param conf.level The level of its intervals. Default .95.
#' @param data,newdata For fits of a formula, a data frame with its variables; for other fits a matrix or data frame
#'   like x. `data` and `newdata` mean the same; give one. Without them the rows of training, found as by
#'   [fitted()][fitted.sgdlasso], come back as the formula uses them: without rows that `na.action` dropped.
#' @param newx For fits of a matrix, another name of `newdata`. A sparse matrix comes back as dense columns.
#' @param newy For fits of a matrix, the response of the rows, for `.resid`. Default: none.
#' @param newoffset Offset of the rows, as for [predict.sgdlasso()].
#' @param s,gamma One lambda, which may be left out where the fit has only one, and the mixture of lasso and relaxed
#'   fit, as for [predict.sgdlasso()] and [predict.cv.sgdlasso()].
#' @param ... For `tidy(conf.int = TRUE)`, as for [summary()][summary.sgdlasso]: `parm`, `method`, `adjust` and others.
#'   The rows are those of training, found as by [confint()][confint.sgdlasso]. Otherwise nothing; an argument that is
#'   not known is an error.
#' @return A tibble where the package tibble is installed, else a data frame.
#' * `tidy()` of a fit: `term`, `step` (1 for the largest lambda), `estimate`, `lambda`, `dev.ratio` and `gap`, the
#'   relative duality gap of that step.
#' * `tidy(conf.int = TRUE)` of a fit, at one lambda: a row for each column of `parm`, whether its coefficient is zero
#'   or not: `term`, `estimate` (which the interval is about; the lasso's coefficient is in `lasso`), `std.error`,
#'   `p.value`, `adj.p.value`, `conf.low`, `conf.high`, `lambda` and `lasso`.
#' * `glance()` of a fit: `nulldev`, `npasses` (passes over the rows), `nobs`, `gap` (the largest of the path),
#'   `converged` (`NA` for solvers that run the epochs asked for), `solver` and `family`.
#' * `tidy()` of a cross-validation: `lambda`, `estimate` (the mean measure), `std.error`, `conf.low` and `conf.high`
#'   (one standard error below and above), `nzero` and `gap`.
#' * `glance()` of a cross-validation: `lambda.min`, `lambda.1se`, `nobs` and `gap` (the largest of all its fits).
#' * `augment()`: the rows given, `.fitted` (on the scale of the response) and, where the response is known, `.resid`
#'   (response minus `.fitted`). Meaningful row names become a column `.rownames`. Rows with missing values have `NA`.
#' @section Errors: A path without `s`, several `s`, or two sets of rows are errors of class `sgdlasso_error_input`.
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates)
#' glance(fit)
#' head(tidy(fit))
#' head(augment(fit, murder_rates, s = 1))
#' @name tidiers
NULL

#' @rdname tidiers
#' @export
tidy.sgdlasso <- function(x, return_zeros = FALSE, conf.int = FALSE, conf.level = 0.95, s = NULL, ...) {
  told <- list(s = s, level = conf.level, envir = parent.frame())
  inference <- asked_inference(x, conf.int, told, names(formals(tidy.sgdlasso)), ...)
  if (!is.null(inference)) return(tidy_inference(inference))
  if (!is.null(s)) abort_input("`s` is given without intervals.", "tidy() lists all lambdas, or use conf.int = TRUE.")
  beta <- coef(x)
  at <- coefficient_positions(beta, check_flag(return_zeros, "return_zeros"))
  tidy_table(list(
    term = rownames(beta)[at$row], step = as.numeric(at$column), estimate = at$value,
    lambda = x$lambda[at$column], dev.ratio = x$dev.ratio[at$column], gap = x$gap[at$column]
  ))
}

#' @rdname tidiers
#' @export
glance.sgdlasso <- function(x, ...) {
  check_dots_empty(..., known = "x")
  tidy_table(list(
    nulldev = x$nulldev, npasses = x$passes, nobs = nobs(x), gap = max(x$gap), converged = x$converged,
    solver = x$solver$name, family = x$family
  ))
}

#' @rdname tidiers
#' @export
augment.sgdlasso <- function(x, data = NULL, newdata = NULL, s = NULL, newx = NULL, newy = NULL, newoffset = NULL,
                             gamma = 1, ...) {
  check_dots_empty(..., known = names(formals(augment.sgdlasso)))
  at <- coefficients_at(x, one_lambda(x, s, parent.frame()), gamma)
  given <- Filter(Negate(is.null), list(data = data, newdata = newdata, newx = newx))
  if (length(given) > 1) abort_input("`{names(given)[1]}` and `{names(given)[2]}` are both given.", "Give one of them.")
  given <- if (length(given)) given[[1]]
  rows <- augmented_rows(x, given, newy, newoffset, parent.frame())
  columns <- augmented_columns(x, given, rows, parent.frame())
  columns$.fitted <- unname(inverse_link(linear_predictor(at, rows)[, 1], x$family))
  if (!is.null(rows$y)) columns$.resid <- rows$y - columns$.fitted
  tidy_table(columns)
}

#' @rdname tidiers
#' @export
augment.cv.sgdlasso <- function(x, ..., s = "lambda.1se", gamma = NULL) ask_fit(augment, x, s, gamma, ...)

#' @rdname tidiers
#' @export
tidy.cv.sgdlasso <- function(x, ...) {
  check_dots_empty(..., known = "x")
  fit <- x$sgdlasso.fit
  columns <- list(
    lambda = x$lambda, estimate = x$cvm, std.error = x$cvsd, conf.low = x$cvlo, conf.high = x$cvup, nzero = x$nzero,
    gap = fit$gap[match(x$lambda, fit$lambda)]
  )
  tidy_table(lapply(columns, unname))
}

#' @rdname tidiers
#' @export
glance.cv.sgdlasso <- function(x, ...) {
  check_dots_empty(..., known = "x")
  tidy_table(list(lambda.min = x$lambda.min, lambda.1se = x$lambda.1se, nobs = nobs(x), gap = x$gap))
}

tidy_inference <- function(inference) {
  told <- attributes(inference)
  tidy_table(c(
    unclass(as.list(inference)), list(lambda = rep(told$lambda, nrow(inference)), lasso = told$lasso)
  ))
}

# ---- tables --------------------------------------------------------------------

# Columns of equal length, which may be matrices; data.frame() would split those.
tidy_table <- function(columns) {
  table <- structure(columns, class = "data.frame", row.names = .set_row_names(NROW(columns[[1]])))
  if (requireNamespace("tibble", quietly = TRUE)) tibble::as_tibble(table) else table
}

# Rows, columns and values of a sparse matrix, row by row as broom has them. Never dense, unless zeros are asked for.
coefficient_positions <- function(beta, zeros) {
  if (zeros) {
    k <- ncol(beta)
    return(list(
      row = rep(seq_len(nrow(beta)), each = k), column = rep(seq_len(k), nrow(beta)),
      value = as.vector(t(as.matrix(beta)))
    ))
  }
  row <- beta@i + 1L
  column <- rep(seq_len(ncol(beta)), diff(beta@p))
  kept <- order(row, column)
  kept <- kept[beta@x[kept] != 0]
  list(row = row[kept], column = column[kept], value = beta@x[kept])
}

# ---- augment -------------------------------------------------------------------

# x, offset and, where it is known, y.
augmented_rows <- function(object, given, newy, newoffset, envir) {
  if (is.null(given)) return(training_rows(object, envir))
  rows_or_training(object, newdata = given, newoffset = newoffset, envir = envir, newy = newy)
}

augmented_columns <- function(object, given, rows, envir) {
  if (is.null(given)) given <- if (is.null(object$terms)) rows$x else training_frame(object, envir, NULL)
  if (!is.data.frame(given)) {
    given <- as.matrix(given)
    colnames(given) <- colnames(given) %||% rownames(object$beta)
  }
  names <- rownames(given)
  told <- !is.null(names) && !identical(names, as.character(seq_len(nrow(given))))
  columns <- unclass(as.data.frame(given, optional = TRUE))
  attributes(columns) <- list(names = names(columns))
  if (told) c(list(.rownames = names), columns) else columns
}
