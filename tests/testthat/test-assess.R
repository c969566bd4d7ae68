expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

test_that("all measures on new rows are weighted means of the losses", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(80, family = family)
    fit <- sgdlasso(d$x[1:50, ], d$y[1:50], family, nlambda = 5)
    new <- 51:80
    table <- assess(fit, d$x[new, ], d$y[new], weights = d$w[new])
    expect_equal(table$lambda, fit$lambda)
    eta <- predict(fit, d$x[new, ])
    for (measure in setdiff(names(table), c("lambda", "auc"))) {
      expected <- apply(eta, 2, function(e) weighted.mean(plain_losses(d$y[new], e, measure, family), d$w[new]))
      expect_equal(table[[measure]], unname(expected))
    }
    expect_setequal(names(table), c("lambda", measures_of(family)))
  }
})

test_that("assess agrees with glmnet's", {
  skip_if_not_installed("glmnet")
  d <- make_rows(80, family = "binomial")
  fit <- precise_glmnet(d$x, d$y, "binomial", lambda = c(0.1, 0.02))
  theirs <- glmnet::assess.glmnet(fit, d$x, d$y, weights = d$w)
  ours <- assess(sgdlasso(d$x, d$y, "binomial", lambda = c(0.1, 0.02), tol = 1e-13), d$x, d$y, weights = d$w)
  for (measure in c("deviance", "class", "mse", "mae"))
    expect_equal(ours[[measure]], as.numeric(theirs[[measure]]), tolerance = 1e-6)
})

test_that("a confusion table counts predicted by true classes", {
  d <- make_rows(80, family = "binomial")
  y <- factor(d$y, labels = c("no", "yes"))
  fit <- sgdlasso(d$x, y, "binomial", lambda = c(0.1, 0.02))
  predicted <- predict(fit, d$x, s = 0.02, type = "class")[, 1]
  expect_equal(unclass(confusion(fit, d$x, y, s = 0.02)), unclass(table(predicted, true = y)), ignore_attr = TRUE)
  counts <- confusion(fit, d$x, y, s = 0.02, weights = d$w)
  expect_equal(sum(counts), sum(d$w))
  expect_equal(1 - sum(diag(counts)) / sum(counts), assess(fit, d$x, y, s = 0.02, weights = d$w)$class)
  cv <- cv.sgdlasso(d$x, y, family = "binomial", nfolds = 5)
  expect_equal(confusion(cv, d$x, y, s = "lambda.min"), confusion(cv$sgdlasso.fit, d$x, y, s = cv$lambda.min))
})

test_that("the ROC curve runs from nobody to everybody, and its area is the auc", {
  d <- make_rows(80, family = "binomial")
  fit <- sgdlasso(round(d$x), d$y, "binomial", lambda = 0.02)
  curve <- roc(fit, round(d$x), d$y, weights = d$w)
  expect_equal(unlist(curve[1, ]), c(threshold = Inf, false_positive = 0, true_positive = 0))
  expect_equal(unlist(curve[nrow(curve), -1]), c(false_positive = 1, true_positive = 1))
  expect_true(all(diff(curve$threshold[-1]) < 0))
  area <- sum(diff(curve$false_positive) * (curve$true_positive[-1] + curve$true_positive[-nrow(curve)]) / 2)
  expect_equal(area, assess(fit, round(d$x), d$y, weights = d$w)$auc)
  at <- 7
  put <- predict(fit, round(d$x), type = "response")[, 1] >= curve$threshold[at] - 1e-12
  expect_equal(curve$true_positive[at], weighted.mean(put[d$y == 1], d$w[d$y == 1]))
})

test_that("counts in two columns, a formula's own response and missing rows are understood", {
  d <- make_rows(40, family = "binomial")
  counts <- cbind(2 - d$y, 1 + d$y)
  fit <- sgdlasso(d$x, counts, "binomial", lambda = 0.05)
  share <- counts[, 2] / 3
  expect_equal(
    assess(fit, d$x, counts)$deviance, mean(plain_losses(share, predict(fit, d$x)[, 1], "deviance", "binomial"))
  )
  expect_equal(sum(confusion(fit, d$x, counts)), 120)
  cities <- murder_rates
  cities$unemployed[3] <- NA
  fit <- sgdlasso(murder_rate ~ ., murder_rates, lambda = 1)
  expect_equal(assess(fit, newdata = cities)$mse, mean((murder_rates$murder_rate - predict(fit, murder_rates))[-3]^2))
  expect_equal(assess(fit)$mse, mean(residuals(fit)^2))
})

test_that("what cannot be assessed is an error that says so", {
  d <- make_rows(40)
  fit <- sgdlasso(d$x, d$y)
  expect_input_error(assess(fit, d$x), "`newy` is missing")
  expect_input_error(summary(fit, s = c(0.1, 0.2)), "`s` holds 2 lambdas")
  expect_input_error(confusion(fit, d$x, d$y, s = 0.1), "gaussian fit")
  expect_input_error(assess(fit, d$x, d$y, lambda = 1), "no argument `lambda`")
  y <- make_rows(40, family = "binomial")$y
  binary <- sgdlasso(d$x, y, "binomial", lambda = 0.1)
  expect_input_error(roc(binary, d$x[y == 1, ], y[y == 1]), "one class only")
  expect_input_error(assess(binary, d$x, rep(NA, 40)), "all incomplete")
})

test_that("variables of the caller are not taken for those of the new rows", {
  d <- data.frame(make_rows(60)$x, y = make_rows(60)$y, w = make_rows(60)$w)
  fit <- sgdlasso(y ~ X1 + X2, d, weights = w, lambda = 0.1)
  y <- rnorm(7) * 100
  w <- c(1e9, rep(0, 6))
  expect_input_error(assess(fit, newdata = d[1:7, c("X1", "X2", "w")]), "`newy` is missing")
  plain <- mean((d$y[1:7] - predict(fit, d[1:7, ]))^2)
  expect_equal(assess(fit, newdata = d[1:7, c("X1", "X2", "y")])$mse, plain)
  expect_equal(assess(fit, newdata = d[1:7, ])$mse, weighted.mean((d$y[1:7] - predict(fit, d[1:7, ]))^2, d$w[1:7]))
})

test_that("rows of weight 0 or of no weight are left out, and other weights refused", {
  d <- data.frame(make_rows(60)$x, y = make_rows(60)$y, w = make_rows(60)$w)
  fit <- sgdlasso(y ~ X1 + X2, d, weights = w, lambda = 0.1)
  d$w[1:2] <- c(NA, 0)
  expect_equal(assess(fit, newdata = d), assess(fit, newdata = d[-(1:2), ]))
  d$w[3] <- -1
  expect_input_error(assess(fit, newdata = d), "negative")
  d$w <- "a"
  expect_input_error(assess(fit, newdata = d), "`weights` is a character")
})

test_that("relaxed measures stand beside the relaxed lambdas", {
  set.seed(2)
  x <- matrix(rnorm(800), 20)
  y <- rnorm(20)
  fit <- sgdlasso(x, y, relax = TRUE, lambda = c(0.5, 0.3, 1e-4))
  expect_equal(assess(fit, x, y, gamma = 0)$lambda, fit$relaxed$lambda)
})

test_that("a saturated row of weight 0 does not hide that the data are those of training", {
  d <- make_rows(60, family = "binomial")
  w <- c(0, rep(1, 59))
  d$x[1, ] <- 1e5
  fit <- sgdlasso(d$x, d$y, family = "binomial", weights = w, lambda = 0.01)
  expect_equal(fitted(fit)[-1, 1], predict(fit, d$x[-1, ], type = "response")[, 1])
})
