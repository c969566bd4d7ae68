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
  expect_error(residuals(fit), "not those it was trained on", class = "sgdlasso_error_input")
  changed <- murder_rates[20:1, ]
  changed$unemployed <- rev(changed$unemployed)
  expect_error(fitted(fit), "not those it was trained on", class = "sgdlasso_error_input")
})

test_that("a fit to a constant response finds its data", {
  tenth <- rep(0.1, 20)
  expect_lt(max(abs(residuals(sgdlasso(x, tenth)))), 1e-15)
  none <- rep(0, 20)
  expect_equal(unname(fitted(sgdlasso(x, none, family = "poisson"))[, 1]), rep(0.5 / 21, 20))
})

test_that("the formula that was fitted counts, not what its name stands for later", {
  fits <- list()
  for (form in list(murder_rate ~ unemployed, murder_rate ~ low_income)) {
    fits <- c(fits, list(sgdlasso(form, murder_rates, lambda = 1, seed = 1)))
  }
  expect_equal(sum(residuals(fits[[1]])^2), deviance(fits[[1]]))
  expect_equal(coef(update(fits[[1]])), coef(fits[[1]]))
  by_function <- lapply(list(murder_rate ~ unemployed), function(q) sgdlasso(q, murder_rates, lambda = 1, seed = 1))
  expect_equal(sum(residuals(by_function[[1]])^2), deviance(by_function[[1]]))
})

test_that("new rows use the weights of the call, and keep their missing values", {
  set.seed(1)
  d <- data.frame(x = rnorm(40), n = sample(2:9, 40, replace = TRUE))
  d$k <- rbinom(40, d$n, plogis(d$x))
  fit <- sgdlasso(k / n ~ x, d, weights = n, family = "binomial", lambda = 0.01, seed = 1)
  for (type in c("response", "deviance", "pearson")) {
    expect_equal(residuals(fit, newdata = d, type = type), residuals(fit, type = type))
  }
  expect_equal(accuracy(fit, d), fit$accuracy)
  new <- murder_rates
  new$murder_rate[3] <- NA
  got <- residuals(by_formula, newdata = new)
  expect_true(all(is.na(got[3, ])))
  expect_equal(got[-3, ], residuals(by_formula)[-3, ])
})

test_that("rows that na.exclude left out come back as NA", {
  d <- murder_rates
  d$unemployed[4] <- NA
  fit <- sgdlasso(murder_rate ~ ., d, na.action = na.exclude, lambda = 1, seed = 1)
  expect_equal(which(is.na(fitted(fit)[, 1])), 4, ignore_attr = TRUE)
  expect_equal(nrow(residuals(fit)), 20)
})

test_that("a response that is missing, or impossible, is an error", {
  expect_error(residuals(path, newx = x), "`newy` is missing", class = "sgdlasso_error_input")
  expect_error(residuals(path, newy = y), "without rows", class = "sgdlasso_error_input")
  expect_error(residuals(path, newx = x, newy = y[1:3]), "`newy` has 3 values for 20 rows", class = "sgdlasso_error_input")
  two <- sgdlasso(x, y > 20, family = "binomial", lambda = 0.1, seed = 1)
  expect_error(accuracy(two, x, (y > 20) + 1), "`newy` is 2 at position 3.*no binomial", class = "sgdlasso_error_input")
  counts <- sgdlasso(x, round(y), family = "poisson", lambda = 1, seed = 1)
  expect_error(residuals(counts, newx = x, newy = -y), "no poisson response", class = "sgdlasso_error_input")
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
