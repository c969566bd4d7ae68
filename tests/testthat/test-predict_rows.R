expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

# The source, with how often it was opened and closed.
watched <- function(source) {
  opened <- closed <- 0
  open <- source$open
  source$open <- function() {
    opened <<- opened + 1
    pass <- open()
    list(read = pass$read, close = function() {
      closed <<- closed + 1
      pass$close()
    })
  }
  list(source = source, open = function() opened - closed, passes = function() opened)
}

unname_rows <- function(x) {
  rownames(x) <- NULL
  x
}

test_that("predictions of random formulas on random frames in random blocks are those of the data frame", {
  predicted <- refused <- 0
  check_draws(1:60, function(draw, fit, whole, about) {
    if (!is.list(whole)) return()
    new <- random_frame(40)
    if (runif(1) < .5) new$y <- NULL
    blocks <- random_blocks(new)
    ask <- function(rows) fit_or_refusal(predict(whole, rows, s = c(.1, .05)))
    rows <- watched(as_rows(block_function_of(blocks)))
    expected <- ask(new)
    got <- ask(rows$source)
    expect_equal(rows$open(), 0)
    if (is.character(expected)) {
      refused <<- refused + 1
      return(expect_type(got, "character"))
    }
    expect_equal(got, expected, tolerance = 1e-12, info = about)
    expect_equal(ask(as_rows(new, block = sample(50, 1))), expected, tolerance = 1e-12, info = about)
    predicted <<- predicted + 1
  })
  expect_gt(predicted, 25)
  expect_gt(refused, 0)
})

test_that("every type, family and lambda is as for a data frame, by `newx` or `newdata`", {
  d <- mixed_frame(150)
  for (family in c("gaussian", "binomial", "poisson")) {
    d$y <- draw_response(d$b - d$k / 3, family)
    fit <- sgdlasso(y ~ a * f + b + offset(w), d, family = family, lambda = c(0.1, 0.01), tol = 1e-10)
    rows <- as_rows(block_function(d[setdiff(names(d), "y")], 37))
    types <- c("link", "response", if (family == "binomial") "class")
    for (type in types) {
      expect_equal(predict(fit, newdata = rows, type = type), predict(fit, d, type = type))
      expect_equal(predict(fit, rows, type = type, s = 0.03), predict(fit, d, type = type, s = 0.03))
    }
    expect_equal(predict(fit, rows, type = "terms", s = 0.03), predict(fit, d, type = "terms", s = 0.03))
    expect_equal(predict(fit, rows, newoffset = d$b), predict(fit, d, newoffset = d$b))
  }
  expect_input_error(predict(fit, rows, type = "class"), "Only binomial")
  expect_equal(predict(fit, rows, type = "nonzero"), predict(fit, type = "nonzero"))
})

test_that("cross-validations take sources too, but for intervals", {
  d <- mixed_frame(100)
  cv <- cv.sgdlasso(y ~ a + b + f, d, nfolds = 4, seed = 1)
  rows <- as_rows(d, block = 30)
  expect_equal(predict(cv, rows, s = "lambda.min"), predict(cv, d, s = "lambda.min"))
  expect_equal(predict(cv, newdata = rows, type = "response"), predict(cv, d, type = "response"))
  found <- NULL
  predict(cv, rows, to = function(predictions, rows) found <<- rbind(found, predictions))
  expect_equal(found, predict(cv, d))
  expect_input_error(predict(cv, rows, s = "lambda.min", interval = "prediction"), "Intervals are for rows in memory")
})

