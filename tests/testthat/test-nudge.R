reference <- jsonlite::fromJSON(test_path("fixtures", "blog_run.json"))
normalized <- read.csv(test_path("fixtures", "murder_rates_normalized.csv"))

published <- function(data, every = "sample", ...) {
  sgdlasso(murder_rate ~ population + low_income + unemployed,
           data = data, standardize = FALSE, seed = 0,
           solver = solver_nudge(nudge = 0.001, rate = 0.06, epochs = 8, every = every), ...)
}

test_that("the published run is reproduced to the last bit, nudging after every sample and after every epoch", {
  for (every in c("sample", "epoch")) {
    expected <- reference[[paste0("nudge_every_", every)]]
    fit <- published(normalized, every)
    expect_identical(fit$trace$mse, expected$epoch_mse)
    expect_identical(unname(fit$beta[, 1]), expected$coefficients)
    expect_identical(unname(fit$a0), expected$intercept)
    expect_identical(accuracy(fit, normalized, within = 0.25), expected$accuracy_within_25_percent)
  }
})

test_that("it starts from the published coefficients and visits rows in the published orders", {
  expected <- reference$nudge_every_sample
  start <- sgdlasso(murder_rate ~ population + low_income + unemployed,
                    data = normalized, standardize = FALSE, seed = 0, solver = solver_nudge(epochs = 0))
  expect_identical(unname(start$beta[, 1]), expected$initial_coefficients)
  expect_identical(unname(start$a0), 0)
  drawn <- r_random(seed = 0, uniforms = 3, n = 20, epochs = 2, shuffle = "rows")
  expect_identical(drawn$uniform, expected$initial_coefficients)
  expect_equal(drawn$order, list(expected$first_epoch_order, expected$second_epoch_order))
})

test_that("the raw data divided by their units give the published run to 1e-12", {
  scaled <- murder_rates
  scaled[] <- Map(`/`, murder_rates, c(1e7, 100, 10, 100))
  fit <- published(scaled)
  expect_equal(fit$trace$mse, reference$nudge_every_sample$epoch_mse, tolerance = 1e-12)
  expect_equal(unname(fit$beta[, 1]), reference$nudge_every_sample$coefficients, tolerance = 1e-12)
})

test_that("lambda is the one of the objective that the nudges walk on", {
  expect_equal(published(normalized)$lambda, 0.001 / 0.06)
  expect_equal(published(normalized, "epoch")$lambda, 0.001 / (20 * 0.06))
})

test_that("twenty random settings give the bits of the plain loop", {
  x <- as.matrix(normalized[, 1:3])
  set.seed(1)
  for (k in 1:20) {
    setting <- list(
      nudge = 10^runif(1, -4, -1), rate = 10^runif(1, -3, -0.5), epochs = sample(1:6, 1),
      every = sample(c("sample", "epoch"), 1),
      init = sample(c("uniform", "zero"), 1), penalize_intercept = sample(c(TRUE, FALSE), 1)
    )
    seed <- floor(runif(1, 0, 2^32))
    rows <- sample(20, sample(c(2, 7, 20), 1))
    plain <- do.call(plain_nudge, c(list(x[rows, ], normalized$murder_rate[rows], seed = seed), setting))
    fit <- sgdlasso(x[rows, ], normalized$murder_rate[rows], standardize = FALSE, seed = seed,
                    solver = do.call(solver_nudge, setting))
    expect_identical(fit$trace$mse, plain$mse)
    expect_identical(unname(fit$beta[, 1]), plain$coefficients)
    expect_identical(unname(fit$a0), plain$intercept)
  }
})

test_that("more rows than a block give the bits of the plain loop", {
  set.seed(3)
  x <- matrix(runif(150 * 2), 150)
  y <- x[, 1] + rnorm(150) / 10
  plain <- plain_nudge(x, y, nudge = 0.002, rate = 0.05, epochs = 3, seed = 5)
  fit <- sgdlasso(x, y, standardize = FALSE, seed = 5, solver = solver_nudge(nudge = 0.002, rate = 0.05, epochs = 3))
  expect_identical(unname(fit$beta[, 1]), plain$coefficients)
  expect_identical(fit$trace$mse, plain$mse)
})

