d <- make_rows(100, family = "binomial")
lasso <- function(y, ...) sgdlasso(d$x, y, family = "binomial", lambda = 0.05, seed = 1, ...)

test_that("a two-class response may be a factor, logical or 0/1, and the second level is modelled", {
  numbers <- lasso(d$y)
  expect_equal(numbers$classnames, c("0", "1"))
  expect_identical(coef(lasso(d$y == 1)), coef(numbers))
  labelled <- lasso(factor(d$y, 0:1, c("no", "yes")))
  expect_identical(coef(labelled), coef(numbers))
  expect_equal(labelled$classnames, c("no", "yes"))
  expect_equal(coef(lasso(factor(d$y, 1:0)))[, 1], -coef(numbers)[, 1], tolerance = 1e-6)
})

test_that("proportions with weights equal two columns of counts", {
  set.seed(1)
  trials <- sample(1:9, 100, replace = TRUE)
  events <- rbinom(100, trials, plogis(d$x[, 1]))
  by_share <- lasso(events / trials, weights = trials)
  by_counts <- lasso(cbind(lost = trials - events, won = events))
  expect_equal(coef(by_counts), coef(by_share))
  expect_equal(by_counts$classnames, c("lost", "won"))
  expect_equal(by_counts$nulldev, glm(cbind(events, trials - events) ~ 1, family = binomial)$null.deviance)
})

test_that("in a formula the first column counts the modelled class, as in glm", {
  set.seed(1)
  frame <- data.frame(d$x[, 1:2], won = rbinom(100, 5, plogis(2 * scale(d$x[, 1]))))
  by_formula <- sgdlasso(cbind(won, 5 - won) ~ X1 + X2, frame, family = "binomial", lambda = 0.01, seed = 1)
  expect_gt(by_formula$beta["X1", 1], 0)
  expect_equal(
    as.numeric(by_formula$beta),
    as.numeric(sgdlasso(
      d$x[, 1:2], cbind(5 - frame$won, frame$won), family = "binomial", lambda = 0.01, seed = 1
    )$beta)
  )
})

test_that("classes without a name of their own get 0 and 1", {
  frame <- data.frame(x = rnorm(20), k = rep(0:4, 4))
  fit <- sgdlasso(cbind(k, 5 - k) ~ x, frame, family = "binomial", lambda = 0.01, seed = 1)
  expect_equal(fit$classnames, c("0", "1"))
})

test_that("rows without a trial count as absent", {
  counts <- cbind(c(0, 3, 2, 1), c(0, 1, 4, 2))
  x <- matrix(c(9, 1, 2, 3), 4)
  expect_equal(nobs(sgdlasso(x, counts, family = "binomial", lambda = 0.1, seed = 1)), 3)
})

test_that("deviance and log-likelihood are those of glm", {
  for (family in c("gaussian", "binomial", "poisson")) {
    k <- make_rows(60, family = family)
    fit <- sgdlasso(k$x, k$y, family = family, lambda = 1e5, seed = 1)
    null <- glm(k$y ~ 1, family = family)
    expect_equal(fit$nulldev, null$null.deviance, tolerance = 1e-10)
    expect_equal(deviance(fit), deviance(null), tolerance = 1e-8)
    expect_equal(as.numeric(logLik(fit)), as.numeric(logLik(null)), tolerance = 1e-8)
    expect_equal(attr(logLik(fit), "df"), attr(logLik(null), "df"))
  }
  weighted <- sgdlasso(k$x, log(k$y + 1), weights = k$w, lambda = 1e5, seed = 1)
  expect_equal(as.numeric(logLik(weighted)), as.numeric(logLik(lm(log(k$y + 1) ~ 1, weights = k$w))), tolerance = 1e-8)
})
