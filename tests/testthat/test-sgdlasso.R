x <- as.matrix(murder_rates[, 1:3])
y <- murder_rates$murder_rate
lasso <- function(...) sgdlasso(..., seed = 1)
same <- function(a, b, ...) expect_equal(coef(a), coef(b), ...)

test_that("formula, matrix, data frame and Matrix calls give one answer", {
  by_matrix <- lasso(x, y, lambda = c(2, 1))
  same(lasso(murder_rate ~ ., data = murder_rates, lambda = c(2, 1)), by_matrix)
  same(lasso(murder_rates[1:3], y, lambda = c(2, 1)), by_matrix)
  same(lasso(Matrix::Matrix(x), y, lambda = c(2, 1)), by_matrix)
  expect_equal(coef(lasso(formula = murder_rate ~ ., data = murder_rates, lambda = 1)), coef(lasso(x, y, lambda = 1)))
})

test_that("integer, logical and every kind of sparse matrix are taken", {
  set.seed(1)
  z <- matrix(rbinom(200, 1, 0.3), 40)
  v <- rnorm(40)
  by_double <- lasso(z + 0, v, lambda = 0.01)
  same(lasso(matrix(as.integer(z), 40), v, lambda = 0.01), by_double)
  same(lasso(z == 1, v, lambda = 0.01), by_double)
  sparse <- as_sparse(z)
  by_sparse <- lasso(sparse, v, lambda = 0.01)
  for (class in c("TsparseMatrix", "RsparseMatrix"))
    same(lasso(methods::as(sparse, class), v, lambda = 0.01), by_sparse)
  same(lasso(methods::as(sparse, "nMatrix"), v, lambda = 0.01), by_sparse)
  same(lasso(methods::as(sparse, "lMatrix"), v, lambda = 0.01), by_sparse)
  expect_s3_class(lasso(Matrix::Diagonal(20), y, lambda = 0.01), "sgdlasso")
})

test_that("a family may be a string, a function or an object", {
  two <- y > 20
  by_name <- lasso(x, two, family = "binomial", lambda = 0.1)
  same(lasso(x, two, family = binomial, lambda = 0.1), by_name)
  same(lasso(x, two, family = binomial(), lambda = 0.1), by_name)
})

test_that("a formula evaluates weights, offset, subset and na.action in data as lm does", {
  d <- murder_rates
  d$w <- seq(0.5, 2, length.out = 20)
  d$o <- d$unemployed / 10
  by_matrix <- lasso(x[d$population < 1e6, ], y[d$population < 1e6], weights = d$w[d$population < 1e6],
                     offset = d$o[d$population < 1e6], lambda = 1)
  form <- murder_rate ~ population + low_income + unemployed
  same(sgdlasso(form, d, weights = w, offset = o, subset = population < 1e6, lambda = 1, seed = 1), by_matrix)
  with_term <- update(form, . ~ . + offset(o))
  same(sgdlasso(with_term, d, weights = w, subset = population < 1e6, lambda = 1, seed = 1), by_matrix)
  d$unemployed[3] <- NA
  with_na <- lasso(murder_rate ~ population + low_income + unemployed, d, lambda = 1)
  same(with_na, lasso(x[-3, ], y[-3], lambda = 1))
  expect_equal(nobs(with_na), 19)
})

test_that("- 1 in a formula means no intercept, and factors become columns", {
  no_intercept <- lasso(murder_rate ~ . - 1, murder_rates, lambda = 1)
  same(no_intercept, lasso(x, y, lambda = 1, intercept = FALSE))
  expect_equal(unname(no_intercept$a0), 0)
  fit <- lasso(weight ~ group, PlantGrowth, lambda = 0.01)
  expect_equal(rownames(fit$beta), c("grouptrt1", "grouptrt2"))
})

test_that("the fit carries glmnet's fields, of glmnet's shapes", {
  fit <- lasso(x, y)
  k <- length(fit$lambda)
  expect_named(fit$a0, paste0("s", seq_len(k) - 1))
  expect_s4_class(fit$beta, "dgCMatrix")
  expect_true(methods::validObject(fit$beta))
  expect_equal(dim(fit$beta), c(3, k))
  expect_equal(fit$dim, c(3, k))
  expect_equal(unname(fit$df), unname(Matrix::colSums(fit$beta != 0)))
  expect_equal(fit$nulldev, sum((y - mean(y))^2))
  expect_equal(fit$nobs, 20)
  expect_false(fit$offset)
  expect_identical(fit$call[[1]], quote(sgdlasso))
  expect_identical(fit$converged, TRUE)
  expect_identical(lasso(x, y, lambda = 1, solver = "sgd")$converged, NA)
  expect_equal(fit$dev.ratio, unname(1 - colSums((y - predict(fit, x))^2) / fit$nulldev))
})

