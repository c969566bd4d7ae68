expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

# Weights by their definition. w: weights of the rows
weights_by_hand <- function(b, x, gamma = 1, w = rep(1, nrow(x))) {
  centre <- colSums(w * x) / sum(w)
  sd <- sqrt(colSums(w * sweep(x, 2, centre)^2) / sum(w))
  raw <- 1 / abs(b * sd)^gamma
  unname(raw / mean(raw))
}

test_that("with lambda = 0 the weights are Zou's, by least squares or maximum likelihood", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(200, 5, family)
    frame <- data.frame(d$x)
    for (gamma in c(.5, 1, 2)) {
      f <- adaptive_weights(gamma, lambda = 0, family = family)
      b <- coef(glm(d$y ~ ., family, frame))[-1]
      expect_equal(f(d$x, d$y), weights_by_hand(b, d$x, gamma), tolerance = 1e-3)
      b <- suppressWarnings(coef(glm(d$y ~ ., family, frame, weights = d$w, offset = d$o)))[-1]
      expect_equal(f(d$x, d$y, d$w, offset = d$o), weights_by_hand(b, d$x, gamma, d$w), tolerance = 1e-3)
      b <- coef(glm(d$y ~ . - 1, family, frame))
      expect_equal(f(d$x, d$y, intercept = FALSE), weights_by_hand(b, d$x, gamma), tolerance = 1e-3)
    }
  }
})

# Ridge regression of z by its normal equations, each coefficient at each lambda; the first row are intercepts.
ridge_by_hand <- function(z, y, lambda) {
  n <- length(y)
  centred <- sweep(z, 2, colMeans(z))
  spread <- sqrt(mean((y - mean(y))^2))
  b <- vapply(lambda, function(l) {
    solve(crossprod(centred) / n + l / spread * diag(ncol(z)), crossprod(centred, y) / n)[, 1]
  }, numeric(ncol(z)))
  rbind(mean(y) - colMeans(z) %*% b, b)
}

test_that("the initial fit is the ridge regression of the smallest error in ten folds by the order of y", {
  for (p in c(6, 40, 60, 300)) {
    set.seed(p)
    x <- matrix(rnorm(50 * p), 50) + rnorm(50)
    x <- sweep(x, 2, 10^runif(p, -1, 1), `*`)
    y <- as.numeric(x[, 1:3] %*% c(2, -1, .3)) + rnorm(50)
    z <- scale(x) * sqrt(50 / 49)
    turned <- if (p > 50) z %*% svd(z)$v[, 1:49] else z
    lambda <- sgdlasso(turned, y, alpha = 0, standardize = FALSE, nlambda = 30)$lambda
    fold <- integer(50)
    fold[order(y)] <- rep(1:10, 5)
    error <- rowMeans(vapply(1:10, function(k) {
      b <- ridge_by_hand(z[fold != k, ], y[fold != k], lambda)
      colMeans((y[fold == k] - cbind(1, z[fold == k, ]) %*% b)^2)
    }, lambda))
    b <- ridge_by_hand(z, y, lambda[which.min(error)])[-1, ]
    expect_equal(adaptive_weights()(x, y), weights_by_hand(b, z), tolerance = 1e-3)
  }
})

test_that("the adaptive lasso is the lasso with these factors, in every fold", {
  for (family in c("gaussian", "binomial")) {
    d <- make_rows(120, family = family)
    fold <- rep(1:4, 30)
    fit <- sgdlasso(d$x, d$y, family, penalty.factor = adaptive_weights(), offset = d$o, weights = d$w)
    v <- adaptive_weights(family = family)(d$x, d$y, d$w, offset = d$o)
    expect_equal(fit$penalty.factor, v)
    expect_equal(fit$beta, sgdlasso(d$x, d$y, family, penalty.factor = v, offset = d$o, weights = d$w)$beta)
    lambda <- c(.2, .05, .01)
    cv <- cv.sgdlasso(
      d$x, d$y, family = family, foldid = fold, penalty.factor = adaptive_weights(), lambda = lambda, tol = 1e-12
    )
    scores <- vapply(1:4, function(k) {
      out <- fold != k
      v <- adaptive_weights(family = family)(d$x[out, ], d$y[out])
      one <- sgdlasso(d$x[out, ], d$y[out], family, penalty.factor = v, lambda = lambda, tol = 1e-12)
      apply(predict(one, d$x[!out, ]), 2, function(eta) {
        mean(plain_losses(d$y[!out], eta, if (family == "gaussian") "mse" else "deviance", family))
      })
    }, lambda)
    expect_equal(cv$cvm, unname(rowMeans(scores)), tolerance = 1e-6)
  }
})

