# Intervals in plain R: node-wise lassos by coordinate descent, constraints of selection written out in full.

# Minimises b' gram b / 2 - slope' b + sum(penalty |b|).
plain_descent <- function(gram, slope, penalty, sweeps = 1e5) {
  b <- numeric(length(slope))
  for (sweep in seq_len(sweeps)) {
    before <- b
    for (j in seq_along(b)) {
      target <- slope[j] - sum(gram[j, -j] * b[-j])
      b[j] <- sign(target) * max(abs(target) - penalty[j], 0) / gram[j, j]
    }
    if (max(abs(b - before)) < 1e-14 * max(abs(b), 1e-300)) break
  }
  b
}

# Debiased estimates and standard errors for noise of size 1, from coefficients b and, for each column, the lambda of
# its node-wise lasso.
plain_debiased <- function(x, y, a0, b, node, w = rep(1, length(y)), o = 0, family = "gaussian", intercept = TRUE) {
  eta <- as.numeric(a0 + x %*% b + o)
  mu <- if (family == "binomial") plogis(eta) else eta
  v <- w * (if (family == "binomial") mu * (1 - mu) else 1)
  if (intercept) x <- sweep(x, 2, colSums(v * x) / sum(v))
  size <- sqrt(colSums(v * x^2))
  x <- sweep(x, 2, size, `/`)
  gram <- crossprod(x, v * x)
  found <- vapply(seq_along(b), function(j) {
    others <- plain_descent(gram[-j, -j], gram[-j, j], rep(node[j], length(b) - 1))
    left <- x[, j] - x[, -j] %*% others
    own <- sum(v * left * x[, j])
    c(b[j] + sum(w * left * (y - mu)) / own / size[j], sqrt(sum(v * left^2)) / own / size[j])
  }, numeric(2))
  list(estimate = found[1, ], std.error = found[2, ])
}

# For column `at` of the selected model: the estimate, its deviation for noise of size 1, and the interval that A y <= b
# leaves it. penalty: of each column, for the objective |y - x b|^2 / 2.
plain_polyhedron <- function(x, y, b, penalty, at, w = rep(1, length(y)), o = 0, intercept = TRUE) {
  y <- sqrt(w) * (y - o)
  x <- sqrt(w) * x
  if (intercept) {
    y <- lm.fit(cbind(sqrt(w)), y)$residuals
    x <- lm.fit(cbind(sqrt(w)), x)$residuals
  }
  on <- b != 0
  z <- sign(b[on])
  e <- x[, on, drop = FALSE]
  inverse <- solve(crossprod(e))
  off <- x[, !on, drop = FALSE]
  rest <- t(off) - t(off) %*% e %*% inverse %*% t(e)
  shift <- as.vector(t(off) %*% e %*% inverse %*% (penalty[on] * z))
  a <- rbind(rest, -rest, -(z * inverse %*% t(e))[penalty[on] > 0, , drop = FALSE])
  bound <- c(penalty[!on] - shift, penalty[!on] + shift, -(z * inverse %*% (penalty[on] * z))[penalty[on] > 0])
  stopifnot(a %*% y <= bound + 1e-8)
  eta <- as.vector(e %*% inverse[, match(at, which(on))])
  c <- eta / sum(eta^2)
  along <- as.vector(a %*% c)
  along[abs(along) < 1e-10 * max(abs(along))] <- 0
  ends <- (bound - as.vector(a %*% (y - c * sum(eta * y)))) / along
  list(
    estimate = sum(eta * y), deviation = sqrt(sum(eta^2)), low = max(-Inf, ends[along < 0]),
    high = min(Inf, ends[along > 0])
  )
}

# P(T <= t) for a normal variable between low and high, in plain probabilities.
plain_truncated <- function(t, low, high, mean, deviation) {
  p <- function(t) pnorm((t - mean) / deviation)
  (p(t) - p(low)) / (p(high) - p(low))
}
