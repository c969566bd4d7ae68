# The sufficient statistics against their definition.

by_definition <- function(x, y, w) {
  z <- cbind(x, y)
  mean <- colSums(w * z) / sum(w)
  centred <- sweep(z, 2, mean)
  list(weight = sum(w), mean = unname(mean), cross = unname(crossprod(centred, w * centred)))
}

test_that("one pass gathers weight, means and centred cross-products", {
  for (n in c(1, 127, 128, 1000, 10000)) for (weighted in c(FALSE, TRUE)) {
    set.seed(n)
    x <- matrix(rnorm(n * 5, 100, c(1, 10)), n)
    y <- rnorm(n)
    w <- if (weighted) runif(n, 0.5, 2)
    o <- rnorm(n)
    found <- r_moments(x, y, w, o, 1)
    expected <- by_definition(x, y - o, if (weighted) w else rep(1, n))
    expect_equal(found[c("weight", "mean", "cross")], expected, tolerance = 1e-12)
  }
})

test_that("huge means and a first strip unlike the rest lose nothing", {
  set.seed(1)
  x <- cbind(rnorm(3000) + 1e8, c(numeric(200), rnorm(2800) + 1e6), seq_len(3000))
  found <- r_moments(x, rnorm(3000), NULL, NULL, 1)
  expect_equal(found$cross[1, 1] / 3000, var(x[, 1]) * 2999 / 3000, tolerance = 1e-9)
  expect_equal(found$cross[2, 2] / 3000, var(x[, 2]) * 2999 / 3000, tolerance = 1e-12)
  expect_equal(found$cross[1, 3] / 2999, cov(x[, 1], x[, 3]), tolerance = 1e-6)
})

test_that("the moments of two parts add up to those of all rows", {
  set.seed(2)
  x <- matrix(rnorm(900), 300) + 50
  y <- rnorm(300)
  w <- runif(300)
  all <- r_moments(x, y, w, NULL, 1)
  expect_equal(r_merge_moments(x, y, w, 100), all, tolerance = 1e-12)
  expect_equal(r_merge_moments(x, y, w, 299), all, tolerance = 1e-12)
})

test_that("threads change no bit", {
  set.seed(3)
  x <- matrix(rnorm(40000 * 4), 40000)
  y <- rnorm(40000)
  expect_identical(r_moments(x, y, NULL, NULL, 2), r_moments(x, y, NULL, NULL, 1))
})
