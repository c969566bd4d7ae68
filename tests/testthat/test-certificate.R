# Numbers that overflow are never certified: problems with hostile scales, by every solver.

expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")
hostile_scales <- c(1e-308, 1e-200, 1e-150, 1e-30, 1, 1, 1, 1e30, 1e100, 1e152, 1e200, 1e308)
`%||%` <- function(a, b) if (is.null(a)) b else a
hostile_offsets <- list(0, 0, 0, 10, -10, 40, 710, 750, -800, 1e5, 1e153, -1e200, 1e308)

draw_hostile <- function(family) {
  n <- sample(c(3, 12, 40), 1)
  p <- sample(c(1, 4, 50), 1)
  x <- matrix(rnorm(n * p), n) * sample(hostile_scales, 1)
  if (runif(1) < 0.3) x[, 1] <- x[, 1] * sample(hostile_scales, 1)
  x <- matrix(pmin(pmax(x, -1e308), 1e308), n)
  y <- switch(family, gaussian = rnorm(n), binomial = rep_len(0:1, n), poisson = rpois(n, 2) + c(1, numeric(n - 1)))
  scales <- switch(family, gaussian = hostile_scales, binomial = 1, poisson = c(1, 1, 1e10, 1e200))
  y <- y * scales[sample(length(scales), 1)]
  weights <- if (runif(1) < 0.4) 10^runif(n, -8, 8)
  offset <- rnorm(n) + sample(hostile_offsets, 1)[[1]] * sample(c(0, 1), n, replace = TRUE)
  lambda <- 10^sort(runif(sample(3, 1), -4, 1), decreasing = TRUE)
  list(
    x = if (runif(1) < 0.3) Matrix::Matrix(x, sparse = TRUE) else x, y = y, weights = weights,
    offset = if (runif(1) < 0.6) offset, family = family,
    lambda = lambda * if (family == "gaussian") max(abs(y)) else 1,
    intercept = runif(1) < 0.7, alpha = sample(c(1, 1, 0.5, 0), 1),
    standardize = TRUE, seed = 1
  )
}

# The gap by the oracle, in units in which nothing overflows that need not. Columns whose squares do, or vanish, take no
# part.
gap_in_units <- function(d, fit, k) {
  x <- as.matrix(d$x)
  size <- apply(abs(x), 2, max)
  part <- is.finite(colSums(x^2)) & colMeans(x^2) > 1e-280
  size[size == 0] <- 1
  of_y <- if (d$family == "gaussian") max(abs(d$y)) else 1
  oracle(
    sweep(x, 2, size, `/`), d$y / of_y, fit$a0[k] / of_y, fit$beta[, k] * size / of_y, fit$lambda[k] / of_y, d$family,
    w = d$weights %||% rep(1, length(d$y)), o = (d$offset %||% numeric(length(d$y))) / of_y, alpha = d$alpha,
    intercept = d$intercept, v = ifelse(part, 1, Inf)
  )$gap
}

hostile_fit <- function(d, solver, blocks) {
  rows <- d[c("x", "y", "weights", "offset")]
  if (blocks) rows <- list(do.call(as_rows, c(rows, block = 7)))
  rest <- d[c("family", "lambda", "intercept", "alpha", "seed")]
  # the nudge is the penalty
  if (inherits(solver, "sgdlasso_solver") && solver$name == "nudge") rest$lambda <- rest$alpha <- NULL
  tryCatch(suppressWarnings(do.call(sgdlasso, c(rows, rest, list(solver = solver)))), sgdlasso_error = function(e) NULL)
}

# A classed error, or finite numbers; certified only what the oracle certifies. TRUE where there was a fit.
expect_sound <- function(d, solver, blocks = FALSE) {
  told <- paste(c(deparse(solver, 500), blocks, deparse(d)), collapse = " ")
  fit <- hostile_fit(d, solver, blocks)
  expect_true(is.null(fit) || inherits(fit, "sgdlasso"))
  if (is.null(fit)) return(FALSE)
  expect_true(all(is.finite(c(fit$a0, fit$beta@x))), info = told)
  expect_true(all(is.na(fit$gap) | fit$gap >= 0), info = told)
  if (!isTRUE(fit$converged)) return(TRUE)
  expect_true(all(fit$gap <= fit$tol), info = told)
  # nothing but rounding is left
  if (isTRUE(fit$nulldev == 0) || max(abs(d$offset %||% 0)) > 1e5 * max(abs(d$y))) return(TRUE)
  # 0 where glm() itself cannot fit the null model
  gap <- function(k) tryCatch(gap_in_units(d, fit, k), error = function(e) 0)
  gaps <- suppressWarnings(vapply(seq_along(fit$lambda), gap, 0))
  expect_true(all(is.na(gaps) | gaps < 1e-4), info = paste(c(format(fit$gap), format(gaps), told), collapse = " "))
  TRUE
}

