#' Penalty factors of the adaptive lasso
#'
#' Makes a function for `penalty.factor` of [sgdlasso()] and [cv.sgdlasso()]: the fit is then the adaptive lasso (Zou
#' 2006). Columns that an initial fit finds large are penalised less, and small ones more, so that large coefficients
#' are shrunk little and more of the small ones are exactly zero. In cross-validation each fold makes its own weights,
#' from the rows that it is trained on.
#'
#' @section The weights:
#' With b the coefficients of the initial fit and s_j the standard deviation of column j (divisor n, weighted), column j
#' has the weight
#'
#' \deqn{w_j = \frac{c}{|b_j s_j|^\gamma}}{w_j = c / |b_j s_j|^gamma}
#'
#' with c such that the mean of the finite weights is 1, which the fit's own scaling then leaves as they are. A column
#' whose coefficient is 0 has the weight `Inf`: it is left out. So has one whose weight would be 1e15 times the smallest
#' or more. Sizes are those of standardised columns, whatever `standardize` is in the fit.
#'
#' Any fit scales its penalty factors to a mean of 1. A coefficient that happens to lie close to 0 gets a large weight,
#' beside which all others are small: it moves what lambda means, in each fold a little differently.
#'
#' @section The initial fit:
#' It is a ridge regression, for any number of rows and columns: where columns are correlated, or more than rows, least
#' squares is not stable or not there, and elsewhere the ridge that cross-validation takes is close to it. Its lambda is
#' the one of 30 with the smallest cross-validated error, in up to ten folds that the order of y makes (sorted by it,
#' rows go to the folds in turn), so that no random numbers are drawn. Columns are at unit deviation on all rows that
#' the function is called with. The fit at that lambda has a gap of at most 1e-10. With more columns than rows it costs
#' the eigenvectors of an n x n matrix, and then no more than n columns would.
#'
#' `alpha = 1` makes it a lasso: columns that this leaves at zero are left out then, and what is left is penalised
#' adaptively. `lambda = 0` makes it least squares (or maximum likelihood), as in Zou's paper.
#'
#' It has the weights, the offset and the intercept of the fit that asks for it. For what else that is told, such as
#' penalty factors or limits, it does not ask.
#'
#' @param gamma The exponent, above 0. Default 1. Not the mixture `gamma` of relaxed fits.
#' @param alpha Mixing of the initial fit, from ridge (0, default) to lasso (1).
#' @param lambda The lambda of the initial fit, a number of 0 or more. `NULL` (default): by cross-validation.
#' @param family The family of the initial fit, as for [sgdlasso()]. `NULL` (default): that of the fit that asks for it.
#' @return A function of `x`, `y` and `weights`, and of `family`, `offset` and `intercept`, that returns one number for
#'   each column of x.
#' @section Errors: Bad arguments, and without `lambda` a class of one row: class `sgdlasso_error_input`.
#' @references
#' Zou, H. (2006). The adaptive lasso and its oracle properties. *Journal of the American Statistical Association* 101,
#' 1418-1429. \doi{10.1198/016214506000000735} (equation 4)
#'
#' Hastie, T. and Tibshirani, R. (2004). Efficient quadratic regularization for expression arrays. *Biostatistics* 5,
#' 329-340. \doi{10.1093/biostatistics/kxh010} (more columns than rows)
#'
#' Buehlmann, P. and van de Geer, S. (2011). *Statistics for High-Dimensional Data*, section 2.8 (a lasso as initial
#' fit). \doi{10.1007/978-3-642-20192-9}
#' @seealso The section on functions of the rows in [sgdlasso()].
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, penalty.factor = adaptive_weights())
#' fit$penalty.factor
#'
#' set.seed(1)
#' weights <- adaptive_weights(lambda = 0)
#' cv <- cv.sgdlasso(murder_rate ~ ., data = murder_rates, nfolds = 5, penalty.factor = weights)
#' coef(cv, s = "lambda.min")
#' @export
adaptive_weights <- function(gamma = 1, alpha = 0, lambda = NULL, family = NULL) {
  gamma <- check_number(gamma, "gamma", least = 0, open = TRUE)
  alpha <- check_number(alpha, "alpha", least = 0, most = 1)
  if (!is.null(lambda)) lambda <- check_number(lambda, "lambda", least = 0)
  asked <- if (!is.null(family)) check_family(family)
  function(x, y, weights = NULL, family = "gaussian", offset = NULL, intercept = TRUE) {
    x <- check_x(x)
    weights <- check_weights(weights, nrow(x))
    settings <- list(family = asked %||% check_family(family), offset = offset, intercept = intercept, alpha = alpha)
    weights_of_sizes(initial_sizes(x, y, weights, lambda, settings), gamma)
  }
}

