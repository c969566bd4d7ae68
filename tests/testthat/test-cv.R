expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

test_that("the measure is what a fit of its own for every fold gives, whatever the family", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(90, family = family)
    fold <- rep(1:5, length.out = 90)
    for (measure in setdiff(measures_of(family), "auc")) {
      cv <- cv.sgdlasso(d$x, d$y, family = family, foldid = fold, type.measure = measure, tol = 1e-12, nlambda = 8)
      expected <- plain_cv(d$x, d$y, fold, cv$lambda, measure, family)
      expect_equal(cv$cvm, expected$cvm, tolerance = 1e-6)
      expect_equal(cv$cvsd, expected$cvsd, tolerance = 1e-6)
    }
  }
})

test_that(paste(
  "weights, offset, alpha, penalty factors, limits, no intercept, no standardisation and sparse columns",
  "reach every fold"
), {
  d <- make_rows(90)
  fold <- rep(1:6, 15)
  x <- d$x
  lambda <- c(2, 0.5, 0.1)
  cases <- list(
    list(weights = d$w), list(offset = d$o), list(alpha = 0.4), list(penalty.factor = c(0, 2, 1, 1, 1, 1, 3, 0)),
    list(lower.limits = -0.05, upper.limits = 0.05), list(intercept = FALSE), list(standardize = FALSE),
    list(solver = "saga")
  )
  for (case in cases) {
    cv <- do.call(cv.sgdlasso, c(list(x, d$y, foldid = fold, lambda = lambda, tol = 1e-12, seed = 1), case))
    names(case)[names(case) == "weights"] <- "w"
    names(case)[names(case) == "offset"] <- "o"
    expected <- do.call(plain_cv, c(list(x, d$y, fold, lambda, "mse"), case))
    expect_equal(cv$cvm, expected$cvm, tolerance = 1e-6)
    expect_equal(cv$cvsd, expected$cvsd, tolerance = 1e-6)
  }
  s <- make_sparse_rows()
  sparse <- cv.sgdlasso(as_sparse(s$x), s$y, foldid = rep(1:5, 16), lambda = lambda, tol = 1e-12)
  expect_equal(sparse$cvm, plain_cv(s$x, s$y, rep(1:5, 16), lambda, "mse")$cvm, tolerance = 1e-6)
})

test_that("folds and numbers are glmnet's for the same seed", {
  skip_if_not_installed("glmnet")
  compare <- function(family, measure, ..., relax = FALSE) {
    d <- make_rows(90, family = family)
    set.seed(5)
    # one of them is best at the end of its path
    ours <- suppressWarnings(
      cv.sgdlasso(d$x, d$y, d$w, family = family, type.measure = measure, tol = 1e-13, keep = TRUE, relax = relax, ...),
      classes = "sgdlasso_warning_path"
    )
    set.seed(5)
    # glmnet warns that it takes single rows where folds are small
    theirs <- suppressWarnings(precise_cv_glmnet(
      d$x, d$y, d$w, lambda = ours$lambda, family = family, type.measure = measure, keep = TRUE, relax = relax, ...
    ))
    expect_identical(ours$foldid, theirs$foldid)
    expect_equal(ours$cvm, unname(theirs$cvm), tolerance = 1e-5)
    expect_equal(ours$cvsd, unname(theirs$cvsd), tolerance = 1e-5)
    # at the largest lambda the first coefficient is 0, or rounding
    expect_equal(unname(ours$nzero)[-1], unname(theirs$nzero)[-1])
    expect_equal(ours$name, theirs$name)
    expect_equal(ours$index, theirs$index)
    expect_equal(c(ours$lambda.min, ours$lambda.1se), c(theirs$lambda.min, theirs$lambda.1se))
    list(ours = ours, theirs = theirs)
  }
  for (measure in c("mse", "deviance", "mae")) {
    both <- compare("gaussian", measure)
    expect_equal(unname(both$ours$fit.preval), unname(both$theirs$fit.preval), tolerance = 1e-5)
  }
  compare("gaussian", "mse", grouped = FALSE)
  compare("gaussian", "mse", nfolds = 45)
  for (measure in c("deviance", "class", "auc", "mse", "mae")) compare("binomial", measure, nfolds = 5)
  for (measure in c("deviance", "mse", "mae")) compare("poisson", measure)
  # ties between models of the same columns are broken by rounding there: gammas that differ everywhere
  both <- compare("gaussian", "mse", relax = TRUE, gamma = c(0.3, 0.8))
  for (field in c("lambda.min", "lambda.1se", "gamma.min", "gamma.1se", "index")) {
    expect_equal(both$ours$relaxed[[field]], both$theirs$relaxed[[field]], ignore_attr = TRUE)
  }
  for (k in 1:2)
    expect_equal(both$ours$relaxed$statlist[[k]]$cvm, unname(both$theirs$relaxed$statlist[[k]]$cvm), tolerance = 1e-5)
})

