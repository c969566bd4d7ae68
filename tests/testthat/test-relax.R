test_that("a relaxed model is least squares, or glm, on its own columns", {
  d <- make_rows(80)
  fit <- sgdlasso(d$x, d$y, nlambda = 6, relax = TRUE)
  for (k in seq_along(fit$lambda)) {
    on <- which(fit$beta[, k] != 0)
    expected <- numeric(9)
    expected[c(1, on + 1)] <- coef(if (length(on)) lm(d$y ~ d$x[, on]) else lm(d$y ~ 1))
    expect_equal(unname(coef(fit, gamma = 0)[, k]), expected, tolerance = 1e-6)
  }
  y <- make_rows(80, family = "binomial")$y
  binary <- sgdlasso(d$x, y, "binomial", lambda = 0.1, relax = TRUE)
  on <- which(binary$beta[, 1] != 0)
  expect_equal(
    unname(coef(binary, gamma = 0)[c(1, on + 1), 1]), unname(coef(glm(y ~ d$x[, on], family = "binomial"))),
    tolerance = 1e-2
  )
})

test_that("gamma mixes lasso and relaxed coefficients, and predictions follow", {
  d <- make_rows(80)
  fit <- sgdlasso(d$x, d$y, lambda = c(0.5, 0.2), relax = TRUE)
  expect_equal(coef(fit, gamma = 0.3), 0.3 * coef(fit) + 0.7 * coef(fit, gamma = 0))
  expect_equal(predict(fit, d$x, gamma = 0.3), 0.3 * predict(fit, d$x) + 0.7 * predict(fit, d$x, gamma = 0))
  expect_equal(dim(predict(fit, d$x, s = c(0.4, 0.3, 0.2), gamma = 0)), c(80, 3))
  expect_output(print(fit), "%Dev R")
  expect_error(coef(sgdlasso(d$x, d$y), gamma = 0), "not relaxed", class = "sgdlasso_error_input")
  expect_error(coef(fit, gamma = 2), "`gamma` is 2", class = "sgdlasso_error_input")
})

test_that("relaxed fits agree with glmnet's", {
  skip_if_not_installed("glmnet")
  d <- make_rows(80)
  ours <- sgdlasso(d$x, d$y, relax = TRUE, nlambda = 8, tol = 1e-10)
  theirs <- precise_glmnet(d$x, d$y, relax = TRUE, lambda = ours$lambda)
  # at the largest lambda rounding decides whether a column is in
  expect_equal(
    as.matrix(ours$relaxed$beta)[, -1], as.matrix(theirs$relaxed$beta)[, -1], tolerance = 1e-4, ignore_attr = TRUE
  )
})

test_that("a relaxed fit that is not certified is a warning", {
  set.seed(2)
  x <- matrix(rnorm(600), 60)
  y <- x[, 1] + rnorm(60)
  expect_warning(
    sgdlasso(x, y, lambda = 0.01, tol = 1e-300, relax = TRUE), "of the relaxed fit", class = "sgdlasso_warning_gap"
  ) |>
    expect_warning("of the fit", class = "sgdlasso_warning_gap")
})

test_that("models with nearly as many columns as rows are left out, and limits hold", {
  d <- make_rows(15, 40)
  fit <- sgdlasso(d$x, d$y, relax = TRUE)
  expect_lte(max(fit$relaxed$df), 12)
  expect_equal(fit$relaxed$lambda, fit$lambda[fit$df <= 12])
  limited <- sgdlasso(d$x, d$y, lambda = 0.5, lower.limits = 0, relax = TRUE)
  expect_true(all(limited$relaxed$beta >= 0))
  expect_error(sgdlasso(d$x, d$y, solver = "nudge", relax = TRUE), "`relax` is TRUE", class = "sgdlasso_error_input")
})

