#' What a fit can be asked
#'
#' @param object,x,formula A fit by [sgdlasso()]; where it says so a result of [cv.sgdlasso()], which answers for its
#'   fit.
#' @param newx,newdata,newoffset Rows as for [predict.sgdlasso()]. Without them the rows of training: from the model
#'   frame that a fit by formula keeps, else the data named in the fit's call are evaluated again where the method is
#'   called; data that have changed since are an error.
#' @param newy The response that goes with `newx`; with `newdata` it is found there.
#' @param s,gamma Lambdas, and the mixture of lasso and relaxed fit, as for [predict.sgdlasso()] and
#'   [predict.cv.sgdlasso()].
#' @param use.fallback Not used; [stats::nobs()] has it.
#' @param type For `residuals()`: `"response"` (default), y minus the fitted mean; `"deviance"`; `"pearson"`.
#' @param ... Nothing; an argument that is not known is an error.
#' @return
#' `fitted()`, `residuals()`: numeric n x k matrices, one column for each lambda; a response of counts in two columns
#' gives residuals of proportions. `deviance()`: a numeric vector, the deviance (sum over rows, weighted) at each
#' lambda. `nobs()`: number of rows with positive weight.
#' `logLik()`: log-likelihoods, of class `"logLik"`, with `df` the [degrees of freedom][information] of the
#' coefficients, plus the intercept, plus for gaussian the variance. `formula()`: the formula of a formula call, with
#' the caller's environment. `family()`: a family object. `model.frame()`: for fits of a formula, the model frame of
#' training, or of other `data`, as for [lm()].
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
fitted.sgdlasso <- function(object, newx, newdata, s = NULL, newoffset = NULL, gamma = 1, ...) {
  check_dots_empty(..., known = names(formals(fitted.sgdlasso)))
  training <- missing(newx) && missing(newdata)
  rows <- rows_or_training(object, newx, newdata, newoffset, parent.frame())
  mu <- inverse_link(linear_predictor(coefficients_at(object, s, gamma), rows), object$family)
  if (training) stats::napredict(object$na.action, mu) else mu
}

