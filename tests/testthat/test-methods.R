x <- as.matrix(murder_rates[, 1:3])
y <- murder_rates$murder_rate
path <- sgdlasso(x, y, lambda = c(2, 1), seed = 1)
by_formula <- sgdlasso(murder_rate ~ ., murder_rates, lambda = c(2, 1), seed = 1)

test_that("fitted and residuals find the data of the call, or take new ones", {
  expect_equal(fitted(path), predict(path, x, type = "response"))
  expect_equal(fitted(by_formula), predict(path, x), ignore_attr = TRUE)
  expect_equal(residuals(path), y - predict(path, x))
  expect_equal(residuals(by_formula), residuals(path), ignore_attr = TRUE)
  expect_equal(residuals(path, newx = x[1:3, ], newy = y[1:3]), residuals(path)[1:3, ], ignore_attr = TRUE)
  expect_equal(residuals(by_formula, newdata = murder_rates[1:3, ]), residuals(path)[1:3, ], ignore_attr = TRUE)
  expect_equal(fitted(path, s = 1), fitted(path)[, 2, drop = FALSE], ignore_attr = TRUE)
})

test_that("data that cannot be found again are an error that says what to give", {
  fit <- local({
    gone <- x
    sgdlasso(gone, y, lambda = 1, seed = 1)
  })
  expect_error(residuals(fit), "cannot be found.*`newx` and `newy`", class = "sgdlasso_error_input")
  changed <- murder_rates
  fit <- sgdlasso(murder_rate ~ ., changed, lambda = 1, seed = 1)
  changed <- changed[1:5, ]
  expect_error(residuals(fit), "have changed: 5 rows", class = "sgdlasso_error_input")
})

test_that("residuals of other families are glm's", {
  for (family in c("binomial", "poisson")) {
    d <- make_rows(family = family)
    fit <- sgdlasso(d$x, d$y, family = family, lambda = 1e5, seed = 1)
    null <- glm(d$y ~ 1, family = family)
    for (type in c("response", "deviance", "pearson")) {
      expect_equal(residuals(fit, type = type)[, 1], residuals(null, type), tolerance = 1e-7, ignore_attr = TRUE)
    }
  }
})

test_that("deviance, nobs, formula, family and logLik answer", {
  expect_equal(deviance(path), colSums(residuals(path)^2), ignore_attr = TRUE)
  expect_equal(nobs(path), 20)
  expect_equal(formula(by_formula), murder_rate ~ population + low_income + unemployed, ignore_attr = TRUE)
  expect_error(formula(path), "matrix call", class = "sgdlasso_error_input")
  expect_equal(family(path)$family, "gaussian")
  n <- 20
  expect_equal(as.numeric(logLik(path)), -n / 2 * (log(2 * pi * deviance(path) / n) + 1))
  expect_equal(attr(logLik(path), "df"), path$df + 2)
})
