# Stability selection against a plain loop: the same halves, a call of sgdlasso() on each, and counting.

draw_halves <- function(n, B, seed) {
  withr::with_seed(seed, unlist(lapply(seq_len(B), function(pair) {
    drawn <- sample.int(n, 2 * (n %/% 2))
    list(sort(head(drawn, n %/% 2)), sort(tail(drawn, n %/% 2)))
  }), recursive = FALSE), .rng_kind = "Mersenne-Twister", .rng_normal_kind = "Inversion",
  .rng_sample_kind = "Rejection")
}

# The share of halves in which each column has entered by each lambda, before more than q have. fit_half(rows, lambda):
# the fit on these rows.
plain_path <- function(fit_half, halves, lambda, q, counts) {
  total <- 0
  for (rows in halves) {
    nonzero <- as.matrix(fit_half(rows, lambda)$beta != 0) & counts
    entered <- t(apply(nonzero, 1, cummax))
    dim(entered) <- dim(nonzero)
    last <- sum(colSums(entered) <= q)
    total <- total + entered[, pmin(seq_along(lambda), last)]
  }
  total / length(halves)
}

agrees_with_loop <- function(found, fit_half, halves, counts, steps = 100, ratio = 0.01) {
  lambda <- found$lambda[1] * ratio^seq(0, 1, length.out = steps)
  expect_equal(lambda[seq_along(found$lambda)], found$lambda)
  plain <- plain_path(fit_half, halves, lambda, found$q, counts)
  reached <- seq_along(found$lambda)
  expect_identical(unname(as.matrix(found$path)), unname(plain[, reached]))
  expect_true(all(plain[, -reached] == plain[, max(reached)]))
  tops <- vapply(halves, function(rows) fit_half(rows, NULL)$lambda[1], 0)
  expect_equal(found$lambda[1], max(tops), tolerance = 1e-9)
  probability <- ifelse(counts, plain[, steps], 0)
  expect_identical(unname(replace(found$probability, is.na(found$probability), 0)), probability)
  expect_identical(unname(found$selected), which(probability >= found$cutoff - 1e-12))
  expect_equal(mean(found$sizes), sum(probability))
}

test_that("halves, fits and counts are those of a plain loop, dense or sparse, for every family and setting", {
  skip_if_not_installed("withr")
  cases <- list(
    list(family = "gaussian"),
    list(family = "gaussian", alpha = 0.6, standardize = FALSE, weights = TRUE, offset = TRUE),
    list(family = "gaussian", sparse = TRUE, upper.limits = 0.5),
    list(family = "binomial", weights = TRUE, penalty.factor = TRUE),
    list(family = "binomial", sparse = TRUE, intercept = FALSE),
    list(family = "poisson", offset = TRUE, alpha = 0.8)
  )
  for (k in seq_along(cases)) {
    case <- cases[[k]]
    d <- if (isTRUE(case$sparse)) make_sparse_rows(161, family = case$family) else make_rows(161, family = case$family)
    x <- if (isTRUE(case$sparse)) as_sparse(d$x) else d$x
    p <- ncol(x)
    v <- if (isTRUE(case$penalty.factor)) c(0, Inf, 2, rep(1, p - 3)) else rep(1, p)
    w <- if (isTRUE(case$weights)) replace(d$w, c(3, 50), 0)
    o <- if (isTRUE(case$offset)) d$o
    given <- case[intersect(names(case), c("family", "alpha", "standardize", "upper.limits", "intercept"))]
    fit_to <- function(rows, ...) do.call(sgdlasso, c(
      list(x[rows, , drop = FALSE], d$y[rows], weights = w[rows], offset = o[rows], penalty.factor = v, ...), given
    ))
    fit <- fit_to(1:161)
    found <- stability(fit, B = 5, q = 3, seed = k, x = x, y = d$y, weights = w, offset = o)
    counts <- v > 0 & is.finite(v)
    expect_equal(found$p, sum(counts))
    rows <- if (is.null(w)) 1:161 else which(w > 0)
    halves <- lapply(draw_halves(length(rows), 5, k), function(half) rows[half])
    agrees_with_loop(found, function(rows, lambda) fit_to(rows, lambda = lambda), halves, counts)
    expect_true(found$converged)
    expect_lte(max(found$sizes), 3)
  }
})

