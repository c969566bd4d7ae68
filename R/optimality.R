#' Check how far coefficients are from the optimum
#'
#' Computes the relative duality gap and the violation of the optimality conditions of a fit, or of any coefficients,
#' from the data alone. Use it to verify a fit, to see how far a textbook trainer ends from the optimum, or to check
#' another package.
#'
#' @section The gap:
#' With F the objective of [sgdlasso()] and D any value of its dual, F(fit) - min F is at most F(fit) - D. D is taken at
#' the dual point that the fit's own residuals make: residuals `r`, made feasible (projected off the columns without
#' penalty and off the intercept for gaussian; otherwise those of one sign scaled down until they sum to zero), times
#' the best feasible `s`. The gap is (F(fit) - D) / (F(null) - F(saturated)), where the null model has intercept and
#' offset only: a gap of 1e-6 means that no coefficients lower the objective by more than a millionth of what there is
#' to explain. A constant response has gap 0.
#'
#' @param object A fit by [sgdlasso()], or a list with `a0` (intercepts, one for each lambda) and `beta` (coefficients
#'   on the scale of x, p x k or, for one lambda, length p).
#' @param x,y,weights,offset The data, as for [sgdlasso()]. For a fit they must be those of training; without them the
#'   fit finds them as for [fitted()][fitted.sgdlasso].
#' @param data For fits of a formula, the data frame of training, with the rows that `subset` left. `y`, `weights` and
#'   `offset` may be given beside it, where it does not hold them.
#' @param lambda For a list, the lambdas (k numbers of 0 or more).
#' @param family,alpha,standardize,intercept,penalty.factor,exclude,lower.limits,upper.limits For a list, the problem,
#'   as for [sgdlasso()].
#' @param threads As for [sgdlasso()].
#' @param ... For methods; an argument that no method knows is an error.
#' @return A data frame with a row for each lambda: `lambda`, `gap`, `kkt` and `objective`. `kkt` is the largest
#'   violation of the optimality conditions, of columns at unit standard deviation, divided by the null standard
#'   deviation of the response (the square root of twice the denominator of the gap).
#' @section Errors: As for [sgdlasso()].
#' @references
#' Kim, S.-J., Koh, K., Lustig, M., Boyd, S. and Gorinevsky, D. (2007). An interior-point method for large-scale
#' l1-regularized least squares. *IEEE Journal of Selected Topics in Signal Processing* 1, 606-617.
#' \doi{10.1109/JSTSP.2007.910971} (section III, the residual as dual point)
#' @examples
#' x <- as.matrix(murder_rates[, 1:3])
#' y <- murder_rates$murder_rate
#' fit <- sgdlasso(x, y, lambda = c(2, 1))
#' optimality(fit, x, y)
#'
#' # least squares as a solution of the lasso: not optimal
#' ls <- coef(lm(murder_rate ~ ., murder_rates))
#' optimality(list(a0 = ls[1], beta = ls[-1]), x, y, lambda = 1)
#' @export
optimality <- function(object, ...) UseMethod("optimality")

#' @rdname optimality
#' @export
optimality.sgdlasso <- function(object, x, y, weights = NULL, offset = NULL, data, threads = 1, ...) {
  check_dots_empty(..., known = c("x", "y", "weights", "offset", "data", "threads"))
  check_fit(object)
  rows <- given_rows(object, x, y, weights, offset, data, parent.frame())
  check_training_data(object, rows, "Its gap is known for its own rows only.")
  settings <- list(
    family = object$family, alpha = object$alpha, standardize = object$standardize, intercept = object$intercept,
    penalty.factor = object$penalty.factor %||% rep(1, object$dim[1]), lower.limits = object$lower.limits,
    upper.limits = object$upper.limits, lambda = object$lambda, threads = check_threads(threads)
  )
  optimality_of(core_rows(rows), settings, object$a0, object$beta)
}