test_that("the fit inside is the fit to all rows, and glmnet.fit reads it", {
  d <- make_rows(90)
  cv <- cv.sgdlasso(d$x, d$y, nfolds = 3)
  fit <- sgdlasso(d$x, d$y)
  # the certificates differ by rounding, all of which they are
  same <- setdiff(names(fit), c("call", "lambda.origin", "gap", "kkt", "trace"))
  expect_equal(cv$sgdlasso.fit[same], fit[same], tolerance = 1e-10)
  expect_identical(cv$glmnet.fit, cv$sgdlasso.fit)
  expect_identical(cv[["glmnet.fit"]], cv$sgdlasso.fit)
  expect_true(all(optimality(cv$sgdlasso.fit, d$x, d$y)$gap <= 1e-6))
  expect_lte(cv$gap, 1e-6)
  expect_equal(eval(cv$sgdlasso.fit$call)$beta, fit$beta)
  expect_named(fit, names(cv$sgdlasso.fit))
})

test_that("every lambda is solved in every fold, not interpolated", {
  d <- make_rows(60)
  fold <- rep(1:3, 20)
  cv <- cv.sgdlasso(d$x, d$y, foldid = fold)
  for (k in 1:3) {
    out <- fold != k
    model <- cv$folds[[k]]
    gap <- vapply(
      seq_along(cv$lambda), function(l) oracle(d$x[out, ], d$y[out], model$a0[l], model$beta[, l], cv$lambda[l])$gap, 0
    )
    expect_lte(max(gap), 1.001e-6)
  }
})

test_that("a formula gives what its columns give, with missing rows dropped and factors coded", {
  d <- data.frame(make_rows(60)$x, g = factor(rep(c("a", "b", "c"), 20)))
  d$y <- make_rows(60)$y
  d$X2[5] <- NA
  x <- model.matrix(y ~ ., d)[, -1]
  set.seed(1)
  by_formula <- cv.sgdlasso(y ~ ., data = d, nfolds = 4)
  set.seed(1)
  by_matrix <- cv.sgdlasso(x, d$y[-5], nfolds = 4)
  expect_equal(by_formula$cvm, by_matrix$cvm)
  expect_equal(predict(by_formula, d[1:3, ]), predict(by_matrix, x[1:3, ]), ignore_attr = TRUE)
  set.seed(1)
  piped <- d |> cv.sgdlasso(formula = y ~ ., nfolds = 4)
  expect_equal(piped$cvm, by_formula$cvm)
  chosen <- c(lambda.min = by_formula$lambda.min)
  expect_equal(
    residuals(by_formula, s = "lambda.min"), residuals(sgdlasso(y ~ ., data = d), s = chosen), tolerance = 1e-8
  )
})

test_that("a zero weight is an absent row, in its fold too", {
  d <- make_rows(60)
  fold <- rep(1:4, 15)
  w <- rep(1, 60)
  w[c(3, 8, 20)] <- 0
  all <- cv.sgdlasso(d$x, d$y, weights = w, foldid = fold, keep = TRUE)
  some <- cv.sgdlasso(d$x[w > 0, ], d$y[w > 0], foldid = fold[w > 0], keep = TRUE)
  expect_identical(all$cvm, some$cvm)
  expect_identical(is.na(all$fit.preval[, 1]), w == 0)
  expect_identical(all$fit.preval[w > 0, ], some$fit.preval)
})

test_that("bits are the same for any number of threads", {
  d <- make_rows(700, 20)
  for (family in c("gaussian", "binomial")) {
    y <- make_rows(700, 20, family = family)$y
    fold <- rep(1:5, 140)
    one <- cv.sgdlasso(d$x, y, family = family, foldid = fold, threads = 1)
    two <- cv.sgdlasso(d$x, y, family = family, foldid = fold, threads = 2)
    fields <- c("cvm", "cvsd", "lambda", "folds")
    expect_identical(unclass(one)[fields], unclass(two)[fields])
  }
})

