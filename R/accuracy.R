#' @importFrom generics accuracy
#' @export
generics::accuracy

#' Share of rows predicted well
#'
#' For gaussian and poisson fits, the share of rows whose prediction is off by strictly less than `within` times the size of
#' the true value; for binomial fits, the share of rows put in the right class (weighted by counts, for a response of counts).
#'
#' @param object A fit by [sgdlasso()].
#' @param newdata A data frame with response, for fits of a formula; else a matrix like x.
#' @param newy The response of `newdata`. For fits of a formula, `NULL` (default) takes it from `newdata`.
#' @param within A number above 0. Default .25: within 25 % of the truth. Not used for binomial.
#' @param s Lambdas, as for [predict.sgdlasso()].
#' @param ... Nothing; an argument that is not known is an error.
#' @return A number between 0 and 1 for each lambda, named unless there is only one. Rows with missing values are left out.
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 0.5, seed = 1, solver = solver_sgd(epochs = 50))
#' accuracy(fit, murder_rates)
#' @export
accuracy.sgdlasso <- function(object, newdata, newy = NULL, within = 0.25, s = NULL, ...) {
  check_dots_empty(..., known = c("newdata", "newy", "within", "s"))
  within <- check_number(within, "within", least = 0, open = TRUE)
  if (missing(newdata)) abort_input("`newdata` is missing.", "It must hold the rows to predict.")
  eta <- linear_predictor(coefficients_at(object, s), new_rows(object, newdata, newoffset = NULL, envir = parent.frame()))
  if (is.null(newy) && !is.null(object$terms)) newy <- response_of(object, newdata, parent.frame())
  if (is.null(newy)) abort_input("`newy` is missing.", "It must be the response of `newdata`.")
  known <- stats::complete.cases(eta) & stats::complete.cases(newy)
  if (!any(known)) abort_input("`newdata` has no complete row.", "Accuracy needs at least one.")
  newy <- if (is.matrix(newy)) newy[known, , drop = FALSE] else newy[known]
  truth <- plain_response(newy, sum(known), object)
  mu <- inverse_link(eta[known, , drop = FALSE], object$family)
  shares <- apply(mu, 2, share_accurate, y = truth$y, family = object$family, within = within, weights = truth$weights)
  if (length(shares) == 1) unname(shares) else shares
}

share_accurate <- function(y, mu, family, within, weights = NULL) {
  if (family != "binomial") return(mean(abs(y - mu) < within * abs(y)))
  right <- ifelse(mu > 0.5, y, 1 - y)
  if (is.null(weights)) mean(right) else sum(weights * right) / sum(weights)
}
