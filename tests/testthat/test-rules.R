# Each rule against its plain loop: dense and sparse, three families, weights, offset, penalty factors, elastic net,
# averages.

families <- c("gaussian", "binomial", "poisson")

# Fits in the order of the rows, at one lambda, with relative weights as the core sees them.
fit_in_order <- function(d, x, family, lambda, solver, alpha, standardize, v) {
  sgdlasso(x, d$y, family = family, weights = d$w, offset = d$o, lambda = lambda, alpha = alpha,
           standardize = standardize, penalty.factor = v, solver = solver)
}

settings_of <- function(family, sparse, seed) {
  d <- if (sparse) make_sparse_rows(family = family, seed = seed) else make_rows(family = family, seed = seed)
  set.seed(seed + 100)
  v <- runif(ncol(d$x), 0.3, 2)
  list(d = d, x = if (sparse) as_sparse(d$x) else d$x, v = v * ncol(d$x) / sum(v), w = d$w / mean(d$w),
       start = plain_null(d$y, d$w, d$o, family), lambda = 0.05, alpha = if (seed %% 2) 1 else 0.6)
}

expect_same <- function(fit, plain, columns, tolerance = 1e-8) {
  expected <- back(columns, plain$b, plain$b0)
  scale <- 1 / columns$scale
  expect_equal(unname(fit$beta[, 1] * scale), unname(expected$beta * scale), tolerance = tolerance)
  expect_equal(unname(fit$a0), expected$a0, tolerance = tolerance)
}

for (sparse in c(FALSE, TRUE)) for (family in families) {
  kind <- paste(if (sparse) "sparse" else "dense", family)

  test_that(paste("cumulative and dual averaging equal their plain loops:", kind), {
    for (seed in 1:2) for (standardize in c(TRUE, FALSE)) for (rule in c("cumulative", "dual_averaging")) {
      k <- settings_of(family, sparse, seed)
      columns <- textbook_columns(k$d$x, k$d$w, standardize, !sparse)
      rate <- if (standardize) 0.02 else 0.00005
      schedule <- c("constant", "sqrt", "inverse")[seed + (rule == "cumulative")]
      plain <- plain_dual(columns$x, k$d$y, k$w, k$d$o, family, k$lambda, rate, schedule, k$start, k$v, k$alpha,
                          averaging = rule == "dual_averaging", epochs = 2)
      for (average in c(TRUE, FALSE)) {
        solver <- solver_sgd(rule, rate = rate, schedule = schedule, average = average, epochs = 2, shuffle = "none")
        fit <- fit_in_order(k$d, k$x, family, k$lambda, solver, k$alpha, standardize, k$v)
        expect_same(fit, if (average) plain$average else plain$last, columns)
      }
    }
  })

  test_that(paste("proximal and truncated equal their plain loops:", kind), {
    for (seed in 1:2) for (standardize in c(TRUE, FALSE)) for (every in c(1, 10)) {
      k <- settings_of(family, sparse, seed)
      columns <- textbook_columns(k$d$x, k$d$w, standardize, !sparse)
      rate <- if (standardize) 0.02 else 0.00005
      schedule <- c("constant", "sqrt", "inverse")[seed + (every == 1)]
      plain <- plain_primal(
        columns$x, k$d$y, k$w, k$d$o, family, k$lambda, rate, schedule, k$start, k$v, k$alpha, every, epochs = 2
      )
      # Averages of sparse rows are over fewer iterates, which the next test looks at.
      for (average in if (sparse) FALSE else c(TRUE, FALSE)) {
        solver <- solver_sgd(if (every == 1) "proximal" else "truncated", rate = rate, schedule = schedule,
                             average = average, epochs = 2, shuffle = "none")
        fit <- fit_in_order(k$d, k$x, family, k$lambda, solver, k$alpha, standardize, k$v)
        expect_same(fit, if (average) plain$average else plain$last, columns)
      }
    }
  })

  test_that(paste("the adaptive rule equals its plain loop:", kind), {
    for (seed in 1:2) for (standardize in c(TRUE, FALSE)) {
      k <- settings_of(family, sparse, seed)
      plain <- plain_adaptive(
        k$d$x, k$d$y, k$w, k$d$o, family, k$lambda, k$v, k$alpha, standardize, sparse, k$start, epochs = 3
      )
      fit <- fit_in_order(
        k$d, k$x, family, k$lambda, solver_sgd(epochs = 3, shuffle = "none"), k$alpha, standardize, k$v
      )
      # the best of 1, 1/2, ..., each with its best intercept
      best_intercept <- function(b) plain_null(k$d$y, k$d$w, as.numeric(k$d$x %*% b) + k$d$o, family)
      value <- function(b) objective(
        k$d$x, k$d$y, best_intercept(b), b, k$lambda, family, k$d$w, k$d$o, k$alpha, k$v, standardize
      )
      scales <- c(2^-(0:10), 0)
      b <- plain$beta * scales[which.min(vapply(scales, function(scale) value(scale * plain$beta), 0))]
      s <- weighted_sd(k$d$x, k$d$w)
      expect_equal(unname(fit$beta[, 1] * s), unname(b * s), tolerance = 1e-7)
      expect_equal(unname(fit$a0), best_intercept(b), tolerance = 1e-6)
      expect_equal(fit$trace$objective[3], value(b), tolerance = 1e-9)
    }
  })
}