test_that("workers of a cluster give the same numbers", {
  skip_without_loopback()
  cluster <- parallel::makePSOCKcluster(2)
  on.exit(parallel::stopCluster(cluster))
  paths <- .libPaths()
  parallel::clusterCall(cluster, function(paths) .libPaths(paths), paths)
  d <- make_rows(80, family = "binomial")
  fold <- rep(1:4, 20)
  apart <- cv.sgdlasso(d$x, d$y, family = "binomial", foldid = fold, cluster = cluster)
  here <- cv.sgdlasso(d$x, d$y, family = "binomial", foldid = fold)
  expect_identical(apart$cvm, here$cvm)
  skip_if_not_installed("mirai")
  daemons <- mirai::make_cluster(2)
  on.exit(mirai::stop_cluster(daemons), add = TRUE)
  expect_identical(cv.sgdlasso(d$x, d$y, family = "binomial", foldid = fold, cluster = daemons)$cvm, here$cvm)
})

test_that("repeats average over the draws that sample() makes in turn", {
  d <- make_rows(60)
  lambda <- c(1, 0.3)
  set.seed(9)
  thrice <- cv.sgdlasso(d$x, d$y, lambda = lambda, nfolds = 4, repeats = 3)
  set.seed(9)
  single <- lapply(1:3, function(k) cv.sgdlasso(d$x, d$y, lambda = lambda, nfolds = 4))
  expect_identical(thrice$foldid, sapply(single, function(cv) cv$foldid))
  expect_equal(thrice$cvm, rowMeans(sapply(single, function(cv) cv$cvm)))
  expect_equal(thrice$cvsd, sqrt(rowMeans(sapply(single, function(cv) cv$cvsd^2))))
  binary <- make_rows(60, family = "binomial")$y
  set.seed(9)
  twice <- cv.sgdlasso(d$x, binary, family = "binomial", lambda = c(0.1, 0.05), nfolds = 4, repeats = 2)
  expect_identical(twice$foldid[, 1], single[[1]]$foldid)
})

test_that("folds may have any labels", {
  d <- make_rows(60)
  number <- rep(1:3, 20)
  plain <- cv.sgdlasso(d$x, d$y, foldid = number)
  with_gaps <- cv.sgdlasso(d$x, d$y, foldid = c(2, 7, 90)[number])
  words <- cv.sgdlasso(d$x, d$y, foldid = c("a", "b", "c")[number])
  expect_identical(with_gaps$cvm, plain$cvm)
  expect_identical(words$cvm, plain$cvm)
})

test_that("a column that varies within one fold only, or not at all, is no trouble", {
  d <- make_rows(60)
  fold <- rep(1:5, each = 12)
  x <- cbind(d$x, 0, 3)
  x[1:12, 9] <- 1e8 * rnorm(12)
  cv <- cv.sgdlasso(x, d$y, foldid = fold, lambda = c(1, 0.1), tol = 1e-12)
  expect_true(all(cv$folds[[1]]$beta[9, ] == 0))
  expect_equal(cv$cvm, plain_cv(x, d$y, fold, c(1, 0.1), "mse")$cvm, tolerance = 1e-6)
})

test_that("a response that is constant outside a fold is predicted by that constant there", {
  y <- c(1, 2, 3, rep(0.1, 9))
  x <- matrix(rnorm(36), 12)
  cv <- cv.sgdlasso(x, y, foldid = rep(1:3, c(3, 4, 5)), lambda = c(0.5, 0.1), keep = TRUE)
  expect_equal(unname(cv$fit.preval[1:3, ]), matrix(0.1, 3, 2))
  expect_true(all(cv$folds[[1]]$beta == 0))
  expect_true(all(is.finite(cv$cvm)))
  constant <- cv.sgdlasso(x, rep(2, 12), nfolds = 3)
  expect_equal(constant$cvm, 0)
  expect_equal(constant$lambda.min, 0)
})

test_that("a perfect fit has error zero, not rounding or less", {
  set.seed(1)
  x <- matrix(rnorm(300), 100)
  y <- as.numeric(x %*% c(1, 2, 3))
  cv <- cv.sgdlasso(x, y, lambda = c(1e-3, 0), tol = 1e-12)
  expect_gte(min(cv$cvm), 0)
  expect_lt(cv$cvm[2], 1e-18)
  expect_equal(cv$cvm, plain_cv(x, y, cv$foldid, cv$lambda, "mse")$cvm, tolerance = 1e-6)
})

test_that("the printed table has the chosen lambdas, their measure and the gap", {
  set.seed(1)
  cv <- cv.sgdlasso(murder_rate ~ ., murder_rates, nfolds = 5)
  # a gap at rounding: its digits are the machine's
  without_digits <- function(lines) sub("(fits: )(0|[0-9.]+e-(1[5-9]|[2-9][0-9]))$", "\\1next to 0", lines)
  expect_snapshot(cv, transform = without_digits)
  relaxed <- cv.sgdlasso(murder_rate ~ ., murder_rates, foldid = cv$foldid, relax = TRUE)
  expect_snapshot(relaxed, transform = without_digits)
})

