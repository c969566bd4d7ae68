x <- as.matrix(murder_rates[, 1:3])
y <- murder_rates$murder_rate

test_that("a prediction is accurate when it is off by strictly less than the share of the truth", {
  fit <- sgdlasso(x, y, lambda = c(2, 1), seed = 1)
  eta <- predict(fit, x)
  expect_equal(accuracy(fit, x, y), colMeans(abs(y - eta) < 0.25 * abs(y)))
  expect_equal(accuracy(fit, x, y, within = 0.1, s = 1), mean(abs(y - eta[, 2]) < 0.1 * abs(y)))
  exact <- sgdlasso(x, rep(4, 20), lambda = 1)
  expect_equal(accuracy(exact, x, rep(5, 20), within = 0.25), 1)
  expect_equal(accuracy(exact, x, rep(5, 20), within = 0.2), 0)
})

test_that("for two classes it is the share of right ones", {
  d <- make_rows(100, family = "binomial")
  label <- factor(d$y, 0:1, c("no", "yes"))
  fit <- sgdlasso(d$x, label, family = "binomial", lambda = 0.05, seed = 1)
  expect_equal(accuracy(fit, d$x, label), mean(predict(fit, d$x, type = "class") == label))
  expect_equal(
    accuracy(fit, d$x[1:5, ], as.character(label[1:5])), mean(predict(fit, d$x, type = "class")[1:5] == label[1:5])
  )
  expect_error(accuracy(fit, d$x, rep("maybe", 100)), "class \"maybe\"", class = "sgdlasso_error_input")
  counts <- cbind(2 - d$y, 1 + d$y)
  fit <- sgdlasso(d$x, counts, family = "binomial", lambda = 0.05, seed = 1)
  right <- ifelse(predict(fit, d$x)[, 1] > 0, counts[, 2], counts[, 1])
  expect_equal(accuracy(fit, d$x, counts), sum(right) / sum(counts))
})

test_that("it takes the offset of new rows, and counts rows without a trial as nothing", {
  fit <- sgdlasso(x, y, offset = y / 2, lambda = 1, seed = 1)
  expect_error(accuracy(fit, x, y), "`newoffset` is missing", class = "sgdlasso_error_input")
  expect_equal(accuracy(fit, x, y, newoffset = y / 2), mean(abs(y - predict(fit, x, newoffset = y / 2)) < 0.25 * y))
  counts <- cbind(c(0, 3, 2, 1), c(0, 1, 4, 2))
  few <- sgdlasso(matrix(1:4), counts, family = "binomial", lambda = 0.01, seed = 1)
  expect_equal(accuracy(few, matrix(1:4), counts), accuracy(few, matrix(2:4), counts[-1, ]))
})

test_that("it takes the response from a data frame and leaves out incomplete rows", {
  fit <- sgdlasso(murder_rate ~ ., murder_rates, lambda = 1, seed = 1)
  d <- murder_rates
  d$unemployed[2] <- NA
  expect_equal(accuracy(fit, d), accuracy(fit, murder_rates[-2, ]))
  expect_error(accuracy(fit), "`newdata` is missing", class = "sgdlasso_error_input")
  expect_error(accuracy(fit, murder_rates[1:3]), "`newy` is missing", class = "sgdlasso_error_input")
})
