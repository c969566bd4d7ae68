expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

# Factors and columns to leave out that depend on x, y and weights.
by_slopes <- function(x, y, weights) {
  1 / (.01 + abs(as.vector(Matrix::crossprod(x, weights * (y - weighted.mean(y, weights))))))
}
rarest <- function(x, y, weights) order(Matrix::colSums(weights * (x != 0)))[1:2]

# Cross-validation in plain R: in each fold the functions are called by hand, sgdlasso() gets numbers.
cv_by_hand <- function(x, y, fold, lambda, family, weights = rep(1, length(y)), offset = rep(0, length(y)),
                       penalty.factor = NULL, exclude = NULL, ...) {
  measure <- if (family == "gaussian") "mse" else "deviance"
  scored <- lapply(sort(unique(fold)), function(k) {
    train <- fold != k
    of_training <- function(f) if (!is.null(f)) f(x = x[train, ], y = y[train], weights = weights[train])
    fit <- sgdlasso(
      x[train, ], y[train], family, weights = weights[train], offset = offset[train], lambda = lambda,
      penalty.factor = of_training(penalty.factor), exclude = of_training(exclude), tol = 1e-12, ...
    )
    eta <- predict(fit, x[!train, ], newoffset = offset[!train])
    apply(eta, 2, function(e) weighted.mean(plain_losses(y[!train], e, measure, family), weights[!train]))
  })
  unname(apply(do.call(cbind, scored), 1, weighted.mean, tapply(weights, fold, sum)))
}

test_that("each fold calls the functions on its own training rows: the numbers of a plain loop", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(90, family = family)
    s <- make_sparse_rows(90, family = family)
    for (case in list(
      list(x = d$x, penalty.factor = by_slopes), list(x = d$x, exclude = rarest),
      list(x = d$x, penalty.factor = by_slopes, exclude = rarest),
      list(x = d$x, penalty.factor = by_slopes, alpha = .4, weights = d$w, offset = d$o),
      list(x = as_sparse(s$x), penalty.factor = by_slopes, exclude = rarest)
    )) {
      given <- c(list(y = d$y, family = family, lambda = c(.2, .05, .01)), case)
      fold <- sample(rep(1:5, 18))
      cv <- do.call(cv.sgdlasso, c(given, list(foldid = fold, tol = 1e-12)))
      expect_equal(cv$cvm, do.call(cv_by_hand, c(given, list(fold = fold))), tolerance = 1e-6)
    }
  }
})

test_that("no row of a fold is seen by what its model is penalised by", {
  d <- make_rows(60)
  x <- cbind(id = 1:60, d$x)
  seen <- list()
  recorder <- function(x, y, weights) {
    seen[[length(seen) + 1]] <<- list(id = x[, "id"], y = y, weights = weights)
    rep(1, ncol(x))
  }
  w <- d$w
  w[c(4, 9)] <- 0
  set.seed(1)
  cv <- cv.sgdlasso(x, d$y, weights = w, penalty.factor = recorder, nfolds = 4, repeats = 2, lambda = .1)
  expect_length(seen, 9)
  trained <- c(list(w > 0), lapply(1:8, function(k) w > 0 & cv$foldid[, (k + 3) %/% 4] != (k - 1) %% 4 + 1))
  for (k in 1:9) {
    rows <- which(trained[[k]])
    expect_equal(seen[[k]], list(id = rows, y = d$y[rows], weights = w[rows]))
  }
})

test_that("a fit calls each function once, and has what numbers would have given it", {
  d <- make_rows(60)
  times <- 0
  counted <- function(x, y, weights) {
    times <<- times + 1
    by_slopes(x, y, weights)
  }
  fit <- sgdlasso(d$x, d$y, weights = d$w, penalty.factor = counted, exclude = rarest, lambda = c(.5, .1), relax = TRUE)
  numbers <- sgdlasso(
    d$x, d$y, weights = d$w, penalty.factor = by_slopes(d$x, d$y, d$w), exclude = rarest(d$x, d$y, d$w),
    lambda = c(.5, .1), relax = TRUE
  )
  expect_equal(times, 1)
  same <- setdiff(names(fit), c("call", "relaxed"))
  expect_identical(fit[same], numbers[same])
  expect_identical(fit$relaxed$beta, numbers$relaxed$beta)
  expect_true(all(is.infinite(fit$penalty.factor[rarest(d$x, d$y, d$w)])))
  expect_identical(optimality(fit, d$x, d$y, d$w), optimality(numbers, d$x, d$y, d$w))
  again <- optimality(
    unclass(fit)[c("a0", "beta")], d$x, d$y, d$w, lambda = fit$lambda, penalty.factor = by_slopes, exclude = rarest
  )
  expect_equal(again, optimality(fit, d$x, d$y, d$w))
})

