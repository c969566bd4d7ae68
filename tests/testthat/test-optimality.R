# The core's certificate against the oracle's, which takes primal minus dual value from their definitions.

# Relative to `expected`, or within `slack`.
expect_near <- function(found, expected, tolerance, slack) {
  expect_lte(max(abs(found - expected) - tolerance * abs(expected)), slack)
}

agrees <- function(found, expected, slack = 1e-9) {
  expect_near(found$gap, expected$gap, 1e-6, slack)
  expect_near(found$kkt, expected$kkt, 1e-6, slack)
  expect_equal(found$objective, expected$primal, tolerance = 1e-12)
}

test_that("gap, violation and objective of any coefficients are the oracle's, whatever the problem", {
  cases <- expand.grid(
    family = c("gaussian", "binomial", "poisson"), sparse = c(FALSE, TRUE), alpha = c(1, 0.6, 0),
    standardize = c(TRUE, FALSE), intercept = c(TRUE, FALSE), stringsAsFactors = FALSE
  )
  for (k in seq_len(nrow(cases))) {
    case <- cases[k, ]
    d <- if (case$sparse) make_sparse_rows(family = case$family) else make_rows(family = case$family)
    x <- if (case$sparse) as_sparse(d$x) else d$x
    set.seed(k)
    p <- ncol(d$x)
    b <- rnorm(p) * rbinom(p, 1, 0.5) / apply(d$x, 2, sd) / 10
    a0 <- if (case$intercept) 0.3 else 0 # not the best intercept
    v <- c(0.5, Inf, rep(1, p - 2))
    b[2] <- 0
    for (lambda in c(0.3, 0.01)) {
      found <- optimality(
        list(a0 = a0, beta = b), x, d$y, weights = d$w, offset = d$o, lambda = lambda, family = case$family,
        alpha = case$alpha, standardize = case$standardize, intercept = case$intercept, penalty.factor = v
      )
      expected <- oracle(
        d$x, d$y, a0, b, lambda, case$family, d$w, d$o, case$alpha, v, case$standardize, case$intercept
      )
      # the best s of an elastic net outside gaussian is searched on the squared loss: a valid gap, not always the least
      if (case$family != "gaussian" && case$alpha < 1) {
        expect_gte(found$gap, expected$gap - 1e-9)
        expect_equal(found$kkt, expected$kkt, tolerance = 1e-6)
      } else {
        agrees(found, expected)
      }
    }
  }
})

test_that("unpenalised columns, lambda 0 and limits are certified as the oracle does", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(family = family)
    b <- c(0.5, -0.2, 0, 0.01, 0, 0, 0, 0.001)
    check <- function(lambda, ..., v = rep(1, 8), lower = -Inf, upper = Inf, exact = TRUE) {
      found <- optimality(list(a0 = 0.2, beta = b), d$x, d$y, d$w, d$o, lambda = lambda, family = family,
                          penalty.factor = v, lower.limits = lower, upper.limits = upper)
      expected <- oracle(d$x, d$y, 0.2, b, lambda, family, d$w, d$o, v = v, lower = lower, upper = upper)
      if (exact) agrees(found, expected, 1e-8) else expect_gte(found$gap, expected$gap - 1e-8)
    }
    check(0.1, v = c(0, 1, 2, 0, 1, 1, 1, 1))
    check(0)
    check(0.1, lower = -0.3, upper = c(Inf, 0.1, 1, 1, 1, 1, 1, 1), exact = family == "gaussian")
    check(0.1, lower = c(-Inf, -1, rep(0, 6)), exact = family == "gaussian")
  }
})

test_that("the gap bounds the distance from the optimum, and is small at the optimum only", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(family = family)
    best <- sgdlasso(d$x, d$y, family = family, lambda = 0.1, tol = 1e-12)
    at_best <- optimality(best, d$x, d$y)
    expect_lte(at_best$gap, 1e-12)
    null <- objective(d$x, d$y, plain_null(d$y, rep(1, 60), 0, family), numeric(8), 0, family)
    for (size in c(1e-4, 1e-2, 1)) {
      b <- best$beta[, 1] * (1 + size)
      there <- optimality(list(a0 = best$a0 + size, beta = b), d$x, d$y, lambda = 0.1, family = family)
      scale <- null - saturated_loss(d$y, rep(1, 60), family)
      expect_gte(there$gap, (there$objective - at_best$objective) / scale - 1e-12)
      expect_gt(there$gap, 1e-9)
    }
  }
})

test_that("a fit can be checked by x and y, by data and by its call", {
  x <- as.matrix(murder_rates[, 1:3])
  y <- murder_rates$murder_rate
  fit <- sgdlasso(x, y, lambda = c(2, 1))
  expect_near(optimality(fit, x, y)$gap, fit$gap, 1e-6, 1e-15)
  expect_identical(optimality(fit), optimality(fit, x, y))
  expect_identical(names(optimality(fit)), c("lambda", "gap", "kkt", "objective"))
  by_formula <- sgdlasso(murder_rate ~ ., murder_rates, lambda = c(2, 1))
  expect_equal(optimality(by_formula, data = murder_rates), optimality(fit))
  expect_equal(optimality(by_formula), optimality(fit))
  expect_equal(
    optimality(sgdlasso(as_sparse(x), y, lambda = c(2, 1), weights = 1:20), as_sparse(x), y, weights = 1:20)$gap,
    c(0, 0), tolerance = 1e-6
  )
})

