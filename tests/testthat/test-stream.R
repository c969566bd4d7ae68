expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

test_that("a formula on rows from a function gives the in-memory fit", {
  d <- mixed_frame()
  formulas <- list(
    y ~ a * f + t + k, y ~ ., y ~ a + l:f - 1, y ~ log(b) + I(k^2) + offset(a), y ~ factor(k) * t
  )
  for (form in formulas) {
    rows <- as_rows(block_function(d))
    streamed <- sgdlasso(form, data = rows, weights = w, subset = k < 5, tol = 1e-12)
    whole <- sgdlasso(form, data = d, weights = w, subset = k < 5, tol = 1e-12)
    expect_equal(same_fit(streamed), same_fit(whole), tolerance = 1e-8)
    new <- d[d$k < 5, ][1:9, ]
    expect_equal(predict(streamed, new), predict(whole, new), tolerance = 1e-8)
  }
})

test_that("any size of blocks gives one answer", {
  d <- make_rows(200)
  whole <- sgdlasso(d$x, d$y, weights = d$w, offset = d$o, tol = 1e-12)
  for (block in c(1, 7, 128, 1000)) {
    streamed <- sgdlasso(as_rows(d$x, d$y, d$w, d$o, block = block), tol = 1e-12)
    expect_equal(same_fit(streamed), same_fit(whole), tolerance = 1e-8)
  }
  sparse <- make_sparse_rows()
  expect_equal(
    same_fit(sgdlasso(as_rows(as_sparse(sparse$x), sparse$y, block = 9), tol = 1e-12)),
    same_fit(sgdlasso(as_sparse(sparse$x), sparse$y, tol = 1e-12)), tolerance = 1e-7
  )
})

test_that("fits of a source are certified, and the data say so too", {
  d <- make_rows(200)
  fit <- sgdlasso(as_rows(d$x, d$y, block = 30))
  expect_lte(max(optimality(fit, d$x, d$y)$gap), 1.001e-6)
  expect_true(fit$converged)
  expect_lte(largest_gap(fit, d$x, d$y), 1.001e-6)
})

test_that("zero weights are absent rows, in whole blocks too", {
  d <- make_rows(100)
  w <- rep(c(0, 1), each = 50)
  some <- sgdlasso(d$x[51:100, ], d$y[51:100], tol = 1e-12)
  expect_equal(same_fit(sgdlasso(as_rows(d$x, d$y, w, block = 10), tol = 1e-12)), same_fit(some), tolerance = 1e-8)
})

test_that("levels may be given, and then no pass looks for them", {
  d <- mixed_frame()
  passes <- 0
  rows <- as_rows(block_function(d))
  open <- rows$open
  rows$open <- function() {
    passes <<- passes + 1
    open()
  }
  streamed <- sgdlasso(y ~ f + t, data = rows, xlev = list(f = levels(d$f), t = sort(unique(d$t))), lambda = 0.1)
  expect_equal(passes, 2) # a look at the first block, and the rows
  expect_equal(streamed$beta, sgdlasso(y ~ f + t, data = d, lambda = 0.1)$beta, tolerance = 1e-10)
  expect_input_error(sgdlasso(y ~ f, data = rows, xlev = list(f = c("u", "v"))), "training did not see")
  expect_input_error(sgdlasso(y ~ f, data = rows, xlev = list(g = "u")), "`xlev` names \"g\"")
})

