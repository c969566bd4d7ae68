# The normal distribution on an interval, as far out as may be: logarithms of tails, and the means that these name.
#
# An interval [z - below, z + above] is given by its distances from z, not by its ends: far from the mean, where z is
# large, the ends would have lost the digits that count.

# log P(Z <= z) and log P(Z >= z), for Z standard normal on [z - below, z + above].
truncated_tails <- function(z, below, above) {
  if (z < 0) {
    mirrored <- truncated_tails(-z, above, below)
    return(c(lower = mirrored[["upper"]], upper = mirrored[["lower"]]))
  }
  if (below <= z) {
    # right of the mean: relative to the density at the lower end
    low <- z - below
    whole <- log_area(low, below + above)
    return(c(
      lower = log_area(low, below) - whole, upper = log_area(z, above) - log_fall(low, below) - whole
    ))
  }
  left <- log_area(0, below - z)
  whole <- log_sum(left, log_area(0, z + above))
  c(lower = log_sum(left, log_area(0, z)) - whole, upper = log_area(z, above) - log_fall(0, z) - whole)
}

# The limits of an equal-tailed interval for the mean of a normal of deviation 1 at which 0 was seen, given that it lies
# in [-below, above].
truncated_limits <- function(below, above, level) {
  tail <- log((1 - level) / 2)
  # a mean of -z puts what was seen z deviations to its right
  low <- rising_root(function(z) tail - truncated_tails(z, below, above)[["upper"]])
  high <- rising_root(function(z) truncated_tails(z, below, above)[["lower"]] - tail)
  c(-low, -high)
}

# Where a function that rises is 0; infinite where it is not for all that numbers can tell.
rising_root <- function(f) {
  from <- to <- 0
  step <- 1
  while (f(from) > 0) {
    if (step > 1e15) return(-Inf)
    to <- from
    from <- -step
    step <- 2 * step
  }
  if (to == 0) to <- 1
  while (f(to) < 0) {
    if (step > 1e15) return(Inf)
    from <- to
    to <- 2 * step
    step <- 2 * step
  }
  stats::uniroot(f, c(from, to), tol = 1e-12 * max(1, abs(from), abs(to)), maxiter = 1e4)$root
}

# log of the density's fall from x to x + w.
log_fall <- function(x, w) w * (x + w / 2)

# The log of the area under exp(-u^2 / 2) from x to x + w, for x >= 0, relative to its value at x.
log_area <- function(x, w) {
  fall <- log_fall(x, w)
  # a difference of tails would cancel
  if (fall < 1) return(log(w) + log(sum(narrow$weights * exp(-log_fall(x, w * narrow$nodes)))))
  log(mills_ratio(x) - if (is.infinite(w)) 0 else exp(-fall) * mills_ratio(x + w))
}

# Upper tail over density. Far out by its continued fraction (Abramowitz and Stegun 26.2.14).
mills_ratio <- function(x) {
  if (x < 30) return(exp(stats::pnorm(x, lower.tail = FALSE, log.p = TRUE) - stats::dnorm(x, log = TRUE)))
  ratio <- x
  for (k in 12:1) ratio <- x + k / ratio
  1 / ratio
}

log_sum <- function(a, b) {
  most <- max(a, b)
  if (is.infinite(most)) most else most + log1p(exp(min(a, b) - most))
}

# Gauss and Legendre's rule on [0, 1] (Golub and Welsch 1969): exact to rounding where the exponent changes by 1.
gauss_legendre <- function(count) {
  k <- seq_len(count - 1)
  jacobi <- matrix(0, count, count)
  jacobi[cbind(k, k + 1)] <- jacobi[cbind(k + 1, k)] <- k / sqrt(4 * k^2 - 1)
  found <- eigen(jacobi, symmetric = TRUE)
  list(nodes = (found$values + 1) / 2, weights = found$vectors[1, ]^2)
}

narrow <- gauss_legendre(12)
