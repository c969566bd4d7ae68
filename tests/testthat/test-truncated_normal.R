test_that("near the mean tails are differences of probabilities", {
  set.seed(1)
  for (draw in 1:200) {
    z <- rnorm(1)
    below <- sample(c(rexp(1), Inf), 1)
    above <- sample(c(rexp(1), Inf), 1)
    found <- truncated_tails(z, below, above)
    p <- pnorm(c(z - below, z, z + above))
    expect_equal(exp(found), c(lower = p[2] - p[1], upper = p[3] - p[2]) / (p[3] - p[1]), tolerance = 1e-8)
    expect_equal(sum(exp(found)), 1, tolerance = 1e-12)
  }
})

test_that("tails are right to 200 bits, also 40 deviations and more from the mean", {
  skip_if_not_installed("Rmpfr")
  precise <- function(z, below, above) {
    big <- function(value) Rmpfr::mpfr(value, 600)
    # of the tail where it is small, else nothing is left
    side <- if (z < 0) -1 else 1
    tail <- function(at) Rmpfr::pnorm(-side * at)
    ends <- list(big(z) - big(below), big(z), big(z) + big(above))
    p <- lapply(ends, tail)
    whole <- abs(p[[3]] - p[[1]])
    as.numeric(log(c(abs(p[[2]] - p[[1]]) / whole, abs(p[[3]] - p[[2]]) / whole)))
  }
  cases <- expand.grid(z = c(-60, -40, -3, 0.5, 8, 40), below = c(1e-6, 0.01, 0.3, 2, 45), above = c(1e-5, 0.2, 5, 50))
  for (k in seq_len(nrow(cases))) {
    case <- cases[k, ]
    found <- truncated_tails(case$z, case$below, case$above)
    expected <- precise(case$z, case$below, case$above)
    expect_lt(max(abs(found - expected) / pmax(abs(expected), 1)), 1e-12)
  }
})

test_that("far out the distribution is exponential", {
  for (z in c(1e4, 1e8)) {
    # density falls by exp(-z u), up to terms of size u / z
    found <- truncated_tails(z + 0.5 / z, 0.5 / z, 2 / z)
    lower <- (1 - exp(-0.5)) / (1 - exp(-2.5))
    expect_equal(exp(found), c(lower = lower, upper = 1 - lower), tolerance = 20 / z^2)
    mirrored <- truncated_tails(-z - 0.5 / z, 2 / z, 0.5 / z)
    expect_equal(mirrored, c(lower = found[["upper"]], upper = found[["lower"]]))
  }
})

test_that("at the limits each tail holds its share, however near to the end", {
  set.seed(2)
  for (draw in 1:200) {
    below <- 10^runif(1, -8, 1)
    above <- sample(c(10^runif(1, -8, 1), Inf), 1)
    level <- runif(1, 0.5, 0.999)
    limits <- truncated_limits(below, above, level)
    expect_lt(limits[1], limits[2])
    expect_equal(exp(truncated_tails(-limits[1], below, above)[["upper"]]), (1 - level) / 2, tolerance = 1e-6)
    expect_equal(exp(truncated_tails(-limits[2], below, above)[["lower"]]), (1 - level) / 2, tolerance = 1e-6)
    expect_equal(truncated_limits(above, below, level), -rev(limits), tolerance = 1e-6)
  }
  expect_equal(truncated_limits(Inf, Inf, 0.95), qnorm(c(0.025, 0.975)))
})
