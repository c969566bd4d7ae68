read_rows <- function(x, copy = TRUE, order = numeric(), centre = rep(0, ncol(x)), scale = rep(1, ncol(x)), weight = NULL) {
  set.seed(11)
  b <- rnorm(ncol(x)) * (seq_len(ncol(x)) %% 3 > 0)
  r <- rnorm(nrow(x))
  y <- rnorm(nrow(x))
  c(r_rows(x, y, weight, b, r, centre, scale, order, copy), list(b = b, r = r, given_y = y))
}

test_that("dense and sparse sources multiply as R does", {
  set.seed(1)
  for (shape in list(c(1, 1), c(7, 3), c(130, 21), c(65, 100), c(5000, 9))) {
    x <- matrix(rnorm(prod(shape)) * rbinom(prod(shape), 1, 0.4), shape[1])
    for (source in list(x, as_sparse(x))) {
      got <- read_rows(source)
      expect_equal(got$product, as.numeric(x %*% got$b), tolerance = 1e-12)
      expect_equal(got$cross_product, as.numeric(crossprod(x, got$r)), tolerance = 1e-12)
    }
  }
})

test_that("rows come back scaled and in the order asked for, copied or gathered", {
  set.seed(2)
  x <- matrix(rnorm(150 * 11), 150)
  centre <- rnorm(11)
  scale <- runif(11)
  order <- sample(150)
  expected <- sweep(sweep(x, 2, centre), 2, scale, `*`)
  copied <- read_rows(x, TRUE, order - 1, centre, scale)
  expect_equal(copied$read, expected[order, ], tolerance = 1e-15)
  expect_equal(copied$y, copied$given_y[order])
  expect_equal(copied$norm2, rowSums(expected^2)[order], tolerance = 1e-12)
  gathered <- read_rows(x, FALSE, numeric(), centre, scale)
  expect_identical(gathered$read, sweep(sweep(x, 2, centre), 2, scale, `*`))
  expect_equal(gathered$y, gathered$given_y)
  reordered <- read_rows(x, FALSE, order - 1, centre, scale)
  expect_identical(reordered[c("read", "y", "norm2")], copied[c("read", "y", "norm2")])
  sparse <- read_rows(as_sparse(x * (x > 0)), TRUE, order - 1, 0 * centre, scale)
  expect_equal(sparse$read, sweep(x * (x > 0), 2, scale, `*`)[order, ], tolerance = 1e-15)
  expect_equal(sparse$norm2, rowSums(sweep(x * (x > 0), 2, scale, `*`)^2)[order], tolerance = 1e-12)
})

test_that("moments are exact for columns of any size and mean", {
  set.seed(3)
  z <- rnorm(400)
  w <- runif(400)
  w <- w / mean(w)
  x <- cbind(z * 1e-8, z * 1e8, z + 1e8, 1e-150 * z, z * rbinom(400, 1, 0.1), 0)
  for (weight in list(NULL, w)) {
    u <- if (is.null(weight)) rep(1, 400) else weight
    # the variance of z + 1e8 as the numbers are, after rounding to doubles
    exact <- weighted_sd(cbind(x[, 1:2], x[, 3] - 1e8, x[, 4:6]), u)^2
    for (source in list(x, as_sparse(x))) {
      got <- read_rows(source, weight = weight)
      expect_lt(max((abs(got$mean - weighted_mean(x, u)) / pmax(sqrt(got$square), 1e-300))), 1e-14)
      expect_equal(got$variance, exact, tolerance = 1e-9)
      expect_equal(got$square, weighted_mean(x^2, u), tolerance = 1e-12)
    }
    expect_equal(read_rows(as_sparse(x), weight = weight)$frequency, weighted_mean(x != 0, u), tolerance = 1e-12)
  }
})

test_that("a constant column has variance 0 whatever its size and weights, a tiny varying one has not", {
  set.seed(4)
  w <- runif(333)
  x <- cbind(7.3, 1e-20 / 3, 1e20 / 3, 1e-20 * rnorm(333))
  for (weight in list(NULL, w / mean(w))) for (source in list(x, as_sparse(x))) {
    expect_equal(read_rows(source, weight = weight)$variance > 0, c(FALSE, FALSE, FALSE, TRUE))
  }
})

