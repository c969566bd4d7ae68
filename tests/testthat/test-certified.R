# The solvers that go on until the gap is small: every lambda is certified by the oracle, and problems that are the same
# have the same solution.

certified_solvers <- function(x, family) {
  moments <- is.matrix(x) && family == "gaussian"
  c(
    list(working_set = solver_exact("working_set"), saga = solver_saga(5)),
    if (moments) list(moments = solver_exact("moments"))
  )
}

test_that("every lambda of a path is certified, by the oracle's word, for every solver and problem", {
  cases <- expand.grid(
    family = c("gaussian", "binomial", "poisson"), sparse = c(FALSE, TRUE), alpha = c(1, 0.5, 0),
    standardize = c(TRUE, FALSE), intercept = c(TRUE, FALSE), stringsAsFactors = FALSE
  )
  for (k in seq_len(nrow(cases))) {
    case <- cases[k, ]
    d <-
      if (case$sparse) make_sparse_rows(family = case$family, seed = k) else make_rows(family = case$family, seed = k)
    x <- if (case$sparse) as_sparse(d$x) else d$x
    solvers <- certified_solvers(x, case$family)
    for (name in names(solvers)) {
      fit <- sgdlasso(
        x, d$y, case$family, d$w, d$o, case$alpha, nlambda = if (name == "saga") 4 else 30, lambda.min.ratio = 0.01,
        standardize = case$standardize, intercept = case$intercept, solver = solvers[[name]], seed = 1
      )
      expect_true(fit$converged)
      gap <- largest_gap(
        fit, d$x, d$y, w = d$w, o = d$o, alpha = case$alpha, standardize = case$standardize, intercept = case$intercept
      )
      expect_lte(gap, 1e-6, label = paste("gap of", name, deparse(unclass(case), width.cutoff = 500)))
    }
  }
})

test_that("limits, penalty factors, free and excluded columns are certified too", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(family = family)
    exact <- solver_exact("working_set")
    for (solver in c(list("auto", exact))) {
      v <- c(0, 0.5, Inf, 0, 1:4)
      fit <- sgdlasso(d$x, d$y, family, d$w, penalty.factor = v, solver = solver)
      expect_lte(largest_gap(fit, d$x, d$y, w = d$w, v = v), 1e-6)
      expect_true(all(fit$beta[3, ] == 0) && all(fit$beta[c(1, 4), ] != 0))
      lower <- c(-0.1, 0, -Inf, 0, 0, 0, -1, 0)
      upper <- c(Inf, 0.05, 0.1, 0, Inf, Inf, Inf, Inf)
      fit <- sgdlasso(d$x, d$y, family, d$w, lower.limits = lower, upper.limits = upper, solver = solver)
      expect_lte(largest_gap(fit, d$x, d$y, w = d$w, lower = lower, upper = upper), 1e-6)
      expect_true(all(fit$beta >= lower - 1e-12) && all(fit$beta <= upper + 1e-12))
      fit <- sgdlasso(d$x, d$y, family, alpha = 0.5, lower.limits = 0, solver = solver)
      expect_lte(largest_gap(fit, d$x, d$y, alpha = 0.5, lower = 0), 1e-6)
    }
  }
})

# ---- agreement with others ---------------------------------------------------------

test_that("coefficients are those of the active-set oracle", {
  for (seed in 1:4) {
    d <- make_rows(50, 10, seed = seed)
    grid <- max(sgdlasso(d$x, d$y)$lambda) * c(0.7, 0.2, 0.05)
    for (solver in certified_solvers(d$x, "gaussian")) {
      fit <- sgdlasso(d$x, d$y, weights = d$w, lambda = grid, tol = 1e-12, solver = solver, seed = 1)
      for (k in 1:3) expect_equal(unname(fit$beta[, k]), active_set(d$x, d$y, grid[k], d$w), tolerance = 1e-6)
    }
  }
})

