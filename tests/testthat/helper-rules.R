# The rules of solver_sgd() as dense loops in plain R, in the order of the rows, written from the papers and from the
# manual. Columns are standardised by hand; nothing is deferred, nothing is accumulated that a definition can state.

soft <- function(z, t) sign(z) * pmax(abs(z) - t, 0)
mean_of <- function(family) switch(family, gaussian = identity, binomial = plogis, poisson = exp)

weighted_mean <- function(x, w) colSums(x * w) / sum(w)
weighted_sd <- function(x, w) sqrt(weighted_mean(sweep(x, 2, weighted_mean(x, w))^2, w))

# The intercept at which the weighted residuals sum to 0: of the model without columns, whose offsets are o.
plain_null <- function(y, w, o, family) {
  if (family == "gaussian") return(sum(w * (y - o)) / sum(w))
  if (family == "poisson") return(log(sum(w * y) / sum(w * exp(o))))
  uniroot(function(b) sum(w * (y - plogis(b + o))), c(-50, 50), tol = 1e-15)$root
}

schedules <- list(constant = function(t) 1, inverse = function(t) 1 / t, sqrt = function(t) 1 / sqrt(t))

# Columns as the textbook rules see them.
textbook_columns <- function(x, w, standardize, centred) {
  if (!standardize) return(list(x = x, centre = 0 * x[1, ], scale = 0 * x[1, ] + 1))
  centre <- if (centred) weighted_mean(x, w) else 0 * x[1, ]
  scale <- 1 / weighted_sd(x, w)
  list(x = sweep(sweep(x, 2, centre), 2, scale, `*`), centre = centre, scale = scale)
}

back <- function(columns, b, b0) {
  b <- b * columns$scale
  list(a0 = b0 - sum(columns$centre * b), beta = b)
}

# Cumulative penalty in the words of Tsuruoka, Tsujii, Ananiadou (2009), figure 2: w, the total u, and q, the part of it
# that each weight has received. Returns the last iterate.
plain_cumulative <- function(x, y, w, o, family, lambda, rate, schedule, start, v = 1) {
  b <- q <- numeric(ncol(x))
  b0 <- start
  u <- 0
  for (t in seq_along(y)) {
    step <- rate * schedules[[schedule]](t) * w[t]
    residual <- y[t] - mean_of(family)(b0 + o[t] + sum(x[t, ] * b))
    b <- b + step * residual * x[t, ]
    b0 <- b0 + step * residual
    u <- u + step * lambda
    before <- b
    b <- ifelse(before > 0, pmax(0, before - (u * v + q)), ifelse(before < 0, pmin(0, before + (u * v - q)), 0))
    q <- q + (b - before)
  }
  list(b = b, b0 = b0)
}

# The same by the identity b = soft(z, u), which gives averages: z and u averaged with weights w t^2.
plain_dual <- function(x, y, w, o, family, lambda, rate, schedule, start, v, alpha, averaging, epochs) {
  z <- numeric(ncol(x))
  z0 <- u <- t <- 0
  sums <- list(z = 0 * z, z0 = 0, u = 0, scale = 0, weight = 0)
  ridge <- plain_ridge(y, w, o, family, alpha)
  coefficient <- function(z, u, scale) scale * soft(z, u * alpha * v) / (1 + scale * u * ridge * v)
  for (i in rep(seq_along(y), epochs)) {
    t <- t + 1
    now <- if (averaging) rate * schedules[[schedule]](max(t - 1, 1)) else 1
    step <- if (averaging) w[i] else rate * schedules[[schedule]](t) * w[i]
    residual <- y[i] - mean_of(family)(start + now * z0 + o[i] + sum(x[i, ] * coefficient(z, u, now)))
    z <- z + step * residual * x[i, ]
    z0 <- z0 + step * residual
    u <- u + step * lambda
    now <- if (averaging) rate * schedules[[schedule]](t) else 1
    weight <- w[i] * t^2
    sums <- list(z = sums$z + weight * now * z, z0 = sums$z0 + weight * now * z0, u = sums$u + weight * now * u,
                 scale = sums$scale + weight * now, weight = sums$weight + weight)
  }
  mean_scale <- sums$scale / sums$weight
  list(
    last = list(b = coefficient(z, u, now), b0 = start + now * z0),
    average = list(
      b = coefficient(sums$z / sums$scale, sums$u / sums$scale, mean_scale), b0 = start + sums$z0 / sums$weight
    )
  )
}

