test_that("the area under the curve is the share of pairs in the right order, ties half", {
  set.seed(1)
  y <- rbinom(40, 1, 0.4)
  eta <- round(rnorm(40), 1)
  w <- runif(40)
  pairs <- expand.grid(one = which(y == 1), zero = which(y == 0))
  weight <- w[pairs$one] * w[pairs$zero]
  right <- (eta[pairs$one] > eta[pairs$zero]) + (eta[pairs$one] == eta[pairs$zero]) / 2
  expect_equal(area_under_curve(y, eta, w), sum(weight * right) / sum(weight))
  expect_equal(area_under_curve(c(0, 1), c(-1, 1)), 1)
  expect_equal(area_under_curve(c(0, 1), c(0, 0)), 0.5)
  expect_identical(area_under_curve(c(1, 1), c(0, 1)), NA_real_)
})

test_that("a proportion is as many rows of both classes", {
  set.seed(2)
  eta <- rnorm(20)
  share <- sample(0:5, 20, TRUE) / 5
  rows <- rep(1:20, each = 2)
  expect_equal(
    area_under_curve(share, eta, rep(2, 20)),
    area_under_curve(rep(0:1, 20), eta[rows], as.vector(rbind(1 - share, share)))
  )
  for (measure in c("mse", "mae")) {
    expect_true(all(row_losses(share, cbind(eta), measure, "binomial") >= 0))
  }
})

test_that("deviances are those of R's families", {
  eta <- cbind(c(-2, 0.3, 1.5), c(0, -1, 2))
  for (family in list(gaussian(), poisson(), binomial())) {
    y <- switch(family$family, binomial = c(0, 1, 0.4), c(0, 1, 3))
    expected <- apply(eta, 2, function(e) family$dev.resids(y, family$linkinv(e), rep(1, 3)))
    expect_equal(row_losses(y, eta, "deviance", family$family), expected)
  }
})

test_that("probabilities are kept away from 0 and 1, so that one sure row does not cost everything", {
  expect_equal(row_losses(1, cbind(-1e3), "deviance", "binomial"), matrix(-2 * log(1e-5)))
})
