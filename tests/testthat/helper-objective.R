# The objective F of the manual in plain R, from its definition.

loss_of <- function(family) {
  switch(family,
    gaussian = function(eta, y) (y - eta)^2 / 2,
    binomial = function(eta, y) pmax(eta, 0) + log1p(exp(-abs(eta))) - y * eta,
    poisson = function(eta, y) exp(eta) - y * eta
  )
}

objective <- function(x, y, a0, b, lambda, family = "gaussian", w = rep(1, length(y)), o = 0, alpha = 1,
                      v = rep(1, ncol(x)), standardize = TRUE, intercept = TRUE) {
  x <- as.matrix(x)
  eta <- as.numeric(a0 + x %*% b + o)
  size <- abs(if (standardize) weighted_sd(x, w) * b else b)
  v <- v * length(v) / sum(v)
  sum(w / sum(w) * loss_of(family)(eta, y)) +
    lambda * sum(v * (alpha * size + plain_ridge(y, w, o, family, alpha, intercept) / 2 * size^2))
}

# What multiplies the squares: for gaussian divided by the deviation of y less offset from the null model, as in glmnet.
plain_ridge <- function(y, w, o, family, alpha, intercept = TRUE) {
  if (family != "gaussian") return(1 - alpha)
  target <- y - o
  around <- if (intercept) stats::weighted.mean(target, w) else 0
  (1 - alpha) / sqrt(stats::weighted.mean((target - around)^2, w))
}