test_that("no dimension is dropped with one column, one row or one lambda", {
  one <- lasso(x[, 1, drop = FALSE], y, lambda = 1)
  expect_equal(dim(coef(one)), c(2, 1))
  expect_equal(dim(predict(one, x[1, 1, drop = FALSE])), c(1, 1))
  row <- lasso(x[1, , drop = FALSE], y[1])
  expect_equal(dim(coef(row)), c(4, 1))
})

test_that("two equal calls are identical, and the fit holds no environment, function or copy of x", {
  fit <- function() lasso(murder_rate ~ poly(unemployed, 2), murder_rates, lambda = 1)
  a <- fit()
  expect_identical(a, fit())
  contains <- function(value) {
    if (is.environment(value) || is.function(value) || typeof(value) == "externalptr") return(TRUE)
    inside <- c(
      if (is.list(value) && !is.language(value)) unclass(value),
      attributes(value)[setdiff(names(attributes(value)), "package")]
    )
    any(vapply(inside, contains, NA))
  }
  expect_false(contains(unclass(a)))
  wide <- lasso(matrix(rnorm(1e5), 1000), rnorm(1000), lambda = 0.1)
  expect_lt(as.numeric(object.size(wide)), 1e5)
})

# ---- the path -------------------------------------------------------------------

test_that("the grid is glmnet's", {
  skip_if_not_installed("glmnet")
  d <- make_rows(family = "gaussian")
  grid <- function(...) range(lasso(d$x, d$y, ...)$lambda)
  for (arguments in list(
    list(), list(standardize = FALSE), list(weights = d$w), list(offset = d$o), list(intercept = FALSE),
    list(penalty.factor = c(0, 0.5, 1:6)), list(alpha = 0.3), list(exclude = c(1, 3))
  )) {
    ours <- do.call(lasso, c(list(d$x, d$y), arguments))$lambda
    theirs <- do.call(glmnet::glmnet, c(list(d$x, d$y, family = gaussian()), arguments))$lambda
    expect_equal(ours[1:5], theirs[1:5], tolerance = 1e-6, info = deparse(arguments))
  }
  for (family in c("binomial", "poisson")) {
    d <- make_rows(family = family)
    for (arguments in list(list(), list(penalty.factor = c(0, 0.5, 1:6), weights = d$w))) {
      ours <- do.call(lasso, c(list(d$x, d$y, family = family), arguments))$lambda
      # glm.fit() inside glmnet warns of weights that are not whole numbers
      theirs <- suppressWarnings(do.call(glmnet::glmnet, c(list(d$x, d$y, family = get(family)()), arguments)))$lambda
      expect_equal(ours[1:5], theirs[1:5], tolerance = 1e-4)
    }
  }
  expect_equal(range(lasso(d$x, d$y, nlambda = 3, lambda.min.ratio = 0.1)$lambda)[1] * 10, max(lasso(d$x, d$y)$lambda))
})

test_that("at the largest lambda of the grid every penalised coefficient is 0 at the optimum, and not below it", {
  d <- make_sparse_rows()
  x <- as_sparse(d$x)
  largest <- max(lasso(x, d$y)$lambda)
  s <- weighted_sd(d$x, rep(1, 80))
  gradient <- abs(crossprod(d$x, d$y - mean(d$y))) / 80 / s
  expect_equal(largest, max(gradient), tolerance = 1e-12)
})

test_that("a lambda of the user is solved as given, from large to small", {
  fit <- lasso(x, y, lambda = c(0.5, 3, 1))
  expect_identical(fit$lambda, c(3, 1, 0.5))
  expect_true(all(diff(fit$df) >= 0))
})

test_that("an automatic path of a noisy fit does not stop by chance", {
  for (seed in 1:8) expect_gte(length(sgdlasso(x, y, seed = seed, solver = "sgd", trace = FALSE)$lambda), 60)
})