# Data sets of different shape: list(x, y, family) and further arguments.
data_sets <- function() {
  gaussian <- function(x, y, ...) list(x = as.matrix(x), y = y, family = "gaussian", ...)
  plain <- function(d, family, ...) list(x = d$x, y = d$y, family = family, ...)
  sparse <- function(d, family, ...) list(x = as_sparse(d$x), y = d$y, family = family, ...)
  boston <- MASS::Boston
  list(
    swiss = gaussian(swiss[, -1], swiss$Fertility),
    longley = gaussian(longley[, -7], longley$Employed),
    mtcars = gaussian(mtcars[, -1], mtcars$mpg),
    boston = gaussian(boston[, -14], boston$medv),
    boston_factors = gaussian(model.matrix(~ (factor(rad) + lstat + rm)^2, boston)[, -1], boston$medv),
    attitude = gaussian(attitude[, -1], attitude$rating, weights = seq(0.5, 2, length.out = 30)),
    stackloss = gaussian(stackloss[, 1:3], stackloss$stack.loss, offset = stackloss$Air.Flow / 10),
    wide = plain(make_rows(30, 80), "gaussian"),
    limited = plain(make_rows(), "gaussian", lower.limits = -0.05, upper.limits = 0.4),
    sparse = sparse(make_sparse_rows(), "gaussian"),
    sparse_weights = sparse(
      make_sparse_rows(), "gaussian", weights = make_sparse_rows()$w, offset = make_sparse_rows()$o
    ),
    factors = plain(make_rows(), "gaussian", penalty.factor = c(0, 1, 2, 0.5, 1, 1, 1, 1)),
    no_intercept = plain(make_rows(), "gaussian", intercept = FALSE),
    raw = plain(make_rows(), "gaussian", standardize = FALSE),
    transmission = list(
      x = as.matrix(mtcars[, c("hp", "drat", "qsec", "gear", "carb")]), y = mtcars$am, family = "binomial"
    ),
    binomial = plain(make_rows(200, family = "binomial"), "binomial", weights = make_rows(200)$w),
    binomial_sparse = sparse(make_sparse_rows(200, family = "binomial"), "binomial"),
    binomial_limits = plain(make_rows(200, family = "binomial"), "binomial", lower.limits = 0),
    warpbreaks = list(x = model.matrix(~ wool * tension, warpbreaks)[, -1], y = warpbreaks$breaks, family = "poisson"),
    poisson = plain(make_rows(200, family = "poisson"), "poisson", offset = make_rows(200)$o),
    poisson_sparse = sparse(make_sparse_rows(200, family = "poisson"), "poisson")
  )
}

test_that("twenty data sets have glmnet's solutions, where glmnet is made to go on", {
  skip_if_not_installed("glmnet")
  skip_if_not_installed("MASS")
  sets <- data_sets()
  expect_gte(length(sets), 20)
  for (name in names(sets)) {
    d <- sets[[name]]
    fit <- do.call(sgdlasso, c(d, nlambda = 20, lambda.min.ratio = 0.01, tol = 1e-10))
    # a weighted binomial makes glm.fit() inside glmnet warn
    theirs <- suppressWarnings(do.call(precise_glmnet, c(d, list(lambda = fit$lambda, maxit = 1e7))))
    offset <- if (is.null(d$offset)) 0 else d$offset
    ours <- as.matrix(d$x %*% fit$beta) + rep(fit$a0, each = nrow(d$x))
    other <- as.matrix(d$x %*% theirs$beta) + rep(theirs$a0, each = nrow(d$x))
    spread <- max(apply(ours, 2, sd))
    allowed <- if (name == "longley") 1e-3 else if (d$family == "gaussian") 5e-5 else 1e-4
    expect_lt(max(abs(ours - other)) / spread, allowed, label = paste("difference of predictors on", name))
    value <- function(a0, b, lambda) {
      w <- if (is.null(d$weights)) rep(1, nrow(d$x)) else d$weights
      v <- if (is.null(d$penalty.factor)) rep(1, ncol(d$x)) else d$penalty.factor
      objective(d$x, d$y, a0, b, lambda, d$family, w, offset, 1, v, !identical(d$standardize, FALSE))
    }
    scale <- fit$nulldev / 2 / (if (is.null(d$weights)) nrow(d$x) else sum(d$weights))
    for (k in seq_along(fit$lambda)) {
      excess <- value(fit$a0[k], fit$beta[, k], fit$lambda[k]) - value(theirs$a0[k], theirs$beta[, k], fit$lambda[k])
      expect_lte(excess / scale, 1e-9, label = paste("objective above glmnet's on", name))
    }
  }
})