# Duchi, Singer (2009): every = 1. Langford, Li, Zhang (2009): every = 10. The ridge part decays as its flow.
plain_primal <- function(x, y, w, o, family, lambda, rate, schedule, start, v, alpha, every, epochs) {
  ridge <- plain_ridge(y, w, o, family, alpha)
  b <- numeric(ncol(x))
  b0 <- start
  waiting <- t <- 0
  sum_b <- 0 * b
  sum_b0 <- total <- 0
  for (i in rep(seq_along(y), epochs)) {
    t <- t + 1
    step <- rate * schedules[[schedule]](t) * w[i]
    residual <- y[i] - mean_of(family)(b0 + o[i] + sum(x[i, ] * b))
    b <- b + step * residual * x[i, ]
    b0 <- b0 + step * residual
    waiting <- waiting + step * lambda
    if (t %% every == 0) {
      decay <- waiting * ridge * v
      kept <- exp(-decay)
      b <- soft(b * kept, alpha * v * waiting * ifelse(decay > 0, (1 - kept) / decay, 1))
      waiting <- 0
    }
    sum_b <- sum_b + w[i] * t^2 * b
    sum_b0 <- sum_b0 + w[i] * t^2 * b0
    total <- total + w[i] * t^2
  }
  list(last = list(b = b, b0 = b0), average = list(b = sum_b / total, b0 = sum_b0 / total))
}

# The adaptive rule with h, theta and rho of the columns as they are (no column is scaled), by the definition of its
# steps.
plain_adaptive <- function(x, y, w, o, family, lambda, v, alpha, standardize, sparse, start, epochs) {
  n <- nrow(x)
  p <- ncol(x)
  s <- weighted_sd(x, w)
  centre <- if (sparse) numeric(p) else weighted_mean(x, w)
  square <- weighted_mean(x^2, w)
  f <- weighted_mean(x != 0, w)
  h <- if (sparse) 1 / ((square / f) * sqrt(f)) else 1 / s^2  # square / f: of the nonzeros
  theta <- if (standardize) v * s else v
  rho <- if (standardize) v * s^2 else v
  big_r <- 1 + sum(h * if (sparse) square else s^2)
  mu <- mean_of(family)
  ridge <- plain_ridge(y, w, o, family, alpha)
  coefficient <- function(z, u) soft(z, u * alpha * theta) / (1 / h + u * ridge * rho)
  forgotten <- function(z, u) {
    b <- coefficient(z, u)
    ifelse(b != 0, sign(b) * 0.8 * u * alpha * theta + b * (1 / h + 0.8 * u * ridge * rho), 0.8 * z)
  }
  z <- big_a <- numeric(p)
  z0 <- start
  a0 <- u <- au <- g <- t <- sum_y <- 0
  next_forget <- 80
  for (pass in seq_len(epochs)) for (i in seq_len(n)) {
    t <- t + 1
    sum_y <- sum_y + w[i] * y[i]
    if (t >= next_forget) {
      z_mean <- z - big_a / g
      u_mean <- u - au / g
      z <- forgotten(z, u)
      u <- 0.8 * u
      big_a <- g * (z - forgotten(z_mean, u_mean))
      au <- g * (u - 0.8 * u_mean)
      next_forget <- max(t + 1, ceiling(1.25 * t))
    }
    centred <- x[i, ] - centre
    a <- 1 + sum(centred^2 * h)
    kappa <- switch(family, gaussian = 1, binomial = 1 / 4, poisson = (sum_y + 1) / (t + 1))
    e <- w[i] / (kappa * big_r) * (1 + t / (20 * big_r))^(-2 / 3) / sqrt(pass)
    eta <- z0 + o[i] + sum(centred * coefficient(z, u))
    r <- y[i] - mu(eta)
    star <- if (r == 0) 0 else uniroot(function(s) y[i] - mu(eta + e * a * s) - s, range(0, r), tol = 1e-14)$root
    q <- if (star == 0) 0 else max(r / star - 1, 0)
    e <- if (family == "poisson") e / (1 + q) else e / sqrt(1 + q^2)
    z <- z + e * r * centred
    big_a <- big_a + g * e * r * centred
    z0 <- z0 + e * r
    a0 <- a0 + g * e * r
    u <- u + e * lambda
    au <- au + g * e * lambda
    g <- g + w[i] * t^2
  }
  list(beta = coefficient(z - big_a / g, u - au / g), start_of_next = z0)
}

