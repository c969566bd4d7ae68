test_that("without penalties intervals are those of lm(), with normal quantiles", {
  for (intercept in c(TRUE, FALSE)) for (weighted in c(TRUE, FALSE)) {
    d <- make_rows(n = 90)
    w <- if (weighted) d$w else rep(1, 90)
    o <- if (weighted) d$o else numeric(90)
    fit <- sgdlasso(d$x, d$y, lambda = 1e-9, weights = w, offset = o, intercept = intercept)
    found <- summary(fit, conf.int = TRUE, node.lambda = 0)$inference
    x <- d$x
    expected <- lm(if (intercept) d$y ~ x else d$y ~ x - 1, weights = w, offset = o)
    expected <- tail(summary(expected)$coefficients, 8)
    expect_equal(found$estimate, unname(expected[, 1]), tolerance = 1e-6)
    expect_equal(found$std.error, unname(expected[, 2]), tolerance = 1e-6)
    expect_equal(found$p.value, unname(2 * pnorm(-abs(expected[, 3]))), tolerance = 1e-5)
    limits <- confint(fit, level = 0.8, node.lambda = 0)
    expect_equal(unname(limits), unname(expected[, 1] + expected[, 2] %o% qnorm(c(0.1, 0.9))), tolerance = 1e-6)
  }
})

test_that("without penalties intervals of two classes are those of glm()", {
  for (intercept in c(TRUE, FALSE)) {
    d <- make_rows(n = 300, family = "binomial")
    trials <- rep(1:3, 100)
    counts <- rbinom(300, trials, plogis(as.numeric(scale(d$x)[, 1:2] %*% c(0.8, -0.5))))
    x <- d$x
    fit <- sgdlasso(
      x, counts / trials, "binomial", weights = trials, offset = d$o, lambda = 1e-9, intercept = intercept
    )
    form <- if (intercept) counts / trials ~ x else counts / trials ~ x - 1
    expected <- glm(form, binomial, weights = trials, offset = d$o, control = list(epsilon = 1e-14))
    expected <- tail(summary(expected)$coefficients, 8)
    found <- summary(fit, conf.int = TRUE, node.lambda = 0)$inference
    expect_equal(found$estimate, unname(expected[, 1]), tolerance = 1e-5)
    expect_equal(found$std.error, unname(expected[, 2]), tolerance = 1e-5)
    expect_equal(found$p.value, unname(expected[, 4]), tolerance = 1e-4)
  }
})

test_that("estimates and errors are those of the formula in plain R, whatever the problem", {
  cases <- expand.grid(
    family = c("gaussian", "binomial"), sparse = c(FALSE, TRUE), standardize = c(TRUE, FALSE),
    intercept = c(TRUE, FALSE), stringsAsFactors = FALSE
  )
  for (k in seq_len(nrow(cases))) {
    case <- cases[k, ]
    d <- if (case$sparse) make_sparse_rows(200, 12, family = case$family, seed = k) else {
      make_rows(family = case$family, seed = k)
    }
    x <- if (case$sparse) as_sparse(d$x) else d$x
    v <- runif(ncol(d$x), 0.5, 2)
    fit <- sgdlasso(
      x, d$y, case$family, d$w, d$o, lambda = c(0.2, 0.05), standardize = case$standardize,
      intercept = case$intercept, penalty.factor = v, tol = 1e-10
    )
    b <- fit$beta[, 2]
    expected <- plain_debiased(
      d$x, d$y, fit$a0[2], b, rep(0.03, ncol(d$x)), d$w, d$o, case$family, case$intercept
    )
    sigma <- 1
    if (case$family == "gaussian") {
      r <- d$y - as.numeric(fit$a0[2] + d$x %*% b + d$o)
      sigma <- sqrt(sum(d$w * r^2) / (nrow(d$x) - sum(b != 0) - case$intercept))
    }
    found <- summary(fit, conf.int = TRUE, s = 0.05, node.lambda = 0.03)$inference
    about <- paste(case, collapse = " ")
    expect_equal(found$estimate, unname(expected$estimate), tolerance = 1e-4, info = about)
    expect_equal(found$std.error, unname(sigma * expected$std.error), tolerance = 1e-4, info = about)
  }
})

