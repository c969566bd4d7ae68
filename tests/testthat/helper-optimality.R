# The certificate in plain R: primal minus dual value, each from its own definition, so nothing is shared with the core.

# How often the null deviance fits into twice the difference. Columns in standard deviations; h(b) = l1 |b| + l2/2 b^2
# within limits.
oracle <- function(x, y, a0, b, lambda, family = "gaussian", w = rep(1, length(y)), o = rep(0, length(y)), alpha = 1,
                   v = rep(1, ncol(x)), standardize = TRUE, intercept = TRUE, lower = -Inf, upper = Inf) {
  x <- as.matrix(x)
  w <- w / sum(w)
  centre <- colSums(w * x)
  sd <- sqrt(colSums(w * sweep(x, 2, centre)^2))
  sd[sd < 1e-13 * abs(centre)] <- 0
  used <- sd > 0 & is.finite(v)
  v <- v * length(v) / sum(ifelse(is.finite(v), v, 1))
  eta <- as.numeric(a0 + x %*% b + o)
  if (intercept) x <- sweep(x, 2, centre)
  z <- sweep(x, 2, ifelse(used, sd, 1), `/`)[, used, drop = FALSE]
  b <- (b * sd)[used]
  size <- if (standardize) rep(1, sum(used)) else 1 / sd[used]
  lower <- (rep_len(lower, length(v)) * sd)[used]
  upper <- (rep_len(upper, length(v)) * sd)[used]
  l1 <- lambda * alpha * v[used] * size
  l2 <- lambda * plain_ridge(y, w, o, family, alpha, intercept) * v[used] * size^2
  mu <- switch(family, gaussian = eta, binomial = plogis(eta), poisson = exp(eta))
  r <- y - mu
  slope <- as.numeric(crossprod(z, w * r))
  primal <- sum(w * loss_of(family)(eta, y)) + sum(l1 * abs(b) + l2 / 2 * b^2)
  free <- l1 == 0 & l2 == 0 & b > lower & b < upper
  u <- feasible_residual(r, z[, free, drop = FALSE], w, mu, family, intercept)
  c <- as.numeric(crossprod(z, w * u))
  c[free] <- 0
  dual <- function(s) {
    conjugate <- box_conjugate(s * c, l1, l2, lower, upper)
    mean_part <- switch(family,
      gaussian = sum(w * (y - o) * s * u) - sum(w * (s * u)^2) / 2,
      binomial = -sum(w * (entropy(y - s * u) + entropy(1 - y + s * u))) - sum(w * s * u * o),
      poisson = -sum(w * (entropy(y - s * u) - (y - s * u))) - sum(w * s * u * o)
    )
    mean_part - sum(conjugate)
  }
  null <- null_loss(y, w, o, family, intercept)
  saturated <- saturated_loss(y, w, family)
  scale <- null - saturated
  kkt <- max(oracle_violation(b, slope, l1, l2, lower, upper), if (intercept) abs(sum(w * r)) else 0)
  list(
    gap = (primal - best_dual(dual, c, l1, l2, lower, upper, family, y, u)) / scale, kkt = kkt / sqrt(2 * scale),
    primal = primal
  )
}

saturated_loss <- function(y, w, family) {
  sum(w / sum(w) * switch(family, gaussian = 0, binomial = -entropy(y) - entropy(1 - y), poisson = y - entropy(y)))
}

entropy <- function(p) ifelse(p > 0, p * log(pmax(p, 1e-300)), ifelse(p > -1e-12, 0, NaN))

feasible_residual <- function(r, free, w, mu, family, intercept) {
  h <- switch(family, gaussian = rep(1, length(r)), binomial = mu * (1 - mu), poisson = mu)
  if (ncol(free) > 0) {
    design <- cbind(if (intercept) 1, free)
    if (ncol(design) >= length(r)) return(0 * r)
    r <- h * lm.wfit(design, r / h, w * h)$residuals
  } else if (intercept && family == "gaussian") {
    return(r - sum(w * r))
  }
  if (!intercept || family == "gaussian") return(r)
  more <- sum((w * r)[r > 0])
  less <- -sum((w * r)[r < 0])
  ifelse(r > 0, r * min(1, less / more), r * min(1, more / less))
}

