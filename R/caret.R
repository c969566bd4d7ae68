# The model of caret::train(): one function for each thing that caret asks.

#' The model for caret
#'
#' What `caret::train(method = )` takes: `train(y ~ ., data, method = caret_sgdlasso())`. It tunes `alpha` and `lambda`;
#' one fit of a path serves all lambdas of an alpha.
#'
#' A numeric response is fitted by the gaussian family, unless `train()` is given `family = "poisson"`; a factor of two
#' levels by the binomial one, and probabilities are given for both. `weights` of `train()` and further arguments of
#' [sgdlasso()] reach the fit; not `lambda`. Lambdas are those of [sgdlasso()]; between the path's own, coefficients are
#' interpolated. The path goes on to the largest lambda of the grid if it does not hold that; where it ends above the
#' least one, a warning of class `sgdlasso_warning_s` says so, and `path_values = `, lambdas to solve instead of the
#' automatic path, help.
#'
#' `varImp()` gives the standardised sizes of the coefficients, `|b_j| s_j` with s_j the standard deviation of column j:
#' with columns of different units coefficients alone say little. `predictors()` are the columns with nonzero
#' coefficients.
#'
#' The automatic grid has `tuneLength` values of alpha from .1 to 1 and as many lambdas, of a path at alpha .5; a random
#' search draws alpha from 0 to 1 and the logarithm of lambda along that path.
#'
#' @return A list as caret's manual describes it ("Using Your Own Model in train").
#' @section Errors: A factor of other than two levels, and a `lambda` given to `train()`: class `sgdlasso_error_input`.
#' @references
#' Kuhn, M. (2008). Building Predictive Models in R Using the caret Package. *Journal of Statistical Software* 28(5).
#' \doi{10.18637/jss.v028.i05}
#' @examplesIf requireNamespace("caret", quietly = TRUE)
#' set.seed(1)
#' grid <- expand.grid(alpha = 1, lambda = c(4, 2, 1, 0.5))
#' trained <- caret::train(
#'   murder_rate ~ ., data = murder_rates, method = caret_sgdlasso(), tuneGrid = grid,
#'   trControl = caret::trainControl("cv", number = 5)
#' )
#' trained$bestTune
#' caret::varImp(trained, scale = FALSE)
#' @export
caret_sgdlasso <- function() {
  list(
    label = "sgdlasso", library = "sgdlasso", type = c("Regression", "Classification"),
    parameters = data.frame(
      parameter = c("alpha", "lambda"), class = "numeric", label = c("Mixing of ridge and lasso", "Penalty")
    ),
    grid = caret_grid, loop = caret_loop, fit = caret_fit, predict = caret_predict, prob = caret_prob,
    predictors = caret_predictors, varImp = caret_importance, levels = function(x) x$obsLevels,
    sort = function(x) x[order(-x$lambda, -x$alpha), ], # the simplest model first
    tags = c("Linear Regression", "Linear Classifier", "Implicit Feature Selection", "L1 Regularization",
             "L2 Regularization", "Accepts Case Weights")
  )
}

caret_grid <- function(x, y, len = NULL, search = "grid") {
  path <- sgdlasso(x, y, family = caret_family(y), alpha = 0.5, nlambda = len + 2)$lambda
  if (search != "grid") {
    ends <- log(range(path))
    return(data.frame(alpha = stats::runif(len), lambda = exp(stats::runif(len, ends[1], ends[2]))))
  }
  inside <- path[-c(1, length(path))]
  expand.grid(alpha = seq(0.1, 1, length.out = len), lambda = utils::head(inside, len))
}

# The fits that are made, at the largest lambda of each alpha, and for each what its path predicts besides.
caret_loop <- function(grid) {
  lambdas <- lapply(split(grid$lambda, grid$alpha), sort, decreasing = TRUE)
  list(
    loop = data.frame(alpha = sort(unique(grid$alpha)), lambda = vapply(lambdas, `[`, 0, 1), row.names = NULL),
    submodels = unname(lapply(lambdas, function(lambda) data.frame(lambda = lambda[-1])))
  )
}

caret_fit <- function(x, y, wts, param, lev, last, classProbs, family = caret_family(y), path_values = NULL,
                      progress = FALSE, ...) {
  if ("lambda" %in% ...names()) abort_input("`lambda` is given.", "It is tuned; give `tuneGrid`, or `path_values`.")
  path_reaching(param$lambda[1], path_values, function(lambda) {
    sgdlasso(
      x, y, family = family, weights = wts, alpha = param$alpha, lambda = lambda, progress = progress, ...
    )
  })
}

caret_family <- function(y) if (is.factor(y) || is.character(y)) "binomial" else "gaussian"

# The predictions at the fit's lambda; with submodels a list of these and those at theirs.
caret_predict <- function(modelFit, newdata, preProc = NULL, submodels = NULL) {
  type <- if (modelFit$family == "binomial") "class" else "response"
  caret_columns(modelFit, newdata, submodels, type, identity)
}

caret_prob <- function(modelFit, newdata, preProc = NULL, submodels = NULL) {
  both <- function(p) stats::setNames(data.frame(1 - p, p), modelFit$classnames)
  caret_columns(modelFit, newdata, submodels, "response", both)
}

caret_columns <- function(fit, newdata, submodels, type, as) {
  s <- caret_lambda(fit, c(fit$penalty, submodels$lambda))
  values <- unname(stats::predict(fit, newdata, s = s, type = type))
  columns <- lapply(seq_along(s), function(k) as(values[, k]))
  if (is.null(submodels)) columns[[1]] else columns
}

# Above the path the model is that of its start.
caret_lambda <- function(fit, s) if (starts_at_zero(fit)) pmin(s, max(fit$lambda)) else s

caret_predictors <- function(x, lambda = NULL, ...) {
  names <- rownames(x$beta)
  names[stats::predict(x, s = caret_lambda(x, lambda %||% x$penalty), type = "nonzero")[[1]]]
}

caret_importance <- function(object, lambda = NULL, ...) {
  sizes <- abs(standardized_coefficients(object, caret_lambda(object, lambda %||% object$penalty)))
  data.frame(Overall = sizes, row.names = rownames(object$beta))
}