test_that("by formula it is one line, and draws no random numbers of its own", {
  set.seed(4)
  cv <- cv.sgdlasso(murder_rate ~ ., murder_rates, penalty.factor = adaptive_weights(), nfolds = 4)
  after <- runif(1)
  set.seed(4)
  expect_identical(cv$foldid, sample(rep(1:4, 5)))
  expect_identical(after, runif(1))
  x <- as.matrix(murder_rates[1:3])
  expect_equal(cv$sgdlasso.fit$penalty.factor, adaptive_weights()(x, murder_rates$murder_rate))
})

test_that("columns that the initial fit leaves at zero are left out", {
  d <- make_rows(80)
  x <- cbind(d$x, 3)
  expect_identical(is.infinite(adaptive_weights()(x, d$y)), rep(c(FALSE, TRUE), c(8, 1)))
  first <- sgdlasso(d$x, d$y, lambda = .1)$beta[, 1]
  lasso <- adaptive_weights(alpha = 1, lambda = .1)(d$x, d$y)
  expect_identical(is.infinite(lasso), unname(first == 0))
  expect_true(any(first == 0) && sum(first != 0) > 1)
  expect_equal(mean(lasso[first != 0]), 1)
  fit <- sgdlasso(d$x, d$y, lambda = 0, penalty.factor = adaptive_weights(alpha = 1, lambda = .1))
  expect_true(all(fit$beta[first == 0, 1] == 0) && all(fit$beta[first != 0, 1] != 0))
  expect_equal(fit$penalty.factor, lasso)
})

test_that("where nothing is left the fit is the null model", {
  d <- make_rows(40)
  expect_identical(adaptive_weights()(d$x, rep(2, 40)), rep(Inf, 8))
  expect_true(all(sgdlasso(d$x, rep(2, 40), penalty.factor = adaptive_weights())$beta == 0))
  none <- sgdlasso(d$x, d$y, penalty.factor = adaptive_weights(alpha = 1, lambda = 1e6), lambda = c(1, .1))
  expect_true(all(none$beta == 0))
  expect_equal(unname(none$a0), rep(mean(d$y), 2))
})

test_that("sparse columns have the weights of dense ones", {
  for (p in c(25, 150)) for (family in c("gaussian", "binomial")) {
    s <- make_sparse_rows(100, p, family)
    s$x[, 3] <- s$x[, 3] + 1e3 # no zero, and far from it
    sparse <- as_sparse(s$x)
    for (intercept in c(TRUE, FALSE)) {
      weights <- function(x) adaptive_weights(family = family)(x, s$y, s$w^4, offset = s$o, intercept = intercept)
      expect_equal(weights(sparse), weights(s$x), tolerance = 1e-4)
    }
  }
})

test_that("turned columns give the ridge regression that the columns themselves give", {
  for (family in c("binomial", "poisson")) {
    d <- make_rows(40, 60, family)
    for (intercept in c(TRUE, FALSE)) {
      given <- list(d$x, d$y, weights = d$w, offset = d$o, intercept = intercept)
      fit <- do.call(sgdlasso, c(given, list(family = family, alpha = 0, lambda = .3, tol = 1e-12)))
      found <- do.call(adaptive_weights(lambda = .3, family = family), given)
      expect_equal(found, weights_by_hand(fit$beta[, 1], d$x, w = d$w), tolerance = 1e-3)
    }
  }
})

test_that("families are taken as sgdlasso() takes them", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(60, family = family)
    of_family <- getExportedValue("stats", family)
    for (given in list(of_family, of_family())) {
      expect_no_warning(found <- adaptive_weights()(d$x, d$y, family = given))
      expect_identical(found, adaptive_weights(family = family)(d$x, d$y))
    }
  }
})

test_that("exponents may be large", {
  w <- weights_of_sizes(c(1, .5, .1, 1e-9), 100)
  expect_identical(is.infinite(w), c(FALSE, TRUE, TRUE, TRUE))
  expect_equal(w[1], 1)
})

test_that("arguments that make no weights are refused", {
  expect_input_error(adaptive_weights(gamma = 0), "`gamma` is 0")
  expect_input_error(adaptive_weights(alpha = 2), "`alpha` is 2")
  expect_input_error(adaptive_weights(lambda = -1), "`lambda` is -1")
  expect_input_error(adaptive_weights(family = "cox"), "`family` is")
  d <- make_rows(40)
  once <- as.numeric(1:40 == 7)
  expect_input_error(sgdlasso(d$x, once, "binomial", penalty.factor = adaptive_weights()), "one row only of one class")
  expect_length(adaptive_weights(lambda = .1, family = "binomial")(d$x, once), 8)
  expect_input_error(adaptive_weights()(d$x, d$y, rep(0, 40)), "`weights` are all 0")
  expect_input_error(adaptive_weights()(d$x, d$y, c(NA, rep(1, 39))), "`weights` has 1 missing")
  expect_input_error(adaptive_weights()(d$x, d$y, 1:3), "`weights` has 3 values")
  expect_input_error(adaptive_weights()(d$x, d$y, family = "cox"), "`family` is")
})