test_that("more columns than rows, a noise level of one's own, and some columns only", {
  set.seed(3)
  x <- matrix(rnorm(40 * 60), 40)
  y <- x[, 1] - x[, 2] + rnorm(40)
  fit <- sgdlasso(x, y, lambda = 0.3, tol = 1e-10)
  expected <- plain_debiased(x, y, fit$a0, fit$beta[, 1], rep(0.3, 60))
  found <- summary(fit, conf.int = TRUE, node.lambda = 0.3, sigma = 2, parm = c(2, 50, 1))$inference
  expect_identical(found$term, c("V2", "V50", "V1"))
  expect_equal(found$estimate, expected$estimate[c(2, 50, 1)], tolerance = 1e-5)
  expect_equal(found$std.error, 2 * expected$std.error[c(2, 50, 1)], tolerance = 1e-5)
  expect_equal(found$adj.p.value, p.adjust(found$p.value, "holm"))
})

# The rule of the manual, by plain coordinate descent at one lambda after the other.
plain_rule <- function(x, j) {
  n <- nrow(x)
  p <- ncol(x)
  x <- scale(x, scale = FALSE)
  x <- sweep(x, 2, sqrt(colSums(x^2)), `/`)
  gram <- crossprod(x)
  top <- sqrt(2 * log(p) / n)
  bound <- NULL
  for (lambda in top * 10^-(0:29 / 10)) {
    left <- x[, j] - x[, -j] %*% plain_descent(gram[-j, -j], gram[-j, j], rep(lambda, p - 1))
    variance <- sum(left^2) / sum(left * x[, j])^2
    if (!is.null(bound) && variance > bound) return(best)
    best <- lambda
    if (is.null(bound) && max(abs(crossprod(x[, -j], left))) <= top * sqrt(sum(left^2)) * (1 + 1e-7)) {
      bound <- 1.25 * variance
    }
  }
  best
}

test_that("lambda of a node-wise lasso is that of the rule", {
  for (size in list(c(60, 8), c(25, 30))) {
    set.seed(size[1])
    x <- matrix(rnorm(prod(size)), size[1]) + rnorm(size[1])
    y <- x[, 1] + rnorm(size[1])
    fit <- sgdlasso(x, y, lambda = 0.2, tol = 1e-10)
    found <- summary(fit, conf.int = TRUE, parm = 1:4, sigma = 1)$inference
    node <- vapply(1:4, function(j) plain_rule(x, j), 0)
    expect_gt(max(node) / min(node), 1)
    expected <- plain_debiased(x, y, fit$a0, fit$beta[, 1], c(node, rep(0.5, size[2] - 4)))
    expect_equal(found$estimate, expected$estimate[1:4], tolerance = 1e-5)
    expect_equal(found$std.error, expected$std.error[1:4], tolerance = 1e-5)
  }
})

test_that("moments tell what rows do", {
  for (intercept in c(TRUE, FALSE)) {
    d <- make_rows()
    kept <- sgdlasso(d$x, d$y, weights = d$w, offset = d$o, lambda = 0.1, intercept = intercept, keep.moments = TRUE)
    fit <- sgdlasso(d$x, d$y, weights = d$w, offset = d$o, lambda = 0.1, intercept = intercept)
    kept$call <- quote(dummy_call()) # no way to the rows
    expect_equal(confint(kept), confint(fit), tolerance = 1e-6)
    expect_equal(confint(kept, s = 0.05), confint(fit, s = 0.05), tolerance = 1e-6)
    expect_equal(confint(kept, x = d$x, y = d$y, weights = d$w, offset = d$o), confint(fit), tolerance = 1e-6)
  }
})

test_that("units of columns and response go through, and a weight of two is not two rows", {
  d <- make_rows()
  fit <- sgdlasso(d$x, d$y, lambda = 0.1)
  scale <- 10^(-3:4)
  scaled <- sgdlasso(sweep(d$x, 2, scale, `*`), 1e3 * d$y, lambda = 100)
  expect_equal(confint(scaled), 1e3 * confint(fit) / scale, tolerance = 1e-6)
  shifted <- sgdlasso(d$x + 1e7, d$y, lambda = 0.1)
  expect_equal(confint(shifted), confint(fit), tolerance = 1e-4)
  # only the noise level knows how many rows there are
  w <- rep(1:2, 30)
  weighted <- sgdlasso(d$x, d$y, weights = w, lambda = 0.1)
  repeated <- sgdlasso(d$x[rep(1:60, w), ], d$y[rep(1:60, w)], lambda = 0.1)
  asked <- list(node.lambda = 0.1, sigma = 1)
  expect_equal(do.call(confint, c(list(weighted), asked)), do.call(confint, c(list(repeated), asked)), tolerance = 1e-6)
})