test_that("blocks of numbers have the columns of x, and bring their offset", {
  d <- make_sparse_rows(90, 25)
  colnames(d$x) <- paste0("c", 1:25)
  fit <- sgdlasso(d$x, d$y, offset = d$o, lambda = c(0.5, 0.05))
  expected <- predict(fit, d$x, newoffset = d$o)
  for (block in c(1, 7, 90, 1000)) {
    expect_equal(predict(fit, as_rows(d$x[, 25:1], d$y, offset = d$o, block = block)), expected)
    expect_equal(predict(fit, as_rows(as_sparse(d$x), d$y, offset = d$o, block = block)), expected)
    expect_equal(predict(fit, as_rows(d$x, d$y, block = block), newoffset = d$o), expected)
    expect_equal(predict(fit, as_rows(data.frame(d$x, more = 1), block = block), newoffset = d$o), expected)
  }
  expect_input_error(predict(fit, as_rows(d$x, d$y)), "`newoffset` is missing")
  expect_input_error(predict(fit, as_rows(d$x[, -3], d$y)), "lacks 1 column of x: \"c3\"")
  free <- sgdlasso(d$x, d$y, lambda = 0.05)
  expect_input_error(predict(free, as_rows(d$x, d$y, offset = d$o)), "the fit has none")
  expect_equal(
    predict(free, as_rows(d$x, d$y, block = 40), type = "terms"), predict(free, d$x, type = "terms")
  )
})

test_that("files, caches and databases are predicted as they are read", {
  d <- na.omit(mixed_frame(120))[c("a", "b", "f", "t", "y")]
  d$f <- as.character(d$f)
  row.names(d) <- NULL
  fit <- sgdlasso(y ~ a * f + t, d, lambda = 0.05)
  file <- withr::local_tempfile(fileext = ".csv")
  write.csv(d[setdiff(names(d), "y")], file, row.names = FALSE)
  expect_equal(predict(fit, rows_csv(file, bytes = 500)), predict(fit, d))
  cache <- cache_rows(as_rows(d, block = 50), withr::local_tempfile(), y ~ a * f + t)
  expect_equal(predict(fit, cache), predict(fit, d), ignore_attr = "dimnames")
  expect_input_error(predict(fit, cache, type = "terms"), "Terms are made from data frames")
  write.csv(d[c("a", "b", "y")], file, row.names = FALSE)
  numbers <- sgdlasso(as.matrix(d[c("a", "b")]), d$y, lambda = 0.05)
  expect_equal(predict(numbers, rows_csv(file, y = "y", bytes = 500)), predict(numbers, as.matrix(d[c("a", "b")])))
  con <- local_sqlite()
  DBI::dbWriteTable(con, "d", d)
  expect_equal(predict(fit, rows_sql(con, "SELECT * FROM d", block = 33)), predict(fit, d))
})

test_that("a csv file of predictions reads back to the last digit, missing ones and classes included", {
  d <- mixed_frame(200)
  for (type in c("link", "response", "class")) {
    d$y <- factor(ifelse(d$l, "yes, \"sure\"", "no"))
    fit <- sgdlasso(y ~ a * f + b, d, family = "binomial", lambda = c(0.1, 0.01))
    file <- withr::local_tempfile(fileext = ".csv")
    shown <- withVisible(predict(fit, as_rows(d, block = 33), type = type, to = file))
    expect_false(shown$visible)
    expect_equal(shown$value, 200)
    read <- as.matrix(read.csv(file, check.names = FALSE, colClasses = if (type == "class") "character" else "numeric"))
    expect_identical(read, unname_rows(predict(fit, d, type = type)))
    expect_equal(list.files(dirname(file), basename(file)), basename(file))
  }
  expect_equal(readLines(file, 1), "\"s0\",\"s1\"")
  expect_equal(
    csv_fields(c(NA, Inf, -Inf, 0.1, 1e300, 1 / 3)), c("NA", "Inf", "-Inf", "0.1", "1e+300", "0.3333333333333333")
  )
})

