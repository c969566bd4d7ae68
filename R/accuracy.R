#' Share of rows predicted well
#'
#' For gaussian and poisson fits, the share of rows whose prediction is off by strictly less than `within` times the
#' size of the true value; for binomial fits, the share of rows put in the right class (weighted, where the fit has
#' weights or counts).
#'
#' @param object A fit by [sgdlasso()], or a result of [cv.sgdlasso()].
#' @param newdata,newx The rows, by either name: a data frame with response, for fits of a formula; else a matrix like
#'   x.
#' @param newy The response of the rows. For fits of a formula, `NULL` (default) takes it from `newdata`.
#' @param within A number above 0. Default .25: within 25 % of the truth. Not used for binomial.
#' @param s,gamma Lambdas, and the mixture of lasso and relaxed fit, as for [predict.sgdlasso()] and
#'   [predict.cv.sgdlasso()].
#' @param newoffset Offset of the rows, as for [predict.sgdlasso()].
#' @param ... Nothing; an argument that is not known is an error.
#' @return A number between 0 and 1 for each lambda, named unless there is only one. Rows with missing values are left
#' out.
#' @section With yardstick:
#' `accuracy()` is the generic of the package generics, and these methods are registered for the one of yardstick too.
#' Where both packages are attached, in either order, `accuracy()` is yardstick's: `accuracy(data, truth, estimate)` and
#' `metric_set(accuracy)` work as ever, and so does `accuracy(fit, data)`. `sgdlasso::accuracy()` always is there. With
#' the package conflicted say `conflicts_prefer(yardstick::accuracy)`.
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 0.5, seed = 1,
#'                 solver = solver_sgd(epochs = 50))
#' accuracy(fit, murder_rates)
#' @export
#' @rawNamespace S3method(yardstick::accuracy, sgdlasso)
accuracy.sgdlasso <- function(object, newdata, newy = NULL, within = 0.25, s = NULL, newoffset = NULL, gamma = 1, newx,
                              ...) {
  check_dots_empty(..., known = names(formals(accuracy.sgdlasso)))
  within <- check_number(within, "within", least = 0, open = TRUE)
  if (missing(newdata) && missing(newx)) abort_input("`newdata` is missing.", "It must hold the rows to predict.")
  rows <- rows_or_training(object, newx, newdata, newoffset, parent.frame(), newy)
  if (is.null(rows$y)) abort_input("`newy` is missing.", "It must be the response of the rows.")
  eta <- linear_predictor(coefficients_at(object, s, gamma), rows)
  known <- stats::complete.cases(eta) & !is.na(rows$y)
  if (!any(known)) abort_input("`newdata` has no complete row.", "Accuracy needs at least one.")
  mu <- inverse_link(eta[known, , drop = FALSE], object$family)
  shares <- apply(
    mu, 2, share_accurate, y = rows$y[known], family = object$family, within = within, weights = rows$weights[known]
  )
  if (length(shares) == 1) unname(shares) else shares
}

share_accurate <- function(y, mu, family, within, weights = NULL) {
  if (family != "binomial") return(mean(abs(y - mu) < within * abs(y)))
  right <- ifelse(mu > 0.5, y, 1 - y)
  if (is.null(weights)) mean(right) else sum(weights * right) / sum(weights)
}