test_that("at lambda 0 the fit is lm's and glm's", {
  fit <- sgdlasso(as.matrix(swiss[, -1]), swiss$Fertility, lambda = 0, tol = 1e-12)
  expect_equal(coef(fit)[, 1], coef(lm(Fertility ~ ., swiss)), tolerance = 1e-6)
  hard <- sgdlasso(as.matrix(longley[, -7]), longley$Employed, lambda = 0, tol = 1e-12)
  expect_equal(coef(hard)[, 1], coef(lm(Employed ~ ., longley)), tolerance = 1e-5)
  for (family in c("binomial", "poisson")) {
    d <- make_rows(200, family = family)
    fit <- sgdlasso(d$x, d$y, family, lambda = 0, tol = 1e-12)
    expect_equal(unname(coef(fit)[, 1]), unname(coef(glm(d$y ~ d$x, family = family))), tolerance = 1e-4)
  }
})

# ---- the same problem, said differently ------------------------------------------------

test_that("zero weights, repeated rows, sparse columns and a formula change nothing, in every solver", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_sparse_rows(60, 10, family = family)
    if (family == "gaussian") d$y <- round(d$y, 3)
    times <- rep(c(1, 2, 3, 0), 15)
    again <- rep(seq_len(60), times)
    for (solver in c(list("auto"), certified_solvers(d$x, family))) {
      solve <- function(x, y, ..., with = solver) sgdlasso(
        x, y, family, ..., lambda = grid, tol = 1e-12, solver = with, seed = 1
      )
      grid <- max(sgdlasso(d$x, d$y, family, weights = times)$lambda) * c(0.5, 0.1, 0.02)
      same <- function(a, b) expect_equal(unname(as.matrix(coef(a))), unname(as.matrix(coef(b))), tolerance = 1e-5)
      weighted <- solve(d$x, d$y, weights = times)
      same(weighted, solve(d$x[again, ], d$y[again]))
      same(weighted, solve(d$x[times > 0, ], d$y[times > 0], weights = times[times > 0]))
      if (is.list(solver) && identical(solver$method, "moments")) next
      same(weighted, solve(as_sparse(d$x), d$y, weights = times))
      frame <- data.frame(y = d$y, d$x, times = times)
      by_formula <- sgdlasso(
        y ~ . - times, frame, family, weights = times, lambda = grid, tol = 1e-12, solver = solver, seed = 1
      )
      same(weighted, by_formula)
    }
  }
})

test_that("zero weights are absent rows to the bit", {
  d <- make_rows(80)
  w <- d$w * rep(c(1, 0), 40)
  for (solver in certified_solvers(d$x, "gaussian")) {
    fit <- function(...) sgdlasso(..., nlambda = 5, solver = solver, seed = 1)[c("a0", "beta", "gap", "lambda")]
    expect_identical(fit(d$x, d$y, weights = w), fit(d$x[w > 0, ], d$y[w > 0], weights = w[w > 0]))
  }
})

test_that("any number of threads gives the same bits", {
  for (family in c("gaussian", "binomial")) for (sparse in c(FALSE, TRUE)) {
    d <- if (sparse) make_sparse_rows(9000, 40, family) else make_rows(9000, 40, family)
    x <- if (sparse) as_sparse(d$x) else d$x
    for (solver in certified_solvers(x, family)) {
      fit <- function(threads) {
        found <- sgdlasso(
          x, d$y, family, nlambda = 4, lambda.min.ratio = 0.1, solver = solver, seed = 1, threads = threads
        )
        c(found[c("a0", "beta", "gap", "lambda")], list(optimality(found, x, d$y, threads = threads)))
      }
      expect_identical(fit(2), fit(1))
    }
  }
})