test_that("an automatic path stops early, a given one does not", {
  set.seed(1)
  z <- matrix(rnorm(3000), 1000)
  v <- as.numeric(z %*% c(3, 2, 1))
  auto <- sgdlasso(z, v, seed = 1, solver = solver_sgd(epochs = 20), trace = FALSE)
  expect_lt(length(auto$lambda), 100)
  expect_equal(which(auto$dev.ratio > 0.999), length(auto$lambda))
  given <- sgdlasso(z, v, seed = 1, lambda = max(auto$lambda) * 0.9^(0:99), trace = FALSE)
  expect_length(given$lambda, 100)
})

# ---- how near to the optimum ------------------------------------------------------

test_that("twenty epochs of the default come near glmnet's optimum for every family, dense and sparse", {
  skip_if_not_installed("glmnet")
  for (family in c("gaussian", "binomial", "poisson")) for (sparse in c(FALSE, TRUE)) {
    d <- if (sparse) make_sparse_rows(2000, family = family) else make_rows(2000, family = family)
    x <- if (sparse) as_sparse(d$x) else d$x
    lambda <- max(lasso(x, d$y, family = family, weights = d$w, offset = d$o, nlambda = 5)$lambda) / 10
    best <- precise_glmnet(x, d$y, family = family, weights = d$w, offset = d$o, lambda = lambda)
    fit <- lasso(
      x, d$y, family = family, weights = d$w, offset = d$o, lambda = lambda, solver = solver_sgd(epochs = 20)
    )
    value <- function(at) objective(x, d$y, at$a0, as.numeric(at$beta), lambda, family, d$w, d$o)
    null <- objective(x, d$y, plain_null(d$y, d$w, d$o, family), numeric(ncol(x)), lambda, family, d$w, d$o)
    gap <- (value(fit) - value(best)) / (null - value(best))
    expect_lt(gap, 2e-3)
    expect_gt(gap, -1e-6)
    expect_equal(tail(fit$trace$objective, 1), value(fit), tolerance = 1e-10)
  }
})

test_that("averaging keeps exact zeros for the dual rules", {
  set.seed(2)
  z <- matrix(rnorm(500 * 40), 500)
  v <- z[, 1] * 2 + rnorm(500)
  for (rule in c("adaptive", "cumulative", "dual_averaging")) {
    fit <- lasso(z, v, lambda = 0.3, solver = solver_sgd(rule))
    expect_equal(which(fit$beta[, 1] != 0), c(V1 = 1L))
  }
})

# ---- no tuning ----------------------------------------------------------------------

null_objective <- function(d, family) objective(
  d$x, d$y, plain_null(d$y, d$w, d$o, family), numeric(ncol(d$x)), 0, family, d$w, d$o
)

test_that("every rule is finite and never worse than the null model on hostile data, without a rate", {
  rules <- c("adaptive", "truncated", "cumulative", "proximal", "dual_averaging")
  for (seed in 1:30) {
    set.seed(seed)
    n <- sample(c(2, 5, 40), 1)
    p <- sample(c(1, 3, 20), 1)
    family <- c("gaussian", "binomial", "poisson")[seed %% 3 + 1]
    x <- matrix(switch(seed %% 4 + 1, rnorm(n * p), rcauchy(n * p), rexp(n * p)^4, rbinom(n * p, 1, 0.1)), n)
    x <- sweep(x, 2, 10^runif(p, -8, 8), `*`)
    y <- switch(
      family, gaussian = rcauchy(n) * 1e5, binomial = c(0, 1, rbinom(n - 2, 1, 0.5)), poisson = c(1e6, rpois(n - 1, 2))
    )
    d <- list(x = x, y = y, w = rexp(n), o = rnorm(n))
    worst <- null_objective(d, family)
    for (rule in rules) {
      source <- if (runif(1) < 0.5) x else as_sparse(x)
      fit <- lasso(source, y, family = family, weights = d$w, offset = d$o, lambda = c(1, 0.01),
                   standardize = seed %% 2 == 0, solver = solver_sgd(rule, epochs = 2))
      expect_true(all(is.finite(fit$beta@x)) && all(is.finite(fit$a0)))
      expect_true(all(fit$trace$objective[c(2, 4)] <= worst + 1e-9 * abs(worst)))
    }
  }
})

