#' Fits in marginaleffects, insight and parameters
#'
#' Methods by which `marginaleffects::avg_slopes()`, `avg_predictions()`, `predictions()`, `comparisons()` and the like,
#' `insight::get_data()`, `get_predicted()` and `get_parameters()`, and `parameters::model_parameters()` work on fits of
#' a formula. (Fits of a matrix have no variables, only columns.) Other functions of insight, such as `find_formula()`
#' and `find_predictors()`, need no method.
#'
#' @section Which model:
#' These packages ask for one model. A fit of one lambda is that model, a cross-validation stands for its fit at
#' `"lambda.1se"`, the lambda that `coef()` takes too; of a path, or for another lambda, give [at_lambda()]:
#' `avg_slopes(at_lambda(fit, s = "bic"))`. Fits by parsnip predict at their own penalty; marginaleffects asks `newdata`
#' of them.
#'
#' @section No standard errors:
#' The columns of a lasso were chosen by looking at the response, and their coefficients are shrunk: the covariance
#' matrix of least squares is not that of these coefficients, and there is no other that holds in general. So
#' marginaleffects gives estimates without standard errors, with a message of class `sgdlasso_message_vcov` that `vcov =
#' FALSE` silences. Any other `vcov`, `insight::get_varcov()` and intervals asked of `get_predicted()` or
#' `model_parameters()` are errors. `marginaleffects::inferences()` bootstraps all the same, as
#' [update()][update.sgdlasso] fits other rows at the same lambda: that tells how far the estimates vary, not an
#' interval of the level asked for, as the bootstrap of a lasso is inconsistent where coefficients are zero (Chatterjee
#' and Lahiri 2010).
#'
#' @section The rows of training:
#' `get_data()` evaluates the data of the fit's call where it was called, and further out, and takes what the fit was
#' trained on, which is checked; rows that `subset` or `na.action` dropped are left out. Where data have changed or
#' cannot be found, the model frame that the fit keeps serves if it holds the variables themselves (not `log(v)` or
#' `factor(v)` alone).
#'
#' @param x,model A fit by [sgdlasso()] of one lambda, or a result of [cv.sgdlasso()].
#' @param source Not used; the rows are sought as told below.
#' @param additional_variables `TRUE` for all variables of the data, or names of some; by default those of the formula,
#'   weights and offset.
#' @param verbose Not used; what matters is an error.
#' @param data A data frame to predict; `NULL` (default) takes the rows of training.
#' @param predict `"expectation"` (default) or `"prediction"`, on the scale of the response; `"link"`; or
#'   `"classification"`, the likelier class of a binomial fit.
#' @param flatten Whether to give a vector instead of a list.
#' @param ci `NULL`: there are no intervals.
#' @param exponentiate Whether to give the exponentials of coefficients, odds and rate ratios. Default `FALSE`.
#' @param ... For the generics, which hand on what some methods take; not used.
#' @return As the generics say: data frames; for `get_predicted()` a vector of that class; for `find_parameters()` names
#'   of coefficients, zeros included; the intercept comes first, where there is one.
#' @section Errors: Several lambdas, a fit of a matrix, intervals and rows that cannot be found: class
#'   `sgdlasso_error_input`.
#' @references
#' Chatterjee, A. and Lahiri, S. N. (2010). Asymptotic properties of the residual bootstrap for Lasso estimators.
#' *Proceedings of the American Mathematical Society* 138, 4497-4509. \doi{10.1090/S0002-9939-2010-10474-4}
#' @examplesIf requireNamespace("marginaleffects", quietly = TRUE)
#' fit <- sgdlasso(murder_rate ~ low_income * unemployed, data = murder_rates, lambda = 0.1)
#' marginaleffects::avg_slopes(fit, vcov = FALSE)
#' @name marginal-effects
NULL

#' @rdname marginal-effects
#' @method get_data sgdlasso
#' @rawNamespace S3method(insight::get_data, sgdlasso)
get_data.sgdlasso <- function(x, source = "environment", additional_variables = NULL, verbose = TRUE, ...) {
  check_has_formula(x, "x")
  data <- training_data(x, rev(sys.frames()))
  if (isTRUE(additional_variables)) return(data)
  used <- c(all.vars(x$terms), all.vars(x$call$weights), all.vars(x$call$offset))
  data[intersect(names(data), c(used, additional_variables))]
}

#' @rdname marginal-effects
#' @method get_data cv.sgdlasso
#' @rawNamespace S3method(insight::get_data, cv.sgdlasso)
get_data.cv.sgdlasso <- function(x, ...) get_data.sgdlasso(x$sgdlasso.fit, ...)

#' @rdname marginal-effects
#' @method get_parameters sgdlasso
#' @rawNamespace S3method(insight::get_parameters, sgdlasso)
get_parameters.sgdlasso <- function(x, ...) {
  estimates <- coefficients_of(x)
  data.frame(Parameter = names(estimates), Estimate = unname(estimates))
}

#' @rdname marginal-effects
#' @method get_parameters cv.sgdlasso
#' @rawNamespace S3method(insight::get_parameters, cv.sgdlasso)
get_parameters.cv.sgdlasso <- function(x, ...) get_parameters.sgdlasso(at_lambda(x))

