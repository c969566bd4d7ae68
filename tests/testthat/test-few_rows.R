# Wide rows of every kind of source and block: what the in-memory call gives, to the bit.
wide_rows <- function(n, p, family, sparse) {
  x <- if (sparse) as.matrix(Matrix::rsparsematrix(n, p, 0.05)) else matrix(rnorm(n * p), n)
  colnames(x) <- paste0("c", seq_len(p))
  linear <- 2 * x[, 1] - 2 * x[, 2] + x[, 3]
  y <- switch(family,
    gaussian = linear + rnorm(n), binomial = rbinom(n, 1, plogis(linear)), poisson = rpois(n, exp(linear / 3))
  )
  list(x = if (sparse) methods::as(x, "CsparseMatrix") else x, y = y, w = sample(0:3, n, TRUE), o = rnorm(n) / 10)
}

test_that("rows fewer than columns give the fit of the in-memory call to the bit, by any size of blocks", {
  for (seed in 1:24) {
    set.seed(seed)
    family <- c("binomial", "poisson", "gaussian")[seed %% 3 + 1]
    p <- if (family == "gaussian") 5001 else 150
    d <- wide_rows(sample(c(40, 90), 1), p, family, seed %% 2 == 0)
    w <- if (seed %% 4 > 1) d$w
    o <- if (seed %% 8 > 3) d$o
    common <- list(
      family = family, nlambda = 8, alpha = sample(c(1, 0.5), 1), standardize = sample(c(TRUE, FALSE), 1),
      intercept = sample(c(TRUE, FALSE), 1)
    )
    memory <- do.call(sgdlasso, c(list(d$x, d$y, weights = w, offset = o), common))
    rows <- as_rows(d$x, d$y, w, o, block = sample(c(1, 7, 39, 1000), 1))
    fit <- do.call(sgdlasso, c(list(rows), common))
    expect_identical(same_fit(fit), same_fit(memory))
    expect_identical(fit$gap, memory$gap)
    expect_true(fit$converged)
    expect_identical(fit$solver$method, "working_set")
    expect_match(fit$solver$why, "150 columns, fewer rows: held|5001 columns, fewer rows: held")
  }
})

test_that("so do files, formulas, functions, and blocks of which some are sparse and some lack weights", {
  set.seed(1)
  d <- wide_rows(50, 80, "binomial", FALSE)
  x <- round(d$x, 3)
  memory <- sgdlasso(x, d$y, "binomial", nlambda = 9)
  csv <- withr::local_tempfile(fileext = ".csv")
  utils::write.csv(data.frame(y = d$y, x), csv, row.names = FALSE)
  of_file <- sgdlasso(rows_csv(csv, y = "y", bytes = 3000), family = "binomial", nlambda = 9)
  expect_equal(same_fit(of_file), same_fit(memory))
  frame <- data.frame(y = factor(d$y, labels = c("no", "yes")), x, g = rep(letters[1:5], 10))
  formula <- sgdlasso(y ~ . + c1:g, data = frame, family = "binomial", nlambda = 9)
  streamed <- sgdlasso(y ~ . + c1:g, data = as_rows(block_function(frame, 13)), family = "binomial", nlambda = 9)
  told <- c("a0", "beta", "lambda", "classnames", "nobs")
  expect_identical(same_fit(streamed)[told], same_fit(formula)[told])
  probability <- function(fit) predict(fit, frame[1:4, ], type = "response")
  expect_identical(probability(streamed), probability(formula))
  one <- list(x = x[1:20, ], y = d$y[1:20])
  other <- list(x = as_sparse(x[21:50, ]), y = d$y[21:50], weights = rep(2, 30), offset = rep(0.1, 30))
  mixed <- sgdlasso(as_rows(block_function_of(list(one, other))), family = "binomial", nlambda = 9)
  whole <- sgdlasso(x, d$y, "binomial", nlambda = 9, weights = rep(1:2, c(20, 30)), offset = rep(c(0, 0.1), c(20, 30)))
  expect_identical(same_fit(mixed)[c("a0", "beta", "nulldev")], same_fit(whole)[c("a0", "beta", "nulldev")])
})

test_that("rows as many as columns are held, and more are not; nor what takes more than half of `memory`", {
  set.seed(2)
  method <- function(n, ...) {
    d <- wide_rows(n, 30, "binomial", FALSE)
    sgdlasso(as_rows(d$x, d$y, block = 8), family = "binomial", lambda = 0.1, ...)$solver$method
  }
  expect_identical(method(30), "working_set")
  expect_identical(method(31), "passes")
  expect_identical(method(30, memory = 2 * 8 * 30 * 30), "working_set")
  expect_identical(method(30, memory = 2 * 8 * 30 * 30 - 1), "passes")
  expect_identical(method(30, solver = solver_exact("passes")), "passes")
  expect_identical(method(30, checkpoint = withr::local_tempfile()), "passes")
})

test_that("such rows are read once, and every pass is closed, also where something is wrong with them", {
  opened <- closed <- 0
  counted <- function(source) {
    open <- source$open
    source$open <- function() {
      opened <<- opened + 1
      pass <- open()
      list(read = pass$read, close = function() {
        closed <<- closed + 1
        pass$close()
      })
    }
    source
  }
  set.seed(3)
  d <- wide_rows(40, 60, "binomial", FALSE)
  fit <- function(y = d$y, x = d$x, ...) sgdlasso(counted(as_rows(x, y, block = 9)), family = "binomial", ...)
  fit()
  expect_identical(c(opened, closed), c(2, 2)) # once to see the first block
  expect_error(fit(y = rep(1, 40)), "one class only", class = "sgdlasso_error_input")
  expect_error(fit(y = replace(d$y, 35, 7)), "In rows 28 to 36", class = "sgdlasso_error_input")
  expect_error(fit(x = replace(d$x, 39, NA)), "rows 37 to 40 of the source.*missing", class = "sgdlasso_error_input")
  expect_identical(opened, closed)
})
