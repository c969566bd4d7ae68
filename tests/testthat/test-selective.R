# What a fit's intervals are made from, in plain R: one row for each selected column.
plain_selective <- function(x, y, fit, lambda, sigma, ...) {
  args <- list(...)
  w <- args$w %||% rep(1, length(y))
  size <- if (fit$standardize) weighted_sd(x, w) else 1
  v <- fit$penalty.factor %||% rep(1, ncol(x))
  b <- coef(fit, s = lambda)[-1, 1]
  on <- which(b != 0)
  rows <- lapply(on, function(at) {
    found <- plain_polyhedron(x, y, b, sum(w) * lambda * v * size, at, ...)
    c(found$estimate, sigma * found$deviation, found$low, found$high)
  })
  unname(do.call(rbind, rows))
}

test_that("intervals are those of the constraints written out in full, whatever the problem", {
  cases <- expand.grid(sparse = c(FALSE, TRUE), standardize = c(TRUE, FALSE), intercept = c(TRUE, FALSE))
  wide <- 0
  seen <- 0
  for (k in seq_len(nrow(cases))) {
    case <- cases[k, ]
    d <- if (case$sparse) make_sparse_rows(p = 12, seed = k) else make_rows(seed = k)
    x <- if (case$sparse) as_sparse(d$x) else d$x
    v <- c(runif(ncol(x) - 1, 0.5, 2), 0)
    lambda <- if (case$standardize) 0.15 else 0.05
    fit <- sgdlasso(
      x, d$y, weights = d$w, offset = d$o, lambda = lambda, standardize = case$standardize,
      intercept = case$intercept, penalty.factor = v, tol = 1e-12
    )
    expected <- plain_selective(
      d$x, d$y, fit, lambda, 5, w = d$w, o = d$o, intercept = case$intercept
    )
    found <- summary(fit, conf.int = TRUE, conf.level = 0.8, method = "selective", sigma = 5)$inference
    about <- paste(case, collapse = " ")
    expect_equal(found$estimate, expected[, 1], tolerance = 1e-7, info = about)
    expect_equal(found$std.error, expected[, 2], tolerance = 1e-7, info = about)
    tail_at <- function(mean) plain_truncated(expected[, 1], expected[, 3], expected[, 4], mean, expected[, 2])
    tail <- tail_at(0)
    expect_equal(found$p.value, 2 * pmin(tail, 1 - tail), tolerance = 1e-6, info = about)
    for (limit in c("conf.low", "conf.high")) {
      # further out plain probabilities are lost
      near <- abs(found[[limit]] - expected[, 1]) < 5 * expected[, 2]
      expected_tail <- if (limit == "conf.low") 0.9 else 0.1
      expect_equal(tail_at(found[[limit]])[near], rep(expected_tail, sum(near)), tolerance = 1e-6, info = about)
      seen <- seen + sum(near)
    }
    wide <- wide + sum(is.finite(expected[, 3:4]))
  }
  expect_gt(wide, 10) # truncated, most of them
  expect_gt(seen, 20)
})

test_that("intervals are those of selectiveInference", {
  skip_if_not_installed("selectiveInference")
  for (seed in 1:3) {
    set.seed(seed)
    x <- scale(matrix(rnorm(50 * 10), 50))
    y <- x[, 1] + 0.5 * x[, 2] + rnorm(50)
    fit <- sgdlasso(x, y, lambda = 0.1, standardize = FALSE, tol = 1e-12)
    theirs <- selectiveInference::fixedLassoInf(x, y, fit$beta[, 1], lambda = 5, sigma = 1, alpha = 0.1)
    ours <- summary(fit, conf.int = TRUE, conf.level = 0.9, method = "selective", sigma = 1)$inference
    expect_equal(ours$estimate, as.numeric(theirs$coef0), tolerance = 1e-6)
    # theirs is the tail on the side of the estimate
    expect_equal(ours$p.value, 2 * pmin(theirs$pv, 1 - theirs$pv), tolerance = 1e-4)
    inside <- abs(theirs$ci) < 20 # they search a grid
    expect_equal(cbind(ours$conf.low, ours$conf.high)[inside], theirs$ci[inside], tolerance = 0.02)
  }
})