test_that("what cannot be cross-validated is an error that says so", {
  d <- make_rows(20)
  expect_input_error(cv.sgdlasso(d$x, d$y, nfolds = 30), "`nfolds` is 30, x has 20 rows")
  expect_input_error(cv.sgdlasso(d$x, d$y, nfolds = 1), "`nfolds` is 1")
  expect_input_error(cv.sgdlasso(d$x, d$y, foldid = 1:5), "`foldid` has 5 values, x has 20 rows")
  expect_input_error(cv.sgdlasso(d$x, d$y, foldid = rep(1, 20)), "one fold only")
  expect_input_error(
    cv.sgdlasso(d$x, d$y, foldid = c(NA, rep(1:2, length.out = 19))), "1 missing value, the first in row 1 of x"
  )
  expect_input_error(
    cv.sgdlasso(d$x, d$y, weights = rep(1:0, each = 10), foldid = rep(1:2, each = 10)), "are in one fold"
  )
  halves <- rep(1:2, each = 10)
  expect_input_error(
    cv.sgdlasso(d$x, halves - 1, family = "binomial", foldid = halves), "one class only outside fold 1"
  )
  expect_input_error(cv.sgdlasso(d$x, d$y, type.measure = "auc"), "Only binomial fits have classes")
  expect_input_error(cv.sgdlasso(d$x, d$y, type.measure = "mxe"), "`type.measure` is \"mxe\"")
  expect_input_error(cv.sgdlasso(d$x, d$y, repeats = 2, foldid = rep(1:2, 10)), "not drawn again")
  expect_input_error(cv.sgdlasso(d$x, d$y, keep.moments = TRUE), "`keep.moments` is TRUE")
  expect_input_error(cv.sgdlasso(y ~ a, data.frame(y = d$y, a = 1:20), keep.moments = TRUE), "`keep.moments` is TRUE")
  expect_input_error(cv.sgdlasso(d$x, d$y, cluster = 2), "`cluster` is 2")
  expect_input_error(cv.sgdlasso(d$x, d$y, relax = TRUE, gamma = 2), "`gamma` is 2")
  expect_input_error(cv.sgdlasso(d$x, d$y, thresh = 1e-7), "no argument `thresh`")
  expect_input_error(cv.sgdlasso(d$x, d$y, solver = "nudge"), "no lambda to choose")
  expect_input_error(cv.sgdlasso(sgdlasso(d$x, d$y)), "`x` is a fit")
  expect_input_error(cv.sgdlasso(d$x), "`y` is missing")
  expect_input_error(cv.sgdlasso(), "`x` is missing")
})

test_that("a fold without one class says nothing of the area under the curve, and that is told", {
  d <- make_rows(20)
  y <- rep(0:1, c(6, 14))
  fold <- rep(1:5, each = 4)
  expect_warning(
    cv <- cv.sgdlasso(
      d$x, y, family = "binomial", foldid = fold, type.measure = "auc", lambda = c(0.1, 0.05), keep = TRUE
    ),
    "4 fold", class = "sgdlasso_warning_fold"
  )
  expect_equal(cv$cvm, apply(cv$fit.preval[fold == 2, ], 2, area_under_curve, y = y[fold == 2]), ignore_attr = TRUE)
  apart <- rep(1:4, each = 5)
  expect_input_error(
    cv.sgdlasso(d$x, apart > 2, family = "binomial", foldid = apart, type.measure = "auc"), "no fold holds both classes"
  )
})

test_that("a fit that was not brought to tol is warned about", {
  d <- make_rows(60, family = "binomial")
  expect_warning(
    cv.sgdlasso(d$x, d$y, family = "binomial", tol = 1e-30, nlambda = 3, nfolds = 3), class = "sgdlasso_warning_gap"
  )
})

test_that("R's random numbers are drawn for the folds only, and before anything else", {
  d <- make_rows(60)
  set.seed(3)
  cv <- cv.sgdlasso(d$x, d$y)
  after <- runif(1)
  set.seed(3)
  expect_identical(cv$foldid, sample(rep(1:10, length.out = 60)))
  expect_identical(after, runif(1))
})

test_that("a fold whose models cannot be relaxed is predicted by the lasso", {
  set.seed(1)
  x <- matrix(rnorm(600), 20)
  y <- rnorm(20)
  cv <- cv.sgdlasso(x, y, lambda = c(1e-3, 1e-4), relax = TRUE, foldid = rep(1:5, 4))
  expect_equal(cv$relaxed$statlist[["g:0"]]$cvm, cv$cvm)
  expect_input_error(coef(cv, s = 1e-3, gamma = 0), "too many to relax")
})

