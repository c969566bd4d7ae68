skip_if_not_installed("butcher")

x <- as.matrix(murder_rates[, 1:3])
y <- murder_rates$murder_rate

test_that("a butchered fit predicts the same", {
  d <- murder_rates
  d$size <- factor(rep(c("small", "large"), 10))
  d$unemployed[3] <- NA
  fit <- sgdlasso(murder_rate ~ size + poly(low_income, 2) + population, data = d, lambda = c(2, 1), relax = TRUE)
  small <- butcher::butcher(fit)
  expect_identical(predict(small, newdata = d), predict(fit, newdata = d))
  expect_identical(coef(small, s = 1.5, gamma = 0.5), coef(fit, s = 1.5, gamma = 0.5))
  expect_s3_class(small, c("butchered_sgdlasso", "sgdlasso"), exact = TRUE)
})

test_that("an offset of a formula call is still evaluated in new data", {
  d <- cbind(murder_rates, base = 1:20 / 10)
  fit <- sgdlasso(murder_rate ~ low_income, data = d, offset = base, lambda = 1)
  small <- butcher::butcher(fit)
  expect_identical(predict(small, newdata = d), predict(fit, newdata = d))
  expect_error(predict(small, newdata = d[names(d) != "base"]), class = "sgdlasso_error_input")
})

test_that("weights of a formula call still count in accuracy()", {
  d <- cbind(murder_rates, high = murder_rates$murder_rate > 20, times = 1:20)
  fit <- sgdlasso(high ~ low_income, data = d, weights = times, family = "binomial", lambda = 0.1)
  expect_identical(accuracy(butcher::butcher(fit), d), accuracy(fit, d))
})

test_that("data that do.call() put into the call are gone", {
  fit <- do.call(sgdlasso, list(x = x[rep(1:20, 100), ], y = rep(y, 100), lambda = 1, relax = TRUE))
  data_size <- utils::object.size(x[rep(1:20, 100), ])
  small <- butcher::axe_call(fit)
  expect_gt(utils::object.size(fit), 2 * data_size)
  expect_lt(utils::object.size(small), 0.5 * data_size)
  expect_identical(predict(small, x), predict(fit, x))
})

test_that("what does not work any more is named, and says so", {
  fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = c(2, 1), seed = 1, solver = "sgd")
  small <- butcher::butcher(fit)
  expect_setequal(
    attr(small, "butcher_disabled"),
    c("fitted()", "residuals()", "optimality()", "predict(exact = TRUE)", "plot(what = \"trace\")")
  )
  expect_error(fitted(small), class = "sgdlasso_error_input")
  expect_error(residuals(small), class = "sgdlasso_error_input")
  expect_error(optimality(small), class = "sgdlasso_error_input")
  expect_error(predict(small, newdata = murder_rates, s = 1.5, exact = TRUE), class = "sgdlasso_error_input")
  expect_error(plot(small, what = "trace"), class = "sgdlasso_error_input")
  expect_no_error(capture.output(print(small), print(summary(small, s = 1))))
})

test_that("what an update would go on from is left out", {
  rows <- matrix(rnorm(300), 100)
  for (fit in list(
    sgdlasso(rows, rows[, 1], lambda = 0.1, keep.moments = TRUE),
    sgdlasso(as_rows(rows, rows[, 1]), lambda = 0.1, solver = solver_sgd(epochs = 1))
  )) {
    small <- butcher::butcher(fit)
    expect_null(small$moments)
    expect_null(small$state)
    expect_true("update(moredata = )" %in% attr(small, "butcher_disabled"))
    expect_error(update(small, moredata = list(x = rows, y = rows[, 1])), class = "sgdlasso_error_input")
    expect_equal(coef(small), coef(fit))
  }
})

test_that("a fit without anything to axe stays as it is", {
  fit <- sgdlasso(x, y, lambda = 1, trace = FALSE)
  expect_identical(butcher::axe_ctrl(fit), fit)
  expect_identical(butcher::axe_data(fit), fit)
})

test_that("verbose tells what was saved", {
  fit <- do.call(sgdlasso, list(x = x, y = y, lambda = 1))
  expect_message(butcher::axe_call(fit, verbose = TRUE), "Saved [0-9.]+ Kb")
})

test_that("a butchered cross-validation predicts the same, intervals too, and drops predictions of training rows", {
  make <- function(...) do.call(cv.sgdlasso, list(x = x, y = y, foldid = rep(1:5, 4), ...))
  cv <- make(keep = TRUE)
  small <- butcher::butcher(cv)
  expect_null(small$fit.preval)
  expect_identical(small$call, quote(dummy_call()))
  expect_identical(small$sgdlasso.fit$call, quote(dummy_call()))
  expect_null(small$sgdlasso.fit$trace)
  expect_identical(coef(small), coef(cv))
  expect_identical(predict(small, x, s = "lambda.min"), predict(cv, x, s = "lambda.min"))
  intervals <- function(cv) predict(cv, x[1:3, ], interval = "prediction", x = x, y = y)
  expect_identical(intervals(small), intervals(cv))
  expect_s3_class(small, c("butchered_cv.sgdlasso", "cv.sgdlasso"), exact = TRUE)
  relaxed <- make(relax = TRUE)
  expect_identical(predict(butcher::butcher(relaxed), x), predict(relaxed, x))
})

test_that("a butchered parsnip fit predicts the same", {
  skip_if_not_installed("parsnip")
  spec <- parsnip::linear_reg(penalty = 1, engine = "sgdlasso")
  fit <- parsnip::fit(spec, murder_rate ~ ., data = murder_rates)
  small <- butcher::butcher(fit)
  expect_null(small$fit$trace)
  expect_identical(predict(small, murder_rates), predict(fit, murder_rates))
  many <- function(fit) parsnip::multi_predict(fit, murder_rates, penalty = c(0.5, 1))
  expect_identical(many(small), many(fit))
})