test_that("formulas with factors, weights and missing values are halved as their model frame", {
  skip_if_not_installed("withr")
  set.seed(8)
  n <- 150
  d <- data.frame(a = rnorm(n), b = rnorm(n), f = gl(3, 50, labels = c("u", "v", "w"))[sample(n)], w = runif(n))
  d$y <- rbinom(n, 1, plogis(d$a + (d$f == "v")))
  is.na(d$a[c(4, 90)]) <- TRUE
  fit <- sgdlasso(y ~ (a + b) * f, d, family = "binomial", weights = w)
  found <- stability(fit, B = 5, q = 3, seed = 4)
  complete <- d[stats::complete.cases(d), ]
  x <- model.matrix(y ~ (a + b) * f, complete)[, -1]
  fit_half <- function(rows, lambda) {
    sgdlasso(x[rows, ], complete$y[rows], "binomial", weights = complete$w[rows], lambda = lambda)
  }
  agrees_with_loop(found, fit_half, draw_halves(148, 5, 4), rep(TRUE, 8))
  expect_identical(names(found$probability), colnames(x))
  expect_identical(names(found$selected), colnames(x)[found$selected])
  fit$model <- NULL # then by the call, or as given
  expect_equal(stability(fit, B = 5, q = 3, seed = 4)$path, found$path)
  fit$call$data <- quote(nothing_of_that_name)
  expect_error(stability(fit, B = 5, q = 3), "as `data`", class = "sgdlasso_error_input")
  expect_equal(stability(fit, B = 5, q = 3, seed = 4, data = d)$path, found$path)
})

test_that("the rows of any formula are halved as its columns are", {
  skip_if_not_installed("withr")
  skip_if_not_installed("bit64")
  fits <- 0
  for (seed in 1:12) {
    set.seed(seed)
    draw <- random_draw()
    fit <- fit_or_refusal(call_with(draw)(draw$d))
    if (is.character(fit) || fit$nobs < 20) next
    fits <- fits + 1
    frame <- fit$model
    x <- model_design(frame, fit$contrasts)$x
    w <- stats::model.weights(frame)
    kept <- if (is.null(w)) seq_len(nrow(x)) else which(w > 0)
    o <- stats::model.offset(frame)
    fit_half <- function(rows, lambda) suppressWarnings(sgdlasso(
      x[rows, , drop = FALSE], stats::model.response(frame)[rows], weights = w[rows], offset = o[rows], lambda = lambda,
      intercept = attr(fit$terms, "intercept") == 1
    ))
    found <- suppressWarnings(stability(fit, B = 3, q = 1, seed = seed))
    halves <- lapply(draw_halves(length(kept), 3, seed), function(half) kept[half])
    agrees_with_loop(found, fit_half, halves, unname(apply(x, 2, function(column) any(column != column[1]))))
  }
  expect_gt(fits, 6)
})

test_that("a seed gives the same halves whatever the generator, and leaves it as it was", {
  d <- make_rows(100)
  fit <- sgdlasso(d$x, d$y)
  selected <- function(seed) stability(fit, B = 3, q = 2, seed = seed)[c("path", "seed", "lambda")]
  expect_identical(selected(11), selected(11))
  expect_false(identical(selected(11)$path, selected(12)$path))
  set.seed(5)
  free <- selected(NULL)
  set.seed(5)
  expect_identical(selected(NULL), free)
  expect_identical(selected(free$seed), free)
  set.seed(5)
  expected <- runif(3)
  set.seed(5)
  selected(11)
  expect_identical(runif(3), expected)
  skip_if_not_installed("withr")
  first <- selected(11)
  withr::with_seed(1, .rng_kind = "Wichmann-Hill", {
    expect_identical(selected(11), first)
    expect_match(RNGkind()[1], "Wichmann")
  })
})

test_that("rows of weight 0 are no rows, threads change nothing, and a cross-validation answers for its fit", {
  d <- make_rows(90)
  w <- rep(0:2, 30)
  fit <- sgdlasso(d$x, d$y, weights = w)
  found <- stability(fit, B = 3, q = 2, seed = 1)
  kept <- w > 0
  x <- d$x[kept, ]
  y <- d$y[kept]
  v <- w[kept]
  expect_equal(stability(sgdlasso(x, y, weights = v), B = 3, q = 2, seed = 1)$path, found$path)
  expect_identical(stability(fit, B = 3, q = 2, seed = 1, threads = 2)$path, found$path)
  cv <- cv.sgdlasso(d$x, d$y, weights = w, foldid = rep(1:3, 30))
  answered <- stability(cv, B = 3, q = 2, seed = 1)
  expect_identical(answered$path, found$path)
  expect_identical(answered$call, quote(stability(fit = cv, B = 3, q = 2, seed = 1)))
})

test_that("excluded columns are as absent, and a fit of a row source takes the rows given", {
  d <- make_rows(90)
  found <- stability(sgdlasso(d$x, d$y, exclude = 4:8), B = 3, q = 2, seed = 1)
  alone <- stability(sgdlasso(d$x[, 1:3], d$y), B = 3, q = 2, seed = 1, x = d$x[, 1:3], y = d$y)
  expect_equal(found[c("p", "lambda", "PFER", "sizes")], alone[c("p", "lambda", "PFER", "sizes")])
  expect_equal(found$path[1:3, ], alone$path)
  expect_true(all(found$probability[4:8] == 0))
  streamed <- sgdlasso(as_rows(d$x, d$y))
  expect_error(stability(streamed), "keeps none", class = "sgdlasso_error_input")
  whole <- stability(sgdlasso(d$x, d$y), B = 3, q = 2, seed = 1)
  expect_equal(stability(streamed, B = 3, q = 2, seed = 1, x = d$x, y = d$y)$path, whole$path)
})