test_that("a rule without a rate starts again with a smaller one where its first would diverge", {
  set.seed(3)
  x <- cbind(c(rnorm(50), 30))
  y <- c(rpois(50, 1), 0)
  fit <- lasso(
    x, y, family = "poisson", lambda = 0.01, standardize = FALSE, solver = solver_sgd("proximal", schedule = "constant")
  )
  expect_true(all(is.finite(fit$beta[, 1])))
  expect_gte(fit$dev.ratio, 0)
})

test_that("rows sorted by the response are learned as well as shuffled ones, with a copy", {
  set.seed(4)
  for (n in c(4000, 30000)) {
    x <- matrix(rnorm(n * 5), n)
    y <- x[, 1] + rnorm(n)
    o <- order(y)
    for (source in list(x[o, ], as_sparse(x[o, ]))) {
      fit <- lasso(source, y[o], lambda = 0.1, solver = "sgd")
      expect_equal(fit$beta[1, 1], 0.9, tolerance = 0.05)
    }
  }
})

# ---- equalities -------------------------------------------------------------------------

test_that("zero weight equals an absent row, bit for bit", {
  d <- make_rows(100)
  w <- ifelse(seq_len(100) %% 3 == 0, 0, d$w)
  for (solver in list(solver_sgd(), solver_sgd("proximal"), solver_nudge(rate = 0.001, epochs = 3))) {
    arguments <- list(offset = d$o, solver = solver, seed = 3)
    if (solver$name == "sgd") arguments$lambda <- c(0.5, 0.1)
    weighted <- do.call(sgdlasso, c(list(d$x, d$y, weights = w), arguments))
    arguments$offset <- d$o[w > 0]
    absent <- do.call(sgdlasso, c(list(d$x[w > 0, ], d$y[w > 0], weights = w[w > 0]), arguments))
    weighted$call <- absent$call <- NULL
    expect_identical(weighted, absent)
  }
})

test_that("equal weights equal none, bit for bit", {
  d <- make_rows(50)
  same(lasso(d$x, d$y, weights = rep(0.3, 50), lambda = 0.1), lasso(d$x, d$y, lambda = 0.1), tolerance = 0)
})

test_that("trace changes nothing but the trace", {
  d <- make_sparse_rows(100)
  for (rule in c("adaptive", "proximal", "dual_averaging")) {
    with <- lasso(as_sparse(d$x), d$y, lambda = c(0.2, 0.1), solver = solver_sgd(rule))
    without <- lasso(as_sparse(d$x), d$y, lambda = c(0.2, 0.1), solver = solver_sgd(rule), trace = FALSE)
    expect_identical(coef(with), coef(without))
    expect_null(without$trace)
    expect_equal(nrow(with$trace), 10)
    expect_named(with$trace, c("lambda", "epoch", "mse", "objective", "nonzero", "rate"))
  }
})

test_that("the trace tells mean squared error, objective and nonzeros of the coefficients then held", {
  d <- make_rows()
  fit <- lasso(d$x, d$y, weights = d$w, offset = d$o, lambda = 0.2, alpha = 0.7, solver = "sgd")
  last <- tail(fit$trace, 1)
  error <- d$y - d$o - predict(fit, d$x, newoffset = 0 * d$o)
  expect_equal(last$mse, sum(d$w * error^2) / sum(d$w), tolerance = 1e-12)
  expect_equal(
    last$objective, objective(d$x, d$y, fit$a0, fit$beta[, 1], 0.2, "gaussian", d$w, d$o, 0.7), tolerance = 1e-12
  )
  expect_equal(last$nonzero, fit$df)
  expect_true(all(diff(fit$trace$rate) < 0))
})

test_that("copied and gathered rows are the same rows", {
  d <- make_rows(200)
  for (shuffle in c("rows", "none")) for (rule in c("adaptive", "truncated")) {
    fit <- function(copy) lasso(d$x, d$y, lambda = 0.1, solver = solver_sgd(rule, shuffle = shuffle, copy = copy))
    expect_identical(coef(fit(TRUE)), coef(fit(FALSE)))
  }
})