#' @rdname sgdlasso-methods
#' @importFrom stats residuals
#' @export
residuals.sgdlasso <- function(object, newx, newy, newdata, s = NULL, newoffset = NULL, gamma = 1,
                               type = c("response", "deviance", "pearson"), ...) {
  check_dots_empty(..., known = names(formals(residuals.sgdlasso)))
  type <- check_choice(type[1], eval(formals()$type), "type")
  training <- missing(newx) && missing(newdata)
  rows <- rows_or_training(object, newx, newdata, newoffset, parent.frame(), if (missing(newy)) NULL else newy)
  if (is.null(rows$y)) abort_input("`newy` is missing.", "It must be the response of the new rows.")
  mu <- inverse_link(linear_predictor(coefficients_at(object, s, gamma), rows), object$family)
  weights <- if (is.null(rows$weights)) 1 else rows$weights
  family <- family(object)
  result <- switch(type,
    response = rows$y - mu,
    pearson = (rows$y - mu) * sqrt(weights / family$variance(mu)),
    deviance = sign(rows$y - mu) * sqrt(pmax(
      apply(mu, 2, family$dev.resids, y = rows$y, wt = rep_len(weights, length(rows$y))), 0
    ))
  )
  dim(result) <- dim(mu)
  dimnames(result) <- dimnames(mu)
  if (training) stats::naresid(object$na.action, result) else result
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
nobs.sgdlasso <- function(object, use.fallback = FALSE, ...) {
  check_dots_empty(..., known = "object")
  object$nobs
}

#' @rdname sgdlasso-methods
#' @importFrom stats logLik
#' @export
logLik.sgdlasso <- function(object, ...) {
  check_dots_empty(..., known = "object")
  log_likelihood(object, parent.frame())
}

#' @rdname sgdlasso-methods
#' @importFrom stats model.frame
#' @export
model.frame.sgdlasso <- function(formula, ...) {
  object <- formula
  if (is.null(object$terms)) {
    abort_input("`formula` was fitted by a matrix call.", "Only fits of a formula have a model frame.")
  }
  envir <- parent.frame()
  changed <- Filter(Negate(is.null), list(...))
  changed <- changed[names(changed) %in% c("data", "subset", "na.action")]
  give <- "Give `data`, or fit with model = TRUE."
  frame <- if (length(changed)) changed_frame(object, changed, envir) else training_frame(object, envir, give)
  attr(attr(frame, "terms"), ".Environment") <- envir # the fit keeps none
  frame
}

# As model.frame() of an lm().
changed_frame <- function(object, changed, envir) {
  call <- object$call
  call[names(changed)] <- changed
  call$formula <- structure(object$terms, .Environment = envir)
  call$xlev <- object$xlevels
  eval_model_frame(call, envir)
}

#' @rdname sgdlasso-methods
#' @importFrom stats formula
#' @export
formula.sgdlasso <- function(x, ...) {
  check_dots_empty(..., known = "x")
  if (is.null(x$terms)) abort_input("`x` was fitted by a matrix call.", "Only fits of a formula have one.")
  result <- stats::formula(x$terms)
  environment(result) <- parent.frame()
  result
}

#' @rdname sgdlasso-methods
#' @importFrom stats family
#' @export
family.sgdlasso <- function(object, ...) {
  check_dots_empty(..., known = "object")
  switch(object$family, gaussian = stats::gaussian(), binomial = stats::binomial(), poisson = stats::poisson())
}

# ---- rows to look at -----------------------------------------------------------

# x, y, weights and offset: of new rows, or of the training rows, found again through the call.
rows_or_training <- function(object, newx, newdata, newoffset, envir, newy = NULL) {
  if (missing(newx) && missing(newdata)) {
    if (!is.null(newy)) abort_input("`newy` is given without rows.", "Give `newx` or `newdata` too.")
    return(training_rows(object, envir))
  }
  rows <- new_rows(object, newx, newdata, newoffset, envir)
  data <- if (!is.null(object$terms)) (if (missing(newdata)) newx else newdata)
  c(rows, new_response(object, newy, data, nrow(rows$x), envir))
}

# y and weights of new rows; both NULL where no response is given or found.
new_response <- function(object, newy, data, n, envir, weights = NULL) {
  if (is.null(newy) && !is.null(data)) newy <- response_of(object, data, envir)
  if (is.null(newy)) return(list())
  own <- !is.null(data) && any(all.vars(object$call$weights) %in% names(data)) # not those of other rows
  plain_response(newy, n, object, weights %||% if (own) call_argument(object, "weights", data, envir))
}

response_of <- function(object, data, envir) {
  response <- attr(object$terms, "variables")[[2]]
  # a variable of that name elsewhere is not the response of these rows
  if (!all(all.vars(response) %in% names(data))) return(NULL)
  tryCatch(
    eval(response, plain_variables(data, all.vars(response)), envir),
    sgdlasso_error = stop, error = function(e) NULL
  )
}

# From the model frame that the fit keeps, else through its call. give: what an error asks for.
training_rows <- function(object, envir, give = "Give the rows as `newx` and `newy`, or as `newdata`.") {
  check_keeps_rows(object, give)
  found <- if (is.null(object$terms)) {
    or_input_error(matrix_rows(object, envir), not_found, give)
  } else {
    frame_rows(object, training_frame(object, envir, give))
  }
  if (!is_training_data(object, found)) {
    abort_input("The data that the fit's call names are not those it was trained on.", give)
  }
  found
}

not_found <- "The data of the fit's call cannot be found"

check_keeps_rows <- function(object, give) {
  if (!is.null(object$model)) return(invisible())
  if (!has_call(object)) abort_input("The fit was butchered: it keeps no rows and no call.", give)
  if (isTRUE(object$solver$source)) abort_input("The fit was made by passes over its rows, and keeps none.", give)
}

training_frame <- function(object, envir, give) {
  if (!is.null(object$model)) return(object$model)
  call <- object$call
  if (!is.null(call$data)) call$data <- check_data(or_input_error(eval(call$data, envir), not_found, give), give)
  eval_model_frame(call, envir, not_found, give)
}

# why: what the rows of training are needed for. What the call of a formula evaluated is not always in the data given.
check_training_data <- function(object, rows, why) {
  if (is_training_data(object, rows)) return(invisible())
  has <- intersect(c("subset", "weights", "offset"), if (!is.null(object$terms)) names(object$call))
  advice <- c(
    subset = "The fit has a `subset`: give the rows that it left.",
    weights = "The fit has `weights`: give them too where `data` does not hold them.",
    offset = "The fit has an `offset`: give it too where `data` does not hold it."
  )
  abort_input("The rows given are not those that the fit was trained on.", paste(c(why, advice[has]), collapse = " "))
}

# As many rows, columns as wide, and the fit's own deviance on them (0 by definition for a constant response).
is_training_data <- function(object, rows) {
  weights <- if (is.null(rows$weights)) rep(1, nrow(rows$x)) else rows$weights
  if (sum(weights > 0) != object$nobs) return(FALSE)
  if (!has_column_sds(object, rows$x, weights)) return(FALSE)
  if (isTRUE(object$nulldev == 0)) return(TRUE)
  last <- list(a0 = utils::tail(object$a0, 1), beta = object$beta[, object$dim[2], drop = FALSE])
  eta <- linear_predictor(last, rows)[, 1]
  counts <- weights > 0
  now <- sum(weights[counts] * predictor_deviance(rows$y[counts], eta[counts], object$family))
  isTRUE(abs(now - utils::tail(deviance(object), 1)) <= 1e-6 * object$nulldev)
}

# Columns without a coefficient leave no trace in the deviance. Columns of sizes that the core takes for constant are
# let pass, and so are trainings that may have been told what to divide by.
has_column_sds <- function(object, x, weights) {
  if (isTRUE(object$solver$source) && !is_certified(object$solver)) return(TRUE)
  found <- column_moments(x, weights)
  beyond <- object$x.sd == 0 & !(found$size > 1e-130 & found$size < 1e140)
  isTRUE(all(beyond | abs(found$sd - object$x.sd) <= 1e-6 * found$size))
}

# Of each row. By the linear predictor, as the core does: R's own is infinite where a mean rounds to 0 or 1.
predictor_deviance <- function(y, eta, family) {
  2 * switch(family,
    gaussian = (y - eta)^2 / 2,
    binomial = pmax(eta, 0) + log1p(exp(-abs(eta))) - y * eta + entropy_term(y) + entropy_term(1 - y),
    poisson = exp(eta) - y * eta + entropy_term(y) - y
  )
}

matrix_rows <- function(object, envir) {
  argument <- function(name) eval(object$call[[name]], envir)
  x <- match_columns(object, check_x(argument("x")), "x")
  n <- nrow(x)
  offset <- check_offset(argument("offset"), n)
  y <- plain_response(argument("y"), n, object, check_weights(argument("weights"), n))
  c(list(x = x, offset = if (is.null(offset)) 0 else offset, missing = rep(FALSE, n)), y)
}

frame_rows <- function(object, frame) {
  made <- formula_matrix(attr(frame, "terms"), frame, object$contrasts, !is.null(object$sparse))
  x <- made$x
  offset <- frame_offset(frame)
  y <- plain_response(stats::model.response(frame), nrow(x), object, frame_weights(frame))
  offset <- if (is.null(offset)) 0 else offset
  c(list(x = x, offset = offset, missing = rep(FALSE, nrow(x)), assign = made$assign), y)
}

# y and weights as numbers. Classes are those of the fit; new rows may hold only one of them, and missing values.
plain_response <- function(y, n, object, weights = NULL, arg = "newy") {
  y <- plain_numbers(y, arg)
  if (is.matrix(y) && ncol(y) == 1) y <- as.vector(y)
  trials <- NULL
  if (object$family == "binomial" && is.matrix(y) && ncol(y) == 2) {
    trials <- rowSums(y)
    success <- if (is.null(object$terms)) 2L else 1L
    y <- ifelse(trials == 0, 0, y[, success] / trials)
    weights <- combine_weights(weights, trials)
  }
  if (object$family == "binomial" && (is.factor(y) || is.character(y))) {
    unknown <- setdiff(as.character(y), c(object$classnames, NA))
    if (length(unknown)) {
      abort_input("`{arg}` has the class \"{unknown[1]}\".", "Classes of the fit: {first_words(object$classnames)}.")
    }
    y <- match(as.character(y), object$classnames) - 1L
  }
  if (!is.numeric(y) && !is.logical(y)) abort_input("`{arg}` is {describe(y)}.", "It must be a response as the fit's.")
  if (length(y) != n) abort_input("`{arg}` has {length(y)} value{?s} for {n} row{qty(n)}{?s}.", "They must agree.")
  wrong <- switch(object$family, gaussian = FALSE, binomial = y < 0 | y > 1, poisson = y < 0)
  if (any(wrong, na.rm = TRUE)) {
    bad <- which(wrong)[1]
    abort_input("`{arg}` is {format(y[bad])} at position {bad}.", "That is no {object$family} response.")
  }
  if (is.numeric(weights) || is.logical(weights)) weights <- as.double(weights)
  list(y = as.double(y), weights = weights, trials = trials)
}