test_that("kernels for small and large registers give the same bits", {
  set.seed(5)
  for (p in c(1, 3, 7, 8, 9, 100, 1003)) for (l2 in c(0, 0.4)) {
    both <- r_kernels(rnorm(p), rnorm(p), runif(p), runif(p), 0.8, l2)
    expect_identical(both[[1]], both[[2]])
  }
})

test_that("kernels compute what they say", {
  set.seed(6)
  x <- rnorm(77)
  z <- rnorm(77)
  theta <- runif(77)
  rho <- runif(77)
  got <- r_kernels(x, z, theta, rho, 0.8, 0.4)[[1]]
  expect_equal(got$dual_dot, sum(x * soft(z, 0.8 * theta) / (1 + 0.4 * rho)), tolerance = 1e-13)
  expect_equal(got$dot, sum(x * z), tolerance = 1e-13)
  expect_equal(got$dual, z + 0.7 * x, tolerance = 1e-15)
  expect_equal(got$carry, theta + 1.3 * 0.7 * x, tolerance = 1e-15)
  expect_equal(got$primal, soft(z + 0.7 * x, 0.8 * theta), tolerance = 1e-14)
  expect_equal(got$total, rho + 0.3 * z, tolerance = 1e-15)
  expect_equal(c(got$sum, got$square), c(sum(x - 0.1), sum((x - 0.1)^2)), tolerance = 1e-13)
  expect_equal(got$mean, z + 0.2 * (x - z), tolerance = 1e-15)
  expect_equal(got$squares, theta + 1.7 * (x - z) * (x - got$mean), tolerance = 1e-14)
  expect_equal(got$cross, rho + 0.6 * (x - z), tolerance = 1e-15)
  expect_equal(got$scaled, (x - z) * theta, tolerance = 1e-15)
})

test_that("products with working columns are those of the matrix, dense and sparse, for any number of lanes and threads", {
  for (sparse in c(FALSE, TRUE)) for (n in c(5, 128, 700)) for (lanes in c(1, 3, 8, 16)) {
    d <- if (sparse) make_sparse_rows(n, 12) else make_rows(n, 12)
    d$x[, 3] <- d$x[, 3] + 50 # a column without zeros, shifted entry by entry
    x <- if (sparse) as_sparse(d$x) else d$x
    set.seed(n + lanes)
    centre <- colMeans(d$x)
    scale <- runif(12, 0.5, 2)
    columns <- c(7, 2, 0, 11, 5) # from 0
    z <- sweep(sweep(d$x, 2, centre), 2, scale, `*`)[, columns + 1]
    r <- matrix(rnorm(n * lanes), n)
    b <- matrix(rnorm(5 * lanes), 5)
    h <- runif(n)
    for (threads in 1:2) {
      found <- r_products(x, centre, scale, columns, r, b, h, 2, threads)
      expect_equal(found$cross, crossprod(z, r), tolerance = 1e-11, ignore_attr = TRUE)
      expect_equal(found$product, z %*% b, tolerance = 1e-11, ignore_attr = TRUE)
      expect_equal(found$gram, crossprod(z, h * z), tolerance = 1e-10, ignore_attr = TRUE)
    }
  }
})

test_that("wide Gram matrices are put together from their blocks", {
  set.seed(1)
  x <- matrix(rnorm(300 * 290), 300)
  found <- r_products(x, numeric(290), rep(1, 290), 0:289, matrix(0, 300, 1), matrix(0, 290, 1), rep(1, 300), 131, 2)
  expect_equal(found$gram, crossprod(x), tolerance = 1e-12, ignore_attr = TRUE)
})

test_that("the inner loops of panels do what they say, for every set of instructions", {
  set.seed(1)
  for (p in c(1, 3, 7)) for (q in c(1, 4, 6)) {
    a <- matrix(rnorm(16 * p), 16)
    b <- matrix(runif(16 * q), 16)
    by <- matrix(rnorm(q * p), q)
    for (off in 0:3) for (found in r_panel_kernels(a, b, by, off)) {
      expect_equal(t(found$cross), crossprod(a, b))
      upper <- crossprod(a)
      expect_equal(t(found$self)[upper.tri(upper, TRUE)], upper[upper.tri(upper, TRUE)])
      expect_equal(found$add, b + a %*% t(by))
      expect_equal(found$packed, (a[, 1] - 0.3) * 1.7 * b[, 1])
      expect_equal(found$total, sum(found$packed * b[, 1]))
      expect_equal(found$dot, sum((a[, 1] - 0.3) * b[, 1]))
    }
  }
})