test_that("one pass gives cross-validation, with folds by a hash of the row's number", {
  d <- make_rows(300)
  cv <- cv.sgdlasso(as_rows(d$x, d$y, d$w, block = 41), seed = 8, nfolds = 6, tol = 1e-12)
  fold <- r_hash_folds(1:300, 8, 6)
  whole <- cv.sgdlasso(d$x, d$y, d$w, foldid = fold, tol = 1e-12)
  expect_equal(cv$cvm, whole$cvm, tolerance = 1e-8)
  expect_equal(cv$cvsd, whole$cvsd, tolerance = 1e-8)
  expect_equal(cv$lambda.1se, whole$lambda.1se)
  expect_equal(coef(cv), coef(whole), tolerance = 1e-8)
  # independent of the blocks, and the folds are of about equal size
  expect_equal(
    cv.sgdlasso(as_rows(d$x, d$y, d$w, block = 300), seed = 8, nfolds = 6, tol = 1e-12)$cvm, cv$cvm, tolerance = 1e-10
  )
  counts <- table(r_hash_folds(1:60000, 3, 10))
  expect_lt(stats::chisq.test(counts)$statistic, 35)
  by_formula <- cv.sgdlasso(
    y ~ a + f, data = as_rows(mixed_frame()), seed = 1, xlev = list(f = c("w", "u", "v")), lambda = c(0.1, 0.01)
  )
  expect_s3_class(by_formula, "cv.sgdlasso")
  expect_input_error(predict(by_formula, mixed_frame()[1:2, ], interval = "prediction"), "rows came from a source")
  expect_output(print(by_formula), "lambda|Lambda")
})

test_that("what a source cannot give is an error that says so", {
  d <- mixed_frame()
  rows <- as_rows(block_function(d))
  expect_input_error(sgdlasso(y ~ poly(b, 2), data = rows), "poly\\(b, 2\\), which depends on all rows")
  expect_input_error(sgdlasso(rows), "hands out data frames")
  expect_input_error(cv.sgdlasso(l ~ a, data = rows, family = "binomial"), "`family` is \"binomial\"")
  expect_input_error(sgdlasso(y ~ a, data = rows, solver = "saga"), "`solver` is")
  expect_input_error(sgdlasso(y ~ b, data = as_rows(d), relax = TRUE), "`relax` is TRUE")
  expect_input_error(cv.sgdlasso(y ~ b, data = rows, type.measure = "mae"), "`type.measure` is \"mae\"")
  expect_input_error(
    cv.sgdlasso(y ~ b, data = rows, foldid = rep(1:3, 100)), "`foldid` is given, and rows come from a source"
  )
  expect_input_error(
    cv.sgdlasso(as_rows(matrix(1:6, 3), 1:3), keep = TRUE), "`keep` is given, and rows come from a source"
  )
  expect_input_error(sgdlasso(y ~ f, data = d, xlev = list(f = "u")), "`xlev` is given, and `data` is in memory")
  expect_input_error(sgdlasso(function(reset) NULL), "as_rows\\(x\\)")
  expect_input_error(sgdlasso(as_rows(function(reset) NULL)), "no row of positive weight")
  broken <- d[c("a", "b", "y")]
  broken$b[201] <- Inf
  expect_input_error(sgdlasso(y ~ ., data = as_rows(broken, block = 100)), "In rows 201 to 300 of the source")
  changing <- local({
    k <- 0
    function(reset) {
      k <<- k + 1
      if (reset) k <<- 0
      if (k == 1) list(x = cbind(a = 1:5, b = 5:1), y = 1:5) else if (k == 2) list(x = cbind(a = 1:5), y = 1:5)
    }
  })
  expect_input_error(sgdlasso(as_rows(changing)), "the first had 2")
  expect_input_error(as_rows(3), "`x` is 3")
  expect_input_error(as_rows(matrix(1:4, 2), 1:3), "`y` has 3 values")
})

test_that("numbers too large for squares are an error in cross-validation of a source too", {
  d <- make_rows(60)
  expect_input_error(cv.sgdlasso(as_rows(d$x, d$y * 1e200), seed = 1), "so large that the deviance overflows")
})

test_that("options that need rows in memory are refused in every call", {
  d <- mixed_frame()
  expect_input_error(
    cv.sgdlasso(y ~ b, data = as_rows(d), grouped = FALSE), "`grouped` is given, and rows come from a source"
  )
  expect_input_error(
    cv.sgdlasso(as_rows(matrix(1:6, 3), 1:3), grouped = FALSE), "`grouped` is given, and rows come from a source"
  )
})

test_that("a block that is neither a data frame nor a list is an error that says so", {
  expect_input_error(sgdlasso(as_rows(function(reset) 1:3)), "A block is a integer of length 3|A block is an? ")
  expect_input_error(sgdlasso(y ~ x, data = as_rows(function(reset) 1:3)), "hands out|A block is")
})