test_that("the cumulative rule is Tsuruoka's, weight by weight", {
  d <- make_rows()
  columns <- textbook_columns(d$x, d$w, TRUE, TRUE)
  plain <- plain_cumulative(
    columns$x, d$y, d$w / mean(d$w), d$o, "gaussian", 0.2, 0.03, "sqrt", plain_null(d$y, d$w, d$o, "gaussian")
  )
  solver <- solver_sgd("cumulative", rate = 0.03, schedule = "sqrt", average = FALSE, epochs = 1, shuffle = "none")
  fit <- fit_in_order(d, d$x, "gaussian", 0.2, solver, 1, TRUE, NULL)
  expect_true(any(plain$b == 0) && any(plain$b != 0))
  expect_same(fit, plain, columns)
})

test_that("averages of the proximal rule on sparse rows are over iterates p visits apart", {
  d <- make_sparse_rows()
  x <- d$x
  w <- d$w / mean(d$w)
  n <- nrow(x)
  p <- ncol(x)
  b <- sum_b <- numeric(p)
  b0 <- plain_null(d$y, d$w, d$o, "gaussian")
  sum_b0 <- total <- pending <- visited <- 0
  for (t in 1:n) {
    step <- 0.01 * w[t]
    residual <- d$y[t] - b0 - d$o[t] - sum(x[t, ] * b)
    b <- soft(b + step * residual * x[t, ], step * 0.1)
    b0 <- b0 + step * residual
    pending <- pending + w[t] * t^2
    visited <- visited + sum(x[t, ] != 0)
    if (visited >= p || t == n) {
      sum_b <- sum_b + pending * b
      sum_b0 <- sum_b0 + pending * b0
      total <- total + pending
      pending <- visited <- 0
    }
  }
  solver <- solver_sgd("proximal", rate = 0.01, schedule = "constant", epochs = 1, shuffle = "none")
  fit <- fit_in_order(d, as_sparse(x), "gaussian", 0.1, solver, 1, FALSE, NULL)
  expect_equal(unname(fit$beta[, 1]), sum_b / total, tolerance = 1e-10)
  expect_equal(unname(fit$a0), sum_b0 / total, tolerance = 1e-10)
})

test_that("textbook rules without an intercept take plain steps on the columns as they are", {
  d <- make_rows()
  b <- numeric(8)
  for (t in 1:60) b <- soft(b + 0.0005 * d$x[t, ] * (d$y[t] - sum(d$x[t, ] * b)), 0.0005 * 0.3)
  fit <- sgdlasso(
    d$x, d$y, lambda = 0.3, standardize = FALSE, intercept = FALSE,
    solver = solver_sgd("proximal", rate = 0.0005, schedule = "constant", average = FALSE, epochs = 1, shuffle = "none")
  )
  expect_equal(unname(fit$beta[, 1]), b, tolerance = 1e-10)
  expect_identical(unname(fit$a0), 0)
})

test_that("a lambda of a path starts from the coefficients of the last one, for dual averaging from nothing", {
  d <- make_rows(200)
  fit <- function(rule, lambda) {
    sgdlasso(
      d$x, d$y, lambda = lambda,
      solver = solver_sgd(rule, rate = if (rule != "adaptive") 0.01, epochs = 1, shuffle = "none")
    )
  }
  for (rule in c("cumulative", "proximal", "truncated")) {
    # with the same lambda twice, the second pass goes on from the first
    twice <- fit(rule, c(0.05, 0.05))
    expect_gt(twice$trace$objective[1], twice$trace$objective[2])
  }
  two <- fit("dual_averaging", c(0.2, 0.1))
  expect_equal(coef(two)[, 2], coef(fit("dual_averaging", 0.1))[, 1], tolerance = 1e-14)
})

# ---- work ---------------------------------------------------------------------

visits <- function(x, y, rule, epochs) {
  solver <- solver_sgd(rule, epochs = epochs, shuffle = "none")
  settings <- check_settings(
    "gaussian", 1, 100, NULL, 0.01, FALSE, TRUE, NULL, NULL, -Inf, Inf, NULL, solver, 1e-6, 1, 0, 1, FALSE, FALSE, FALSE
  )
  train(list(x = x, y = y), complete_settings(settings, list(x = x)))$visits
}

test_that("work on sparse rows is proportional to their nonzeros, however many columns there are", {
  set.seed(1)
  n <- 4000
  x <- Matrix::sparseMatrix(i = rep(1:n, each = 5), j = sample(200, 5 * n, replace = TRUE), x = 1, dims = c(n, 200))
  y <- rnorm(n)
  nonzeros <- length(x@x)
  for (rule in c("cumulative", "dual_averaging")) expect_equal(visits(x, y, rule, 2), 2 * nonzeros)
  # forgetting looks at all columns, at 80, 100, 125, ... rows
  forgettings <- length(80 * 1.25^(0:100)[80 * 1.25^(0:100) < 2 * n])
  expect_lte(visits(x, y, "adaptive", 2), 2 * nonzeros + 200 * (forgettings + 2))
  # snapshots for the average come once in p nonzeros, and all are settled at the end of an epoch
  for (rule in c("proximal", "truncated")) {
    expect_lte(visits(x, y, rule, 2), 2 * 2 * nonzeros + 4 * 200)
    expect_gte(visits(x, y, rule, 2), 2 * nonzeros)
  }
  # the same nonzeros in a hundred times as many columns
  wide <- cbind(x, Matrix::sparseMatrix(i = 1:2, j = 1:2, x = c(1, 1), dims = c(n, 19800)))
  expect_lte(visits(wide, y, "cumulative", 2), 2 * (nonzeros + 2))
  expect_lte(visits(wide, y, "proximal", 2), 2 * 2 * (nonzeros + 2) + 4 * 20000)
})
