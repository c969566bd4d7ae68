# The in-memory fit is what a formula on a row source gives, for any formula, data and blocks.

expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

test_that("random formulas on random frames in random blocks give the in-memory fit, and for lambda = 0 that of lm()", {
  compared <- 0
  fits <- check_draws(1:45, function(draw, fit, whole, about) {
    rows <- as_rows(block_function_of(draw$blocks))
    expect_same_outcome(fit_or_refusal(fit(rows, tol = 1e-12, lambda = c(.5, .1, .01))), whole, draw, about)
    known <- plain_lm(fit, draw$d)
    if (!is.list(whole) || is.null(known)) return()
    free <- fit_or_refusal(fit(rows, tol = 1e-12, lambda = 0))
    expect_equal(
      as.matrix(coef(free)[names(known), , drop = FALSE])[, 1], known, tolerance = 1e-5, ignore_attr = TRUE,
      info = about
    )
    compared <<- compared + 1
  })
  expect_gt(fits, 30)
  expect_gt(compared, 15)
})

streams_as_whole <- function(form, d, blocks = list(d[1:9, ], d[-(1:9), ]), whole = d, ...) {
  given <- c(match.call(expand.dots = FALSE)$..., lambda = .01, tol = 1e-12)
  streamed <- do.call(sgdlasso, c(list(form, as_rows(block_function_of(blocks))), given))
  in_memory <- do.call(sgdlasso, c(list(form, whole), given))
  expect_equal(same_fit(streamed), same_fit(in_memory), tolerance = 1e-8)
  streamed
}

small_frame <- function(n = 40) {
  set.seed(2)
  d <- data.frame(
    a = rnorm(n), k = rep(0:3, length.out = n), f = factor(sample(c("u", "v", "w"), n, TRUE), c("w", "v", "u"))
  )
  d$t <- rep(c("b", "a", "10", "9", "a"), length.out = n)
  d$y <- d$a + (d$f == "u") + (d$t == "9") + rnorm(n)
  d
}

test_that("factors whose levels differ from block to block have those that rbind() gives", {
  d <- small_frame()
  first <- d[1:20, ]
  second <- d[21:40, ]
  first$f <- factor(first$f, c("u", "x", "v", "w"))
  second$f <- factor(second$f, c("v", "z", "w", "u"))
  second$f[1] <- "z"
  fit <- streams_as_whole(y ~ f, d, list(first, second), rbind(first, second))
  expect_identical(fit$xlevels$f, c("u", "v", "w", "z"))
})

test_that("a level that occurs only in rows that are dropped is none", {
  d <- small_frame()
  d$t[5] <- "seldom"
  d$f <- factor(d$f, c(levels(d$f), "never"))
  d$f[8] <- "never"
  d$a[c(5, 8)] <- NA
  fit <- streams_as_whole(y ~ a + f + t, d)
  expect_identical(fit$xlevels, list(f = c("w", "v", "u"), t = c("10", "9", "a", "b")))
  streams_as_whole(y ~ factor(k) + t, d, subset = k > 1)
})

test_that("variables that are taken away cost no pass and have no levels, and new data need not hold them", {
  d <- small_frame()
  d$label <- paste("row", seq_len(40))
  d$one <- "the same"
  d$y[3] <- NA
  d$label[7] <- NA # such rows are dropped, as in lm()
  passes <- 0
  rows <- as_rows(block_function_of(list(d[1:9, ], d[-(1:9), ])))
  open <- rows$open
  rows$open <- function() {
    passes <<- passes + 1
    open()
  }
  fit <- sgdlasso(y ~ . - label - one - f - t, rows, lambda = .01)
  expect_equal(passes, 2) # a look at the first block, and the rows
  expect_equal(nobs(fit), nobs(lm(y ~ . - label - f - t, d[names(d) != "one"])))
  for (fit in list(streams_as_whole(y ~ . - label - one, d), sgdlasso(y ~ . - label - one, d))) {
    expect_named(fit$xlevels, c("f", "t"))
    expect_equal(nrow(predict(fit, transform(d[1:3, ], label = "unheard of"))), 3)
    expect_equal(nrow(predict(fit, d[1:3, c("a", "k", "f", "t")])), 3)
  }
  once <- sgdlasso(y ~ . - label - one - f - t, once(as_rows(d, block = 9)), lambda = .01)
  expect_equal(nobs(once), nobs(fit))
})

