#' Axe what prediction does not need
#'
#' Methods for `butcher::butcher()`. After them [predict()] and [coef()] give the same numbers; what looks back at
#' training data or at the course of training does not work any more. Use them before a fit is stored or sent.
#'
#' @param x A fit by [sgdlasso()], or a cross-validation by [cv.sgdlasso()].
#' @param verbose Whether to tell how many bytes were saved. Default `FALSE`.
#' @param ... Not used.
#' @return `x` without
#' * the call (`axe_call()`), which holds the data where the fit was made by [do.call()]; a formula's own `offset` and
#'   `weights` stay, as new data need them;
#' * the trace of training, and what [update()][update.sgdlasso] would go on from (`axe_ctrl()`);
#' * the model frame of a formula, and which rows were left out of it (`axe_data()`);
#' * for a cross-validation, the predictions kept for each row (`axe_fitted()`). The folds and their models stay, as
#'   prediction intervals need them.
#'
#' As after butcher's own methods, the class starts with one more, `"butchered_sgdlasso"`, and the attribute
#' `butcher_disabled` names what does not work any more (unless it is given the rows). Fits keep no environment, so
#' there is no `axe_env()`.
#' @examples
#' if (requireNamespace("butcher", quietly = TRUE)) {
#'   fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)
#'   small <- butcher::butcher(fit)
#'   coef(small)
#' }
#' @name butcher-sgdlasso
NULL

#' @rdname butcher-sgdlasso
#' @method axe_call sgdlasso
#' @rawNamespace S3method(butcher::axe_call, sgdlasso)
axe_call.sgdlasso <- function(x, verbose = FALSE, ...) {
  small <- axe_fit(x, function(fit) {
    fit$call <- short_call(fit)
    fit
  })
  axed(x, small, if (is.null(x$model)) looking_back else character(), verbose)
}

#' @rdname butcher-sgdlasso
#' @method axe_ctrl sgdlasso
#' @rawNamespace S3method(butcher::axe_ctrl, sgdlasso)
axe_ctrl.sgdlasso <- function(x, verbose = FALSE, ...) {
  goes_on <- !is.null(x$moments) || !is.null(x$state)
  small <- axe_fit(x, function(fit) Reduce(without, c("trace", "moments", "state"), fit))
  axed(x, small, c("plot(what = \"trace\")", if (goes_on) "update(moredata = )"), verbose)
}

#' @rdname butcher-sgdlasso
#' @method axe_data sgdlasso
#' @rawNamespace S3method(butcher::axe_data, sgdlasso)
axe_data.sgdlasso <- function(x, verbose = FALSE, ...) {
  small <- axe_fit(x, function(fit) Reduce(without, c("model", "na.action"), fit))
  axed(x, small, if (has_call(x)) c("fitted()", "residuals()") else looking_back, verbose)
}

#' @rdname butcher-sgdlasso
#' @method axe_call cv.sgdlasso
#' @rawNamespace S3method(butcher::axe_call, cv.sgdlasso)
axe_call.cv.sgdlasso <- function(x, verbose = FALSE, ...) {
  old <- x
  x$call <- call("dummy_call")
  x$sgdlasso.fit <- axe_call.sgdlasso(x$sgdlasso.fit)
  axed(old, x, character(), verbose)
}

#' @rdname butcher-sgdlasso
#' @method axe_ctrl cv.sgdlasso
#' @rawNamespace S3method(butcher::axe_ctrl, cv.sgdlasso)
axe_ctrl.cv.sgdlasso <- function(x, verbose = FALSE, ...) {
  old <- x
  x$sgdlasso.fit <- axe_ctrl.sgdlasso(x$sgdlasso.fit)
  axed(old, x, character(), verbose)
}

#' @rdname butcher-sgdlasso
#' @method axe_data cv.sgdlasso
#' @rawNamespace S3method(butcher::axe_data, cv.sgdlasso)
axe_data.cv.sgdlasso <- function(x, verbose = FALSE, ...) {
  old <- x
  x$sgdlasso.fit <- axe_data.sgdlasso(x$sgdlasso.fit)
  axed(old, x, character(), verbose)
}

#' @rdname butcher-sgdlasso
#' @method axe_fitted cv.sgdlasso
#' @rawNamespace S3method(butcher::axe_fitted, cv.sgdlasso)
axe_fitted.cv.sgdlasso <- function(x, verbose = FALSE, ...) {
  axed(x, without(x, "fit.preval"), character(), verbose)
}

# ---- how -----------------------------------------------------------------------

# What needs the rows of training, from the model frame or through the call.
looking_back <- c("fitted()", "residuals()", "optimality()", "predict(exact = TRUE)")

has_call <- function(fit) !identical(fit$call[[1]], quote(dummy_call))

# The fit and, inside it, the relaxed one, which has the same fields.
axe_fit <- function(fit, axe, ...) {
  fit <- axe(fit, ...)
  if (!is.null(fit$relaxed)) fit$relaxed <- axe(fit$relaxed, ...)
  fit
}

without <- function(object, field) {
  object[[field]] <- NULL
  object
}

# predict() of a formula fit evaluates `offset` in new data, accuracy() `weights`; without them numbers would change
# silently.
short_call <- function(fit) {
  kept <- if (is.null(fit$terms)) NULL else intersect(c("offset", "weights"), names(fit$call))
  as.call(c(list(quote(dummy_call)), as.list(fit$call)[kept]))
}

# What butcher does after each axe, by functions that it does not export.
axed <- function(old, new, disabled, verbose) {
  if (verbose) cli::cli_inform("Saved {format(utils::object.size(old) - utils::object.size(new), units = 'auto')}.")
  if (identical(old, new)) return(new)
  attr(new, "butcher_disabled") <- union(attr(old, "butcher_disabled"), disabled)
  if (!any(startsWith(class(old), "butchered"))) class(new) <- c(paste0("butchered_", class(old)[1]), class(old))
  new
}
