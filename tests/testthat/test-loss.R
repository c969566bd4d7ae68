# One row a family: its loss, mean and saturated loss, written from the manual.
table <- list(
  gaussian = list(mean = identity, y = c(-2, 0, 1.5), saturated = function(y) 0),
  binomial = list(mean = plogis, y = c(0, 0.3, 1), saturated = function(y) ifelse(y %in% 0:1, 0, -y * log(y) - (1 - y) * log(1 - y))),
  poisson = list(mean = exp, y = c(0, 1, 7), saturated = function(y) ifelse(y > 0, y - y * log(y), 0))
)

test_that("values, means, deviances and curvatures agree with their definitions", {
  for (family in names(table)) for (y in table[[family]]$y) for (eta in c(-3, -0.1, 0, 2)) {
    got <- r_loss(family, eta, y, 0.5)
    expect_equal(got$value, loss_of(family)(eta, y), tolerance = 1e-14)
    expect_equal(got$mean, table[[family]]$mean(eta), tolerance = 1e-14)
    expect_equal(got$saturated, table[[family]]$saturated(y), tolerance = 1e-12)
    glm_deviance <- get(family)()$dev.resids(y, table[[family]]$mean(eta), 1)
    expect_equal(got$deviance, glm_deviance, tolerance = 1e-10)
    slope <- function(eta) table[[family]]$mean(eta)
    expect_equal(got$curvature, (slope(eta + 1e-5) - slope(eta - 1e-5)) / 2e-5, tolerance = 1e-7)
  }
})

test_that("losses of huge predictors are finite where they can be", {
  expect_equal(r_loss("binomial", 1e6, 0, 1)$value, 1e6)
  expect_equal(r_loss("binomial", -1e6, 0, 1)$value, 0)
  expect_equal(r_loss("binomial", -1e6, 0, 1)$mean, 0)
})

test_that("a capped step is the plain one cut by its excess over the implicit one", {
  for (family in names(table)) for (y in table[[family]]$y) for (eta in c(-3, 0.2, 2, 6)) for (step in c(1e-3, 1, 100)) {
    mean <- table[[family]]$mean
    r <- y - mean(eta)
    implicit <- uniroot(function(s) y - mean(eta + step * s) - s, range(0, r), tol = 1e-15)$root
    q <- max(r / implicit - 1, 0)
    share <- if (family == "poisson") 1 / (1 + q) else 1 / sqrt(1 + q^2)
    got <- r_loss(family, eta, y, step)
    expect_equal(got$share, share, tolerance = 1e-6)
    expect_equal(got$residual, share * r, tolerance = 1e-6)
  }
})

test_that("a step from a predictor whose mean overflows is finite and leads back", {
  got <- r_loss("poisson", 5000, 3, 0.1)
  expect_equal(got$share, 0)
  expect_true(is.finite(got$residual) && got$residual < 0)
  expect_lt(5000 + 0.1 * got$residual, 20)
})

test_that("the best intercept makes the weighted residuals sum to zero", {
  set.seed(1)
  w <- runif(50)
  w <- w / mean(w)
  eta <- rnorm(50, sd = 3)
  for (family in names(table)) {
    y <- draw_response(eta / 3, family)
    b <- r_fit_intercept(family, as.numeric(y), w, eta)
    expect_equal(b, plain_null(y, w, eta, family), tolerance = 1e-9)
  }
})

test_that("the best intercept is finite where the likelihood has no maximum, and for extreme offsets", {
  expect_equal(r_fit_intercept("poisson", c(0, 0, 0), NULL, c(0, 0, 0)), log(0.5 / 4))
  expect_equal(r_fit_intercept("binomial", c(1, 1, 1), NULL, c(0, 0, 0)), qlogis(3.5 / 4))
  expect_true(is.finite(r_fit_intercept("poisson", c(1, 2), NULL, c(-1e5, 1e5))))
  expect_true(is.finite(r_fit_intercept("binomial", c(0, 1), NULL, c(-1e5, 1e5))))
})
