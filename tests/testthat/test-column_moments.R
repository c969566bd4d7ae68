test_that("moments are those of plain sums, dense columns a few at a time, sparse ones by their entries", {
  for (draw in 1:5) {
    set.seed(draw)
    d <- make_rows()
    x <- d$x * 10^sample(-8:8, ncol(d$x), replace = TRUE)
    x[sample(length(x), length(x) / 2)] <- 0
    x <- cbind(x, 3, 0, rnorm(nrow(x)) + 1e6)
    mean <- colSums(x * d$w) / sum(d$w)
    sd <- sqrt(colSums(d$w * sweep(x, 2, mean)^2) / sum(d$w))
    size <- sqrt(colSums(d$w * x^2) / sum(d$w))
    for (found in list(column_moments(x, d$w), column_moments(x, d$w, most = 150), column_moments(as_sparse(x), d$w))) {
      expect_equal(found$mean, mean, tolerance = 1e-12)
      expect_true(all(abs(found$sd - sd) <= 1e-12 * (size + sd)))
      expect_equal(found$size, size, tolerance = 1e-12)
    }
  }
})
