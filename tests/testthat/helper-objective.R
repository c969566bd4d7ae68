# The objective F of the manual in plain R, from its definition.

loss_of <- function(family) {
  switch(family,
    gaussian = function(eta, y) (y - eta)^2 / 2,
    binomial = function(eta, y) pmax(eta, 0) + log1p(exp(-abs(eta))) - y * eta,
    poisson = function(eta, y) exp(eta) - y * eta
  )
}

objective <- function(x, y, a0, b, lambda, family = "gaussian", w = rep(1, length(y)), o = 0, alpha = 1, v = rep(1, ncol(x)),
                      standardize = TRUE) {
  x <- as.matrix(x)
  eta <- as.numeric(a0 + x %*% b + o)
  size <- abs(if (standardize) weighted_sd(x, w) * b else b)
  v <- v * length(v) / sum(v)
  sum(w / sum(w) * loss_of(family)(eta, y)) + lambda * sum(v * (alpha * size + (1 - alpha) / 2 * size^2))
}
