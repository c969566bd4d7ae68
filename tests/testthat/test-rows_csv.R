expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

local_text <- function(text, ext = ".csv", env = parent.frame()) {
  file <- withr::local_tempfile(fileext = ext, .local_envir = env)
  writeBin(charToRaw(enc2utf8(text)), file)
  file
}
all_rows <- function(source) {
  found <- list()
  for_each_row_block(source, function(block) found <<- c(found, list(block)))
  do.call(rbind, found)
}

test_that("a column in two roles, and a folder for a file, are no internal errors", {
  file <- withr::local_tempfile()
  d <- data.frame(y = 1:9 + 0.5, a = rnorm(9))
  write.csv(d, file, row.names = FALSE)
  fit <- sgdlasso(rows_csv(file, y = "y", weights = "y"), lambda = 0.1)
  expect_equal(fit$beta, sgdlasso(as.matrix(d["a"]), d$y, weights = d$y, lambda = 0.1)$beta, tolerance = 1e-8)
  expect_error(rows_csv(tempdir(), y = "y"), "is a folder", class = "sgdlasso_error_input")
})

test_that("csv files give what read.csv() gives, whatever the size of a piece", {
  d <- mixed_frame()
  d$f <- as.character(d$f)
  file <- withr::local_tempfile(fileext = ".csv")
  write.csv(d, file, row.names = FALSE)
  expected <- read.csv(file)
  # read.csv() is off by a last digit now and then
  for (bytes in c(60, 1000, 1e6)) expect_equal(all_rows(rows_csv(file, bytes = bytes)), expected, tolerance = 1e-14)
  zipped <- withr::local_tempfile(fileext = ".csv.gz")
  con <- gzfile(zipped, "w")
  write.csv(d, con, row.names = FALSE)
  close(con)
  expect_equal(all_rows(rows_csv(zipped)), expected, tolerance = 1e-14)
})

test_that(paste(
  "quotes, line breaks of either kind, blank lines, a byte order mark and a last line without an end",
  "are understood"
), {
  found <- all_rows(rows_csv(local_text(paste0(
    "\ufeffa,\"b \"\"c\"\"\",d\r\n1,\"x, y\",\r\n\r\n",
    "+2.5e3,\"two\nlines \"\"q\"\"\",-.5\r\n NA ,,7."
  ))))
  expect_equal(names(found), c("a", "b \"c\"", "d"))
  expect_equal(found$a, c(1, 2500, NA))
  expect_equal(found[[2]], c("x, y", "two\nlines \"q\"", ""))
  expect_equal(found$d, c(NA, -0.5, 7))
  expect_equal(all_rows(rows_csv(local_text("a;b\n1;?\n2;3"), separator = ";", missing = "?"))$b, c(NA, 3))
})

test_that("numbers are read to the nearest double", {
  set.seed(1)
  numbers <- c(
    0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 123456789012345678, 2^53 + 2, 1e22, 1e23, 8.41e21, 9007199254740993, -0
  )
  numbers <- c(numbers, rnorm(2000) * 10^sample(-300:300, 2000, TRUE))
  text <- c(sprintf("%.17g", numbers), "1e400", "-1e400", "1e-400", "inf", "0.30000000000000000000000000000000004")
  read <- all_rows(rows_csv(local_text(paste(c("x", text), collapse = "\n")), bytes = 100))$x
  expect_identical(read[seq_along(numbers)], numbers)
  expect_identical(tail(read, 5), c(Inf, -Inf, 0, Inf, 0.3))
})

test_that("several files are one source, and a pipe is read once", {
  d <- mixed_frame()
  files <- c(withr::local_tempfile(fileext = ".csv"), withr::local_tempfile(fileext = ".csv"))
  write.csv(d[1:100, ], files[1], row.names = FALSE)
  write.csv(d[101:300, ], files[2], row.names = FALSE)
  expect_equal(nrow(all_rows(rows_csv(files))), 300)
  skip_on_os("windows")
  pipe <- withr::local_tempfile()
  system2("mkfifo", pipe)
  system2("sh", c("-c", shQuote(paste("cat", files[1], ">", pipe))), wait = FALSE)
  rows <- rows_csv(pipe, y = "y")
  expect_false(rows$rewindable)
  numbers <- withr::local_tempfile(fileext = ".csv")
  write.csv(d[-(c(5, 77)), c("a", "b", "k", "y", "w")], numbers, row.names = FALSE)
  system2("sh", c("-c", shQuote(paste("cat", pipe, "> /dev/null"))))
  system2("sh", c("-c", shQuote(paste("cat", numbers, ">", pipe))), wait = FALSE)
  fit <- sgdlasso(rows_csv(pipe, y = "y", weights = "w"), lambda = 0.1)
  complete <- d[-c(5, 77), ]
  whole <- sgdlasso(as.matrix(complete[c("a", "b", "k")]), complete$y, weights = complete$w, lambda = 0.1)
  expect_equal(fit$beta, whole$beta, tolerance = 1e-10)
})