test_that("a file takes its name once it is whole; what stood there before stays if anything fails", {
  d <- mixed_frame(90)
  fit <- sgdlasso(y ~ f + b, d, lambda = 0.01)
  folder <- withr::local_tempdir()
  file <- file.path(folder, "predictions.csv")
  writeLines("before", file)
  bad <- d
  bad$f <- as.character(bad$f)
  bad$f[70] <- "new"
  rows <- watched(as_rows(bad, block = 20))
  expect_input_error(predict(fit, rows$source, to = file), "In rows 61 to 80 of the source.*did not see: \"new\"")
  expect_equal(readLines(file), "before")
  expect_equal(list.files(folder), "predictions.csv")
  expect_equal(rows$open(), 0)
  seen <- NULL
  stopping <- as_rows(function(reset) {
    seen <<- list.files(folder)
    if (!reset) stop(structure(class = c("interrupt", "condition"), list(message = "", call = NULL)))
  })
  tryCatch(predict(fit, stopping, to = file), interrupt = function(e) NULL)
  expect_equal(list.files(folder), "predictions.csv")
  expect_length(seen, 2)
  expect_input_error(predict(fit, as_rows(d), newoffset = 1:91, to = file), "91 values, the source has 90 rows")
  expect_equal(readLines(file), "before")
  predict(fit, as_rows(d), to = file)
  expect_length(readLines(file), 91)
  for (name in c(folder, file.path(folder, "none", "p.csv"), file.path(folder, "p.csv.gz"))) {
    expect_input_error(predict(fit, as_rows(d), to = name), "`to` is")
  }
  expect_input_error(predict(fit, as_rows(d), to = 1), "`to` is 1")
})

test_that("a full disk is an error, not a short file", {
  skip_on_os(c("windows", "mac"))
  skip_if_not_installed("processx")
  file <- withr::local_tempfile(fileext = ".csv")
  code <- sprintf(
    "d <- data.frame(a = as.numeric(1:5000)); d$y <- sin(d$a)
     fit <- sgdlasso::sgdlasso(y ~ a, d, lambda = 0)
     cat(tryCatch(predict(fit, sgdlasso::as_rows(d, block = 100), to = '%s'), error = conditionMessage))", file
  )
  libraries <- paste(.libPaths(), collapse = .Platform$path.sep)
  limited <- c("-c", "trap '' XFSZ; ulimit -f 40; exec \"$0\" -e \"$1\"", file.path(R.home("bin"), "Rscript"), code)
  out <- processx::run("bash", limited, env = c("current", R_LIBS = libraries), error_on_status = FALSE)
  expect_match(out$stdout, "cannot be written")
  expect_false(file.exists(file))
})

test_that("a function sees one block after the other, with the numbers of its rows, and nothing is kept", {
  d <- mixed_frame(100)
  fit <- sgdlasso(y ~ a + f, d, lambda = c(0.1, 0.01))
  calls <- list()
  rows <- watched(once(as_rows(d, block = 30)))
  count <- predict(fit, rows$source, to = function(predictions, rows) calls <<- c(calls, list(list(predictions, rows))))
  expect_equal(count, 100)
  expect_equal(rows$passes(), 1)
  expect_equal(lapply(calls, `[[`, 2), list(1:30, 31:60, 61:90, 91:100))
  expect_equal(do.call(rbind, lapply(calls, `[[`, 1)), predict(fit, d))
  parts <- list()
  predict(fit, as_rows(d, block = 60), type = "terms", s = 0.1, to = function(...) parts <<- c(parts, list(..1)))
  expect_equal(attr(parts[[2]], "constant"), attr(predict(fit, d, type = "terms", s = 0.1), "constant"))
  rows <- watched(as_rows(d, block = 30))
  expect_error(predict(fit, rows$source, to = function(p, r) stop("of mine")), "^of mine$")
  expect_equal(rows$open(), 0)
  expect_input_error(predict(fit, as_rows(d), to = function(p) p), "`to` is a function of 1 argument")
  expect_input_error(predict(fit, d, to = function(p, r) p), "no rows from a source")
  expect_input_error(predict(fit, as_rows(d), type = "nonzero", to = "file"), "no rows from a source")
  expect_input_error(predict(fit, as_rows(d), type = "terms", s = 0.1, to = "file.csv"), "no place for the terms'")
})

