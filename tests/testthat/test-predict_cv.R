expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

test_that("coefficients and predictions are those of the fit at the chosen lambda", {
  d <- make_rows(80)
  cv <- cv.sgdlasso(d$x, d$y)
  fit <- cv$sgdlasso.fit
  expect_equal(coef(cv), coef(fit, s = c(lambda.1se = cv$lambda.1se)))
  expect_equal(coef(cv, s = "lambda.min"), coef(fit, s = c(lambda.min = cv$lambda.min)))
  chosen <- c(lambda.min = cv$lambda.min, lambda.1se = cv$lambda.1se)
  expect_equal(predict(cv, d$x[1:3, ], s = names(chosen)), predict(fit, d$x[1:3, ], s = chosen))
  expect_equal(predict(cv, d$x, s = 0.2), predict(fit, d$x, s = 0.2))
  expect_equal(predict(cv, type = "nonzero"), predict(fit, type = "nonzero", s = c(lambda.1se = cv$lambda.1se)))
  expect_equal(
    coef(cv, s = 0.21, exact = TRUE), coef(sgdlasso(d$x, d$y, lambda = c(fit$lambda, 0.21)), s = 0.21), tolerance = 1e-4
  )
  expect_equal(accuracy(cv, d$x, d$y), accuracy(fit, d$x, d$y, s = cv$lambda.1se))
  expect_identical(nobs(cv), 80L)
  expect_input_error(
    coef(cv, s = "lambda.best"), "It must be lambdas, or one of \"lambda.min\", \"lambda.1se\", \"aic\""
  )
  skip_if_not_installed("DBI")
  expect_equal(as_sql(cv, s = "lambda.min"), as_sql(fit, s = cv$lambda.min))
})

test_that("relaxed results come with the gamma that was chosen", {
  d <- make_rows(80)
  cv <- cv.sgdlasso(d$x, d$y, relax = TRUE, gamma = c(0.2, 0.6))
  chosen <- cv$relaxed
  best <- c(lambda.min = chosen$lambda.min)
  expect_equal(coef(cv, s = "lambda.min"), coef(cv$sgdlasso.fit, s = best, gamma = chosen$gamma.min))
  expect_equal(
    predict(cv, d$x), predict(cv$sgdlasso.fit, d$x, s = c(lambda.1se = chosen$lambda.1se), gamma = chosen$gamma.1se)
  )
  expect_equal(coef(cv, s = "lambda.min", gamma = 1), coef(cv$sgdlasso.fit, s = best))
  if (chosen$gamma.min != chosen$gamma.1se) {
    expect_input_error(coef(cv, s = c("lambda.min", "lambda.1se")), "different gammas")
  }
  both <- c("gamma.min", "gamma.1se")
  for (gamma in both) expect_equal(coef(cv, s = .1, gamma = gamma), coef(cv, s = .1, gamma = chosen[[gamma]]))
  expect_input_error(coef(cv, gamma = both), "`gamma` has 2 names.*Give one of them")
  expect_input_error(predict(cv, d$x, gamma = both), "`gamma` has 2 names")
  expect_equal(
    assess(cv, d$x, d$y, s = "lambda.min")$mse, mean((d$y - predict(cv, d$x, s = "lambda.min"))^2)
  )
  expect_equal(residuals(cv, d$x, d$y), d$y - predict(cv, d$x), ignore_attr = TRUE)
})

test_that("CV+ bounds are the paper's order statistics", {
  d <- make_rows(35)
  fold <- rep(1:5, 7)
  cv <- cv.sgdlasso(d$x, d$y, foldid = fold)
  s <- cv$lambda[20]
  new <- make_rows(4, seed = 2)$x
  apart <- lapply(1:5, function(k) sgdlasso(d$x[fold != k, ], d$y[fold != k], lambda = s))
  r <- vapply(1:35, function(i) abs(d$y[i] - predict(apart[[fold[i]]], d$x[i, , drop = FALSE])), 0)
  for (level in c(0.5, 0.8, 0.9)) {
    expected <- t(apply(new, 1, function(row) {
      mu <- vapply(apart, function(fit) predict(fit, matrix(row, 1))[1], 0)[fold]
      alpha <- 1 - level
      c(sort(mu - r)[floor(alpha * 36 + 1e-9)], sort(mu + r)[ceiling((1 - alpha) * 36 - 1e-9)])
    }))
    got <- predict(cv, new, s = s, interval = "prediction", level = level)
    expect_equal(unname(got[, 2:3]), unname(expected), tolerance = 1e-4)
    expect_equal(got[, "fit"], predict(cv, new, s = s)[, 1])
  }
  expect_equal(
    unname(predict(cv, new, interval = "prediction", level = 0.99)[, 2:3]), matrix(rep(c(-Inf, Inf), each = 4), 4)
  )
})