test_that("what cannot be parsed is an error that names file and line", {
  bad <- function(text, message, ...) expect_input_error(all_rows(rows_csv(local_text(text), ...)), message)
  bad("a,b\n1,2\n3\n", "line 3: it has 1 field, not 2")
  bad("a,b\n1,2\n3,4,5\n", "line 3: it has 3 fields, not 2")
  bad("a,b\n1,2\n\"x\ny\",4\n5,6,7\n", "line 5: it has 3 fields, not 2")
  bad("a\n1\n2\n3\nx\n", "line 5: \"x\" in column 1 is not a number", bytes = 4)
  bad("a\n\"1\"2\n", "line 2: something follows a closing quote")
  bad("a\n1\n\"2\n", "line 3: a quote is not closed")
  bad("a,a\n1,2\n", "empty or repeated names")
  bad("", "which is empty")
  bad("l\nTRUE\nFALSE\nmaybe\n", "\"maybe\" after TRUE and FALSE", bytes = 8)
  one <- local_text("a,b\n1,2\n")
  other <- local_text("a,c\n1,2\n")
  expect_input_error(all_rows(rows_csv(c(one, other))), "whose columns are not those of")
  expect_input_error(rows_csv("no such file"), "does not exist")
  expect_input_error(rows_csv(one, separator = ",,"), "`separator`")
  expect_input_error(sgdlasso(rows_csv(one, y = "q")), "lack the column \"q\"")
  expect_input_error(rows_csv(one, weights = "b"), "without `y`")
})

test_that("files are closed, also when a block fails", {
  file <- local_text("a,b\n1,2\n3,x,4\n")
  before <- nrow(showConnections())
  try(all_rows(rows_csv(file)), silent = TRUE)
  rows <- rows_csv(local_text("a,b\n1,2\n3,4\n"))
  try(for_each_row_block(rows, function(block) stop("enough")), silent = TRUE)
  all_rows(rows)
  expect_equal(nrow(showConnections()), before)
})

test_that("a number that stands for a missing value is missing, with and without a response named", {
  file <- local_text("y,a,b\n1,-999,2\n2,5,-999\n3,6,7\n")
  expect_equal(all_rows(rows_csv(file, missing = "-999"))$a, c(NA, 5, 6))
  expect_input_error(sgdlasso(rows_csv(file, y = "y", missing = "-999")), "missing or infinite")
})

# The same source, read by R alone.
read_by_r <- function(source) {
  source$native <- NULL
  source
}
number_lines <- function(n = 300, columns = 3) {
  set.seed(5)
  x <- matrix(round(rnorm(n * columns) * 10^sample(-2:2, n * columns, TRUE), 4), n)
  y <- x[, 1] + rnorm(n)
  c(
    paste(c("w", paste0("a", seq_len(columns)), "y", "o"), collapse = ","),
    paste(format(runif(n, 0.1, 2), digits = 15), apply(x, 1, paste, collapse = ","), y, round(rnorm(n), 3), sep = ",")
  )
}
outcome <- function(source, ...) {
  tryCatch(
    unclass(sgdlasso(source, nlambda = 5, ...))[c("beta", "a0", "dev.ratio", "nobs", "lambda", "nulldev")],
    error = function(e) conditionMessage(e)
  )
}
kinds_of_blocks <- function(source) {
  pass <- source$native()
  on.exit(pass$close())
  kinds <- character()
  while (!is.null(block <- pass$read())) kinds <- c(kinds, class(block)[1])
  kinds
}

test_that("numbers read in C++ give the fit of those read by R, to the bit, on any number of threads", {
  file <- local_text(paste(number_lines(), collapse = "\n"))
  second <- local_text(paste(c(number_lines(20), ""), collapse = "\r\n"))
  for (bytes in c(7, 300, 2000.5, 1e6)) {
    rows <- function(threads) {
      rows_csv(c(file, second), y = "y", weights = "w", offset = "o", bytes = bytes, threads = threads)
    }
    expect_setequal(kinds_of_blocks(rows(2)), "sgdlasso_native_block")
    expected <- outcome(read_by_r(rows(1)))
    expect_type(expected$a0, "double")
    for (threads in 1:3) expect_identical(outcome(rows(threads)), expected)
  }
  wide <- local_text(paste(number_lines(40, 70), collapse = "\n"))
  expect_identical(outcome(rows_csv(wide, y = "y", threads = 2)), outcome(read_by_r(rows_csv(wide, y = "y"))))
  # the path ends early here, which is told
  cv <- function(source) suppressWarnings(cv.sgdlasso(source, seed = 2, nfolds = 4))[c("cvm", "cvsd", "lambda.min")]
  rows <- rows_csv(file, y = "y", threads = 2)
  expect_identical(cv(rows), cv(read_by_r(rows)))
})