test_that("a coefficient at exactly zero is not nudged", {
  x <- cbind(c(1, 2, 0, 0), c(0, 0, 1, 3))
  y <- c(1, 2, 3, 4)
  for (seed in 1:5) {
    plain <- plain_nudge(
      x, y, nudge = 0.01, rate = 0.1, epochs = 1, init = "zero", penalize_intercept = FALSE, seed = seed
    )
    fit <- sgdlasso(
      x, y, standardize = FALSE, seed = seed,
      solver = solver_nudge(nudge = 0.01, rate = 0.1, epochs = 1, init = "zero", penalize_intercept = FALSE)
    )
    expect_identical(unname(fit$beta[, 1]), plain$coefficients)
  }
})

test_that("sparse rows, which delay their nudges, end in the same coefficients as dense ones", {
  set.seed(4)
  x <- matrix(rnorm(80 * 30) * rbinom(80 * 30, 1, 0.1), 80)
  y <- rnorm(80)
  for (every in c("sample", "epoch")) {
    solver <- solver_nudge(nudge = 0.003, rate = 0.05, epochs = 5, every = every)
    dense <- sgdlasso(x, y, standardize = FALSE, seed = 2, solver = solver)
    sparse <- sgdlasso(Matrix::Matrix(x, sparse = TRUE), y, standardize = FALSE, seed = 2, solver = solver)
    expect_equal(sparse$beta[, 1], dense$beta[, 1], tolerance = 1e-12)
    expect_equal(sparse$trace, dense$trace, tolerance = 1e-12)
  }
})

test_that("the nudge never reaches an exact zero, and jumps across it instead", {
  set.seed(5)
  x <- cbind(rnorm(50), rnorm(50))
  fit <- sgdlasso(x, x[, 1], seed = 1, solver = solver_nudge(nudge = 0.01, rate = 0.01, epochs = 50))
  expect_true(all(fit$beta != 0))
  expect_lt(abs(fit$beta[2, 1]), 0.1)
})

test_that("weights multiply the gradient step, and alpha mixes the nudge with decay", {
  set.seed(6)
  x <- matrix(rnorm(30), 15)
  y <- rnorm(15)
  w <- rep(c(0.5, 1, 1.5), 5)
  rate <- 0.02
  nudge <- 0.004
  rng <- mt19937(9)
  b <- c(rng$uniform(), rng$uniform())
  b0 <- 0
  for (i in shuffled(1:15, rng)) {
    error <- y[i] - sum(x[i, ] * b) - b0
    b <- b + rate * w[i] * x[i, ] * error
    b0 <- b0 + rate * w[i] * error
    b <- b - nudge * (0.3 * sign(b) + plain_ridge(y, w, 0, "gaussian", 0.3) * b)
    b0 <- b0 - nudge * sign(b0)
  }
  fit <- sgdlasso(x, y, weights = w, alpha = 0.3, standardize = FALSE, seed = 9,
                  solver = solver_nudge(nudge = nudge, rate = rate, epochs = 1))
  expect_equal(unname(coef(fit)[, 1]), c(b0, b), tolerance = 1e-12)
})

test_that("with standardize = TRUE it trains on centred columns of unit deviation", {
  x <- as.matrix(murder_rates[, 1:3])
  y <- murder_rates$murder_rate
  z <- scale(x) * sqrt(20 / 19)
  solver <- solver_nudge(nudge = 0.01, rate = 0.01, epochs = 5)
  raw <- sgdlasso(x, y, seed = 1, solver = solver)
  scaled <- sgdlasso(z, y, seed = 1, standardize = FALSE, solver = solver)
  expect_equal(predict(raw, x), predict(scaled, z), tolerance = 1e-10)
})

test_that("binomial and poisson responses are trained by the same loop with their own mean", {
  set.seed(7)
  x <- matrix(rnorm(40), 20)
  for (family in c("binomial", "poisson")) {
    y <- if (family == "binomial") rep(0:1, 10) else rpois(20, 3)
    mean <- if (family == "binomial") plogis else exp
    rng <- mt19937(1)
    b <- c(rng$uniform(), rng$uniform())
    b0 <- 0
    for (i in shuffled(1:20, rng)) {
      error <- y[i] - mean(sum(x[i, ] * b) + b0)
      b <- b + 0.01 * x[i, ] * error
      b0 <- b0 + 0.01 * error
      b <- b - 0.002 * sign(b)
      b0 <- b0 - 0.002 * sign(b0)
    }
    fit <- sgdlasso(x, y, family = family, standardize = FALSE, seed = 1,
                    solver = solver_nudge(nudge = 0.002, rate = 0.01, epochs = 1))
    expect_equal(unname(coef(fit)[, 1]), c(b0, b), tolerance = 1e-12)
  }
})
