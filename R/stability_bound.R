# How many columns of low selection probability stability selection takes at most, on average, and which number of
# columns or cutoff keeps that below a limit. A cutoff is counted in votes: of the 2 B halves so many select the column.

bound_assumptions <- c("none", "unimodal", "r-concave")

# q: columns that a half selects at most, of p. Inf where the bound of these assumptions does not hold.
error_bound <- function(q, p, votes, B, assumption) {
  switch(assumption,
    none = q^2 / p * B / (votes - B),
    unimodal = q^2 / p * unimodal_factor(q / p, votes / (2 * B), B),
    `r-concave` = p * min(
      concave_tail((q / p)^2, votes - B, B, -1 / 2), concave_tail(q / p, votes, 2 * B, -1 / 4)
    )
  )
}

# Shah and Samworth (2013), theorem 2; theta: the selection probability that counts as low.
unimodal_factor <- function(theta, cutoff, B) {
  if (theta > 1 / sqrt(3)) return(Inf)
  if (cutoff > 3 / 4) return(4 * (1 - cutoff + 1 / (2 * B)) / (1 + 1 / B))
  if (cutoff <= 1 / 2 + min(theta^2, 1 / (2 * B) + 3 / 4 * theta^2)) return(Inf)
  1 / (2 * (2 * cutoff - 1 - 1 / (2 * B)))
}

# The largest probability of t or more that an r-concave law on 0, 1, ..., B of mean B * eta has (section 3.3). It is
# reached by a law that falls as (a + i)^(1 / r) up to some k and has the rest at k + 1; a is searched on the
# logarithmic scale, its ends included.
concave_tail <- function(eta, t, B, r) {
  mean <- eta * B
  first <- ceiling(2 * mean)
  if (t <= first) return(1)
  range <- log(c(1e-15, 1e5)) # nearly all at 0, and nearly uniform
  law <- function(a, k) (exp(a) + 0:k)^(1 / r)
  excess <- function(a, k) sum(0:k * law(a, k)) / sum(law(a, k)) - mean
  shape <- function(k) {
    if (excess(range[2], k) <= 0) return(range[2])
    stats::uniroot(excess, range, k = k, tol = 1e-12)$root
  }
  tail <- function(a, k) {
    weights <- law(a, k)
    1 - (k + 1 - mean) * sum(weights[seq_len(t)]) / sum((k + 1 - 0:k) * weights)
  }
  largest <- function(k, low, high) {
    if (low >= high) return(tail(low, k))
    max(stats::optimize(tail, c(low, high), k = k, maximum = TRUE)$objective, tail(low, k), tail(high, k))
  }
  ks <- (t - 1):(B - 1)
  shapes <- vapply(c(ks, B), shape, 0)
  max(mapply(largest, ks, shapes[-1], shapes[-length(shapes)]))
}

# ---- two of cutoff, q and PFER give the third --------------------------------------

# list(cutoff =, q =, PFER =): PFER is the bound that holds for the two others.
stability_parameters <- function(cutoff, q, PFER, p, B, assumption) {
  given <- !vapply(list(cutoff = cutoff, q = q, PFER = PFER), is.null, NA)
  if (all(given)) abort_input("`cutoff`, `q` and `PFER` are all given.", "Give two of them, which make the third.")
  if (is.null(cutoff) && sum(given) < 2) cutoff <- 0.75
  if (is.null(q) && is.null(PFER)) PFER <- 1
  if (!is.null(cutoff)) cutoff <- check_cutoff(cutoff)
  if (!is.null(q)) q <- check_number(q, "q", least = 1, most = p, whole = TRUE)
  if (!is.null(PFER)) PFER <- check_number(PFER, "PFER", least = 0, open = TRUE)
  if (is.null(q)) q <- largest_q(votes_of(cutoff, B), PFER, p, B, assumption)
  if (is.null(cutoff)) cutoff <- smallest_cutoff(q, PFER, p, B, assumption)
  bound <- error_bound(q, p, votes_of(cutoff, B), B, assumption)
  if (is.infinite(bound)) {
    abort_input(
      "`q` is {q} of {p} columns, too many for `assumption` \"{assumption}\" at cutoff {format(cutoff)}.",
      "Take a smaller `q`, a larger `cutoff`, or \"none\"."
    )
  }
  list(cutoff = cutoff, q = q, PFER = bound)
}

check_cutoff <- function(cutoff) check_number(cutoff, "cutoff", least = 0.5, most = 1, open = TRUE)

# The fewest halves whose share reaches the cutoff; a multiple of 1 / (2 B) must not be lost to rounding.
votes_of <- function(cutoff, B) max(ceiling(signif(2 * B * cutoff, 10)), B + 1)

# The bound grows with q.
largest_q <- function(votes, PFER, p, B, assumption) {
  keeps <- function(q) error_bound(q, p, votes, B, assumption) <= PFER * (1 + 1e-10)
  if (!keeps(1)) {
    abort_input(
      "`PFER` is {format(PFER)}: with {p} column{?s} and this cutoff the bound of q = 1 is",
      "{about(1, votes, p, B, assumption)}.",
      "Take a larger `PFER` or `cutoff`."
    )
  }
  low <- 1
  high <- p + 1 # the first that does not keep it, or beyond all
  while (high - low > 1) {
    middle <- (low + high) %/% 2
    if (keeps(middle)) low <- middle else high <- middle
  }
  low
}

# The bound falls as the cutoff grows.
smallest_cutoff <- function(q, PFER, p, B, assumption) {
  for (votes in (B + 1):(2 * B)) {
    if (error_bound(q, p, votes, B, assumption) <= PFER * (1 + 1e-10)) return(votes / (2 * B))
  }
  abort_input(
    "`PFER` is {format(PFER)}: with q = {q} of {p} column{?s} the bound of cutoff 1 is",
    "{about(q, 2 * B, p, B, assumption)}.",
    "Take a larger `PFER` or a smaller `q`."
  )
}

# A bound in words.
about <- function(q, votes, p, B, assumption) format(error_bound(q, p, votes, B, assumption), digits = 3)