#' @rdname optimality
#' @export
optimality.default <- function(object, x, y, weights = NULL, offset = NULL, lambda, family = "gaussian", alpha = 1,
                               standardize = TRUE, intercept = TRUE, penalty.factor = NULL, exclude = NULL,
                               lower.limits = -Inf, upper.limits = Inf, threads = 1, ...) {
  check_dots_empty(..., known = names(formals(optimality.default)))
  if (!is.list(object) || is.null(object$a0) || is.null(object$beta)) {
    abort_input("`object` is {describe(object)}.", "It must be a fit, or list(a0 =, beta =).")
  }
  if (missing(x) || missing(y)) abort_input("`x` or `y` is missing.", "Give the data.")
  if (missing(lambda)) abort_input("`lambda` is missing.", "Give the lambda that the coefficients are for.")
  x <- check_x(x)
  family <- check_family(family)
  response <- check_response(y, nrow(x), family, check_weights(weights, nrow(x)))
  rows <- drop_zero_weights(x, response, check_offset(offset, nrow(x)))
  settings <- c(
    list(
      family = family, alpha = check_number(alpha, "alpha", least = 0, most = 1),
      standardize = check_flag(standardize, "standardize"), intercept = check_flag(intercept, "intercept"),
      threads = check_threads(threads), asked = list(penalty.factor = penalty.factor, exclude = exclude)
    ),
    check_limits(lower.limits, upper.limits, ncol(x))
  )
  settings <- with_penalties_of(settings, rows)
  beta <- if (is.null(dim(object$beta))) matrix(object$beta, ncol = 1) else object$beta
  settings$lambda <- check_vector(lambda, ncol(beta), "lambda", per = "column")
  if (any(settings$lambda < 0)) abort_input("`lambda` is negative.", "It must be 0 or more.")
  if (nrow(beta) != ncol(x) || length(object$a0) != ncol(beta)) {
    abort_input(
      "`object` has {nrow(beta)} x {ncol(beta)} coefficients and {length(object$a0)} intercept{?s}.",
      "There must be one row for each of the {ncol(x)} column{?s} of x, and one intercept for each column of beta."
    )
  }
  optimality_of(rows, settings, object$a0, beta)
}

optimality_of <- function(rows, settings, a0, beta) {
  settings$solver <- solver_exact("working_set") # nothing is trained
  found <- r_optimality(
    rows$x, rows$y, relative_weights(rows$weights), rows$offset, core_spec(settings), check_finite(as.double(a0), "a0"),
    matrix(check_finite(as.double(as.matrix(beta)), "beta"), nrow(beta))
  )
  data.frame(lambda = settings$lambda, gap = found$gap, kkt = found$kkt, objective = found$objective)
}

# Training rows of a fit: as given, or found through its call. An offset of NULL is none.
given_rows <- function(object, x, y, weights, offset, data, envir) {
  if (missing(x) && missing(data)) {
    check_none_given(y, weights, offset)
    rows <- training_rows(object, envir, "Give them as `x` and `y`, or as `data`.")
  } else if (!is.null(object$terms)) {
    if (missing(data)) data <- x
    rows <- new_rows(object, newdata = data, newoffset = offset, envir = envir)
    n <- nrow(rows$x)
    rows <- c(rows, new_response(object, if (missing(y)) NULL else y, data, n, envir, check_weights(weights, n)))
    if (is.null(rows$y)) abort_input("`y` is missing, and `data` does not hold the response.", "Give it as `y`.")
    complete <- !rows$missing & !is.na(rows$y)
    if (!is.null(rows$weights)) complete <- complete & !is.na(rows$weights)
    rows <- list(
      x = rows$x[complete, , drop = FALSE], y = rows$y[complete], weights = rows$weights[complete],
      offset = rows$offset[complete], missing = rep(FALSE, sum(complete)), assign = rows$assign
    )
  } else {
    if (missing(y)) abort_input("`y` is missing.", "Give the response that goes with `x`.")
    x <- match_columns(object, check_x(x), "x")
    n <- nrow(x)
    offset <- check_offset(offset, n)
    if (object$offset && is.null(offset)) {
      abort_input("`offset` is missing, and the fit has one.", "Give that of training.")
    }
    rows <- c(
      list(x = x, offset = offset %||% 0, missing = rep(FALSE, n)),
      plain_response(y, n, object, check_weights(weights, n), "y")
    )
  }
  rows
}

# Parts of rows say nothing.
check_none_given <- function(y, weights, offset) {
  given <- c(y = !missing(y), weights = !is.null(weights), offset = !is.null(offset))
  if (any(given)) {
    abort_input("`{names(which(given))[1]}` is given, and `x` is missing.", "Give the rows of training whole, or none.")
  }
}

# As the core takes them: without rows of weight 0, no offset where all are 0.
core_rows <- function(rows) {
  drop_zero_weights(rows$x, rows, if (any(rows$offset != 0)) rows$offset)
}
