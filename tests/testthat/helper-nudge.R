# The published loop in plain R, one operation after another, so that every rounding is that of the numpy program.

in_order <- function(terms) Reduce(`+`, terms)

nudged <- function(value, nudge) if (value > 0) value - nudge else if (value < 0) value + nudge else value

plain_nudge <- function(x, y, nudge, rate, epochs, every = "sample", init = "uniform", penalize_intercept = TRUE,
                        seed = 0) {
  rng <- mt19937(seed)
  n <- nrow(x)
  a <- if (init == "uniform") vapply(seq_len(ncol(x)), function(j) rng$uniform(), 0) else numeric(ncol(x))
  b <- 0
  order <- seq_len(n)
  mse <- numeric()
  nudge_all <- function() {
    a <<- vapply(a, nudged, 0, nudge = nudge)
    if (penalize_intercept) b <<- nudged(b, nudge)
  }
  for (epoch in seq_len(epochs)) {
    order <- shuffled(order, rng)
    for (i in order) {
      error <- y[i] - (in_order(x[i, ] * a) + b)
      for (j in seq_along(a)) a[j] <- a[j] + (rate * x[i, j]) * error
      b <- b + rate * error
      if (every == "sample") nudge_all()
    }
    if (every == "epoch") nudge_all()
    errors <- vapply(seq_len(n), function(i) y[i] - (in_order(x[i, ] * a) + b), 0)
    mse[epoch] <- in_order(errors^2) / n
  }
  list(coefficients = a, intercept = b, mse = mse)
}
