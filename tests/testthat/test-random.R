test_that("numbers and orders are those of the Mersenne twister in plain R", {
  for (seed in c(0, 1, 12345, 2^32 - 1)) {
    rng <- mt19937(seed)
    got <- r_random(seed, uniforms = 700, n = 37, epochs = 2, shuffle = "rows")
    expect_identical(got$uniform, vapply(1:700, function(k) rng$uniform(), 0))
    first <- shuffled(0:36, rng)
    expect_equal(got$order, list(first, shuffled(first, rng)))
  }
})

test_that("the seed governs, and set.seed() governs the seed", {
  x <- as.matrix(murder_rates[, 1:3])
  y <- murder_rates$murder_rate
  fit <- function(...) unclass(sgdlasso(x, y, lambda = 1, solver = "sgd", ...))[c("a0", "beta", "seed")]
  expect_identical(fit(seed = 5), fit(seed = 5))
  expect_false(identical(fit(seed = 5)$beta, fit(seed = 6)$beta))
  set.seed(1)
  first <- fit()
  set.seed(1)
  expect_identical(fit(), first)
  expect_identical(fit(seed = first$seed), first)
})

test_that("a fit without a random step draws nothing and keeps no seed", {
  x <- as.matrix(murder_rates[, 1:3])
  set.seed(1)
  before <- .Random.seed
  fit <- sgdlasso(x, murder_rates$murder_rate, lambda = 1, solver = solver_sgd(shuffle = "none"))
  expect_null(fit$seed)
  expect_null(sgdlasso(x, murder_rates$murder_rate)$seed)
  expect_identical(.Random.seed, before)
})