test_that("moments tell what rows do, the noise included", {
  d <- make_rows(n = 100)
  kept <- sgdlasso(d$x, d$y, weights = d$w, offset = d$o, lambda = 0.2, keep.moments = TRUE)
  fit <- sgdlasso(d$x, d$y, weights = d$w, offset = d$o, lambda = 0.2)
  kept$call <- quote(dummy_call())
  expect_equal(confint(kept, method = "selective"), confint(fit, method = "selective"), tolerance = 1e-6)
  x <- d$x
  sigma <- summary(lm(d$y ~ x, weights = d$w, offset = d$o))$sigma
  expect_equal(
    confint(fit, method = "selective"), confint(fit, method = "selective", sigma = sigma), tolerance = 1e-6
  )
  # columns that say the same are counted once
  twice <- sgdlasso(cbind(x, x[, 8] + x[, 7]), d$y, weights = d$w, offset = d$o, lambda = 0.5)
  alone <- sgdlasso(x, d$y, weights = d$w, offset = d$o, lambda = 0.5)
  expect_equal(
    full_sigma(inference_model(twice, 0.5, cbind(x, x[, 8] + x[, 7]), d$y, d$w, d$o)),
    full_sigma(inference_model(alone, 0.5, x, d$y, d$w, d$o)), tolerance = 1e-8
  )
})

test_that("without a penalty they are those of lm(), with normal quantiles", {
  d <- make_rows()
  x <- d$x
  fit <- sgdlasso(x, d$y, lambda = 0)
  expected <- confint.default(lm(d$y ~ x))[-1, ]
  expect_equal(unname(confint(fit, method = "selective")), unname(expected), tolerance = 1e-6)
})

test_that("under no signal p-values of selected columns are uniform", {
  set.seed(4)
  x <- matrix(rnorm(40 * 6), 40) + rnorm(40)
  p <- unlist(lapply(1:400, function(draw) {
    y <- rnorm(40)
    fit <- sgdlasso(x, y, lambda = 0.12, trace = FALSE)
    summary(fit, conf.int = TRUE, method = "selective", sigma = 1)$inference$p.value
  }))
  expect_gt(length(p), 300)
  expect_gt(ks.test(p, "punif")$p.value, 0.001)
})

test_that("only selected columns have rows, unless others are named", {
  d <- make_rows()
  colnames(d$x) <- letters[1:8]
  fit <- sgdlasso(d$x, d$y, lambda = 0.3)
  selected <- letters[1:8][fit$beta[, 1] != 0]
  limits <- confint(fit, method = "selective")
  expect_identical(rownames(limits), selected)
  expect_true(length(selected) < 8 && !anyNA(limits))
  other <- setdiff(letters[1:8], selected)[1]
  named <- confint(fit, c(other, selected[1]), method = "selective")
  expect_true(all(is.na(named[1, ])))
  expect_equal(named[2, ], limits[1, ])
  none <- confint(sgdlasso(d$x, d$y, lambda = 100), method = "selective")
  expect_identical(dim(none), c(0L, 2L))
})

test_that("a lambda that was chosen is refused, and the halves are pointed to", {
  d <- make_rows(n = 100)
  x <- d$x
  y <- d$y
  chosen <- function(code, message) {
    expect_error(code, paste0(message, ".*on the other"), class = "sgdlasso_error_input")
  }
  cv <- cv.sgdlasso(x, y, lambda = c(1, 0.5, 0.3, 0.2, 0.1), foldid = rep(1:5, 20))
  path <- sgdlasso(x, y)
  by_name <- "was chosen by looking at the response"
  chosen(confint(cv, method = "selective"), by_name)
  chosen(confint(cv, s = "lambda.min", method = "selective"), by_name)
  chosen(confint(cv, s = "bic", method = "selective"), by_name)
  chosen(confint(path, s = "aic", method = "selective"), by_name)
  chosen(summary(cv, conf.int = TRUE, method = "selective"), by_name)
  chosen(confint(cv, s = cv$lambda.min, method = "selective"), "cross-validation chose among")
  chosen(summary(cv, s = cv$lambda.min, conf.int = TRUE, method = "selective"), "cross-validation chose among")
  chosen(confint(path, s = path$lambda[9], method = "selective"), "a grid that was made from the response")
  at <- sgdlasso(x, y, lambda = 0.25)
  expect_equal(confint(cv, s = 0.25, method = "selective"), confint(at, method = "selective"), tolerance = 1e-6)
  expect_equal(confint(path, s = 0.25, method = "selective"), confint(at, method = "selective"), tolerance = 1e-6)
})