#' @rdname marginal-effects
#' @method find_parameters sgdlasso
#' @rawNamespace S3method(insight::find_parameters, sgdlasso)
find_parameters.sgdlasso <- function(x, flatten = FALSE, ...) {
  names <- c(if (x$intercept) "(Intercept)", rownames(x$beta))
  if (isTRUE(flatten)) names else list(conditional = names)
}

#' @rdname marginal-effects
#' @method find_parameters cv.sgdlasso
#' @rawNamespace S3method(insight::find_parameters, cv.sgdlasso)
find_parameters.cv.sgdlasso <- function(x, ...) find_parameters.sgdlasso(x$sgdlasso.fit, ...)

#' @rdname marginal-effects
#' @method get_predicted sgdlasso
#' @rawNamespace S3method(insight::get_predicted, sgdlasso)
get_predicted.sgdlasso <- function(x, data = NULL, predict = "expectation", ci = NULL, ...) {
  refuse_intervals(ci)
  fit <- at_lambda(x)
  types <- c(expectation = "response", prediction = "response", link = "link", classification = "class")
  if (identical(predict, "response")) predict <- "expectation"
  type <- types[[check_choice(predict, names(types), "predict")]]
  rows <- data %||% get_data.sgdlasso(fit)
  values <- unname(stats::predict(fit, newdata = rows, type = type)[, 1])
  if (type == "class") values <- factor(values, fit$classnames)
  structure(values, class = c("get_predicted", class(values)), data = rows, predict = predict)
}

#' @rdname marginal-effects
#' @method get_predicted cv.sgdlasso
#' @rawNamespace S3method(insight::get_predicted, cv.sgdlasso)
get_predicted.cv.sgdlasso <- function(x, ...) get_predicted.sgdlasso(at_lambda(x), ...)

#' @rdname marginal-effects
#' @method get_varcov sgdlasso
#' @rawNamespace S3method(insight::get_varcov, sgdlasso)
get_varcov.sgdlasso <- function(x, ...) abort_no_vcov("x")

#' @rdname marginal-effects
#' @method get_varcov cv.sgdlasso
#' @rawNamespace S3method(insight::get_varcov, cv.sgdlasso)
get_varcov.cv.sgdlasso <- get_varcov.sgdlasso

#' @rdname marginal-effects
#' @method model_parameters sgdlasso
#' @rawNamespace S3method(parameters::model_parameters, sgdlasso)
model_parameters.sgdlasso <- function(model, exponentiate = FALSE, ci = NULL, ...) {
  refuse_intervals(ci)
  estimates <- coefficients_of(model)
  if (check_flag(exponentiate, "exponentiate")) estimates <- exp(estimates)
  structure(
    data.frame(Parameter = names(estimates), Coefficient = unname(estimates)),
    class = c("parameters_model", "see_parameters_model", "data.frame"),
    exponentiate = exponentiate, model_class = class(model), object_name = deparse(substitute(model))[1]
  )
}

#' @rdname marginal-effects
#' @method model_parameters cv.sgdlasso
#' @rawNamespace S3method(parameters::model_parameters, cv.sgdlasso)
model_parameters.cv.sgdlasso <- function(model, ...) model_parameters.sgdlasso(at_lambda(model), ...)

# ---- the one model ---------------------------------------------------------------

check_has_formula <- function(object, arg) {
  if (!is.null(object$terms)) return(invisible())
  abort_input("`{arg}` was fitted by a matrix call, which knows columns but no variables.", "Fit by a formula.")
}

check_one_lambda <- function(object, arg) {
  if (length(object$lambda) == 1) return(invisible())
  abort_input("`{arg}` has {length(object$lambda)} lambdas.", "Give the model of one: at_lambda({arg}, s = ).")
}

coefficients_of <- function(fit) {
  check_fit(fit, "x")
  check_one_lambda(fit, "x")
  estimates <- coef(fit)[, 1]
  if (fit$intercept) estimates else estimates[-1]
}

abort_no_vcov <- function(arg) {
  abort_input(
    "`{arg}` asks for a covariance matrix or intervals, and a lasso fit has none that holds in general.",
    "See ?`marginal-effects`."
  )
}

refuse_intervals <- function(ci) if (!is.null(ci) && !isFALSE(ci)) abort_no_vcov("ci")

# ---- the rows of training, before the formula made columns of them ----------------

# frames: where the data of the call are sought, the nearest first.
training_data <- function(object, frames) {
  for (frame in c(frames, globalenv())) {
    found <- tryCatch(rows_trained_on(object, frame), error = function(e) NULL)
    if (!is.null(found)) return(found)
  }
  variables <- all.vars(object$terms)
  if (!is.null(object$model) && all(variables %in% names(object$model))) return(plain_columns(object$model[variables]))
  abort_input(
    "The data of the fit's call cannot be found, or have changed since.",
    "Give the rows, as `newdata` or `data`."
  )
}

# A data frame without what a model frame remembers.
plain_columns <- function(frame) {
  attributes(frame) <- attributes(frame)[c("names", "row.names", "class")]
  frame
}

# The rows that the call used, or NULL where its data are others here.
rows_trained_on <- function(object, envir) {
  data <- eval(object$call$data, envir)
  if (!is.data.frame(data)) return(NULL)
  data <- as.data.frame(data)
  call <- object$call
  call$data <- data
  frame <- eval_model_frame(call, envir)
  rows <- match(row.names(frame), row.names(data))
  if (!anyNA(rows) && is_training_data(object, frame_rows(object, frame))) data[rows, , drop = FALSE]
}