test_that("what looks at the other new rows is refused, what remembers the training rows is not", {
  d <- mixed_frame(90)
  d$o <- runif(90)
  remembering <- sgdlasso(y ~ poly(b, 2) + scale(k) + log(b + 1) + factor(k), d, lambda = 0.01)
  for (block in c(1, 8, 90)) {
    expect_equal(predict(remembering, as_rows(d, block = block)), predict(remembering, d))
  }
  for (form in list(y ~ I(b - mean(b)), y ~ cut(b, 3), y ~ rank(b))) {
    fit <- sgdlasso(form, d, lambda = 0.01)
    for (block in c(1, 10)) expect_input_error(predict(fit, as_rows(d, block = block)), "depends on all rows at once")
  }
  elsewhere <- runif(90)
  fit <- sgdlasso(y ~ b + elsewhere, d, lambda = 0.01)
  expect_input_error(predict(fit, as_rows(d, block = 10)), "`newdata` lacks \"elsewhere\"")
  fit <- sgdlasso(y ~ b, d, offset = o, lambda = 0.01)
  expect_equal(predict(fit, as_rows(d, block = 10)), predict(fit, d))
  o <- runif(10)
  expect_input_error(predict(fit, as_rows(d[setdiff(names(d), "o")], block = 10)), "`newdata` lacks \"o\"")
})

test_that("sources of no rows, two kinds of new rows and offsets of another length are errors", {
  d <- mixed_frame(90)
  fit <- sgdlasso(y ~ b, d, lambda = 0.01)
  expect_input_error(predict(fit, as_rows(d[0, ])), "has no rows")
  expect_input_error(predict(fit, as_rows(d), newdata = d), "both given")
  expect_input_error(predict(fit, as_rows(d, block = 20), newoffset = 1:30), "30 values, the source has more rows")
  expect_input_error(predict(fit, as_rows(d, block = 20), newoffset = 1:99), "99 values, the source has 90 rows")
  expect_input_error(predict(fit, as_rows(function(reset) if (!reset) 1)), "A block is 1")
})

test_that("a file keeps its mode, a link its place, and what is no file or is read from is refused", {
  skip_on_os("windows")
  fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)
  rows <- as_rows(murder_rates, block = 7)
  folder <- withr::local_tempdir()
  path <- function(name) file.path(folder, name)
  file.create(path("private.csv"))
  Sys.chmod(path("private.csv"), "600")
  file.symlink(path("private.csv"), path("link.csv"))
  predict(fit, newdata = rows, to = path("link.csv"))
  expect_identical(as.character(file.mode(path("private.csv"))), "600")
  expect_identical(Sys.readlink(path("link.csv")), path("private.csv"))
  expect_length(readLines(path("private.csv")), 21)
  long <- path(paste0(strrep("n", 245), ".csv"))
  predict(fit, newdata = rows, to = long)
  expect_length(readLines(long), 21)
  system2("mkfifo", shQuote(path("pipe.csv")))
  write.csv(murder_rates, path("rows.csv"), row.names = FALSE)
  before <- readLines(path("rows.csv"))
  refused <- function(rows, to, words) {
    expect_error(predict(fit, newdata = rows, to = to), words, class = "sgdlasso_error_input")
  }
  refused(rows, path("pipe.csv"), "a device or a pipe")
  refused(rows_csv(path("rows.csv")), path("rows.csv"), "are read from")
  expect_identical(readLines(path("rows.csv")), before)
  numbers <- as_rows(as.matrix(murder_rates[, 1:3]), murder_rates$murder_rate)
  cached <- cache_rows(numbers, path("rows.cache"))
  whole <- readBin(path("rows.cache"), "raw", 1e5)
  refused(cached, path("rows.cache"), "are read from")
  expect_identical(readBin(path("rows.cache"), "raw", 1e5), whole)
})
