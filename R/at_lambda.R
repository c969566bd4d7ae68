#' The model at one lambda, as a fit of its own
#'
#' For packages that ask a fit for *the* model, where a path has many: marginaleffects, insight, parameters and the
#' like. See [marginal-effects].
#'
#' @param object A fit by [sgdlasso()], or a result of [cv.sgdlasso()].
#' @param s One lambda, a number or a name as for [predict.sgdlasso()] and [predict.cv.sgdlasso()]. It may be left out
#'   where the fit has only one.
#' @param ... Nothing; an argument that is not known is an error.
#' @return A fit as [sgdlasso()] returns it, of that one lambda, with its certificate. A lambda that the path lacks is
#'   solved as by `coef(object, s, exact = TRUE)`, not interpolated: the fit finds the rows of training for that as
#'   [fitted()][fitted.sgdlasso] does. `call` asks for that one lambda, so that [update()][update.sgdlasso] keeps it.
#'   What belongs to the path is left out: the relaxed fit, and what [update()][update.sgdlasso] adds rows to. Where the
#'   rows of training cannot be found, so are `residuals` and `accuracy`.
#' @section Errors: A path without `s`, several `s`, a lambda chosen together with a mixture of relaxed fits, and rows
#'   that cannot be found again: class `sgdlasso_error_input`.
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates)
#' at_lambda(fit, s = "bic")
#' @export
at_lambda <- function(object, ...) UseMethod("at_lambda")

#' @rdname at_lambda
#' @export
at_lambda.sgdlasso <- function(object, s = NULL, ...) {
  check_dots_empty(..., known = "s")
  check_fit(object)
  fit_at(object, one_lambda(object, s, parent.frame()), parent.frame())
}

#' @rdname at_lambda
#' @export
at_lambda.cv.sgdlasso <- function(object, s = "lambda.1se", ...) {
  check_dots_empty(..., known = "s")
  gamma <- gamma_at(object, s, NULL)$gamma %||% 1
  if (gamma != 1) {
    abort_input(
      "`s` was chosen with gamma {gamma}, a mixture with the relaxed fit, which is no fit of its own.",
      "Give the lambda as a number for the lasso there, or cross-validate without relax."
    )
  }
  fit_at(object$sgdlasso.fit, one_lambda(object, s, parent.frame()), parent.frame())
}

fit_at <- function(object, s, envir) {
  chosen <- is_choice(s)
  s <- unname(s)
  same <- fitted_at(object$lambda, s)
  if (is.na(same)) {
    solved <- exact_fit(object, s, TRUE, envir = envir)
    of_frame <- intersect(c("model", "sparse"), names(object))
    solved[of_frame] <- object[of_frame]
    object <- solved
    object$lambda.origin <- "given"
    same <- which(object$lambda == s)[1]
  }
  object$lambda.origin <- if (chosen) "chosen" else lambda_origin(object)
  if (length(object$lambda) > 1) object <- one_step(object, same, envir)
  Reduce(without, c("relaxed", "moments", "state"), object)
}

one_step <- function(object, k, envir) {
  for (part in c("a0", "df", "lambda", "dev.ratio", "gap", "kkt")) object[[part]] <- object[[part]][k]
  object$beta <- object$beta[, k, drop = FALSE]
  names(object$a0) <- colnames(object$beta) <- "s0"
  object$dim[2] <- 1L
  if (!is.null(object$trace)) object$trace <- object$trace[object$trace$lambda == object$lambda, , drop = FALSE]
  if (!is.na(object$converged)) object$converged <- within_tol(object$gap, object$tol)
  if (has_call(object)) object$call$lambda <- object$lambda
  told_of_residuals(object, envir)
}

# What summary() tells of a single lambda, where the rows of training are found.
told_of_residuals <- function(object, envir) {
  rows <- tryCatch(core_rows(training_rows(object, envir)), error = function(e) NULL)
  if (is.null(rows)) object else with_residuals(object, rows)
}
