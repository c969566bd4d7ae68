expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

# A database of each kind with the same table, and what it gives.
with_table <- function(con, d) {
  d$f <- as.character(d$f)
  d$l <- as.integer(d$l)
  d$id <- seq_len(nrow(d))
  DBI::dbWriteTable(con, "measured", d)
  list(rows = rows_sql(con, "SELECT a, b, k, f, t, l, w, y FROM measured ORDER BY id", block = 64), data = d)
}
expect_same_fits <- function(con) {
  table <- with_table(con, mixed_frame())
  streamed <- sgdlasso(y ~ a + k + f * b + l, data = table$rows, weights = w, tol = 1e-12)
  whole <- sgdlasso(y ~ a + k + f * b + l, data = table$data, weights = w, tol = 1e-12)
  expect_equal(same_fit(streamed), same_fit(whole), tolerance = 1e-8)
  expect_equal(predict(streamed, table$data[1:5, ]), predict(whole, table$data[1:5, ]), tolerance = 1e-8)
  numbers <- rows_sql(con, "SELECT b, k, y, w FROM measured", y = "y", weights = "w")
  whole <- sgdlasso(as.matrix(table$data[c("b", "k")]), table$data$y, weights = table$data$w, tol = 1e-12)
  expect_equal(sgdlasso(numbers, tol = 1e-12)$beta, whole$beta, tolerance = 1e-8)
  expect_input_error(sgdlasso(rows_sql(con, "SELECT nothing FROM nowhere", y = "y")), "`query` fails")
}

test_that("a query of SQLite gives the in-memory fit", {
  skip_if_not_installed("RSQLite")
  skip_if_not_installed("DBI")
  file <- withr::local_tempfile(fileext = ".sqlite")
  con <- DBI::dbConnect(RSQLite::SQLite(), file)
  withr::defer(DBI::dbDisconnect(con))
  expect_same_fits(con)
})

test_that("a query of PostgreSQL gives the in-memory fit", {
  con <- local_postgres()
  expect_same_fits(con)
})

test_that("a query of duckdb gives the in-memory fit, chunk by chunk", {
  skip_if_not_installed("duckdb")
  skip_if_not_installed("nanoarrow")
  con <- suppressMessages(DBI::dbConnect(duckdb::duckdb()))
  withr::defer(DBI::dbDisconnect(con, shutdown = TRUE))
  expect_same_fits(con)
})

test_that("duckdb hands out blocks, never the whole result", {
  skip_if_not_installed("duckdb")
  skip_if_not_installed("nanoarrow")
  con <- suppressMessages(DBI::dbConnect(duckdb::duckdb()))
  withr::defer(DBI::dbDisconnect(con, shutdown = TRUE))
  d <- data.frame(a = as.numeric(1:20000), t = rep(c("u", "v"), 10000))
  DBI::dbWriteTable(con, "d", d)
  for (columns in c("a", "a, t")) {
    blocks <- list()
    for_each_row_block(
      rows_sql(con, paste("SELECT", columns, "FROM d"), block = 3000), function(block) blocks <<- c(blocks, list(block))
    )
    expect_lte(max(vapply(blocks, nrow, 0L)), 3000)
    expect_equal(do.call(rbind, blocks), d[strsplit(columns, ", ")[[1]]], ignore_attr = TRUE)
  }
})

test_that("Parquet comes through duckdb", {
  skip_if_not_installed("duckdb")
  skip_if_not_installed("nanoarrow")
  con <- suppressMessages(DBI::dbConnect(duckdb::duckdb()))
  withr::defer(DBI::dbDisconnect(con, shutdown = TRUE))
  d <- mixed_frame()[c("b", "k", "y")]
  file <- withr::local_tempfile(fileext = ".parquet")
  DBI::dbWriteTable(con, "d", d)
  DBI::dbExecute(con, sprintf("COPY d TO '%s' (FORMAT parquet)", file))
  rows <- rows_sql(con, sprintf("SELECT * FROM '%s'", file), y = "y")
  expect_equal(
    sgdlasso(rows, lambda = 0.1)$beta, sgdlasso(as.matrix(d[1:2]), d$y, lambda = 0.1)$beta, tolerance = 1e-10
  )
})

test_that("what is no connection or no query is an error", {
  skip_if_not_installed("DBI")
  expect_input_error(rows_sql("con", "SELECT 1"), "`con` is con")
})

test_that("a lazy table of dbplyr is its query, fetched or computed by the database", {
  for (package in c("dbplyr", "dplyr")) skip_if_not_installed(package)
  con <- local_sqlite()
  set.seed(2)
  d <- data.frame(y = rnorm(90), a = rexp(90), g = sample(c("u", "v", "w"), 90, TRUE))
  DBI::dbWriteTable(con, "d", d)
  lazy <- dplyr::mutate(dplyr::filter(dplyr::tbl(con, "d"), a > 0.2), b = a * 2)
  kept <- transform(d[d$a > 0.2, ], b = a * 2)
  whole <- sgdlasso(y ~ log(b) + g, data = kept, tol = 1e-12)
  for (pushdown in c(FALSE, TRUE)) {
    fit <- sgdlasso(y ~ log(b) + g, data = as_rows(lazy, pushdown = pushdown), tol = 1e-12)
    expect_equal(coef(fit), coef(whole), tolerance = 1e-7)
  }
  numbers <- dplyr::select(lazy, y, b)
  expect_equal(nobs(sgdlasso(as_rows(numbers, y = "y", pushdown = TRUE))), nrow(kept))
  expect_input_error(sgdlasso(y ~ a, data = as_rows(numbers)), "a|fails|not found")
})