test_that("whatever overflows is never certified, by any solver", {
  set.seed(1)
  fits <- 0
  for (family in c("gaussian", "binomial", "poisson")) {
    moments <- if (family == "gaussian") list(solver_exact("moments"))
    nudge <- if (family == "gaussian") list(solver_nudge(epochs = 2))
    solvers <- c(
      list("auto", solver_exact("working_set"), solver_saga(epochs = 4), solver_sgd(epochs = 2)), moments, nudge
    )
    on_blocks <- c(list("auto", solver_sgd(epochs = 2), solver_exact("passes")), moments)
    for (k in 1:12) {
      d <- draw_hostile(family)
      for (solver in solvers) fits <- fits + expect_sound(d, solver)
      for (solver in on_blocks) fits <- fits + expect_sound(d, solver, blocks = TRUE)
    }
  }
  expect_gt(fits, 50) # or nothing was tried
})

test_that("a response whose squares vanish is refused, however its rows come", {
  d <- make_rows(40, 4)
  for (scale in c(1e-145, 1e-170, 1e-300)) {
    y <- d$y * scale
    frame <- data.frame(d$x, y = y)
    calls <- list(
      quote(sgdlasso(d$x, y)), quote(sgdlasso(d$x, y, intercept = FALSE, lambda = scale)),
      quote(sgdlasso(y ~ ., frame)),
      quote(sgdlasso(Matrix::Matrix(d$x, sparse = TRUE), y)), quote(sgdlasso(d$x, y, solver = "nudge", seed = 1)),
      quote(sgdlasso(d$x, y, solver = "saga", seed = 1)), quote(sgdlasso(as_rows(d$x, y, block = 7))),
      quote(sgdlasso(as_rows(d$x, y, block = 7), solver = solver_exact("passes"))),
      quote(cv.sgdlasso(d$x, y, seed = 1)), quote(sgdlasso(as_rows(d$x, y, block = 7), solver = "sgd", lambda = scale)),
      quote(sgdlasso(d$x, rep(scale, 40), intercept = FALSE))
    )
    for (call in calls) expect_input_error(eval(call), "so small that its squares vanish")
  }
  expect_equal(as.vector(coef(sgdlasso(d$x, numeric(40), lambda = 1))), numeric(5)) # zeros are no small numbers
  expect_equal(sgdlasso(d$x, numeric(40), lambda = 1, intercept = FALSE)$gap, 0)
  expect_equal(as.vector(coef(sgdlasso(as_rows(d$x, numeric(40)), lambda = 1))), numeric(5))
})

test_that("several lambdas whose predictors overflow beside each other are not certified", {
  set.seed(2)
  x <- matrix(rnorm(300), 60)
  y <- rpois(60, 2)
  for (offset in list(c(709.5, numeric(59)), c(600, rep(-600, 59)), rnorm(60) * 300)) {
    for (intercept in c(TRUE, FALSE)) {
      d <- list(
        x = x * 10, y = y, offset = offset, family = "poisson", lambda = c(1, 0.1, 0.01, 1e-4), intercept = intercept,
        alpha = 1, seed = 1
      )
      for (solver in list("auto", solver_saga(epochs = 4))) expect_sound(d, solver)
    }
  }
})

test_that("limits that are all but infinite are certified as those that are", {
  set.seed(3)
  for (family in c("gaussian", "binomial", "poisson")) {
    x <- matrix(rnorm(500), 50)
    y <- switch(family, gaussian = rnorm(50), binomial = rep(0:1, 25), poisson = rpois(50, 2))
    for (limit in c(1e10, 1e100, 1e300)) {
      for (solver in list("auto", solver_exact("working_set"))) {
        free <- sgdlasso(x, y, family, nlambda = 10, solver = solver)
        fit <- sgdlasso(x, y, family, nlambda = 10, solver = solver, lower.limits = -limit, upper.limits = limit)
        expect_true(fit$converged)
        expect_equal(optimality(fit, x, y)$gap, fit$gap, tolerance = 1e-3)
        expect_lt(max(optimality(list(a0 = free$a0, beta = free$beta), x, y, lambda = free$lambda, family = family,
                                 lower.limits = -limit, upper.limits = limit)$gap), 2e-6)
      }
      fit <- sgdlasso(as_rows(x, y), family = family, lambda = free$lambda, lower.limits = -limit, tol = 1e-5,
                      solver = if (family == "gaussian") "exact" else "auto")
      expect_true(fit$converged)
    }
  }
})

test_that("what is no gap certifies nothing", {
  expect_identical(within_tol(c(0, 1e-7, 1, NA, NaN, Inf, -Inf, -1), 1e-6), c(TRUE, TRUE, rep(FALSE, 6)))
  fit <- sgdlasso(as.matrix(murder_rates[, 1:3]), murder_rates$murder_rate, lambda = c(2, 1))
  fit$gap <- c(NA, 0)
  fit$converged <- FALSE
  expect_output(print(summary(fit)), "Not converged: the relative duality gap is not known")
  expect_error(checked_result(list(a0 = NaN, beta = list(x = 1), deviance = 1)), class = "sgdlasso_error_overflow")
  expect_error(checked_result(list(a0 = 1, beta = list(x = -Inf), deviance = 1)), class = "sgdlasso_error_overflow")
  expect_error(checked_result(list(a0 = 1, beta = list(x = 1), deviance = Inf)), class = "sgdlasso_error_overflow")
})
