# The lasso solved at exactly one lambda, and the cross-products that inference needs of its rows.
#
# A model has `a0`, `beta`, `names`, `lambda`, `penalty` (of each column, in units of the cross-products), `usable`
# (columns that it may use: neither constant nor excluded), `used` (rows), `intercept`, `total` (the null
# deviance), and two functions:
#   products(columns): `gram`, their cross-products, weighted, centred where there is an intercept; `score`, theirs with
#     the residuals; `rss`, that of the residuals with themselves
#   scores(beta): cross-products of all columns with the residuals of other coefficients (gaussian)
# Outside gaussian the weights are those of the Newton step, and the residuals its own.

# From what a fit keeps where nothing else is given, else from the rows, which are found as by optimality().
inference_model <- function(object, s, x, y, weights, offset, data, envir) {
  if (missing(x) && missing(data) && !is.null(object$moments)) {
    check_none_given(y, weights, offset)
    check_kept_moments(object, "object")
    return(model_of_moments(object, s))
  }
  if (missing(x) && !missing(data) && is.null(object$terms)) {
    abort_input("`data` is given, and the fit is of a matrix.", "Give `x` and `y`.")
  }
  rows <- given_rows(object, x, y, weights, offset, data, envir)
  check_training_data(object, rows, "Intervals need those.")
  model_of_rows(object, s, core_rows(rows))
}

# Nearer to the optimum than fits go: supports and signs count.
exact_tol <- 1e-10

exact_settings <- function(object, s, solver) {
  settings <- settings_of(object, s)
  settings$tol <- exact_tol
  settings$solver <- solver
  settings
}

solved_model <- function(object, settings, result, used, weight) {
  warn_gap(list(gap = result$gap, lambda = settings$lambda), settings)
  beta <- numeric(object$dim[1])
  beta[result$beta$i + 1L] <- result$beta$x
  v <- settings$penalty.factor
  size <- if (object$standardize) result$sd else 1
  list(
    a0 = result$a0, beta = beta, lambda = settings$lambda, penalty = weight * settings$lambda * v * size,
    usable = which(is.finite(v) & result$sd > 0), used = used, intercept = object$intercept,
    names = rownames(object$beta), total = object$nulldev
  )
}

# ---- from moments ----------------------------------------------------------------

model_of_moments <- function(object, s) {
  kept <- object$moments
  settings <- exact_settings(object, s, on_source(solver_exact("moments"), "moments"))
  moments <- kept[c("weight", "mean", "cross")]
  result <- of_damaged(
    "moments", "object", checked_result(r_fit_moments(list(moments), kept$used, core_spec(settings))$fit)
  )
  model <- solved_model(object, settings, result, kept$used, kept$weight)
  whole <- cross_matrix(moments, object$intercept)
  y <- nrow(whole)
  model$scores <- function(beta) {
    on <- which(beta != 0)
    whole[-y, y] - as.vector(whole[-y, on, drop = FALSE] %*% beta[on])
  }
  residual <- c(-model$beta, 1)
  on <- which(residual != 0)
  rss <- sum(residual[on] * (whole[on, on, drop = FALSE] %*% residual[on]))
  model$products <- function(columns) {
    list(gram = whole[columns, columns, drop = FALSE], score = model$scores(model$beta)[columns], rss = rss)
  }
  model
}

# Moments as a matrix of cross-products, the response last.
cross_matrix <- function(moments, intercept) {
  all <- length(moments$mean)
  whole <- matrix(0, all, all)
  whole[lower.tri(whole, diag = TRUE)] <- moments$cross # rows of the upper triangle are columns of the lower one
  whole <- whole + t(whole)
  diag(whole) <- diag(whole) / 2
  if (intercept) whole else whole + moments$weight * tcrossprod(moments$mean)
}

# ---- from rows -------------------------------------------------------------------

model_of_rows <- function(object, s, rows) {
  settings <- exact_settings(object, s, choose_solver(solver_exact(), rows$x, object$family))
  result <- train(rows, settings)
  weights <- rows$weights %||% rep(1, length(rows$y))
  model <- solved_model(object, settings, result, length(rows$y), sum(weights))
  newton <- newton_rows(model, rows, weights, object$family)
  model$products <- function(columns) {
    whole <- cross_matrix(row_moments(rows$x, columns, newton), model$intercept)
    last <- length(columns) + 1
    list(gram = whole[-last, -last, drop = FALSE], score = whole[-last, last], rss = whole[last, last])
  }
  model$scores <- function(beta) {
    residual <- rows$y - (rows$offset %||% 0) - as.vector(rows$x %*% beta)
    if (model$intercept) residual <- residual - stats::weighted.mean(residual, weights)
    as.vector(Matrix::crossprod(rows$x, weights * residual))
  }
  model
}

# The residuals and weights of the Newton step from the model.
newton_rows <- function(model, rows, weights, family) {
  eta <- model$a0 + as.vector(rows$x %*% model$beta) + (rows$offset %||% 0)
  if (family == "gaussian") return(list(y = rows$y - eta, weights = weights))
  variance <- stats::plogis(eta) * stats::plogis(-eta)
  if (any(variance < 1e-10)) {
    abort_input(
      "`object` gives probabilities of 0 or 1 to {sum(variance < 1e-10)} row{?s}.",
      "Intervals need probabilities that are neither; take a larger lambda."
    )
  }
  list(y = (rows$y - stats::plogis(eta)) / variance, weights = weights * variance)
}

# In blocks of rows, which are made dense one at a time.
row_moments <- function(x, columns, newton, most = 1e6) {
  handle <- r_new_moments(length(columns), 1)
  n <- nrow(x)
  height <- max(1, floor(most / length(columns)))
  for (from in seq(1, n, by = height)) {
    at <- seq(from, min(n, from + height - 1))
    block <- list(
      x = as.matrix(x[at, columns, drop = FALSE]), y = newton$y[at], weights = newton$weights[at], offset = NULL
    )
    r_add_moments(handle, block, NULL, 1L)
  }
  r_take_moments(handle)[[1]]
}

# In columns of unit size.
unit_products <- function(products) {
  size <- sqrt(diag(products$gram))
  list(gram = products$gram / tcrossprod(size), score = products$score / size, rss = products$rss, size = size)
}
