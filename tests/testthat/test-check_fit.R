expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

damaged_fits <- function(fit, times) lapply(
  seq_len(times), function(k) structure(damaged(unclass(fit), "call"), class = class(fit))
)

# Everything that looks into a fit and hands a part of it to the core.
uses_of <- function(d) {
  list(
    predict = function(fit) predict(fit, d$x),
    at = function(fit) predict(fit, d$x, s = 0.07, type = "response"),
    coef = function(fit) coef(fit, s = 0.1),
    sql = function(fit) as_sql(fit, s = 0.1),
    optimality = function(fit) optimality(fit, d$x, d$y, offset = d$o)
  )
}

test_that("a fit that was changed anywhere gives a value or an error of this package, and never ends R", {
  set.seed(7)
  d <- make_rows(60, 5)
  fits <- list(
    sgdlasso(d$x, d$y, offset = d$o, lambda = c(1, 0.1, 0.05)),
    sgdlasso(d$x, d$y, lambda = 0.1, relax = TRUE, upper.limits = 1, penalty.factor = 1:5),
    sgdlasso(d$x, d$y > 0, family = "binomial", lambda = c(0.1, 0.05))
  )
  outcomes <- lapply(fits, function(fit) {
    lapply(damaged_fits(fit, 40), function(bad) lapply(uses_of(d), function(use) outcome(use(bad))))
  })
  expect_sound(outcomes)
})

test_that("so does a fit of a formula", {
  set.seed(8)
  d <- mixed_frame(80)
  fit <- sgdlasso(y ~ a * f + log(b), data = d, lambda = c(0.5, 0.1))
  bad <- damaged_fits(fit, 80)
  expect_sound(lapply(bad, function(one) outcome(predict(one, d[1:5, ]))))
  expect_sound(lapply(bad, function(one) outcome(as_sql(one, s = 0.1))))
})

test_that("coefficients whose indices lead elsewhere are named", {
  d <- make_rows(60, 5)
  fit <- sgdlasso(d$x, d$y, lambda = c(0.1, 0.05))
  changed <- function(slot, value) {
    attr(fit$beta, slot) <- value
    fit
  }
  for (bad in list(
    changed("p", fit$beta@p + 5L), changed("p", rev(fit$beta@p)), changed("i", fit$beta@i + 100L),
    changed("i", -1L - fit$beta@i), changed("x", numeric()), changed("Dim", c(5L, 9L)), changed("i", rev(fit$beta@i)),
    changed("x", replace(fit$beta@x, 1, NA))
  )) {
    expect_input_error(predict(bad, d$x), "`object` is a fit whose `beta`")
    expect_input_error(coef(bad, s = 0.07), "`object` is a fit whose `beta`")
  }
  fit$lambda <- rev(fit$lambda)
  expect_input_error(coef(fit, s = 0.07), "whose `lambda`")
})

test_that("rows are added to moments that were changed, or are refused, and never end R", {
  set.seed(9)
  d <- make_rows(90, 5)
  fit <- sgdlasso(d$x[1:60, ], d$y[1:60], lambda = c(1, 0.1), keep.moments = TRUE)
  more <- list(x = d$x[61:90, ], y = d$y[61:90])
  bad <- lapply(1:120, function(k) {
    fit$moments <- damaged(fit$moments)
    fit
  })
  expect_sound(lapply(bad, function(one) outcome(update(one, moredata = more))))
  expect_sound(lapply(bad, function(one) outcome(combine_fits(fit, one))))
  short <- fit
  short$moments$cross <- short$moments$cross[-1]
  expect_input_error(update(short, moredata = more), "`object` is a fit whose `moments`")
  expect_input_error(combine_fits(fit, short), "`fit2` is a fit whose `moments`")
})

test_that("a training goes on from a state that was changed, or is refused, and never ends R", {
  set.seed(10)
  d <- make_rows(200, 5)
  trained <- function(x) sgdlasso(as_rows(x, d$y[1:150]), lambda = c(0.5, 0.1), solver = solver_sgd(epochs = 1))
  x <- d$x[1:150, ]
  more <- list(x = d$x[151:200, ], y = d$y[151:200])
  for (fit in list(trained(x), trained(as_sparse(x)))) {
    bad <- lapply(1:120, function(k) {
      if (k %% 3 == 0) {
        fit$state <- damaged(fit$state)
      } else {
        at <- sample(length(fit$state$bytes), 1)
        fit$state$bytes[at + 0:(k %% 5)] <- as.raw(sample(c(0, 255, sample(0:255, 3)), 1))
        if (k %% 7 == 0) fit$state$bytes <- utils::head(fit$state$bytes, at)
      }
      fit
    })
    expect_sound(lapply(bad, function(one) outcome(update(one, moredata = more))))
  }
  fit$state$bytes[10] <- as.raw(7)
  expect_input_error(update(fit, moredata = more), "version")
  fit$state$bytes <- fit$state$bytes[-(1:12)]
  expect_input_error(update(fit, moredata = more), "was written by version 0.1.0")
})