test_that("where nothing matters, fewer columns are selected on average than the bound allows", {
  counts <- vapply(1:40, function(seed) {
    set.seed(seed)
    x <- matrix(rnorm(60 * 20), 60)
    y <- rnorm(60)
    fit <- sgdlasso(x, y, lambda = 0.1)
    chosen <- c(none = 0, unimodal = 0)
    for (assumption in names(chosen)) {
      found <- stability(fit, B = 10, cutoff = 0.6, q = 4, assumption = assumption, seed = seed)
      chosen[assumption] <- length(found$selected) - found$PFER
    }
    chosen
  }, c(none = 0, unimodal = 0))
  expect_true(all(rowMeans(counts) + 2 * apply(counts, 1, sd) / sqrt(40) < 0))
})

test_that("columns that matter are selected, and constant ones do not count", {
  set.seed(9)
  x <- cbind(matrix(rnorm(200 * 50), 200), 1)
  y <- drop(x[, 1:3] %*% c(1, -1, 1)) + rnorm(200)
  found <- stability(sgdlasso(x, y), B = 10, PFER = 1, seed = 2)
  expect_identical(unname(found$selected), 1:3)
  expect_equal(found$p, 50)
  expect_equal(found$q, 5)
  expect_equal(unname(found$probability[51]), 0)
})

test_that("fits of halves that do not converge are counted and told", {
  d <- make_rows(100)
  fit <- sgdlasso(d$x, d$y, solver = "saga", seed = 1)
  fit$tol <- 1e-18
  fit$maxpasses <- 1
  expect_warning(
    found <- stability(fit, B = 2, q = 2, seed = 1), "of 4 fits of halves.*`tol` is 1e-18",
    class = "sgdlasso_warning_gap"
  )
  expect_false(found$converged)
  expect_gt(found$gap, 1e-18)
})

test_that("what cannot be answered is an error that says why", {
  d <- make_rows()
  x <- d$x
  y <- d$y
  fit <- sgdlasso(x, y)
  refused <- function(message, ...) expect_error(stability(...), message, class = "sgdlasso_error_input")
  refused("trained by \"sgd\"", sgdlasso(x, y, lambda = 0.1, solver = "sgd", seed = 1))
  refused("alpha 0", sgdlasso(x, y, alpha = 0))
  refused("constant", sgdlasso(x, rep(1, 60)))
  refused("no column with a penalty", sgdlasso(cbind(x[, 1], 1), y, penalty.factor = 0:1, lambda = 0.1))
  refused("not those that the fit was trained on", fit, x = x, y = rev(y))
  refused("no argument `pairs`", fit, pairs = 3)
  refused("`B` is 1", fit, B = 1)
  refused("`assumption` is \"convex\"", fit, assumption = "convex")
  refused("`seed` is -1", fit, seed = -1)
  refused("`lambda.min.ratio` is 0", fit, lambda.min.ratio = 0)
  refused("`nlambda` is 1", fit, nlambda = 1)
  refused("3 rows", sgdlasso(x[1:3, ], y[1:3]), x = x[1:3, ], y = y[1:3], q = 1)
  rare <- c(1, rep(0, 59))
  refused("one class only", sgdlasso(x, rare, "binomial", lambda = 0.1), y = rare, x = x, q = 1)
  refused("`y` is 0 in all rows", sgdlasso(x, rare, "poisson", lambda = 0.1), y = rare, x = x, q = 1)
  expect_error(stability(lm(dist ~ speed, cars)), "stability")
})

test_that("columns that limits hold at 0 cannot be selected, and one column alone keeps its name", {
  set.seed(1)
  x <- matrix(rnorm(600), 100)
  y <- x[, 1] + rnorm(100)
  held <- sgdlasso(x, y, lower.limits = c(0, rep(-Inf, 5)), upper.limits = c(0, rep(Inf, 5)))
  parts <- c("p", "PFER")
  expect_identical(
    stability(held, q = 2, cutoff = .75, B = 5, x = x, y = y)[parts],
    stability(sgdlasso(x, y, exclude = 1), q = 2, cutoff = .75, B = 5, x = x, y = y)[parts]
  )
  one <- x[, 1, drop = FALSE]
  colnames(one) <- "a"
  found <- stability(sgdlasso(one, y), q = 1, cutoff = .9, B = 5, x = one, y = y)
  expect_named(found$probability, "a")
  expect_output(print(found), "a +1")
})
