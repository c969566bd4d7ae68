# The ridge part for a numeric response, divided by the deviation of y: glmnet's problem, free of the units of y.

enet_cases <- function() {
  d <- make_rows(70, 6)
  list(
    d = d,
    given = list(
      list(), list(weights = d$w), list(offset = d$o), list(intercept = FALSE),
      list(intercept = FALSE, offset = d$o, weights = d$w), list(standardize = FALSE, weights = d$w),
      list(penalty.factor = c(0, 1, 2, 1, 3, 1)), list(lower.limits = 0, upper.limits = 1)
    )
  )
}

test_that("lambda and alpha mean what they mean in glmnet", {
  skip_if_not_installed("glmnet")
  cases <- enet_cases()
  for (given in cases$given) for (alpha in c(0, 0.2, 0.7)) for (solver in list(
    "auto", solver_exact("working_set"), "saga"
  )) {
    if (identical(solver, "saga") && !is.null(given$lower.limits)) next
    arguments <- c(list(cases$d$x, 50 + 1e3 * cases$d$y, alpha = alpha), given)
    ours <- do.call(sgdlasso, c(arguments, list(solver = solver, tol = 1e-13, seed = 1, nlambda = 20)))
    theirs <- do.call(precise_glmnet, c(arguments, list(lambda = ours$lambda, thresh = 1e-17)))
    expect_equal(as.matrix(ours$beta), as.matrix(theirs$beta), tolerance = 1e-5, ignore_attr = TRUE)
    expect_equal(ours$a0, theirs$a0, tolerance = 1e-5, ignore_attr = TRUE)
    grid <- do.call(glmnet::glmnet, c(arguments, list(nlambda = 20)))$lambda
    expect_equal(ours$lambda[1:5], grid[1:5], tolerance = 1e-8)
  }
})

test_that("no fit depends on the units of y", {
  cases <- enet_cases()
  d <- cases$d
  in_memory <- list(
    "auto", solver_exact("working_set"), "saga", solver_sgd(), solver_sgd("cumulative"), solver_sgd("proximal")
  )
  for (given in cases$given[1:7]) for (solver in in_memory) {
    fit_at <- function(unit) {
      given$offset <- if (!is.null(given$offset)) unit * given$offset
      do.call(sgdlasso, c(list(d$x, unit * d$y, alpha = 0.4, solver = solver, seed = 2, nlambda = 12), given))
    }
    fit <- fit_at(1)
    for (unit in c(2^-10, 2^7)) {
      other <- fit_at(unit)
      expect_equal(other$lambda, unit * fit$lambda, tolerance = 1e-12)
      expect_equal(as.matrix(other$beta), unit * as.matrix(fit$beta), tolerance = 1e-6)
    }
  }
})

test_that("nor does one from a row source, in several passes or once", {
  d <- make_rows(200, 6)
  source_of <- function(unit, rewindable) {
    at <- 0
    as_rows(function(reset) {
      if (reset) return(at <<- 0)
      if (at >= 200) return(NULL)
      rows <- at + 1:50
      at <<- at + 50
      list(x = d$x[rows, ], y = unit * d$y[rows], offset = unit * d$o[rows])
    }, rewindable = rewindable)
  }
  for (solver in list("auto", solver_exact("passes"), solver_sgd())) {
    fits <- lapply(c(1, 2^8), function(unit) {
      sgdlasso(source_of(unit, TRUE), alpha = 0.3, lambda = unit * c(0.5, 0.1), solver = solver)
    })
    expect_equal(as.matrix(fits[[2]]$beta), 2^8 * as.matrix(fits[[1]]$beta), tolerance = 1e-4)
  }
  once <- lapply(c(1, 2^8), function(unit) {
    sgdlasso(source_of(unit, FALSE), alpha = 0.3, lambda = unit * c(0.5, 0.1), solver = solver_sgd())
  })
  expect_equal(as.matrix(once[[2]]$beta), 2^8 * as.matrix(once[[1]]$beta), tolerance = 1e-12)
})

# Ridge regression by its normal equations; columns of unit deviation.
plain_ridge_path <- function(x, y, lambda) {
  n <- length(y)
  z <- scale(x)[, ] * sqrt(n / (n - 1))
  share <- plain_ridge(y, rep(1, n), 0, "gaussian", 0)
  vapply(
    lambda, function(one) solve(crossprod(z) / n + one * share * diag(ncol(x)), crossprod(z, y - mean(y)) / n)[, 1],
    numeric(ncol(x))
  )
}