test_that("two equal calls are identical", {
  d <- make_rows(100)
  expect_identical(sgdlasso(d$x, d$y), sgdlasso(d$x, d$y))
  expect_identical(
    sgdlasso(d$x, d$y, solver = "saga", seed = 3, nlambda = 4),
    sgdlasso(d$x, d$y, solver = "saga", seed = 3, nlambda = 4)
  )
})

# ---- awkward data ------------------------------------------------------------------------

test_that("collinear, duplicated, tiny, huge and constant columns are certified, in every solver", {
  d <- make_rows(60, 6)
  x <- cbind(d$x, d$x[, 1:3], d$x[, 1] + d$x[, 2], 7)
  size <- 10^seq(-8, 8, length.out = 11)
  for (family in c("gaussian", "binomial", "poisson")) {
    y <- make_rows(60, 6, family)$y
    for (solver in certified_solvers(x, family)) {
      plain <- sgdlasso(x, y, family, nlambda = 5, lambda.min.ratio = 0.05, solver = solver, seed = 1)
      expect_true(plain$converged)
      expect_lte(largest_gap(plain, x, y), 1e-6)
      scaled <- sgdlasso(sweep(x, 2, size, `*`), y, family, lambda = plain$lambda, solver = solver, seed = 1)
      expect_true(scaled$converged)
      expect_equal(unname(scaled$dev.ratio), unname(plain$dev.ratio), tolerance = 1e-4)
    }
  }
})

test_that("sparse columns with a huge mean are solved as well as dense ones", {
  set.seed(3)
  x <- matrix(rnorm(400), 100) + 1e8
  y <- x[, 1] - 1e8 + rnorm(100)
  dense <- sgdlasso(x, y, lambda = c(0.5, 0.1), tol = 1e-10)
  sparse <- sgdlasso(as_sparse(x), y, lambda = c(0.5, 0.1), tol = 1e-10)
  expect_true(dense$converged && sparse$converged)
  expect_equal(sparse$beta, dense$beta, tolerance = 1e-6)
  expect_equal(unname(dense$beta[, 2]), active_set(x, y, 0.1), tolerance = 1e-6)
})

test_that("one row, one column, more columns than rows, 60,000 columns and lambda 0 are certified", {
  d <- make_rows(20, 60)
  expect_true(sgdlasso(d$x[1, , drop = FALSE], d$y[1])$converged)
  expect_true(sgdlasso(d$x[, 1, drop = FALSE], d$y)$converged)
  expect_lte(largest_gap(sgdlasso(d$x, d$y), d$x, d$y), 1e-6)
  expect_lte(largest_gap(sgdlasso(d$x, d$y, lambda = 0), d$x, d$y), 1e-6)
  set.seed(1)
  x <- matrix(rnorm(30 * 60000), 30)
  y <- x[, 1] + rnorm(30)
  wide <- sgdlasso(x, y, nlambda = 10)
  expect_true(wide$converged)
  expect_lte(oracle(x, y, wide$a0[5], wide$beta[, 5], wide$lambda[5])$gap, 1e-6)
})

test_that("sparse columns of few entries, many of which depend on each other, are solved", {
  set.seed(5)
  for (n in c(300, 1100)) {
    for (family in c("gaussian", "binomial", "poisson")) {
      x <- Matrix::rsparsematrix(n, 5000, sample(c(0.001, 0.003), 1))
      linear <- as.numeric(x[, 1:100] %*% rnorm(100))
      linear <- linear / sd(linear)
      y <- switch(family,
        gaussian = linear + rnorm(n), binomial = rbinom(n, 1, plogis(2 * linear)), poisson = rpois(n, exp(linear))
      )
      fit <- sgdlasso(x, y, family, nlambda = 8, lambda.min.ratio = 0.02, standardize = sample(c(TRUE, FALSE), 1))
      expect_true(fit$converged)
      expect_lte(max(optimality(fit, x, y)$gap), 1e-6)
    }
  }
})

