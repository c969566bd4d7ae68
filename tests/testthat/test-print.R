# Snapshots of printed text. Numbers are those of the published run, which are the same to the bit everywhere.
normalized <- read.csv(test_path("fixtures", "murder_rates_normalized.csv"))
published <- sgdlasso(murder_rate ~ population + low_income + unemployed,
                      data = normalized, standardize = FALSE, seed = 0,
                      solver = solver_nudge(nudge = 0.001, rate = 0.06, epochs = 8))

test_that("a fit prints its path", {
  expect_snapshot(print(published))
  path <- sgdlasso(as.matrix(normalized[, 1:3]), normalized$murder_rate, lambda = c(0.05, 0.01), seed = 1)
  expect_output(print(path), "Df +%Dev +Lambda +Gap\n1 +2 +[0-9.]+ +0.05 +[0-9.e-]+\n2 +")
})

test_that("a summary prints what a statistician asks for", {
  expect_snapshot(print(summary(published)))
})

test_that("the summary of a path is its table, and of one lambda of it its coefficients", {
  path <- sgdlasso(murder_rate ~ ., murder_rates, lambda = c(4, 2, 1), seed = 1)
  expect_output(print(summary(path)), "Df +%Dev +Lambda")
  at <- summary(path, s = 1.5)
  expect_output(print(at), "Nonzero coefficients: 2 of 3")
  expect_equal(at$coefficients$estimate, unname(coef(path, s = 1.5)[rownames(at$coefficients), 1]))
  sd <- sqrt(colMeans(scale(as.matrix(murder_rates[, 1:3]), scale = FALSE)^2))
  expect_equal(at$coefficients$standardized, unname(at$coefficients$estimate * sd[rownames(at$coefficients)]))
})

test_that("between fitted lambdas no share of the deviance is told", {
  path <- sgdlasso(murder_rate ~ ., murder_rates, lambda = c(4, 1), seed = 1)
  expect_null(summary(path, s = 2)$dev.ratio)
  expect_equal(summary(path, s = 4)$dev.ratio, path$dev.ratio[1])
  expect_output(print(summary(path, s = 2)), "Nonzero coefficients")
})

test_that("a call with whole data in it prints short", {
  fit <- do.call(sgdlasso, list(matrix(rnorm(1e4), 100), rnorm(100), lambda = 0.1, seed = 1))
  expect_lt(length(capture.output(print(fit))), 20)
})

test_that("a summary tells the residuals and the accuracy on the training rows", {
  fit <- sgdlasso(murder_rate ~ ., murder_rates, lambda = 1, seed = 1, solver = "sgd")
  told <- summary(fit)
  expect_equal(unname(told$residuals), unname(quantile(residuals(fit))))
  expect_equal(told$accuracy, accuracy(fit, murder_rates))
  expect_output(print(told), "Stopped after the 5 epochs asked for.", fixed = TRUE)
})

test_that("a summary of columns with equal or missing names prints", {
  x <- as.matrix(murder_rates[, 1:3])
  for (names in list(rep("a", 3), c("a", NA, ""))) {
    colnames(x) <- names
    expect_output(print(summary(sgdlasso(x, murder_rates$murder_rate, lambda = 0.01))), "Nonzero coefficients: 3 of 3")
  }
})

test_that("a binomial summary names the modelled class", {
  fit <- sgdlasso(
    as.matrix(murder_rates[, 1:3]), factor(murder_rates$murder_rate > 20, c(FALSE, TRUE), c("low", "high")),
    family = "binomial", lambda = 0.1, seed = 1
  )
  expect_output(print(summary(fit)), "modelled class \"high\".*rows in the right class")
})

test_that("a summary of a fit without nonzero coefficients, or of a constant response, prints", {
  x <- as.matrix(murder_rates[, 1:3])
  expect_output(
    print(summary(sgdlasso(x, murder_rates$murder_rate, lambda = 100, seed = 1))), "Nonzero coefficients: 0 of 3"
  )
  expect_output(print(summary(sgdlasso(x, rep(1, 20)))), "The response is constant")
})
