# What marginaleffects asks of a class of models; documented in insight.R.

# By the option in which marginaleffects looks for classes that it does not know.
register_marginaleffects <- function(...) {
  known <- getOption("marginaleffects_model_classes")
  options(marginaleffects_model_classes = union(known, c("sgdlasso", "cv.sgdlasso")))
}

#' @rdname marginal-effects
#' @param vcov `TRUE` (default), which comes to `FALSE` with a message, or `FALSE`: there are no standard errors.
#' @method sanitize_model_specific sgdlasso
#' @rawNamespace S3method(marginaleffects::sanitize_model_specific, sgdlasso)
sanitize_model_specific.sgdlasso <- function(model, vcov = NULL, ...) { # nolint: object_length_linter.
  check_fit(model, "model")
  check_has_formula(model, "model")
  check_one_lambda(model, "model")
  if (!is.null(vcov) && !is.logical(vcov)) abort_no_vcov("vcov")
  model
}

#' @rdname marginal-effects
#' @method sanitize_model_specific cv.sgdlasso
#' @rawNamespace S3method(marginaleffects::sanitize_model_specific, cv.sgdlasso)
sanitize_model_specific.cv.sgdlasso <- function(model, vcov = NULL, ...) { # nolint: object_length_linter.
  sanitize_model_specific.sgdlasso(at_lambda(model), vcov, ...)
}

#' @rdname marginal-effects
#' @param newdata A data frame to predict.
#' @param type `"response"` (default) or `"link"`.
#' @method get_predict sgdlasso
#' @rawNamespace S3method(marginaleffects::get_predict, sgdlasso)
get_predict.sgdlasso <- function(model, newdata, type = "response", ...) {
  check_one_lambda(model, "model")
  type <- check_choice(type %||% "response", c("response", "link"), "type")
  newdata <- as.data.frame(newdata)
  estimates <- list(estimate = unname(stats::predict(model, newdata = newdata, type = type)[, 1]))
  if ("rowid" %in% names(newdata)) estimates$rowid <- newdata$rowid
  as.data.frame(estimates)
}

#' @rdname marginal-effects
#' @method get_coef sgdlasso
#' @rawNamespace S3method(marginaleffects::get_coef, sgdlasso)
get_coef.sgdlasso <- function(model, ...) coefficients_of(model)

#' @rdname marginal-effects
#' @method get_vcov sgdlasso
#' @rawNamespace S3method(marginaleffects::get_vcov, sgdlasso)
get_vcov.sgdlasso <- function(model, vcov = NULL, ...) {
  if (!is.null(vcov) && !is.logical(vcov)) abort_no_vcov("vcov")
  if (!isFALSE(vcov)) inform_class("sgdlasso_message_vcov", "No standard errors: those of a lasso are not known.")
  FALSE
}