test_that("what cannot be known is refused", {
  d <- make_rows()
  wrong <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")
  wide <- cbind(d$x, matrix(rnorm(6000), 60))
  fit <- sgdlasso(wide, d$y, lambda = 0.4)
  wrong(confint(fit, method = "selective"), "`sigma` is missing, and 60 rows of 108 columns")
  expect_false(anyNA(confint(fit, method = "selective", sigma = 1)))
  wrong(inverse_gram(matrix(c(1, 1 - 1e-14, 1 - 1e-14, 1), 2)), "nearly made of each other")
  # coefficients of another lambda
  model <- inference_model(sgdlasso(d$x, d$y, lambda = 0.3), 0.3, d$x, d$y, NULL, NULL)
  on <- which(model$beta != 0)
  model$penalty <- model$penalty / 2
  wrong(selected_model(model, on), "just entering or leaving")
})

test_that("a fit remembers where its lambdas come from, whatever becomes of its call", {
  d <- make_rows(n = 100)
  x <- d$x
  y <- d$y
  refused <- function(fit, s, why) {
    expect_error(confint(fit, s = s, method = "selective", x = x, y = y), why, class = "sgdlasso_error_input")
  }
  made <- "a grid that was made from the response"
  compared <- "cross-validation chose among"
  chosen <- "was chosen by looking at the response"
  wrapper <- function(lambda = NULL) sgdlasso(x, y, lambda = lambda)
  paths <- list(
    sgdlasso(x, y), sgdlasso(x, y, lambda.min.ratio = 0.01), wrapper(), do.call(sgdlasso, list(x, y)),
    sgdlasso(x, y, keep.moments = TRUE), sgdlasso(as_rows(x, y))
  )
  for (path in paths) {
    path$moments <- NULL
    k <- length(path$lambda) %/% 2
    refused(path, path$lambda[k], made)
    if (isTRUE(path$solver$source)) next
    refused(at_lambda(path, path$lambda[k]), NULL, made)
    for (name in c("aic", "bic", "ebic")) refused(at_lambda(path, name), NULL, chosen)
    # a number between them is given
    expect_silent(confint(at_lambda(path, s = 0.3), method = "selective", x = x, y = y))
  }
  for (lambda in list(NULL, c(1, 0.5, 0.3, 0.2, 0.1))) {
    cv <- cv.sgdlasso(x, y, lambda = lambda, foldid = rep(1:5, 20))
    for (name in c("lambda.min", "lambda.1se")) {
      refused(at_lambda(cv, name), NULL, chosen)
      refused(cv$sgdlasso.fit, cv[[name]], compared)
      refused(at_lambda(cv, cv[[name]]), NULL, compared)
    }
  }
  given <- list(sgdlasso(x, y, lambda = c(0.5, 0.3)), wrapper(c(0.5, 0.3)))
  for (fit in given) expect_silent(confint(fit, s = 0.3, method = "selective", x = x, y = y))
  old <- paths[[2]]
  old$lambda.origin <- NULL # of an earlier version
  refused(old, old$lambda[20], made)
  refused(at_lambda(old, old$lambda[20]), NULL, made)
  skip_if_not_installed("butcher")
  refused(butcher::butcher(paths[[1]]), paths[[1]]$lambda[20], made)
  refused(butcher::butcher(cv)$sgdlasso.fit, cv$lambda.min, compared)
})

test_that("lambdas stay what they were where rows are added", {
  d <- make_rows(n = 100)
  more <- list(x = d$x[1:30, ], y = d$y[1:30])
  origin <- function(fit) update(fit, moredata = more)$lambda.origin
  expect_identical(origin(sgdlasso(d$x, d$y, keep.moments = TRUE)), "made")
  expect_identical(origin(sgdlasso(d$x, d$y, lambda = c(0.3, 0.2), keep.moments = TRUE)), "given")
  cv <- cv.sgdlasso(d$x, d$y, lambda = c(0.3, 0.2), foldid = rep(1:5, 20))
  expect_identical(coef(cv$sgdlasso.fit, s = 0.25, exact = TRUE)[, 1], coef(at_lambda(cv, 0.25))[, 1])
  expect_identical(exact_fit(cv$sgdlasso.fit, 0.25, TRUE, envir = environment())$lambda.origin, "cross-validated")
})