test_that("lambdas that lie far apart, classes that columns separate and large counts are solved", {
  for (seed in seq_len(30)) {
    set.seed(seed)
    n <- sample(c(60, 200), 1)
    p <- sample(c(20, 300, 1500), 1)
    x <- if (seed %% 2) Matrix::rsparsematrix(n, p, sample(c(0.01, 0.1), 1)) else matrix(rnorm(n * p), n)
    linear <- as.numeric(x[, 1:20] %*% rnorm(20))
    linear <- sample(c(1, 3, 10), 1) * linear / max(sd(linear), 0.001)
    family <- sample(c("binomial", "poisson"), 1)
    y <- if (family == "binomial") rbinom(n, 1, plogis(linear)) else rpois(n, exp(pmin(linear / 2, 8)))
    fit <- sgdlasso(
      x, y, family, nlambda = sample(c(3, 8, 20), 1), lambda.min.ratio = sample(c(0.01, 1e-4), 1),
      standardize = sample(c(TRUE, FALSE), 1), alpha = sample(c(1, 0.5), 1)
    )
    expect_true(fit$converged)
    expect_lte(max(fit$gap), 1e-6)
  }
})

test_that("steps that go far are taken where the objective falls for certain: without a penalty none overflows", {
  set.seed(79)
  n <- sample(c(60, 200, 300), 1)
  p <- sample(c(20, 100, 300, 1500), 1)
  x <- Matrix::rsparsematrix(n, p, sample(c(0.01, 0.1), 1))
  linear <- as.numeric(x[, 1:20] %*% rnorm(20))
  linear <- sample(c(1, 3, 10), 1) * linear / sd(linear)
  invisible(runif(1)) # one of the few draws for which such steps end in an overflow
  y <- rbinom(n, 1, plogis(linear))
  # columns separate some rows: there is no end, and the gap says so
  expect_warning(
    fit <- sgdlasso(x, y, "binomial", lambda = 0),
    class = "sgdlasso_warning_gap"
  )
  expect_true(all(is.finite(coef(fit)[, 1])))
  expect_lt(fit$gap, 1)
})

test_that("more columns than a Gram matrix is made for are solved on the residuals", {
  set.seed(2)
  x <- matrix(rnorm(40 * 5500), 40)
  xs <- Matrix::rsparsematrix(300, 5500, 0.01)
  for (family in c("gaussian", "binomial")) {
    y <- if (family == "gaussian") x[, 1] + rnorm(40) else as.numeric(x[, 1] + rnorm(40) > 0)
    fit <- sgdlasso(x, y, family, alpha = 0, nlambda = 3, lambda.min.ratio = 0.1)
    expect_lte(largest_gap(fit, x, y, alpha = 0), 1e-6)
    y <- if (family == "gaussian") rnorm(300) else rbinom(300, 1, 0.5)
    fit <- sgdlasso(xs, y, family, alpha = 0, nlambda = 3, lambda.min.ratio = 0.1)
    expect_lte(largest_gap(fit, xs, y, alpha = 0), 1e-6)
  }
})

test_that("separated classes end in finite coefficients and a certificate", {
  x <- cbind(1:20, sin(1:20))
  fit <- sgdlasso(x, rep(0:1, each = 10), "binomial")
  expect_true(all(is.finite(fit$beta@x)) && fit$converged)
  expect_gt(max(fit$dev.ratio), 0.99)
})

# ---- stopping ------------------------------------------------------------------------------