test_that("functions get the formula's columns, numbers for classes, and what else they ask for", {
  got <- NULL
  keep <- function(x, y, weights, offset, family, intercept, other = 7) {
    got <<- list(
      columns = colnames(x), y = y, weights = weights, offset = offset, family = family, intercept = intercept,
      other = other
    )
    NULL
  }
  d <- data.frame(g = factor(rep(c("a", "b", "c"), 10)), z = rnorm(30), o = rnorm(30))
  d$y <- factor(rep(c("no", "yes"), 15))
  d$z[3] <- NA
  fit <- sgdlasso(y ~ g + z - 1, d, family = "binomial", offset = o, penalty.factor = keep, lambda = .1)
  expect_identical(got, list(
    columns = c("ga", "gb", "gc", "z"), y = as.numeric(d$y[-3] == "yes"), weights = rep(1, 29), offset = d$o[-3],
    family = "binomial", intercept = FALSE, other = 7
  ))
  expect_null(fit$penalty.factor)
  counts <- cbind(no = rep(1:3, 10), yes = 2)
  sgdlasso(matrix(rnorm(60), 30), counts, family = "binomial", exclude = keep, lambda = .1)
  expect_equal(got[c("y", "weights")], list(y = 2 / rowSums(counts), weights = rowSums(counts)), ignore_attr = TRUE)
  expect_null(got$offset)
  by_name <- sgdlasso(y ~ g + z, d, family = "binomial", exclude = function(x, ...) "gb", lambda = .001)
  expect_true(by_name$beta["gb", 1] == 0 && all(by_name$beta[c("gc", "z"), 1] != 0))
})

test_that("relaxed fits of folds are those of the fold's own factors", {
  d <- make_rows(90)
  fold <- rep(1:3, 30)
  lambda <- c(.5, .1)
  cv <- cv.sgdlasso(
    d$x, d$y, foldid = fold, lambda = lambda, penalty.factor = by_slopes, relax = TRUE, gamma = 0, tol = 1e-12,
    keep = TRUE
  )
  for (k in 1:3) {
    out <- fold != k
    v <- by_slopes(d$x[out, ], d$y[out], rep(1, 60))
    fit <- sgdlasso(d$x[out, ], d$y[out], lambda = lambda, penalty.factor = v, relax = TRUE, tol = 1e-12)
    expect_equal(cv$fit.preval[["g:0"]][!out, ], predict(fit, d$x[!out, ], gamma = 0), tolerance = 1e-6)
  }
})

test_that("a function of one penalty for all columns leaves folds from moments what they are", {
  d <- make_rows(90)
  fold <- rep(1:5, 18)
  apart <- cv.sgdlasso(d$x, d$y, foldid = fold, tol = 1e-10, penalty.factor = function(x, ...) rep(2, ncol(x)))
  expect_equal(apart$cvm, cv.sgdlasso(d$x, d$y, foldid = fold, tol = 1e-10)$cvm, tolerance = 1e-6)
})

test_that("the call keeps the function, and update() calls it anew", {
  d <- data.frame(make_rows(60)$x, y = make_rows(60)$y)
  fit <- sgdlasso(y ~ ., d, penalty.factor = by_slopes, lambda = .1)
  expect_identical(fit$call$penalty.factor, quote(by_slopes))
  less <- update(fit, . ~ . - X1)
  expect_equal(less$penalty.factor, with(d, {
    v <- by_slopes(as.matrix(d[2:8]), y, rep(1, 60))
    v * 7 / sum(v)
  }))
  cv <- cv.sgdlasso(y ~ ., d, penalty.factor = by_slopes, foldid = rep(1:4, 15), lambda = .1)
  expect_identical(cv$sgdlasso.fit$beta, eval(cv$sgdlasso.fit$call)$beta)
  expect_equal(update(cv, . ~ . - X1)$sgdlasso.fit$beta, less$beta)
})

test_that("workers of a cluster call functions too", {
  skip_without_loopback()
  cluster <- parallel::makePSOCKcluster(2)
  on.exit(parallel::stopCluster(cluster))
  paths <- .libPaths()
  parallel::clusterCall(cluster, function(paths) .libPaths(paths), paths)
  d <- make_rows(80)
  cv <- function(...) cv.sgdlasso(d$x, d$y, foldid = rep(1:4, 20), penalty.factor = adaptive_weights(), ...)
  expect_identical(cv(cluster = cluster)$cvm, cv()$cvm)
})

test_that("what a function returns is checked, and its errors are told", {
  d <- make_rows(30)
  fit <- function(...) sgdlasso(d$x, d$y, ...)
  expect_input_error(fit(penalty.factor = function(...) 1:3), "`penalty.factor` has 3 values, x has 8 columns")
  expect_input_error(fit(penalty.factor = function(...) rep(-1, 8)), "`penalty.factor` is negative or missing")
  expect_input_error(fit(exclude = function(...) 9), "`exclude` names a column that x does not have")
  expect_input_error(fit(exclude = function(x, y) 1), "`exclude`, called with the rows, fails: unused argument")
  unlucky <- function(...) stop("no\nsuch luck")
  expect_input_error(fit(penalty.factor = unlucky), "`penalty.factor`, called with the rows, fails: no such luck")
  in_folds <- function(x, ...) if (nrow(x) < 30) rep(1, 7) else rep(1, 8)
  expect_input_error(cv.sgdlasso(d$x, d$y, penalty.factor = in_folds), "`penalty.factor` has 7 values")
})

test_that("functions are refused where no rows are in memory, or none are later", {
  d <- make_rows(60)
  rows <- as_rows(d$x, d$y)
  expect_input_error(sgdlasso(rows, penalty.factor = by_slopes), "`penalty.factor` is a function, and rows come from")
  expect_input_error(sgdlasso(rows, exclude = rarest), "`exclude` is a function, and rows come from a source")
  expect_input_error(cv.sgdlasso(rows, exclude = rarest), "`exclude` is a function, and rows come from a source")
  expect_input_error(
    sgdlasso(d$x, d$y, penalty.factor = by_slopes, keep.moments = TRUE), "function, and `keep.moments` is TRUE"
  )
})
