# The bounds of stability selection.

test_that("without an assumption the bound is q^2 / ((2 cutoff - 1) p)", {
  for (p in c(10, 1000)) for (q in c(1, 7)) for (cutoff in c(0.6, 0.75, 0.9, 1)) {
    expect_equal(error_bound(q, p, votes_of(cutoff, 50), 50, "none"), q^2 / ((2 * cutoff - 1) * p))
  }
})

test_that("the unimodal bound is that of theorem 2, and none where the theorem says nothing", {
  bound <- function(q, p, cutoff, B) error_bound(q, p, votes_of(cutoff, B), B, "unimodal")
  expect_equal(bound(10, 200, 0.75, 50), 10^2 / 200 / (2 * (2 * 0.75 - 1 - 1 / 100)))
  expect_equal(bound(10, 200, 0.6, 50), 10^2 / 200 / (2 * (2 * 0.6 - 1 - 1 / 100)))
  expect_equal(bound(10, 200, 0.9, 50), 10^2 / 200 * 4 * (1 - 0.9 + 1 / 100) / (1 + 1 / 50))
  expect_equal(bound(6, 10, 0.9, 50), Inf) # q / p above 1 / sqrt(3)
  expect_equal(bound(4, 10, 0.62, 50), Inf)
  expect_lt(bound(4, 10, 0.7, 50), Inf)
})

test_that("all bounds are those of package stabs", {
  skip_if_not_installed("stabs")
  for (assumption in bound_assumptions) for (B in c(20, 50)) for (p in c(30, 1000)) for (cutoff in c(0.6, 0.75, 0.9)) {
    theirs <- stabs::stabsel_parameters(
      p = p, cutoff = cutoff, q = 4, B = B, assumption = assumption, sampling.type = "SS", verbose = FALSE
    )$PFER
    ours <- stability_parameters(cutoff, 4, NULL, p, B, assumption)$PFER
    about <- paste(assumption, B, p, cutoff)
    # theirs has three digits; of r-concave laws it leaves out one that has up to 6 % more here (see below)
    if (assumption == "r-concave") {
      expect_true(ours >= theirs * 0.995 && ours <= theirs * 1.07, info = about)
    } else {
      expect_equal(signif(ours, 3), theirs, tolerance = 1e-12, info = about)
    }
  }
})

# A random law on 0, 1, ..., B whose r-th power is convex, as r-concave means for r < 0; brought to a mean of at most
# `mean` by a steeper fall, which keeps it so.
random_concave_law <- function(B, r, mean) {
  bends <- sort(runif(4, 0, B))
  slopes <- rexp(4) * rbinom(4, 1, 0.7)
  start <- -rexp(1) * rbinom(1, 1, 0.3)
  power <- exp(rnorm(1, 0, 2)) + start * 0:B + colSums(slopes * outer(bends, 0:B, function(b, i) pmax(i - b, 0)))
  power <- power + max(0, -min(power)) + 1e-6
  law <- function(tilt) {
    weights <- (power + tilt * 0:B)^(1 / r)
    weights / sum(weights)
  }
  tilt <- 0
  while (sum(0:B * law(tilt)) > mean) tilt <- 2 * tilt + 1e-4
  law(tilt)
}

test_that("no r-concave law has a larger tail than the bound, and one comes close", {
  set.seed(1)
  for (case in list(c(20, -1 / 2), c(40, -1 / 4))) {
    B <- case[1]
    r <- case[2]
    for (eta in c(0.02, 0.1, 0.3)) for (t in round(B * c(0.65, 0.8, 1))) {
      most <- concave_tail(eta, t, B, r)
      tails <- replicate(60, sum(random_concave_law(B, r, eta * B)[t:B + 1]))
      expect_lte(max(tails), most + 1e-12)
      # the laws it is made of: a fall by the power 1 / r over all of 0, ..., B with that mean
      law <- function(a) (a + 0:B)^(1 / r) / sum((a + 0:B)^(1 / r))
      a <- exp(uniroot(function(a) sum(0:B * law(exp(a))) - eta * B, c(-20, 20), tol = 1e-12)$root)
      expect_gte(most, sum(law(a)[t:B + 1]) - 1e-12)
      expect_lte(most, eta * B / t) # Markov
    }
  }
  expect_equal(concave_tail(0.4, 8, 10, -1 / 2), 1) # a uniform law of that mean reaches 1 at most
})

test_that("a tiny selection probability has a tiny bound, not a failure", {
  bounds <- vapply(10^(2:8), function(p) error_bound(1, p, 75, 50, "r-concave") / p, 0)
  expect_true(all(diff(bounds) < 0) && all(bounds >= 0) && bounds[7] < 1e-8)
})

test_that("two of cutoff, q and PFER make the third: the largest q and the smallest cutoff that keep the bound", {
  B <- 25
  for (assumption in bound_assumptions) for (p in c(12, 300)) for (PFER in c(0.8, 3)) {
    about <- paste(assumption, p, PFER)
    bound <- function(q, cutoff) error_bound(q, p, votes_of(cutoff, B), B, assumption)
    found <- stability_parameters(0.8, NULL, PFER, p, B, assumption)
    expect_equal(found$PFER, bound(found$q, 0.8), info = about)
    expect_lte(found$PFER, PFER)
    if (found$q < p) expect_gt(bound(found$q + 1, 0.8), PFER)
    found <- stability_parameters(NULL, found$q, PFER, p, B, assumption)
    expect_lte(found$PFER, PFER)
    expect_lte(found$cutoff, 0.8 + 1e-12)
    if (found$cutoff > 0.5 + 1 / (2 * B) + 1e-9) expect_gt(bound(found$q, found$cutoff - 1 / (2 * B)), PFER)
  }
  expect_equal(stability_parameters(NULL, NULL, NULL, 100, 50, "none"), list(cutoff = 0.75, q = 7, PFER = 0.98))
  expect_equal(stability_parameters(NULL, 5, NULL, 100, 50, "none"), list(cutoff = 0.75, q = 5, PFER = 0.5))
  expect_equal(stability_parameters(0.8, NULL, NULL, 100, 50, "none")$q, 7)
  expect_equal(stability_parameters(0.75, NULL, 2, 100, 50, "none"), list(cutoff = 0.75, q = 10, PFER = 2))
})

test_that("a share of the halves reaches the cutoff however it is rounded", {
  for (B in c(7, 35, 50)) for (votes in (B + 1):(2 * B)) expect_equal(votes_of(votes / (2 * B), B), votes)
  expect_equal(votes_of(0.751, 50), 76)
  expect_equal(votes_of(0.5001, 50), 51)
})

test_that("what cannot be kept is an error that says so", {
  refused <- function(message, ...) {
    expect_error(stability_parameters(...), message, class = "sgdlasso_error_input")
  }
  refused("all given", 0.75, 3, 1, 100, 50, "none")
  refused("`cutoff` is 0.5", 0.5, 3, NULL, 100, 50, "none")
  refused("`cutoff` is 1.1", 1.1, 3, NULL, 100, 50, "none")
  refused("`q` is 101", 0.75, 101, NULL, 100, 50, "none")
  refused("`q` is 1.5", 0.75, 1.5, NULL, 100, 50, "none")
  refused("`PFER` is 0", 0.75, NULL, 0, 100, 50, "none")
  refused("the bound of q = 1 is 0.5", 0.75, NULL, 0.1, 4, 50, "none")
  refused("the bound of cutoff 1 is 2.5", NULL, 5, 1, 10, 50, "none")
  refused("too many for `assumption` \"unimodal\"", 0.75, 8, NULL, 10, 50, "unimodal")
})