test_that("where something else than a number stands, R goes on from that block, with the same result", {
  lines <- number_lines()
  changes <- list(
    quoted = function(line) sub("^([^,]*)", "\"\\1\"", line),
    break_in_quotes = function(line) sub("^[^,]*", "\"1\n2\"", line),
    blank_line = function(line) paste0(line, "\n"),
    carriage = function(line) paste0(line, "\r"),
    blanks = function(line) gsub(",", " ,\t", line),
    plus = function(line) sub(",-?", ",+", line),
    missing = function(line) sub(",[^,]*", ",NA", line),
    empty = function(line) sub(",[^,]*", ",", line),
    text = function(line) sub(",[^,]*", ",word", line),
    infinite = function(line) sub(",[^,]*", ",1e999", line),
    narrow = function(line) sub(",[^,]*", "", line),
    long = function(line) paste0(line, ",1"),
    no_weight = function(line) sub("^[^,]*", "0", line),
    bad_weight = function(line) sub("^[^,]*", "-1", line),
    two_signs = function(line) sub("^[^,]*", "+-1", line)
  )
  for (name in names(changes)) {
    for (at in c(2, 150, 301)) {
      changed <- lines
      changed[at] <- changes[[name]](lines[at])
      file <- local_text(paste(c(changed, ""), collapse = "\n"))
      for (bytes in c(500, 4000, 1e6)) {
        rows <- rows_csv(c(file, file), y = "y", weights = "w", offset = "o", bytes = bytes, threads = 2)
        expect_identical(outcome(rows), outcome(read_by_r(rows)), info = paste(name, at, bytes))
      }
    }
  }
  file <- local_text(paste(append(lines, "1,2", 200), collapse = "\n"))
  expect_input_error(sgdlasso(rows_csv(file, y = "y", bytes = 1000)), "line 201: it has 2 fields, not 6")
  file <- local_text(paste(append(lines, "1,2,Inf,1,1,1", 200), collapse = "\n"))
  expect_input_error(
    sgdlasso(rows_csv(file, y = "y", bytes = 3000)), "In rows [0-9]+ to [0-9]+ of the source: .*missing or infinite"
  )
  rows <- rows_csv(local_text(paste(append(lines, "\"1\",2,3,4,5,6", 200), collapse = "\n")), y = "y", bytes = 2000)
  expect_setequal(kinds_of_blocks(rows), c("sgdlasso_native_block", "list"))
})

test_that("other files than plain ones of numbers are read by R alone", {
  lines <- number_lines(50)
  file <- local_text(paste(lines, collapse = "\n"))
  zipped <- withr::local_tempfile(fileext = ".csv.gz")
  con <- gzfile(zipped, "w")
  writeLines(lines, con)
  close(con)
  expect_identical(kinds_of_blocks(rows_csv(zipped, y = "y")), "list")
  expect_identical(outcome(rows_csv(zipped, y = "y")), outcome(rows_csv(file, y = "y")))
  expect_identical(kinds_of_blocks(rows_csv(file, y = "y", missing = "-9")), "list")
  header <- lines[1]
  for (text in c(header, paste0(header, "\n"))) {
    rows <- rows_csv(c(local_text(text), file), y = "y")
    expect_identical(outcome(rows), outcome(read_by_r(rows)))
  }
  other <- local_text(paste(sub("a1", "b1", lines), collapse = "\n"))
  expect_input_error(sgdlasso(rows_csv(c(file, other), y = "y")), "whose columns are not those of")
  expect_input_error(sgdlasso(rows_csv(file, y = "q")), "lack the column \"q\"")
  pass <- rows_csv(file, y = "y")$open()
  expect_identical(class(pass$read()), "list")
  pass$close()
})

test_that("a pass that ends early ends its threads, and its blocks are gone", {
  file <- local_text(paste(number_lines(2000), collapse = "\n"))
  rows <- rows_csv(file, y = "y", bytes = 3000, threads = 3)
  before <- thread_ids()
  for (k in 1:50) {
    pass <- rows$native()
    block <- pass$read()
    if (k == 1 && length(before)) expect_length(setdiff(thread_ids(), before), 2)
    pass$close()
    if (k %% 10 == 0) gc()
  }
  expect_error(r_native_block(block), "no longer|not valid")
  pass <- rows$native()
  block <- pass$read()
  again <- pass$read()
  expect_error(r_native_block(block), "no longer there")
  expect_equal(nrow(r_native_block(again)$x), again$rows)
  pass$close()
  expect_no_more_threads(before)
  expect_error(for_each_row_block(rows, function(block) stop("enough"), native = TRUE), "enough")
  expect_no_more_threads(before)
})