box_conjugate <- function(c, l1, l2, lower, upper) {
  excess <- pmax(abs(c) - l1, 0)
  at <- sign(c) * ifelse(excess == 0, 0, ifelse(l2 > 0, excess / l2, Inf))
  at <- pmin(pmax(at, lower), upper)
  ifelse(at == 0, 0, ifelse(is.infinite(at), Inf, c * at - l1 * abs(at) - l2 / 2 * at^2))
}

best_dual <- function(dual, c, l1, l2, lower, upper, family, y, u) {
  bound <- function(limit, towards) {
    tight <- l2 == 0 & is.infinite(limit) & towards > 0
    if (any(tight)) min(l1[tight] / towards[tight]) else 1e3
  }
  # s > 0 pushes along c, s < 0 against it
  high <- min(bound(upper, c), bound(lower, -c))
  low <- -min(bound(upper, -c), bound(lower, c))
  if (family != "gaussian") {
    room <- ifelse(u > 0, y / u, ifelse(u < 0, (if (family == "binomial") 1 - y else Inf) / -u, Inf))
    linear <- all(l2 == 0 & is.infinite(lower) & is.infinite(upper))
    if (linear) return(dual(min(1, high * (1 - 1e-15), room)))
    return(optimize(dual, c(0, min(1, high, room)), maximum = TRUE, tol = 1e-12)$objective)
  }
  best <- optimize(dual, c(low, high) * (1 - 1e-15), maximum = TRUE, tol = 1e-12)
  max(best$objective, dual(min(max(1, low), high) * (1 - 1e-15)), dual(low * (1 - 1e-15)), dual(high * (1 - 1e-15)))
}

oracle_violation <- function(b, c, l1, l2, lower, upper) {
  push <- c - l2 * b
  at_zero <- pmax(ifelse(upper > 0, push - l1, 0), ifelse(lower < 0, -push - l1, 0), 0)
  excess <- push - sign(b) * l1
  ifelse(b == 0, at_zero, ifelse(b >= upper, pmax(-excess, 0), ifelse(b <= lower, pmax(excess, 0), abs(excess))))
}

null_loss <- function(y, w, o, family, intercept) {
  value <- function(a) sum(w * loss_of(family)(a + o, y))
  if (!intercept) return(value(0))
  if (family == "gaussian") return(value(sum(w * (y - o))))
  fit <- suppressWarnings(
    glm.fit(rep(1, length(y)), y, w * length(y), offset = o, family = get(family)(), control = list(epsilon = 1e-14))
  )
  value(fit$coefficients)
}

# The largest gap over the lambdas of a fit, by the oracle.
largest_gap <- function(fit, x, y, ...) {
  max(vapply(
    seq_along(fit$lambda),
    function(k) oracle(x, y, fit$a0[k], fit$beta[, k], fit$lambda[k], fit$family, ...)$gap, 0
  ))
}

# The gaussian lasso solved on its support: coordinate descent in plain R finds support and signs, a linear system the
# coefficients, and the optimality conditions are checked.
active_set <- function(x, y, lambda, w = rep(1, length(y)), sweeps = 2000) {
  w <- w / sum(w)
  centre <- colSums(w * x)
  sd <- sqrt(colSums(w * sweep(x, 2, centre)^2))
  z <- sweep(sweep(x, 2, centre), 2, sd, `/`)
  gram <- crossprod(z, w * z)
  slope <- as.numeric(crossprod(z, w * (y - sum(w * y))))
  b <- numeric(ncol(x))
  for (k in seq_len(sweeps)) {
    for (j in seq_along(b)) {
      target <- slope[j] - sum(gram[j, -j] * b[-j])
      b[j] <- sign(target) * max(abs(target) - lambda, 0)
    }
  }
  on <- b != 0
  if (any(on)) b[on] <- solve(gram[on, on], slope[on] - lambda * sign(b[on]))
  left <- slope - gram %*% b
  stopifnot(all(abs(left[!on]) <= lambda * (1 + 1e-9)), all(abs(left[on] - lambda * sign(b[on])) < 1e-9))
  b / sd
}
