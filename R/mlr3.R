# Learners of mlr3, for fits and for cross-validations. Their classes are made when one is asked for, as mlr3 need not
# be there before. To add a parameter: a line in learner_parameters().

#' Learners for mlr3
#'
#' `mlr3::lrn("regr.sgdlasso")`, `lrn("classif.sgdlasso")`, `lrn("regr.cv_sgdlasso")` and `lrn("classif.cv_sgdlasso")`
#' are there as soon as both packages are loaded. The first two fit a path by [sgdlasso()] and predict at `s`, the
#' others choose `s` by [cv.sgdlasso()].
#'
#' All features enter by the formula `target ~ .`, so factors and text are coded, and dates and times count as days and
#' seconds, as in [lm()]. Columns with the roles `weights_learner` and `offset` are used; an offset must be there for
#' prediction too. Coefficients and offset are those of the positive class.
#'
#' @section Parameters: For training those of [sgdlasso()] by their names: `alpha`, `nlambda`, `lambda`,
#'   `lambda.min.ratio`, `standardize`, `intercept`, `exclude`, `penalty.factor`, `lower.limits`, `upper.limits`,
#'   `dfmax`, `solver`, `tol`, `maxpasses`, `seed`, `threads`, `relax`, and for regression `family`, `"gaussian"`
#'   (default) or `"poisson"`. With cross-validation also `nfolds`, `type.measure`, `repeats` and `grouped`. Columns
#'   that go by number (`penalty.factor`, limits, `exclude`) stand as mlr3 orders features, by the alphabet; `exclude`
#'   takes names too.
#'
#' For prediction `s` and `gamma` of [predict.sgdlasso()] and [predict.cv.sgdlasso()]. `s` is `"bic"` at first, the
#' [Bayesian criterion][information], for the learners without cross-validation, and `"lambda.1se"` for those with it.
#'
#' @section Methods:
#' `$selected_features()` names the features of which a column has a nonzero coefficient at `s`.
#'
#' @section Errors: Of class `sgdlasso_error_input`, as those of [sgdlasso()] and [predict.sgdlasso()].
#' @examplesIf requireNamespace("mlr3", quietly = TRUE) && requireNamespace("paradox", quietly = TRUE)
#' task <- mlr3::as_task_regr(murder_rates, target = "murder_rate")
#' learner <- mlr3::lrn("regr.sgdlasso", s = 1)
#' learner$train(task)
#' learner$selected_features()
#' learner$predict(task)
#' @name mlr_learners_sgdlasso
NULL

register_learners <- function(...) {
  add <- function(kind, cross) {
    key <- paste0(kind, if (cross) ".cv_sgdlasso" else ".sgdlasso")
    mlr3::mlr_learners$add(key, function() learner_class(kind, cross, key)$new())
  }
  for (kind in c("regr", "classif")) for (cross in c(FALSE, TRUE)) add(kind, cross)
}

utils::globalVariables(c("self", "private", "super"))

# kind: "regr" or "classif"; cross: whether lambda is chosen by cross-validation.
learner_class <- function(kind, cross, key) {
  of_kind <- c(regr = "Regr", classif = "Classif")[[kind]]
  name <- paste0("Learner", of_kind, if (cross) "CV", "Sgdlasso")
  public <- list(
    initialize = function() {
      super$initialize(
        id = key, packages = "sgdlasso", param_set = learner_parameters(kind, cross),
        feature_types = c("logical", "integer", "numeric", "character", "factor", "ordered", "Date", "POSIXct"),
        predict_types = c("response", if (kind == "classif") "prob"),
        properties = c(if (kind == "classif") "twoclass", "weights", "offset", "selected_features"),
        label = paste("Lasso with certificate", if (cross) "and cross-validation"),
        man = "sgdlasso::mlr_learners_sgdlasso"
      )
    },
    selected_features = function() {
      if (is.null(self$model)) abort_input("The learner has no model.", "Train it first.")
      features_used(self$model, self$param_set$get_values(tags = "predict"))
    }
  )
  own <- list(
    .train = function(task) {
      parameters <- self$param_set$get_values(tags = "train")
      if (kind == "classif") parameters$family <- "binomial"
      train_task(task, private$.get_weights(task), parameters, if (cross) cv.sgdlasso else sgdlasso)
    },
    .predict = function(task) {
      predict_task(self$model, task, self$predict_type, self$param_set$get_values(tags = "predict"))
    }
  )
  if (kind == "regr") return(R6::R6Class(name, inherit = mlr3::LearnerRegr, public = public, private = own))
  R6::R6Class(name, inherit = mlr3::LearnerClassif, public = public, private = own)
}

