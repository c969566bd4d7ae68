expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

local_lines <- function(lines, env = parent.frame()) {
  file <- withr::local_tempfile(.local_envir = env)
  writeLines(lines, file)
  file
}
as_lines <- function(x, y, first = 1) {
  vapply(seq_along(y), function(i) {
    on <- which(x[i, ] != 0)
    paste(c(sprintf("%.17g", y[i]), sprintf("%d:%.17g", on - 1L + first, x[i, on])), collapse = " ")
  }, "")
}

test_that("svmlight files give the fit to the matrix they hold, counted from 1 or 0", {
  d <- make_sparse_rows()
  whole <- sgdlasso(as_sparse(d$x), d$y, tol = 1e-12)
  for (first in 0:1) {
    rows <- rows_svmlight(local_lines(as_lines(d$x, d$y, first)), first = first, bytes = 500)
    expect_equal(same_fit(sgdlasso(rows, tol = 1e-12)), same_fit(whole), tolerance = 1e-7)
  }
  wide <- rows_svmlight(local_lines(as_lines(d$x, d$y)), columns = 30)
  expect_equal(sgdlasso(wide, lambda = 0.1)$dim, c(30, 1))
})

test_that("comments, query numbers, blank lines and rows of zeros are understood", {
  rows <- rows_svmlight(local_lines(c("1 2:0.5 # two", "", "# nothing", "-1 qid:3 1:2 3:-1e0", "0")))
  block <- NULL
  for_each_row_block(rows, function(found) block <<- found)
  expect_equal(as.matrix(block$x), rbind(c(0, 0.5, 0), c(2, 0, -1), 0), ignore_attr = TRUE)
  expect_equal(block$y, c(1, -1, 0))
})

test_that("what cannot be parsed is an error that names file and line", {
  bad <- function(lines, message, ...) expect_input_error(sgdlasso(rows_svmlight(local_lines(lines), ...)), message)
  bad(c("1 1:2", "x 1:2"), "line 2: \"x\" is not a number")
  bad(c("1 1:2", "1 1:a"), "line 2: \"a\" is not a number")
  bad("1 3:2 2:1", "line 1: column 2 does not come after 3")
  bad("1 2", "\"2\" is not index:value")
  bad("1 1.5:2", "no number of a column")
  bad("1 0:2", "has column 0; they run from 1")
  bad("1 5:2", "has column 5; they run from 1 to 4", columns = 4)
})
