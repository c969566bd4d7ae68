# Small data sets for tests.

# Correlated dense columns of different scale, a response of the family, weights and offset.
make_rows <- function(n = 60, p = 8, family = "gaussian", seed = 1) {
  set.seed(seed)
  x <- matrix(rnorm(n * p), n) + rnorm(n)
  x <- sweep(x, 2, 10^seq(-1, 1, length.out = p), `*`)
  x <- sweep(x, 2, seq_len(p), `+`)
  eta <- as.numeric(scale(x)[, 1:3] %*% c(1, -0.7, 0.4))
  list(x = x, y = draw_response(eta, family), w = runif(n, 0.2, 2), o = rnorm(n) / 5)
}

# About a tenth of the entries are not zero; columns differ in frequency.
make_sparse_rows <- function(n = 80, p = 25, family = "gaussian", seed = 1) {
  set.seed(seed)
  x <- matrix(rnorm(n * p, 1) * rbinom(n * p, 1, rep(seq(0.03, 0.25, length.out = p), each = n)), n)
  eta <- as.numeric(x[, p - 0:2] %*% c(1, -0.7, 0.4))
  list(x = x, y = draw_response(eta, family), w = runif(n, 0.2, 2), o = rnorm(n) / 5)
}

draw_response <- function(eta, family) {
  switch(family,
    gaussian = eta + rnorm(length(eta)),
    binomial = rbinom(length(eta), 1, plogis(eta)),
    poisson = rpois(length(eta), exp(eta / 2))
  )
}

as_sparse <- function(x) methods::as(Matrix::Matrix(x, sparse = TRUE), "generalMatrix")
