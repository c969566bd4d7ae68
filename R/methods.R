#' What a fit can be asked
#'
#' @param object,x,formula A fit by [sgdlasso()].
#' @param newx,newdata,newoffset Rows as for [predict.sgdlasso()]. Without them the data named in the fit's call are evaluated
#'   again where the method is called.
#' @param newy The response that goes with `newx`; with `newdata` it is found there.
#' @param s Lambdas, as for [predict.sgdlasso()].
#' @param type For `residuals()`: `"response"` (default), y minus the fitted mean; `"deviance"`; `"pearson"`.
#' @param ... Nothing; an argument that is not known is an error.
#' @return
#' `fitted()`, `residuals()`: numeric n x k matrices, one column for each lambda; a response of counts in two columns gives residuals
#' of proportions. `deviance()`: a numeric vector, the deviance (sum over rows, weighted) at each lambda. `nobs()`: number of rows with positive weight.
#' `logLik()`: log-likelihoods, of class `"logLik"`, with `df` the number of nonzero coefficients, plus the intercept, plus for
#' gaussian the variance. `formula()`: the formula of a formula call, with the caller's environment. `family()`: a family object.
#' @section Errors: For a fit whose data cannot be found again: class `sgdlasso_error_input`.
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = c(2, 1), seed = 1)
#' head(fitted(fit))
#' colMeans(residuals(fit)^2)
#' deviance(fit)
#' logLik(fit)
#' @name sgdlasso-methods
NULL

#' @rdname sgdlasso-methods
#' @importFrom stats fitted
#' @export
fitted.sgdlasso <- function(object, newx, newdata, s = NULL, newoffset = NULL, ...) {
  check_dots_empty(..., known = c("newx", "newdata", "s", "newoffset"))
  rows <- rows_or_training(object, newx, newdata, newoffset, parent.frame())
  inverse_link(linear_predictor(coefficients_at(object, s), rows), object$family)
}

#' @rdname sgdlasso-methods
#' @importFrom stats residuals
#' @export
residuals.sgdlasso <- function(object, newx, newy, newdata, s = NULL, newoffset = NULL,
                               type = c("response", "deviance", "pearson"), ...) {
  check_dots_empty(..., known = c("newx", "newy", "newdata", "s", "newoffset", "type"))
  type <- check_choice(type[1], eval(formals()$type), "type")
  rows <- rows_or_training(object, newx, newdata, newoffset, parent.frame(), if (missing(newy)) NULL else newy)
  mu <- inverse_link(linear_predictor(coefficients_at(object, s), rows), object$family)
  weights <- if (is.null(rows$weights)) 1 else rows$weights
  family <- family(object)
  result <- switch(type,
    response = rows$y - mu,
    pearson = (rows$y - mu) * sqrt(weights / family$variance(mu)),
    deviance = sign(rows$y - mu) * sqrt(pmax(apply(mu, 2, family$dev.resids, y = rows$y, wt = rep_len(weights, length(rows$y))), 0))
  )
  dim(result) <- dim(mu)
  dimnames(result) <- dimnames(mu)
  result
}

#' @rdname sgdlasso-methods
#' @importFrom stats deviance
#' @export
deviance.sgdlasso <- function(object, ...) {
  check_dots_empty(..., known = "object")
  (1 - object$dev.ratio) * object$nulldev
}

#' @rdname sgdlasso-methods
#' @importFrom stats nobs
#' @export
nobs.sgdlasso <- function(object, ...) object$nobs

#' @rdname sgdlasso-methods
#' @importFrom stats logLik
#' @export
logLik.sgdlasso <- function(object, ...) {
  check_dots_empty(..., known = "object")
  n <- object$nobs
  gaussian <- object$family == "gaussian"
  lost <- deviance(object)
  value <- if (gaussian) -n / 2 * (log(2 * pi * lost / n) + 1) + object$loglik else object$loglik - lost / 2
  structure(value, df = object$df + object$intercept + gaussian, nobs = n, class = "logLik")
}

