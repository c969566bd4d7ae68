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

test_that("quotes, line breaks of either kind, blank lines, a byte order mark and a last line without an end are understood", {
  found <- all_rows(rows_csv(local_text("\ufeffa,\"b \"\"c\"\"\",d\r\n1,\"x, y\",\r\n\r\n+2.5e3,\"two\nlines \"\"q\"\"\",-.5\r\n NA ,,7.")))
  expect_equal(names(found), c("a", "b \"c\"", "d"))
  expect_equal(found$a, c(1, 2500, NA))
  expect_equal(found[[2]], c("x, y", "two\nlines \"q\"", ""))
  expect_equal(found$d, c(NA, -0.5, 7))
  expect_equal(all_rows(rows_csv(local_text("a;b\n1;?\n2;3"), separator = ";", missing = "?"))$b, c(NA, 3))
})

test_that("numbers are read to the nearest double", {
  set.seed(1)
  numbers <- c(0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 123456789012345678, 2^53 + 2, 1e22, 1e23, 8.41e21, 9007199254740993, -0)
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
