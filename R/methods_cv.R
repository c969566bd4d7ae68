# What a result of cross-validation passes on to its fit, at the lambda that was chosen.

# generic(fit, s = lambda, ...) as if the user had called it.
ask_fit <- function(generic, object, s, gamma, ...) {
  envir <- parent.frame(2)
  arguments <- c(list(object$sgdlasso.fit, s = lambda_at(object, s, envir), ...), gamma_at(object, s, gamma))
  do.call(generic, arguments, quote = TRUE, envir = envir)
}

#' @rdname accuracy.sgdlasso
#' @export
#' @rawNamespace S3method(yardstick::accuracy, cv.sgdlasso)
accuracy.cv.sgdlasso <- function(object, ..., s = "lambda.1se", gamma = NULL) ask_fit(accuracy, object, s, gamma, ...)

#' @rdname sgdlasso-methods
#' @export
fitted.cv.sgdlasso <- function(object, ..., s = "lambda.1se", gamma = NULL) ask_fit(fitted, object, s, gamma, ...)

#' @rdname sgdlasso-methods
#' @export
residuals.cv.sgdlasso <- function(object, ..., s = "lambda.1se", gamma = NULL) ask_fit(residuals, object, s, gamma, ...)

#' @rdname summary.sgdlasso
#' @export
summary.cv.sgdlasso <- function(object, ..., s = "lambda.1se", gamma = NULL) ask_fit(summary, object, s, gamma, ...)

#' @rdname sgdlasso-methods
#' @export
deviance.cv.sgdlasso <- function(object, ...) deviance(object$sgdlasso.fit, ...)

#' @rdname sgdlasso-methods
#' @export
logLik.cv.sgdlasso <- function(object, ...) {
  do.call(logLik, list(object$sgdlasso.fit, ...), quote = TRUE, envir = parent.frame())
}

#' @rdname information
#' @export
AIC.cv.sgdlasso <- function(object, ...) {
  do.call(AIC, list(object$sgdlasso.fit, ...), quote = TRUE, envir = parent.frame())
}

#' @rdname information
#' @export
BIC.cv.sgdlasso <- function(object, ...) {
  do.call(BIC, list(object$sgdlasso.fit, ...), quote = TRUE, envir = parent.frame())
}

#' @rdname sgdlasso-methods
#' @export
nobs.cv.sgdlasso <- function(object, ...) nobs(object$sgdlasso.fit, ...)

#' @rdname sgdlasso-methods
#' @export
family.cv.sgdlasso <- function(object, ...) family(object$sgdlasso.fit, ...)

#' @rdname sgdlasso-methods
#' @export
formula.cv.sgdlasso <- function(x, ...) {
  result <- formula(x$sgdlasso.fit, ...)
  environment(result) <- parent.frame()
  result
}

#' @rdname sgdlasso-methods
#' @export
model.frame.cv.sgdlasso <- function(formula, ...) {
  do.call(stats::model.frame, list(formula$sgdlasso.fit, ...), quote = TRUE, envir = parent.frame())
}