test_that("contrasts are those of the in-memory call, whoever asks for them", {
  d <- small_frame()
  d$o <- factor(d$k, ordered = TRUE)
  streams_as_whole(y ~ o + f, d)
  streams_as_whole(y ~ o + f, d, contrasts = list(f = "contr.sum", o = contr.helmert(4)))
  contrasts(d$f) <- contr.sum(3)
  streams_as_whole(y ~ f * a, d)
})

test_that("blocks none of whose rows count are passed over", {
  d <- small_frame()
  d$a[1:9] <- NA
  streams_as_whole(y ~ a + t, d)
  streams_as_whole(y ~ k + f, d, list(d[d$k > 1, ], d[d$k <= 1, ]), d[order(d$k <= 1), ], subset = k <= 1)
})

test_that("a response that the family cannot have is told before a pass is spent", {
  d <- small_frame()
  d$buy <- d$k %% 2
  blocks <- 0
  rows <- as_rows(d, block = 10)
  open <- rows$open
  rows$open <- function() {
    pass <- open()
    list(read = function() {
      blocks <<- blocks + 1
      pass$read()
    }, close = pass$close)
  }
  expect_input_error(sgdlasso(factor(buy) ~ f + t, rows), "`y` is a factor.*binomial")
  expect_input_error(sgdlasso(t ~ f, rows, family = "binomial"), "`y` is a character vector")
  expect_input_error(sgdlasso(factor(k) ~ f, rows, family = "binomial"), "`y` has 4 levels")
  expect_input_error(sgdlasso(-k ~ f, rows, family = "poisson"), "negative")
  expect_equal(blocks, 4) # one look at the first block each
  fit <- sgdlasso(factor(buy) ~ a + f + t, rows, family = "binomial", lambda = .01)
  expect_equal(fit$classnames, c("0", "1"))
  expect_equal(fit$beta, sgdlasso(factor(buy) ~ a + f + t, d, family = "binomial", lambda = .01)$beta, tolerance = 1e-3)
})

test_that("what depends on all rows at once is refused, in whatever words", {
  d <- small_frame()
  d$start <- as.POSIXct("2020-01-01", tz = "UTC")
  d$end <- d$start + seq_len(40)^3
  rows <- as_rows(d, block = 20)
  for (form in list(
    y ~ I(a - mean(a)), y ~ cut(a, 3), y ~ rank(a), y ~ rev(a), y ~ cumsum(a), y ~ reorder(t, a), y ~ I(a / max(a)),
    y ~ as.integer(factor(t)), log(y - min(y) + 1) ~ a, y ~ scale(a), y ~ poly(a, 2)
  )) {
    told <- "depends on all rows at once|must be computed by itself"
    expect_error(sgdlasso(form, rows), told, class = "sgdlasso_error_input", info = deparse1(form))
  }
  w <- rep(1:2, 10)
  expect_input_error(sgdlasso(y ~ a, rows, weights = w), "w, which depends on all rows at once")
  expect_input_error(sgdlasso(y ~ a, rows, subset = 1:5), "`subset` is a integer")
  expect_input_error(sgdlasso(y ~ a, rows, subset = a > max(a) - 1), "depends on all rows")
  by_row <- list(
    y ~ I(a^2), y ~ cut(a, c(-9, 0, 9)), y ~ factor(k), y ~ pmax(a, k), y ~ ifelse(a > 0, "up", "down"),
    y ~ relevel(f, "u")
  )
  for (form in by_row) {
    streams_as_whole(form, d)
  }
})

test_that("blocks of another kind than the first are errors that say so", {
  d <- small_frame()
  other <- function(...) sgdlasso(y ~ a + t, as_rows(block_function_of(list(d[1:9, ], transform(d[-(1:9), ], ...)))))
  expect_input_error(other(t = k), "A block has t as integer, the first as levels")
  expect_input_error(other(a = t), "A block is not like the first")
  expect_input_error(other(a = Sys.Date()), "a as Date, training had|A block is not like the first")
  # columns of nothing but NA are missing values of whatever the first block holds
  blank <- transform(d[-(1:9), ], t = NA)
  streams_as_whole(y ~ a + t, d, list(d[1:9, ], blank), rbind(d[1:9, ], blank))
})