test_that("numbers too large for squares are an error, as in a single fit", {
  d <- make_rows(60)
  expect_input_error(cv.sgdlasso(d$x, d$y * 1e200), "so large that the deviance overflows")
})

test_that("folds without a single event are no trouble, with an offset too", {
  d <- make_rows(30)
  y <- rep(c(0, 3), c(24, 6))
  fit <- sgdlasso(d$x[1:24, ], y[1:24], "poisson", offset = d$o[1:24], lambda = c(1, 0.1))
  expect_true(all(fit$beta == 0))
  expect_equal(unname(fit$gap), c(0, 0))
  cv <- cv.sgdlasso(d$x, y, family = "poisson", offset = d$o, foldid = rep(1:5, each = 6), lambda = c(1, 0.1))
  expect_true(all(is.finite(cv$cvm)))
  expect_lte(cv$gap, 1e-6)
})

test_that("what a cross-validation does not have itself its fit answers", {
  d <- make_rows(60)
  cv <- cv.sgdlasso(d$x, d$y, nfolds = 3)
  expect_identical(deviance(cv), deviance(cv$sgdlasso.fit))
  expect_identical(AIC(cv), AIC(cv$sgdlasso.fit))
  expect_identical(BIC(cv), BIC(cv$sgdlasso.fit))
  expect_identical(logLik(cv), logLik(cv$sgdlasso.fit))
})

test_that("a smallest error at the end of a path that was cut is warned about", {
  set.seed(3)
  x <- matrix(rnorm(600), 200)
  y <- x[, 1] + rnorm(200, sd = 0.5)
  fold <- rep(1:5, 40)
  cut <- function(...) cv.sgdlasso(x, y, foldid = fold, ...)
  # the whole path's minimum lies beyond the second model
  expect_warning(short <- cut(dfmax = 0), "at the last lambda.*after 2 of 100 lambdas", class = "sgdlasso_warning_path")
  expect_equal(short$lambda.min, min(short$lambda))
  expect_no_warning(cut(nlambda = 2, lambda.min.ratio = 0.9)) # as long as was asked for
  expect_no_warning(cut(lambda = c(1, 0.5)))
  noise <- rnorm(200)
  expect_no_warning(cv <- cv.sgdlasso(x, noise, foldid = fold))
  for (none in list(list(exclude = seq_len(ncol(x))), list(penalty.factor = rep(Inf, ncol(x))))) {
    expect_no_warning(do.call(cut, none))
  }
  expect_lt(cv$index["min", 1], length(cv$lambda))
})

test_that("folds for all rows of the data are taken along the rows that stay", {
  set.seed(3)
  d <- data.frame(a = rnorm(60), b = rnorm(60), fold = sample(rep(1:5, 12)))
  d$y <- d$a + rnorm(60)
  d$a[c(2, 11)] <- NA
  d$y[50] <- NA
  complete <- d[stats::complete.cases(d), ]
  expected <- cv.sgdlasso(as.matrix(complete[c("a", "b")]), complete$y, foldid = complete$fold)
  fold <- d$fold
  for (cv in list(
    cv.sgdlasso(y ~ a + b, d, foldid = fold), cv.sgdlasso(y ~ a + b, d, foldid = d$fold),
    cv.sgdlasso(y ~ a + b, d, foldid = complete$fold), cv.sgdlasso(y ~ a + b, d, foldid = letters[d$fold]),
    cv.sgdlasso(y ~ a + b, d, foldid = d$fold, na.action = na.exclude)
  )) {
    expect_equal(cv$cvm, expected$cvm)
    expect_equal(cv$foldid, expected$foldid)
  }
  some <- complete[complete$b > 0, ]
  expected <- cv.sgdlasso(as.matrix(some[c("a", "b")]), some$y, foldid = some$fold)
  expect_equal(cv.sgdlasso(y ~ a + b, d, foldid = d$fold, subset = b > 0)$cvm, expected$cvm)
  expect_equal(cv.sgdlasso(y ~ a + b, d, foldid = d$fold, subset = which(b > 0))$cvm, expected$cvm)
  missing <- d$fold
  missing[2] <- NA # of a row that is dropped
  expect_equal(cv.sgdlasso(y ~ a + b, d, foldid = missing)$nzero, cv.sgdlasso(y ~ a + b, d, foldid = d$fold)$nzero)
  expect_error(
    cv.sgdlasso(y ~ a + b, d, foldid = d$fold[1:59]), "`foldid` has 59 values", class = "sgdlasso_error_input"
  )
})