test_that("blocks of rows come to the same", {
  d <- make_sparse_rows()
  newton <- list(y = d$y, weights = d$w)
  whole <- row_moments(d$x, 2:5, newton)
  expect_equal(row_moments(as_sparse(d$x), 2:5, newton, most = 40), whole)
  centred <- sweep(cbind(d$x[, 2:5], d$y), 2, whole$mean)
  expect_equal(cross_matrix(whole, TRUE), crossprod(centred, d$w * centred))
  both <- cbind(d$x[, 2:5], d$y)
  expect_equal(cross_matrix(whole, FALSE), crossprod(both, d$w * both))
})

test_that("columns that are made of others, constant or excluded have no interval", {
  d <- make_rows()
  x <- cbind(d$x, d$x[, 1], 1)
  fit <- sgdlasso(x, d$y, lambda = 0.1, exclude = 3)
  expect_warning(limits <- confint(fit), "2 columns are nearly made of others", class = "sgdlasso_warning_collinear")
  expect_identical(unname(which(is.na(limits[, 1]))), c(1L, 3L, 9L, 10L))
  expect_warning(exact <- confint(fit, node.lambda = 0), class = "sgdlasso_warning_collinear")
  expect_identical(is.na(exact), is.na(limits))
  without <- sgdlasso(x[, -c(3, 10)], d$y, lambda = 0.1)
  expect_equal(
    unname(confint(fit, c(2, 4:8), node.lambda = 0.1)), unname(confint(without, c(2, 3:7), node.lambda = 0.1)),
    tolerance = 1e-5
  )
  # nor does a single column need others
  one <- sgdlasso(d$x[, 1, drop = FALSE], d$y, lambda = 1e-9)
  expect_equal(unname(confint(one)), unname(confint.default(lm(d$y ~ d$x[, 1]))[2, , drop = FALSE]), tolerance = 1e-6)
})

test_that("what cannot be known is refused", {
  d <- make_rows()
  wrong <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")
  wrong(lasso_sigma(list(used = 9, beta = rep(1, 8), intercept = TRUE), 1), "as many nonzero coefficients as rows")
  exact <- as.numeric(d$x %*% (1:8))
  wrong(confint(sgdlasso(d$x, exact, lambda = 0)), "residuals vanish")
  y <- as.numeric(d$x[, 1] > median(d$x[, 1]))
  split <- suppressWarnings(sgdlasso(d$x, y, "binomial", lambda = 1e-7))
  wrong(suppressWarnings(confint(split)), "probabilities of 0 or 1")
})

test_that("columns that others make exactly have no interval, those beside them have", {
  for (seed in 1:12) {
    family <- if (seed %% 3 == 0) "binomial" else "gaussian"
    d <- make_rows(n = 200, family = family, seed = seed)
    made_of <- sample(8, sample(2:4, 1))
    made <- d$x[, made_of] %*% (sample(c(-1, 1), length(made_of), TRUE) * runif(length(made_of), 0.3, 2))
    x <- cbind(d$x, made)
    intercept <- seed %% 2 == 0
    fit <- sgdlasso(x, d$y, family, weights = d$w, lambda = 0.02, intercept = intercept)
    expect_warning(found <- confint(fit), "nearly made of others", class = "sgdlasso_warning_collinear")
    expect_identical(unname(which(is.na(found[, 1]))), sort(c(made_of, 9L)), info = seed)
    expect_silent(others <- confint(fit, setdiff(1:8, made_of)))
    expect_false(anyNA(others))
  }
})

test_that("a full set of classes has no intervals beside an intercept, and has them without", {
  set.seed(1)
  for (sparse in c(FALSE, TRUE)) for (count in c(3, 6)) {
    class <- sample(count, 300, TRUE)
    x <- cbind(outer(class, seq_len(count), `==`) + 0, rnorm(300))
    y <- x[, 1] + x[, count + 1] + rnorm(300)
    if (sparse) x <- as_sparse(x)
    fit <- sgdlasso(x, y, lambda = 0.02)
    expect_warning(found <- confint(fit), class = "sgdlasso_warning_collinear")
    expect_identical(unname(is.na(found[, 1])), seq_len(count + 1) <= count)
    through <- sgdlasso(x, y, lambda = 0.02, intercept = FALSE)
    expect_silent(found <- confint(through))
    expect_false(anyNA(found))
  }
})
