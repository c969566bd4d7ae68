#' Measure predictions on new data
#'
#' `assess()` returns every measure of the family in one table. `confusion()` and `roc()` show, for two classes, where
#' the errors are.
#'
#' @param object A fit by [sgdlasso()] or a result of [cv.sgdlasso()].
#' @param newx,newy,newdata,newoffset The rows: `newx` and `newy`, or for fits of a formula `newdata` with the response.
#'   Without them the rows of training, as in [fitted()][fitted.sgdlasso]: errors there are too small.
#' @param weights Weights of the rows. Default: all 1 or, for fits of a formula with weights, those found in `newdata`.
#' @param s The lambdas, as for [predict.sgdlasso()] and [predict.cv.sgdlasso()]; one for `confusion()` and `roc()`.
#' @param gamma The mixture of lasso and relaxed fit, as for [predict.sgdlasso()] and [predict.cv.sgdlasso()].
#' @param ... Nothing; an argument that is not known is an error.
#' @return `assess()`: a data frame with a row for each lambda and the columns `lambda`, `mse`, `mae` and `deviance`
#' (mean over rows, weighted), for binomial also
#'   `class` (share of rows in the wrong class) and `auc`; the numbers are those of [cv.sgdlasso()]'s `type.measure`.
#'
#'   `confusion()`: a table of predicted by true classes (weights added up; a proportion counts for both classes).
#'
#'   `roc()`: a data frame from the highest threshold to the lowest: a row is put into the second class if its
#'   probability is at least `threshold`, which makes `false_positive` and `true_positive` the shares of rows of the
#'   first and of the second class so put. Rows with missing values are left out.
#' @section Errors: For another family than binomial, `confusion()` and `roc()` give an error of class
#' `sgdlasso_error_input`; `roc()` too where one
#'   class is absent, and all three where the response is.
#' @section With pROC:
#' The methods of `roc()` are registered for pROC's generic too. Where both packages are attached, in either order,
#' `roc()` is pROC's: `roc(response, predictor)` works as ever, and so does `roc(fit, newx, newy)`. `sgdlasso::roc()`
#' always is there. With the package conflicted say `conflicts_prefer(pROC::roc)`.
#' @examples
#' high <- murder_rates$murder_rate > 20
#' x <- as.matrix(murder_rates[, 1:3])
#' fit <- sgdlasso(x, high, family = "binomial", lambda = c(0.1, 0.05))
#' assess(fit, x, high)
#' confusion(fit, x, high, s = 0.05)
#' head(roc(fit, x, high, s = 0.05))
#' @export
assess <- function(object, ...) UseMethod("assess")

#' @rdname assess
#' @export
assess.sgdlasso <- function(object, newx, newy, newdata, s = NULL, gamma = 1, weights = NULL, newoffset = NULL,
                            ...) {
  check_dots_empty(..., known = names(formals(assess.sgdlasso)))
  envir <- parent.frame()
  s <- lambda_at(object, s, envir)
  scored <- scored_rows(object, newx, newy, newdata, s, gamma, weights, newoffset, envir)
  measures <- setdiff(
    c("mse", "mae", "deviance", "class", "auc"), setdiff(c("class", "auc"), measures_of(object$family))
  )
  columns <- lapply(stats::setNames(nm = measures), function(measure) {
    unname(mean_losses(scored$y, scored$eta, scored$weights, measure, object$family)$mean)
  })
  data.frame(lambda = unname(s) %||% (if (gamma < 1) object$relaxed$lambda else object$lambda), columns)
}

#' @rdname assess
#' @export
assess.cv.sgdlasso <- function(object, ..., s = "lambda.1se", gamma = NULL) ask_fit(assess, object, s, gamma, ...)

#' @rdname assess
#' @export
confusion <- function(object, ...) UseMethod("confusion")

#' @rdname assess
#' @export
confusion.sgdlasso <- function(object, newx, newy, newdata, s = NULL, gamma = 1, weights = NULL, newoffset = NULL,
                               ...) {
  check_dots_empty(..., known = names(formals(confusion.sgdlasso)))
  envir <- parent.frame()
  scored <- scored_classes(object, newx, newy, newdata, one_lambda(object, s, envir), gamma, weights, newoffset, envir)
  predicted <- factor(scored$eta > 0, c(FALSE, TRUE), object$classnames)
  count <- function(share) as.vector(tapply(scored$weights * share, predicted, sum, default = 0))
  counts <- cbind(count(1 - scored$y), count(scored$y))
  dimnames(counts) <- list(predicted = object$classnames, true = object$classnames)
  as.table(counts)
}

