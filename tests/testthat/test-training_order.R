test_that("the plain loop with the order told gives the fit", {
  x <- as.matrix(murder_rates[, 1:3]) / rep(c(1e7, 100, 10), each = 20)
  y <- murder_rates$murder_rate / 100
  fit <- sgdlasso(x, y, standardize = FALSE, seed = 7, solver = solver_nudge(nudge = 0.002, rate = 0.05, epochs = 3))
  told <- training_order(fit)
  expect_equal(dim(told$order), c(3, 20))
  a <- told$initial
  b <- 0
  for (i in as.vector(t(told$order))) {
    error <- y[i] - sum(x[i, ] * a) - b
    a <- a + 0.05 * x[i, ] * error
    b <- b + 0.05 * error
    a <- a - 0.002 * sign(a)
    b <- b - 0.002 * sign(b)
  }
  expect_equal(fit$beta[, 1], a, tolerance = 1e-13)
  expect_equal(unname(fit$a0), b, tolerance = 1e-13)
})

test_that("it is that of the published run", {
  reference <- jsonlite::fromJSON(test_path("fixtures", "blog_run.json"))$nudge_every_sample
  fit <- sgdlasso(murder_rate ~ ., murder_rates, seed = 0, solver = solver_nudge(epochs = 2))
  told <- training_order(fit)
  expect_identical(unname(told$initial), reference$initial_coefficients)
  expect_equal(told$order, rbind(reference$first_epoch_order, reference$second_epoch_order) + 1L)
})

test_that("no epochs, a zero start and another solver are told apart", {
  none <- sgdlasso(murder_rate ~ ., murder_rates, seed = 0, solver = solver_nudge(epochs = 0, init = "zero"))
  expect_equal(dim(training_order(none)$order), c(0, 20))
  expect_equal(unname(training_order(none)$initial), c(0, 0, 0))
  other <- sgdlasso(murder_rate ~ ., murder_rates, lambda = 1, seed = 0, solver = "sgd")
  expect_error(training_order(other), "`fit` is a fit by solver_sgd\\(\\)", class = "sgdlasso_error_input")
  expect_error(training_order(1), "`fit` is 1", class = "sgdlasso_error_input")
})