test_that("a gap above tol is a warning, and the fit says so", {
  d <- make_rows()
  expect_warning(fit <- sgdlasso(d$x, d$y, tol = 1e-300, nlambda = 3), class = "sgdlasso_warning_gap")
  expect_false(fit$converged)
  expect_warning(
    sgdlasso(d$x, d$y, lambda = 0.1, solver = "sgd", seed = 1, tol = 1e-9), "`tol` is 1e-09",
    class = "sgdlasso_warning_gap"
  )
  expect_no_warning(sgdlasso(d$x, d$y, lambda = 0.1, solver = "sgd", seed = 1))
  expect_output(print(summary(fit)), "Not converged")
  expect_warning(
    few <- sgdlasso(make_rows(20, 300)$x, make_rows(20, 300)$y, lambda = 0.01, maxpasses = 1),
    class = "sgdlasso_warning_gap"
  )
  expect_lte(few$passes, 4)
})

test_that("the path stops early by glmnet's constants, and at dfmax", {
  skip_if_not_installed("glmnet")
  d <- make_rows(500)
  ours <- sgdlasso(d$x, d$y, tol = 1e-10)$lambda
  theirs <- precise_glmnet(d$x, d$y, thresh = 1e-12)$lambda
  expect_equal(length(ours), length(theirs), tolerance = 0.05)
  limited <- sgdlasso(d$x, d$y, dfmax = 2)
  expect_equal(which(limited$df > 2), length(limited$lambda))
})

test_that("auto chooses by the shape of the data and says why", {
  d <- make_rows(40, 8)
  chosen <- function(...) sgdlasso(..., nlambda = 3)$solver
  expect_equal(chosen(d$x, d$y)$method, "moments")
  expect_output(print(summary(sgdlasso(d$x, d$y))), "after\\s+1\\s+pass\\s+over the rows")
  expect_match(chosen(d$x, d$y)$why, "dense columns, at most half as many")
  expect_equal(chosen(d$x[1:10, ], d$y[1:10])$method, "working_set")
  expect_equal(chosen(as_sparse(d$x), d$y)$method, "working_set")
  expect_equal(chosen(d$x, as.numeric(d$y > 0), "binomial")$method, "working_set")
  expect_equal(chosen(d$x, d$y, solver = solver_exact("working_set"))$why, "as asked")
  expect_error(
    chosen(as_sparse(d$x), d$y, solver = solver_exact("moments")), "needs dense columns", class = "sgdlasso_error_input"
  )
})

test_that("limits that exclude 0, of the wrong length, or given to a solver that knows none are errors", {
  d <- make_rows()
  wrong <- function(message, ...) expect_error(sgdlasso(d$x, d$y, ...), message, class = "sgdlasso_error_input")
  wrong("`lower.limits` is 0.1 at position 1, which excludes 0", lower.limits = 0.1)
  wrong("`upper.limits` is -1 at position 2", upper.limits = c(0, rep(-1, 7)))
  wrong("`upper.limits` is a integer of length 3", upper.limits = 1:3)
  wrong("knows no limits", lower.limits = 0, solver = "sgd", seed = 1)
  wrong("`tol` is 0", tol = 0)
  wrong("`threads` is 0", threads = 0)
  wrong("`dfmax` is -1", dfmax = -1)
})

# ---- found by hostile data -------------------------------------------------------------------

test_that("poisson with offsets of both signs is solved as glm does, and on a path", {
  for (seed in c(1, 2, 9)) {
    set.seed(seed)
    x <- matrix(rnorm(180), 60)
    o <- rnorm(60) * 5
    y <- rpois(60, exp(x[, 1]))
    fit <- sgdlasso(x, y, "poisson", offset = o, lambda = 0, tol = 1e-12)
    expect_equal(unname(coef(fit)[, 1]), unname(coef(glm(y ~ x, poisson, offset = o))), tolerance = 1e-4)
    for (lambda in list(NULL, c(10, 1e-4))) {
      path <- sgdlasso(x, y, "poisson", offset = o, lambda = lambda, nlambda = 20)
      expect_true(path$converged)
      expect_lte(largest_gap(path, x, y, o = o), 1e-6)
    }
  }
})