#' @rdname assess
#' @export
confusion.cv.sgdlasso <- function(object, ..., s = "lambda.1se", gamma = NULL) ask_fit(confusion, object, s, gamma, ...)

#' @rdname assess
#' @export
roc <- function(object, ...) UseMethod("roc")

#' @rdname assess
#' @export
#' @rawNamespace S3method(pROC::roc, sgdlasso)
roc.sgdlasso <- function(object, newx, newy, newdata, s = NULL, gamma = 1, weights = NULL, newoffset = NULL,
                         ...) {
  check_dots_empty(..., known = names(formals(roc.sgdlasso)))
  envir <- parent.frame()
  scored <- scored_classes(object, newx, newy, newdata, one_lambda(object, s, envir), gamma, weights, newoffset, envir)
  order <- order(-scored$eta)
  eta <- scored$eta[order]
  last <- c(diff(eta) != 0, TRUE)
  share <- function(mass) {
    mass <- (scored$weights * mass)[order]
    if (sum(mass) == 0) abort_input("`newy` has one class only.", "A ROC curve needs both.")
    c(0, (cumsum(mass) / sum(mass))[last])
  }
  data.frame(
    threshold = c(Inf, unname(stats::plogis(eta[last]))), false_positive = share(1 - scored$y),
    true_positive = share(scored$y)
  )
}

#' @rdname assess
#' @export
#' @rawNamespace S3method(pROC::roc, cv.sgdlasso)
roc.cv.sgdlasso <- function(object, ..., s = "lambda.1se", gamma = NULL) ask_fit(roc, object, s, gamma, ...)

# Complete rows with response, weights and linear predictor.
scored_rows <- function(object, newx, newy, newdata, s, gamma, weights, newoffset, envir) {
  rows <- rows_or_training(object, newx, newdata, newoffset, envir, if (missing(newy)) NULL else newy)
  if (is.null(rows$y)) abort_input("`newy` is missing.", "It must be the response of the new rows.")
  if (!is.null(weights)) rows$weights <- combine_weights(check_weights(weights, length(rows$y)), rows$trials)
  eta <- linear_predictor(coefficients_at(object, s, gamma), rows)
  known <- stats::complete.cases(eta) & !is.na(rows$y)
  if (!is.null(rows$weights)) known <- known & counted(rows$weights)
  if (!any(known)) abort_input("The new rows are all incomplete or of weight 0.", "At least one is needed.")
  list(y = rows$y[known], eta = eta[known, , drop = FALSE], weights = rows$weights[known])
}

# Rows of weight 0 are absent, and so are those whose weight is missing.
counted <- function(weights) {
  if (!is.numeric(weights)) abort_input("`weights` is {describe(weights)}.", "It must be numbers of 0 or more.")
  if (any(weights < 0 | is.infinite(weights), na.rm = TRUE)) {
    abort_input("`weights` is negative or infinite.", "Weights must be 0 or more.")
  }
  !is.na(weights) & weights > 0
}

scored_classes <- function(object, newx, newy, newdata, s, gamma, weights, newoffset, envir) {
  if (object$family != "binomial") abort_input("`object` is a {object$family} fit.", "Only binomial fits have classes.")
  scored <- scored_rows(object, newx, newy, newdata, s, gamma, weights, newoffset, envir)
  scored$eta <- scored$eta[, 1]
  scored$weights <- scored$weights %||% rep(1, length(scored$y))
  scored
}

# s as one number; a fit of one lambda needs none.
one_lambda <- function(object, s, envir) {
  if (is.null(s) && length(object$lambda) > 1) {
    abort_input("`s` is missing, and the fit has {length(object$lambda)} lambdas.", "Give one lambda.")
  }
  s <- lambda_at(object, s, envir) %||% object$lambda
  if (length(s) != 1) abort_input("`s` holds {length(s)} lambdas.", "Give one.")
  s
}