# The adaptive rule on rows that come once: as plain_adaptive(), but h, theta, rho and the centre are those of the rows
# so far, taken anew at each forgetting, at the first row that holds a sparse column, and at a row ten times longer than
# the mean one. The ridge part follows the deviation of the rows so far. Moments are computed from all rows so far, each
# time.
plain_online <- function(x, y, w, o, family, lambda, v, alpha, standardize, sparse) {
  n <- nrow(x)
  p <- ncol(x)
  mu <- mean_of(family)
  target <- if (family == "gaussian") y - o else y
  known <- function(rows) {
    rows <- seq_len(rows)
    part <- x[rows, , drop = FALSE]
    s <- weighted_sd(part, w[rows])
    s[s < 1e-13 * abs(weighted_mean(part, w[rows]))] <- 0
    f <- weighted_mean(part != 0, w[rows])
    square <- weighted_mean(part^2, w[rows])
    h <- ifelse(s > 0, if (sparse) 1 / (square / f * sqrt(f)) else 1 / s^2, 0)
    list(
      h = h, theta = if (standardize) v * s else v, rho = if (standardize) v * s^2 else v,
      c = if (sparse) numeric(p) else ifelse(s > 0, weighted_mean(part, w[rows]), 0),
      big_r = 1 + sum(h * if (sparse) square else s^2)
    )
  }
  now <- known(min(64, n))
  coefficient <- function(z, u, m = now) {
    ifelse(m$h > 0, soft(z, u * alpha * m$theta) / (1 / m$h + u * ridge * m$rho), 0)
  }
  seen_anew <- function(z, u, old) {
    b <- coefficient(z, u, old)
    active <- sign(b) * 0.8 * u * alpha * now$theta + b * (1 / now$h + 0.8 * u * ridge * now$rho)
    ifelse(b != 0, active, 0.8 * z)
  }
  first <- seq_len(min(64, n))
  share <- sum(w[first] * y[first]) / sum(w[first])
  share <- (share * length(first) + 0.5) / (length(first) + 1)
  z0 <- switch(
    family, gaussian = weighted.mean(target[first], w[first]), binomial = qlogis(share), poisson = log(share)
  )
  z <- big_a <- numeric(p)
  a0 <- u <- au <- g <- sum_y <- 0
  next_forget <- 80
  for (t in seq_len(n)) {
    seen <- max(t, length(first))
    ridge <- plain_ridge(y[seq_len(seen)], w[seq_len(seen)], o[seq_len(seen)], family, alpha)
    weight <- w[t] / mean(w[seq_len(seen)])
    sum_y <- sum_y + weight * y[t]
    if (sparse && t > length(first) && any(now$h == 0 & x[t, ] != 0)) {
      fresh <- known(t)
      new <- now$h == 0 & x[t, ] != 0
      for (part in c("h", "theta", "rho")) now[[part]][new] <- fresh[[part]][new]
    }
    if (t >= next_forget) {
      z_mean <- if (g > 0) z - big_a / g else z
      u_mean <- if (g > 0) u - au / g else u
      old <- now
      now <- known(seen)
      shift <- sum(coefficient(z, u, old) * (now$c - old$c))
      mean_shift <- sum(coefficient(z_mean, u_mean, old) * (now$c - old$c))
      z <- seen_anew(z, u, old)
      big_a <- g * (z - seen_anew(z_mean, u_mean, old))
      z0 <- z0 + shift
      a0 <- a0 + g * (shift - mean_shift)
      u <- 0.8 * u
      au <- g * (u - 0.8 * u_mean)
      next_forget <- max(t + 1, ceiling(1.25 * t))
    }
    centred <- ifelse(now$h > 0, x[t, ] - now$c, 0)
    a <- 1 + sum(centred^2 * now$h)
    if (t > length(first) && a > 10 * now$big_r) {
      fresh <- known(t)
      touched <- if (sparse) x[t, ] != 0 else TRUE
      for (part in c("h", "theta", "rho")) now[[part]][touched] <- fresh[[part]][touched]
      a <- 1 + sum(centred^2 * now$h)
    }
    kappa <- switch(family, gaussian = 1, binomial = 1 / 4, poisson = (sum_y + 1) / (t + 1))
    e <- weight / (kappa * now$big_r) * (1 + t / (20 * now$big_r))^(-2 / 3)
    eta <- z0 + o[t] + sum(centred * coefficient(z, u))
    r <- y[t] - mu(eta)
    star <- if (r == 0) 0 else uniroot(function(s) y[t] - mu(eta + e * a * s) - s, range(0, r), tol = 1e-14)$root
    q <- if (star == 0) 0 else max(r / star - 1, 0)
    e <- if (family == "poisson") e / (1 + q) else e / sqrt(1 + q^2)
    z <- z + e * r * centred
    big_a <- big_a + g * e * r * centred
    z0 <- z0 + e * r
    a0 <- a0 + g * e * r
    u <- u + e * lambda
    au <- au + g * e * lambda
    g <- g + weight * t^2
  }
  beta <- coefficient(z - big_a / g, u - au / g)
  intercept <- z0 - a0 / g - sum(now$c * beta)
  if (family == "gaussian") intercept <- weighted.mean(target, w) - sum(weighted_mean(x, w) * beta)
  list(beta = beta, a0 = intercept)
}