test_that("one-sided limits on columns without a penalty are certified", {
  set.seed(3)
  x <- matrix(rnorm(2000), 200) + rnorm(200)
  y <- x[, 1] - x[, 5] + rnorm(200)
  for (solver in c(list("auto"), list(solver_exact("working_set")))) {
    fit <- sgdlasso(x, y, lambda = 0, lower.limits = 0, solver = solver)
    expect_true(fit$converged)
    expect_true(all(fit$beta >= 0))
    expect_lte(oracle(x, y, fit$a0, fit$beta[, 1], 0, lower = 0)$gap, 1e-6)
    two <- sgdlasso(
      x, y, lambda = 0, lower.limits = c(0, rep(-Inf, 9)), upper.limits = c(Inf, 0.1, rep(Inf, 8)), solver = solver
    )
    expect_true(two$converged)
  }
})

test_that("limits hold to the last digit", {
  for (seed in 1:20) {
    set.seed(seed)
    x <- matrix(rnorm(300), 60) * runif(1, 0.1, 3)
    y <- x[, 1] - x[, 2] + rnorm(60)
    u <- runif(1, 0.05, 0.3)
    fit <- sgdlasso(x, y, lower.limits = -u, upper.limits = u, lambda = 0.01, tol = 1e-12)
    expect_true(all(abs(fit$beta) <= u))
    expect_lt(optimality(fit, x, y)$kkt, 1e-5)
  }
})

# Columns of all kinds: as they are, some of them twice, a full set of dummies, small whole numbers; more of them than
# rows, or fewer.
drawn_design <- function(seed) {
  set.seed(seed)
  n <- sample(c(3, 10, 40, 100), 1)
  x <- matrix(rnorm(n * sample(c(2, 8, 30, 120), 1)), n)
  dummies <- diag(3)[sample(3, n, replace = TRUE), ]
  whole <- matrix(sample(0:2, length(x), replace = TRUE), n)
  x <- switch(sample(4, 1), x, cbind(x, x[, 1:2], -2 * x[, 1]), cbind(x, dummies), whole)
  list(x = x, eta = as.numeric(x[, 1:2] %*% c(1, -1)) + rnorm(n))
}

test_that("rounding lets no coefficient in, neither at the largest lambda nor where columns depend on each other", {
  for (seed in 1:40) {
    d <- drawn_design(seed)
    for (solver in certified_solvers(d$x, "gaussian")[c("working_set", "moments")]) {
      fit <- sgdlasso(d$x, d$eta, solver = solver)
      expect_identical(fit$df[[1]], 0L)
      size <- abs(as.matrix(fit$beta) * apply(d$x, 2, sd))
      expect_false(any(size > 0 & size < 1e-12 * max(size)), label = paste("seed", seed))
    }
    expect_identical(suppressWarnings(sgdlasso(d$x, c(5, rpois(nrow(d$x) - 1, 2)), "poisson"))$df[[1]], 0L)
    free <- sgdlasso(d$x, d$eta, penalty.factor = sample(c(0, runif(ncol(d$x) - 1))))
    expect_lte(free$df[[1]], 1)
  }
})

# A solver may take slopes for known that a certificate must not: where columns are nearly the same the difference is
# large.
test_that("certificates are true where columns nearly depend on each other", {
  for (seed in 1:10) {
    set.seed(seed)
    z <- matrix(rnorm(4000), 200)
    x <- cbind(z, z + 10^runif(1, -5, -2) * rnorm(4000))
    y <- z[, 1] - z[, 2] + rnorm(200)
    for (solver in certified_solvers(x, "gaussian")[c("working_set", "moments")]) {
      fit <- suppressWarnings(sgdlasso(x, y, lambda = c(1e-6, 1e-8), tol = 1e-13, solver = solver))
      expect_true(all(optimality(fit, x, y)$gap < 100 * pmax(fit$gap, 1e-15)), label = paste("seed", seed))
    }
  }
})