learner_parameters <- function(kind, cross) {
  number <- function(...) paradox::p_dbl(..., tags = "train")
  count <- function(...) paradox::p_int(..., tags = "train")
  flag <- function(default) paradox::p_lgl(default = default, tags = "train")
  choice <- function(...) paradox::p_fct(..., tags = "train")
  value <- function(...) paradox::p_uty(..., tags = "train")
  parameters <- list(
    alpha = number(0, 1, default = 1), nlambda = count(1, default = 100), lambda = value(),
    lambda.min.ratio = number(0, 1), standardize = flag(TRUE), intercept = flag(TRUE), exclude = value(),
    penalty.factor = value(), lower.limits = value(default = -Inf), upper.limits = value(default = Inf),
    dfmax = count(0), solver = value(default = "auto"), tol = number(0, default = 1e-6),
    maxpasses = number(1, default = 10000), seed = number(0, 2^32 - 1),
    threads = paradox::p_int(1, default = 1, tags = c("train", "threads")), relax = flag(FALSE)
  )
  if (kind == "regr") parameters$family <- choice(c("gaussian", "poisson"), default = "gaussian")
  if (cross) {
    parameters <- c(parameters, list(
      nfolds = count(2, default = 10), repeats = count(1, default = 1), grouped = flag(TRUE),
      type.measure = choice(c("default", "mse", "deviance", "mae", "class", "auc"), default = "default")
    ))
  }
  first <- if (cross) "lambda.1se" else "bic"
  do.call(paradox::ps, c(parameters, list(
    s = paradox::p_uty(init = first, tags = "predict"), gamma = paradox::p_uty(tags = "predict")
  )))
}

# fit: sgdlasso or cv.sgdlasso. What the call holds of the data goes: the fit keeps its model frame.
train_task <- function(task, weights, parameters, fit) {
  given <- list(weights = weights, offset = task$offset$offset)
  data <- as.data.frame(task$data())
  # the second class is modelled, and an offset is that of mlr3's positive one
  classes <- c(task$negative, task$positive)
  if (length(classes)) data[[task$target_names]] <- factor(data[[task$target_names]], classes)
  rows <- c(list(task$formula(), data = data), Filter(Negate(is.null), given))
  model <- do.call(fit, c(rows, list(progress = FALSE), parameters))
  bare <- function(call) call[!names(call) %in% c("data", "weights", "offset")]
  model$call <- bare(model$call)
  if (inherits(model, "cv.sgdlasso")) model$sgdlasso.fit$call <- bare(model$sgdlasso.fit$call)
  model
}

predict_task <- function(model, task, type, parameters) {
  rows <- list(model, newdata = as.data.frame(task$data(cols = task$feature_names)), type = "response")
  check_one_model(parameters)
  mean <- unname(do.call(stats::predict, c(rows, list(newoffset = task$offset$offset), parameters))[, 1])
  fit <- if (inherits(model, "cv.sgdlasso")) model$sgdlasso.fit else model
  if (fit$family != "binomial") return(list(response = mean))
  if (type == "response") return(list(response = fit$classnames[(mean > 0.5) + 1L]))
  list(prob = matrix(c(1 - mean, mean), ncol = 2, dimnames = list(NULL, fit$classnames)))
}

# parameters: s and gamma, as far as they are set.
check_one_model <- function(parameters) {
  for (name in names(parameters)) {
    count <- length(parameters[[name]])
    if (count != 1) abort_input("`{name}` has {count} values.", "A learner predicts by one model: give one.")
  }
}

features_used <- function(model, parameters) {
  check_one_model(parameters)
  terms <- do.call(importance, c(list(model), parameters, by = "term"))
  gsub("`", "", terms$term[terms$importance > 0], fixed = TRUE) # each is a feature
}