test_that("at a lambda fixed beforehand about the level is covered, well above what the paper guarantees", {
  set.seed(1)
  covered <- replicate(60, {
    x <- matrix(rnorm(60 * 20), 60)
    y <- x[, 1] + rnorm(60)
    new <- matrix(rnorm(50 * 20), 50)
    cv <- cv.sgdlasso(x, y, lambda = c(0.3, 0.1), nfolds = 10)
    bounds <- predict(cv, new, s = 0.1, interval = "prediction", level = 0.9)
    truth <- new[, 1] + rnorm(50)
    mean(bounds[, "lower"] <= truth & truth <= bounds[, "upper"])
  })
  guarantee <- 1 - 2 * 0.1 - min(2 * (1 - 1 / 10) / (60 / 10 + 1), (1 - 10 / 60) / (10 + 1))
  expect_gt(mean(covered), guarantee)
  # 3,000 new rows, with the spread between data sets
  expect_lt(abs(mean(covered) - 0.9), 4 * sd(covered) / sqrt(60) + 0.01)
})

test_that("intervals take a formula's rows, weights of zero and an offset", {
  set.seed(2)
  cv <- cv.sgdlasso(murder_rate ~ ., murder_rates, nfolds = 5)
  new <- rbind(murder_rates[1:2, ], NA)
  bounds <- predict(cv, new, interval = "prediction", level = 0.7)
  expect_identical(unname(is.na(bounds[, "lower"])), c(FALSE, FALSE, TRUE))
  expect_true(all(bounds[1:2, "lower"] < bounds[1:2, "upper"]))
  d <- make_rows(40)
  w <- rep(1, 40)
  w[1:5] <- 0
  fold <- rep(1:5, 8)
  part <- cv.sgdlasso(d$x[w > 0, ], d$y[w > 0], foldid = fold[w > 0], lambda = c(0.2, 0.1), offset = d$o[w > 0])
  whole <- cv.sgdlasso(d$x, d$y, weights = w, foldid = fold, lambda = c(0.2, 0.1), offset = d$o)
  expect_equal(
    predict(whole, d$x[1:3, ], newoffset = d$o[1:3], interval = "prediction", level = 0.8),
    predict(part, d$x[1:3, ], newoffset = d$o[1:3], interval = "prediction", level = 0.8)
  )
})

test_that("intervals that cannot be had are errors", {
  d <- make_rows(40)
  cv <- cv.sgdlasso(d$x, d$y, relax = TRUE, gamma = 0.5)
  interval <- function(...) predict(..., newx = d$x, interval = "prediction")
  expect_input_error(interval(cv), "`gamma` is 0.5")
  expect_silent(interval(cv, gamma = 1))
  expect_input_error(interval(cv, s = c(0.1, 0.2), gamma = 1), "Intervals are for one lambda")
  expect_input_error(interval(cv, gamma = 1, level = 1), "`level` is 1")
  expect_input_error(interval(cv, gamma = 1, x = d$x[1:20, ], y = d$y[1:20]), "not those that the fit was trained on")
  shuffled <- sample(40)
  expect_input_error(interval(cv, gamma = 1, x = d$x[shuffled, ], y = d$y[shuffled]), "in their order")
  expect_input_error(interval(cv, gamma = 1, type = "response"), "`type` is given")
  expect_silent(interval(cv, gamma = 1L, level = 1e-12))
  expect_input_error(predict(cv, d$x, interval = "confidence"), "`interval` is \"confidence\"")
  y <- make_rows(40, family = "binomial")$y
  expect_input_error(interval(cv.sgdlasso(d$x, y, family = "binomial", nfolds = 4)), "binomial fit")
})