# Absolute coefficients of columns at unit deviation. A ridge regression of more columns than rows is one of as many
# columns as rows, turned: x = U D V' has the coefficients V b where U D has b (Hastie and Tibshirani 2004).
initial_sizes <- function(x, y, weights, lambda, settings) {
  n <- nrow(x)
  share <- (weights %||% rep(1, n)) / sum(weights %||% n)
  x <- standardized(x, share, settings$intercept)
  if (settings$alpha > 0 || ncol(x) <= n) return(abs(initial_coefficients(x, y, weights, lambda, settings)))
  products <- as.matrix(Matrix::tcrossprod(x))
  around <- function(rows) if (settings$intercept) rows - rep(colSums(share * rows), each = n) else rows
  squares <- eigen(around(t(around(products))), symmetric = TRUE) # sparse columns are not centred
  kept <- squares$values > 1e-12 * squares$values[1]
  if (!any(kept)) return(numeric(ncol(x)))
  lengths <- sqrt(squares$values[kept])
  directions <- squares$vectors[, kept, drop = FALSE]
  b <- initial_coefficients(directions * rep(lengths, each = n), y, weights, lambda, settings)
  back <- as.vector(directions %*% (b / lengths))
  if (settings$intercept) back <- back - share * sum(back)
  abs(as.vector(Matrix::crossprod(x, back)))
}

# Errors of a ridge regression change slowly with lambda.
initial_lambdas <- 30

# The weights take small coefficients at their word, so that these need digits.
initial_coefficients <- function(x, y, weights, lambda, settings) {
  solve <- function(fun, ...) {
    given <- list(quote(x), quote(y), weights = quote(weights), standardize = FALSE, trace = FALSE, progress = FALSE)
    do.call(fun, c(given, settings, list(...)))
  }
  if (is.null(lambda)) {
    check_two_of_each(y, settings$family)
    fold <- integer(length(y))
    fold[order(y)] <- rep_len(seq_len(min(10, length(y))), length(y))
    # the end of the path is as good a start as any
    cv <- suppressWarnings(
      solve(cv.sgdlasso, foldid = fold, nlambda = initial_lambdas), classes = "sgdlasso_warning_path"
    )
    lambda <- cv$lambda.min
  }
  unname(solve(sgdlasso, lambda = lambda, tol = 1e-10)$beta[, 1])
}

# One for training, one to be predicted.
check_two_of_each <- function(y, family) {
  if (family != "binomial" || !is.numeric(y) || min(sum(y > 0), sum(y < 1)) > 1) return(invisible())
  abort_input(
    "`y` has one row only of one class, so that the initial fit of adaptive_weights() cannot be cross-validated.",
    "Give it a `lambda`."
  )
}

# Columns at unit deviation (divisor n, weighted), constant ones at 0; dense ones around their means, where an intercept
# takes these up. share: of each row in the weights.
standardized <- function(x, share, intercept) {
  known <- column_moments(x, share)
  scale <- ifelse(known$sd > 1e-13 * abs(known$mean), 1 / known$sd, 0)
  if (!is.matrix(x)) return(replace_values(x, x@x * rep(scale, diff(x@p))))
  if (intercept) x <- x - rep(known$mean, each = nrow(x))
  x * rep(scale, each = nrow(x))
}

# A column whose penalty is so many times the smallest is left out of any path, as by Inf.
most_weight <- 1e15

weights_of_sizes <- function(size, gamma) {
  if (all(size == 0)) return(rep(Inf, length(size)))
  weight <- (size / max(size))^-gamma
  weight[weight >= most_weight] <- Inf
  weight / mean(weight[is.finite(weight)])
}