test_that("a csv file and a database give the in-memory fit of what they hold", {
  d <- small_frame()
  d$f <- as.character(d$f)
  d$a[4] <- NA
  d$t <- paste0("t", d$t) # read.csv() would make numbers of some
  file <- tempfile(fileext = ".csv")
  on.exit(unlink(file))
  utils::write.csv(d, file, row.names = FALSE)
  forms <- list(y ~ a + f * t, y ~ . - t, y ~ factor(k) + f + offset(k))
  for (form in forms) {
    fit <- sgdlasso(form, rows_csv(file, bytes = 300), lambda = .01, tol = 1e-12)
    expect_equal(same_fit(fit), same_fit(sgdlasso(form, d, lambda = .01, tol = 1e-12)), tolerance = 1e-8)
  }
  skip_if_not_installed("RSQLite")
  con <- DBI::dbConnect(RSQLite::SQLite(), ":memory:")
  on.exit(DBI::dbDisconnect(con), add = TRUE)
  d$big <- d$k * 2^33 # SQLite hands out 64-bit integers
  DBI::dbWriteTable(con, "d", transform(d, big = bit64::as.integer64(big)))
  for (form in c(forms, y ~ log(big + 1) + a + big)) {
    fit <- sgdlasso(form, rows_sql(con, "SELECT * FROM d", block = 7), lambda = .01, tol = 1e-12)
    expect_equal(same_fit(fit), same_fit(sgdlasso(form, d, lambda = .01, tol = 1e-12)), tolerance = 1e-8)
  }
  by_name <- rows_sql(con, "SELECT y, a, big FROM d WHERE a IS NOT NULL", y = "y", block = 7)
  kept <- d[-4, ]
  expect_equal(
    same_fit(sgdlasso(by_name, lambda = .01)), same_fit(sgdlasso(kept[c("a", "big")], kept$y, lambda = .01)),
    tolerance = 1e-8
  )
})

test_that("cross-validation on a source draws the fold of a row by its place, whatever rows are left out", {
  d <- small_frame(90)
  d$a[c(5, 60)] <- NA
  cv <- cv.sgdlasso(y ~ a + t, as_rows(d, block = 13), subset = k > 0, nfolds = 4, seed = 3, tol = 1e-12)
  whole <- cv.sgdlasso(y ~ a + t, d, subset = k > 0, foldid = r_hash_folds(1:90, 3, 4), tol = 1e-12)
  expect_equal(cv$cvm, whole$cvm, tolerance = 1e-8)
})

test_that("what depends on other rows is refused, also where the first block looks as if it did not", {
  looking <- list(
    y ~ I(x - min(x)), y ~ I(x - mean(x)), y ~ I(x / max(x)), y ~ I(x - x[1]), y ~ I(x > median(x)), y ~ rank(x),
    y ~ ave(x, f), y ~ rev(x), y ~ cut(x, 3), y ~ cumsum(x), y ~ I(as.numeric(day) - min(as.numeric(day))),
    y ~ I(k - min(k))
  )
  row_wise <- list(
    y ~ log(abs(x) + 1), y ~ I(x > 2003), y ~ cut(x, c(-Inf, 2002, 2004, Inf)), y ~ factor(k), y ~ I(k %% 2L) + f,
    y ~ pmin(x, 2003), y ~ as.numeric(day), y ~ sqrt(x), y ~ ifelse(f == "a", x, 0), y ~ I(sapply(x, abs)), y ~ x:f
  )
  for (seed in 1:6) {
    set.seed(seed)
    d <- data.frame(x = rep(2001:2006, each = 10) + 0, k = rep(1:6, each = 10), f = rep(c("a", "b"), 30))
    if (seed > 3) d <- d[sample(60), ]
    d$day <- as.Date("2020-01-01") + d$k
    d$y <- d$x + rnorm(60)
    size <- sample(c(1, 2, 5, 10, 20), 1)
    for (form in looking) {
      about <- paste(seed, size, deparse1(form))
      expect_error(sgdlasso(form, data = as_rows(d, block = size), lambda = .01), "depends on all rows",
                   class = "sgdlasso_error_input", info = about)
    }
    for (form in row_wise) {
      fit <- sgdlasso(form, data = as_rows(d, block = size), lambda = .01, tol = 1e-10)
      expect_equal(fit$beta, sgdlasso(form, data = d, lambda = .01, tol = 1e-10)$beta, tolerance = 1e-4)
    }
  }
})
