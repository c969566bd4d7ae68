x <- as.matrix(murder_rates[, 1:3])
y <- murder_rates$murder_rate

test_that("a lambda of the path gives that model, with its certificate", {
  fit <- sgdlasso(x, y, nlambda = 20, relax = TRUE)
  for (k in c(1, 7, length(fit$lambda))) {
    one <- at_lambda(fit, s = signif(fit$lambda[k], 12))
    expect_identical(coef(one)[, 1], coef(fit)[, k])
    expect_identical(one[c("lambda", "df", "dev.ratio", "gap", "kkt")], list(
      lambda = fit$lambda[k], df = fit$df[k], dev.ratio = fit$dev.ratio[k], gap = fit$gap[k], kkt = fit$kkt[k]
    ))
    expect_equal(optimality(one, x, y)$gap, one$gap, tolerance = 1e-6)
    expect_identical(unique(one$trace$lambda), one$lambda)
  }
  expect_null(one$relaxed)
  expect_null(at_lambda(sgdlasso(x, y, keep.moments = TRUE), s = 1)$moments)
})

test_that("a lambda between those of the path is solved, for all families and with all that a fit was given", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(family = family)
    data <- data.frame(d$x, y = d$y, w = d$w, o = d$o)
    make <- function(...) {
      sgdlasso(y ~ . - w - o, data, family, weights = w, offset = o, alpha = 0.7, tol = 1e-13, ...)
    }
    fit <- make(lambda = c(0.3, 0.1, 0.01))
    expect_equal(coef(at_lambda(fit, s = 0.05)), coef(make(lambda = 0.05)), tolerance = 1e-5)
    expect_identical(at_lambda(fit, s = 0.05)$model, fit$model)
    # and can be asked what a fit of one lambda can
    expect_equal(predict(at_lambda(fit, s = 0.05), data), predict(make(lambda = 0.05), data), tolerance = 1e-5)
    expect_equal(logLik(at_lambda(fit, s = 0.1)), logLik(make(lambda = 0.1)), tolerance = 1e-6, ignore_attr = TRUE)
  }
})

test_that("the call asks for that lambda, so that update() keeps it", {
  fit <- sgdlasso(murder_rate ~ ., data = murder_rates)
  one <- at_lambda(fit, s = "bic")
  expect_identical(one$lambda, unname(fit$lambda[which.min(BIC(fit))]))
  some <- murder_rates[1:15, ]
  again <- update(one, data = some)
  expect_equal(coef(again), coef(sgdlasso(murder_rate ~ ., data = some, lambda = one$lambda)))
})

test_that("a fit of one lambda is what it was, nudged ones too", {
  fit <- sgdlasso(x / rep(c(1e7, 100, 10), each = 20), y / 100, seed = 0, standardize = FALSE,
                  solver = solver_nudge(nudge = 0.001, rate = 0.06, epochs = 2))
  expect_identical(at_lambda(fit), fit)
})

test_that("a cross-validation gives its fit at the lambda chosen", {
  cv <- cv.sgdlasso(murder_rate ~ ., data = murder_rates, foldid = rep(1:5, 4))
  expect_equal(coef(at_lambda(cv))[, 1], coef(cv)[, 1])
  expect_equal(coef(at_lambda(cv, "lambda.min"))[, 1], coef(cv, s = "lambda.min")[, 1])
  expect_identical(at_lambda(cv, "lambda.min")$lambda, cv$lambda.min)
})

test_that("what is no one model is refused", {
  fit <- sgdlasso(x, y)
  expect_error(at_lambda(fit), "`s` is missing", class = "sgdlasso_error_input")
  expect_error(at_lambda(fit, s = 1:2), "`s` holds 2 lambdas", class = "sgdlasso_error_input")
  expect_error(at_lambda(fit, lambda = 1), class = "sgdlasso_error_input")
  lost <- local({
    inside <- x
    sgdlasso(inside, y, lambda = c(2, 1))
  })
  expect_error(at_lambda(lost, s = 1.5), "cannot be found", class = "sgdlasso_error_input")
  expect_equal(at_lambda(lost, s = 2)$lambda, 2)
  relaxed <- cv.sgdlasso(x, y, foldid = rep(1:5, 4), relax = TRUE, gamma = c(0, 0.5))
  expect_error(at_lambda(relaxed), "mixture with the relaxed fit", class = "sgdlasso_error_input")
  expect_equal(coef(at_lambda(relaxed, s = relaxed$lambda[3]))[, 1], coef(relaxed$sgdlasso.fit)[, 3])
})

test_that("lambdas far below the largest are still told apart, by name and by number", {
  for (ends in list(c(10, -2), c(4, -6), c(0, -12))) {
    lambda <- 10^seq(ends[1], ends[2], length.out = 60)
    fit <- suppressWarnings(sgdlasso(x, y, lambda = lambda))
    for (k in seq_along(lambda)) {
      expect_identical(at_lambda(fit, s = fit$lambda[k])$lambda, fit$lambda[k])
      expect_identical(summary(fit, s = fit$lambda[k])$dev.ratio, fit$dev.ratio[k])
    }
    between <- sqrt(fit$lambda[-1] * fit$lambda[-length(lambda)])
    expect_identical(fitted_at(fit$lambda, between), rep(NA_integer_, length(between)))
  }
  expect_warning(coef(suppressWarnings(sgdlasso(x, y, lambda = 10^seq(10, -2, length.out = 60))), s = 1e-4),
                 class = "sgdlasso_warning_s")
})

test_that("what belongs to a path is left out of a fit of one lambda too", {
  one <- at_lambda(sgdlasso(x, y, lambda = 1, relax = TRUE))
  expect_null(one$relaxed)
  expect_identical(coef(one), coef(sgdlasso(x, y, lambda = 1)))
  expect_null(at_lambda(sgdlasso(x, y, lambda = 1, keep.moments = TRUE))$moments)
})

test_that("summary() tells of residuals and accuracy as of a fit of one lambda, where the rows are found", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(family = family)
    data <- data.frame(d$x, y = d$y, w = replace(d$w, 3, 0), o = d$o)
    make <- function(...) sgdlasso(y ~ . - w - o, data, family, weights = w, offset = o, tol = 1e-12, ...)
    path <- make(lambda = c(0.3, 0.1, 0.01))
    for (s in c(0.3, 0.2, 0.01)) {
      told <- c("residuals", "accuracy")
      expect_equal(summary(at_lambda(path, s))[told], summary(make(lambda = s))[told], tolerance = 1e-5)
    }
  }
  source <- sgdlasso(as_rows(x, y), lambda = c(2, 1))
  expect_null(at_lambda(source, s = 1)$residuals)
})

test_that("an infinite lambda is refused where the problem would be solved", {
  fit <- sgdlasso(x, y)
  expect_error(at_lambda(fit, s = Inf), "`s` is Inf", class = "sgdlasso_error_input")
  expect_error(coef(fit, s = c(Inf, 1), exact = TRUE), "`s` is .*finite", class = "sgdlasso_error_input")
})