test_that("several gammas give a list of what each of them gives", {
  gammas <- c(0, .25, 1)
  for (family in c("gaussian", "binomial")) {
    d <- make_rows(80, family = family)
    fit <- sgdlasso(d$x, d$y, family, lambda = c(.2, .1, .05), relax = TRUE)
    for (s in list(NULL, .1, c(.15, .05))) {
      each <- function(f) lapply(stats::setNames(gammas, c("0.00", "0.25", "1.00")), f)
      expect_identical(coef(fit, s = s, gamma = gammas), each(function(one) coef(fit, s = s, gamma = one)))
      types <- c("link", "response", "coefficients", "nonzero", if (family == "binomial") "class")
      for (type in types) {
        expect_identical(
          predict(fit, d$x[1:5, ], s = s, type = type, gamma = gammas),
          each(function(one) predict(fit, d$x[1:5, ], s = s, type = type, gamma = one))
        )
      }
    }
  }
  expect_named(coef(fit, gamma = c(.001, .002)), c("0.001", "0.002"))
  exact <- coef(fit, s = .08, exact = TRUE, gamma = c(0, 1))
  expect_identical(exact[["0"]], coef(fit, s = .08, exact = TRUE, gamma = 0))
})

test_that("several gammas are checked, and only predict() and coef() take them", {
  d <- make_rows(60)
  fit <- sgdlasso(d$x, d$y, lambda = .5, relax = TRUE)
  for (bad in list(c(0, 2), c(.5, NA), c("a", "b"), numeric())) {
    expect_error(coef(fit, gamma = bad), "`gamma` is", class = "sgdlasso_error_input")
  }
  expect_error(predict(sgdlasso(d$x, d$y), d$x, gamma = c(0, 1)), "not relaxed", class = "sgdlasso_error_input")
  for (f in list(fitted, residuals, summary, assess, augment)) {
    expect_error(f(fit, gamma = c(0, 1)), "`gamma` is", class = "sgdlasso_error_input")
  }
  cv <- cv.sgdlasso(d$x, d$y, relax = TRUE, nfolds = 3)
  several <- predict(cv, d$x, s = .5, gamma = c(0, .5))
  expect_identical(several, predict(cv$sgdlasso.fit, d$x, s = .5, gamma = c(0, .5)))
  expect_identical(coef(cv, s = .5, gamma = c(0, .5))[[2]], coef(cv, s = .5, gamma = .5))
  expect_error(
    predict(cv, d$x, interval = "prediction", gamma = c(0, 1)), "`gamma` is", class = "sgdlasso_error_input"
  )
})

test_that("models that have no end without penalty are left out with a warning, and the lasso is kept", {
  for (seed in c(80, 116, 189)) {
    set.seed(seed)
    n <- sample(c(40, 60, 100), 1)
    x <- Matrix::rsparsematrix(n, sample(c(100, 300), 1), sample(c(0.02, 0.05), 1))
    linear <- as.numeric(x[, 1:20] %*% rnorm(20))
    family <- sample(c("binomial", "poisson"), 1)
    y <- rbinom(n, 1, plogis(5 * linear / sd(linear)))
    given <- list(x, y, family, nlambda = 12, lambda.min.ratio = 1e-3)
    expect_warning(
      fit <- suppressWarnings(do.call(sgdlasso, c(given, relax = TRUE)), classes = "sgdlasso_warning_gap"),
      "relaxed models? (is|are) left out", class = "sgdlasso_warning_relax"
    )
    lasso <- do.call(sgdlasso, given)
    expect_identical(fit$beta, lasso$beta)
    relaxed <- fit$relaxed
    expect_true(all(is.finite(relaxed$beta@x)))
    expect_identical(relaxed$beta@p, fit$beta[, match(relaxed$lambda, fit$lambda)]@p)
    expect_lt(length(relaxed$lambda), length(fit$lambda))
    expect_identical(length(relaxed$gap), length(relaxed$lambda))
    expect_true(all(is.finite(predict(fit, x, gamma = 0))))
    expect_output(print(fit), "%Dev R")
  }
})