#' @rdname sgdlasso-methods
#' @importFrom stats formula
#' @export
formula.sgdlasso <- function(x, ...) {
  if (is.null(x$terms)) abort_input("`x` was fitted by a matrix call.", "Only fits of a formula have one.")
  result <- stats::formula(x$terms)
  environment(result) <- parent.frame()
  result
}

#' @rdname sgdlasso-methods
#' @importFrom stats family
#' @export
family.sgdlasso <- function(object, ...) {
  switch(object$family, gaussian = stats::gaussian(), binomial = stats::binomial(), poisson = stats::poisson())
}

# ---- rows to look at -----------------------------------------------------------

# x, y, weights and offset: of new rows, or of the training rows, found again through the call.
rows_or_training <- function(object, newx, newdata, newoffset, envir, newy = NULL) {
  if (missing(newx) && missing(newdata)) return(training_rows(object, envir))
  rows <- new_rows(object, newx, newdata, newoffset, envir)
  y <- newy
  if (is.null(y) && !missing(newdata) && !is.null(object$terms)) y <- response_of(object, newdata, envir)
  if (!is.null(y)) rows[c("y", "weights")] <- plain_response(y, nrow(rows$x), object)
  rows
}

training_rows <- function(object, envir) {
  found <- tryCatch(
    if (is.null(object$terms)) matrix_rows(object, envir) else frame_rows(object, envir),
    sgdlasso_error = stop,
    error = function(e) {
      abort_input("The data of the fit's call cannot be found: {conditionMessage(e)}.", "Give them as `newx` and `newy`, or `newdata`.")
    }
  )
  if (nrow(found$x) < object$nobs) {
    abort_input("The data of the fit's call have changed: {nrow(found$x)} row{?s} now.", "Give the rows as `newx` and `newy`, or `newdata`.")
  }
  found
}

matrix_rows <- function(object, envir) {
  argument <- function(name) eval(object$call[[name]], envir)
  x <- match_columns(object, check_x(argument("x")), "x")
  y <- plain_response(argument("y"), nrow(x), object, argument("weights"))
  offset <- argument("offset")
  c(list(x = x, offset = if (is.null(offset)) 0 else offset, missing = rep(FALSE, nrow(x))), y)
}

frame_rows <- function(object, envir) {
  frame <- eval_model_frame(object$call, envir)
  x <- stats::model.matrix(attr(frame, "terms"), frame, object$contrasts)
  if (attr(object$terms, "intercept") == 1L) x <- x[, -1L, drop = FALSE]
  offset <- stats::model.offset(frame)
  y <- plain_response(stats::model.response(frame), nrow(x), object, stats::model.weights(frame))
  c(list(x = x, offset = if (is.null(offset)) 0 else offset, missing = rep(FALSE, nrow(x))), y)
}

response_of <- function(object, data, envir) {
  response <- attr(object$terms, "variables")[[2]]
  tryCatch(eval(response, data, envir), error = function(e) NULL)
}

# y and weights as numbers; classes are those of the fit, and new rows may hold only one of them.
plain_response <- function(y, n, object, weights = NULL) {
  if (object$family != "binomial") return(list(y = check_vector(y, n, "newy"), weights = weights))
  if (is.matrix(y) && ncol(y) == 2) {
    trials <- rowSums(y)
    success <- if (is.null(object$terms)) 2L else 1L
    return(list(y = y[, success] / trials, weights = combine_weights(weights, trials)))
  }
  if (is.factor(y) || is.character(y)) {
    unknown <- setdiff(as.character(y), c(object$classnames, NA))
    if (length(unknown)) {
      abort_input("`newy` has the class \"{unknown[1]}\".", "Classes of the fit: {first_words(object$classnames)}.")
    }
    y <- match(as.character(y), object$classnames) - 1L
  }
  list(y = check_vector(y, n, "newy"), weights = weights)
}