test_that("the first models of a path are those of their own lambda, however little they explain", {
  set.seed(8)
  x <- matrix(rnorm(1200), 300)
  y <- 0.02 * x[, 1] + rnorm(300)
  solvers <- list(solver_exact("moments"), solver_exact("working_set"), "saga")
  for (nlambda in c(30, 100, 1000)) for (solver in solvers) {
    if (nlambda == 1000 && identical(solver, "saga")) next
    fit <- sgdlasso(x, y, alpha = 0, nlambda = nlambda, solver = solver, seed = 1)
    expect_gt(length(fit$lambda), 0.8 * nlambda) # the far end, where hardly anything is left, may be cut
    exact <- plain_ridge_path(x, y, fit$lambda)
    found <- as.matrix(fit$beta) * fit$x.sd
    expect_lt(max(abs(found - exact) / rep(apply(abs(exact), 2, max), each = 4)), 0.02)
  }
})

test_that("a source's first models are too", {
  set.seed(8)
  x <- matrix(rnorm(1200), 300)
  y <- 0.02 * x[, 1] + rnorm(300)
  fit <- sgdlasso(as_rows(x, y, block = 70), alpha = 0, nlambda = 30, solver = solver_exact("passes"))
  expect_length(fit$lambda, 30)
  exact <- plain_ridge_path(x, y, fit$lambda)
  expect_lt(max(abs(as.matrix(fit$beta) * fit$x.sd - exact) / rep(apply(abs(exact), 2, max), each = 4)), 0.02)
})

test_that("a path does not end while it explains next to nothing, nor on a fine grid", {
  set.seed(9)
  x <- matrix(rnorm(4000), 400)
  y <- 0.1 * x[, 1] + rnorm(400)
  for (family in c("gaussian", "binomial", "poisson")) {
    response <- switch(family, gaussian = y, binomial = y > 0, poisson = rpois(400, exp(y / 2)))
    for (alpha in c(0, 0.01, 0.5)) {
      whole <- sgdlasso(x, response, family, alpha = alpha, nlambda = 60)
      explained <- whole$dev.ratio[length(whole$lambda)]
      least <- sgdlasso(x, response, family, alpha = alpha, lambda = min(whole$lambda) / 100)$dev.ratio
      expect_gt(explained, 0.99 * least)
    }
  }
  noise <- lm(rnorm(400) ~ x)$residuals + 1e-2 * x[, 1]
  for (alpha in c(0, 1)) {
    little <- sgdlasso(x, noise, alpha = alpha)
    expect_lt(max(little$dev.ratio), 1e-3)
    expect_length(little$lambda, 100)
  }
  fine <- sgdlasso(x, y, nlambda = 5000)
  expect_gt(max(fine$dev.ratio), 0.99 * summary(lm(y ~ x))$r.squared)
})

test_that("each fold has a deviation of its own, as in cv.glmnet", {
  skip_if_not_installed("glmnet")
  d <- make_rows(90)
  d$y[1:18] <- 5 * d$y[1:18]
  fold <- rep(1:5, each = 18)
  for (alpha in c(0, 0.5)) for (solver in list("auto", solver_exact("working_set"))) {
    ours <- cv.sgdlasso(d$x, d$y, d$w, foldid = fold, alpha = alpha, tol = 1e-13, nlambda = 20, solver = solver)
    theirs <- precise_cv_glmnet(d$x, d$y, d$w, foldid = fold, alpha = alpha, lambda = ours$lambda, thresh = 1e-16)
    expect_equal(ours$cvm, unname(theirs$cvm), tolerance = 1e-6)
  }
})

test_that("moments that are kept, merged and updated have the deviation of all rows", {
  d <- make_rows(60)
  fit <- function(rows) sgdlasso(
    d$x[rows, ], d$y[rows], alpha = 0.4, lambda = c(1, 0.2), tol = 1e-12, keep.moments = TRUE
  )
  all <- fit(1:60)
  parts <- list(
    update(fit(1:20), moredata = list(x = d$x[21:60, ], y = d$y[21:60])), combine_fits(fit(1:33), fit(34:60))
  )
  for (part in parts) expect_equal(part$beta, all$beta, tolerance = 1e-8)
})