test_that("excluded columns and infinite penalty factors are zero and count as 1 in the penalties' sum", {
  d <- make_rows()
  same(
    lasso(d$x, d$y, lambda = 0.1, exclude = c(2, 5)),
    lasso(d$x, d$y, lambda = 0.1, penalty.factor = c(1, Inf, 1, 1, Inf, 1, 1, 1))
  )
  fit <- lasso(d$x, d$y, lambda = 0.1, exclude = c(2, 5))
  expect_equal(unname(fit$beta[c(2, 5), 1]), c(0, 0))
})

# ---- edges ----------------------------------------------------------------------------------

test_that("a constant column gets 0 and changes nothing", {
  fit <- lasso(cbind(x, constant = 0.1 + 0.2), y, lambda = 1)
  expect_identical(fit$beta["constant", 1], c(constant = 0)[["constant"]])
  for (solver in list(solver_sgd("proximal"), solver_nudge(rate = 1e-3))) {
    fit <- sgdlasso(cbind(x, constant = 7), y, seed = 1, solver = solver)
    expect_true(all(fit$beta["constant", ] == 0))
  }
})

test_that("a constant response gives the null model", {
  for (value in c(0.1, 0, -3e8)) {
    fit <- lasso(x, rep(value, 20))
    expect_identical(fit$lambda, 0)
    expect_equal(unname(fit$a0), value)
    expect_equal(fit$df, 0)
    expect_equal(fit$dev.ratio, 0)
  }
  expect_length(lasso(x, rep(1, 20), lambda = c(2, 1))$lambda, 2)
  expect_equal(unname(lasso(x, rep(4, 20), family = "poisson")$a0), log(4))
  expect_equal(unname(lasso(x, rep(0, 20), family = "poisson")$a0), log(0.5 / 21))
})

test_that("one row, duplicated columns, more columns than rows and lambda 0 all fit", {
  expect_s3_class(lasso(x[1, , drop = FALSE], y[1]), "sgdlasso")
  expect_s3_class(lasso(cbind(x, x), y, lambda = 1), "sgdlasso")
  expect_s3_class(lasso(x[1:2, ], y[1:2], lambda = 0), "sgdlasso")
  zero <- lasso(scale(x), y, lambda = 0, solver = solver_sgd(epochs = 2000))
  expect_equal(unname(as.numeric(coef(zero))), unname(coef(lm(y ~ scale(x)))), tolerance = 1e-2)
})

test_that("columns of 1e-8 and 1e8 times their size are learned as well by the default", {
  d <- make_rows(1000)
  size <- 10^seq(-8, 8, length.out = 8)
  a <- lasso(d$x, d$y, lambda = 0.1)
  b <- lasso(sweep(d$x, 2, size, `*`), d$y, lambda = 0.1)
  expect_equal(b$beta[, 1] * size, a$beta[, 1], tolerance = 1e-8)
})

test_that("perfect separation ends in finite coefficients", {
  fit <- lasso(cbind(1:20, rnorm(20)), rep(0:1, each = 10), family = "binomial")
  expect_true(all(is.finite(fit$beta@x)))
})

test_that("a fit survives saveRDS and predicts the same in another process", {
  d <- transform(murder_rates, size = cut(population, c(0, 7e5, 1e6, 1e7), c("small", "middle", "large")))
  fit <- lasso(murder_rate ~ poly(unemployed, 2) + log(low_income) + size, d, lambda = 0.5)
  file <- tempfile(fileext = ".rds")
  out <- tempfile(fileext = ".rds")
  script <- tempfile(fileext = ".R")
  on.exit(unlink(c(file, out, script)))
  saveRDS(list(fit = fit, d = d), file)
  writeLines(c(
    sprintf(".libPaths(%s)", paste(deparse(.libPaths()), collapse = "")),
    "library(sgdlasso)", sprintf("saved <- readRDS(%s)", deparse(file)),
    sprintf("saveRDS(predict(saved$fit, newdata = saved$d), %s)", deparse(out))
  ), script)
  status <- system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", script), stdout = FALSE, stderr = FALSE)
  expect_equal(status, 0)
  expect_identical(readRDS(out), predict(fit, newdata = d))
})

test_that("the data of a formula call are evaluated once", {
  times <- 0
  costly <- function() {
    times <<- times + 1
    murder_rates
  }
  sgdlasso(murder_rate ~ ., data = costly(), lambda = 1)
  expect_equal(times, 1)
  cv.sgdlasso(murder_rate ~ ., data = costly(), nfolds = 3)
  expect_equal(times, 2)
})