test_that("the gap of a fit is the one that anyone finds from its coefficients", {
  for (family in c("gaussian", "binomial", "poisson")) for (sparse in c(FALSE, TRUE)) {
    d <- if (sparse) make_sparse_rows(300, family = family) else make_rows(300, family = family)
    x <- if (sparse) as_sparse(d$x) else d$x
    solvers <- list("auto", solver_saga(), "sgd")
    for (solver in solvers) {
      fit <- sgdlasso(x, d$y, family, d$w, d$o, nlambda = 5, lambda.min.ratio = 0.05, solver = solver, seed = 1)
      found <- optimality(fit, x, d$y, d$w, d$o)
      expect_near(found$gap, fit$gap, 1e-3, 1e-12)
      expect_lte(largest_gap(fit, d$x, d$y, w = d$w, o = d$o) - max(fit$gap), 1e-9)
    }
  }
})

test_that("the published run and another package's coefficients can be checked", {
  normalized <- read.csv(test_path("fixtures", "murder_rates_normalized.csv"))
  fit <- sgdlasso(murder_rate ~ ., normalized, standardize = FALSE, seed = 0, solver = solver_nudge(0.001, 0.06, 8))
  expected <- oracle(
    as.matrix(normalized[, 1:3]), normalized$murder_rate, fit$a0, fit$beta[, 1], fit$lambda, standardize = FALSE
  )
  expect_equal(fit$gap, expected$gap, tolerance = 1e-9)
  expect_gt(fit$gap, 0.1)
  skip_if_not_installed("glmnet")
  d <- make_rows(300)
  theirs <- precise_glmnet(d$x, d$y)
  found <- optimality(list(a0 = theirs$a0, beta = theirs$beta), d$x, d$y, lambda = theirs$lambda)
  expect_lt(max(found$gap), 1e-5)
  loose <- precise_glmnet(d$x, d$y, thresh = 1e-4)
  expect_gt(
    max(optimality(list(a0 = loose$a0, beta = loose$beta), d$x, d$y, lambda = loose$lambda)$gap), 10 * max(found$gap)
  )
})

test_that("an excluded column with a coefficient is infinitely far", {
  d <- make_rows()
  b <- c(1, numeric(7))
  expect_identical(optimality(list(a0 = 0, beta = b), d$x, d$y, lambda = 0.1, exclude = 1)$gap, Inf)
})

test_that("what is wrong with the arguments is said", {
  x <- as.matrix(murder_rates[, 1:3])
  y <- murder_rates$murder_rate
  fit <- sgdlasso(x, y, lambda = 1)
  wrong <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")
  wrong(optimality(fit, x[-1, ], y[-1]), "not those that the fit was trained on")
  wrong(optimality(fit, x, rev(y)), "not those that the fit was trained on")
  wrong(optimality(fit, x), "`y` is missing")
  wrong(optimality(1, x, y), "`object` is 1")
  wrong(optimality(list(a0 = 0, beta = 1:2), x, y, lambda = 1), "2 x 1 coefficients")
  wrong(optimality(list(a0 = 0, beta = 1:3), x, y), "`lambda` is missing")
  wrong(optimality(list(a0 = 0, beta = c(1, NA, 2)), x, y, lambda = 1), "`beta` has 1 missing")
  wrong(optimality(list(a0 = 0, beta = 1:3), x, y, lambda = 1, familiy = "poisson"), "Did you mean `family`")
})

test_that("a fit's own rows are known again where R's deviance is infinite", {
  set.seed(5)
  x <- matrix(rnorm(200), 50)
  y <- rep(0:1, 25)
  offset <- c(45, numeric(49)) # so the mean of a row without event rounds to 1
  fit <- sgdlasso(x, y, family = "binomial", offset = offset, lambda = c(0.1, 0.01), intercept = FALSE)
  expect_equal(
    sum(binomial()$dev.resids(as.double(y), plogis(predict(fit, x, newoffset = offset)[, 2]), rep(1, 50))), Inf
  )
  expect_equal(optimality(fit, x, y, offset = offset)$lambda, fit$lambda)
})

test_that("the gap of a fit is that of its data where means are all but 0 or 1", {
  set.seed(6)
  x <- matrix(rnorm(200), 50)
  for (family in c("binomial", "poisson")) {
    y <- if (family == "binomial") rep(0:1, 25) else rpois(50, 2)
    for (size in c(15, 25, 35, 45)) {
      offset <- if (family == "binomial") c(size, -size, numeric(48)) else c(-size, -size, numeric(48))
      y[1:2] <- c(0, 1)
      fit <- sgdlasso(x, y, family, offset = offset, lambda = c(0.1, 0.01), intercept = FALSE)
      found <- optimality(fit, x, y, offset = offset)$gap
      expect_true(all(found < 2 * pmax(fit$gap, 1e-9)), info = paste(c(family, size, found, fit$gap), collapse = " "))
    }
  }
})
