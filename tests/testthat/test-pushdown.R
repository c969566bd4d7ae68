# Moments that a database computes, beside those of its rows.

expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

expect_pushed <- function(con) {
  force(con) # its package is loaded before DBI looks for the methods
  set.seed(9)
  d <- mixed_frame(400)
  d$f <- as.character(d$f)
  d$t <- sub("line\nbreak", "it's", d$t, fixed = TRUE)
  d$huge <- 1e8 + rnorm(400)
  d[["odd name"]] <- rnorm(400)
  d$off <- rnorm(400)
  d$f[sample(400, 9)] <- NA
  d$id <- sample(1e6, 400)
  d$w[3] <- 0
  d$l <- as.integer(d$l)
  DBI::dbWriteTable(con, "pushed", d)
  query <- "SELECT a, b, k, f, t, l, w, y, huge, off, \"odd name\" FROM pushed ORDER BY id;"
  fetched <- rows_sql(con, query)
  pushed <- rows_sql(con, query, pushdown = TRUE)
  formulas <- list(
    y ~ a + k + f * b + t, y ~ huge + I(b^2) + log(b) + `odd name` + factor(f):a, y ~ f - 1 + offset(off),
    y ~ . - a - t, y ~ l + a:b + t:f, log(b) ~ huge
  )
  for (formula in formulas) for (weighted in c(FALSE, TRUE)) {
    one <- function(rows) {
      if (weighted) sgdlasso(formula, data = rows, weights = w, tol = 1e-12, lambda = c(.3, .03)) else
        sgdlasso(formula, data = rows, tol = 1e-12, lambda = c(.3, .03))
    }
    expect_equal(same_fit(one(pushed)), same_fit(one(fetched)), tolerance = 1e-7, info = deparse1(formula))
  }
  # numbers, with a column of huge mean, whose products are nearer to the truth than those of the rows in one pass
  numbers <- "SELECT b, k, huge, w, off, y, l FROM pushed"
  one <- function(...) {
    sgdlasso(rows_sql(con, numbers, y = "y", weights = "w", offset = "off", ...), keep.moments = TRUE)
  }
  pushed <- one(pushdown = TRUE)
  fetched <- one()
  expect_equal(pushed$moments[names(fetched$moments)], fetched$moments, tolerance = 1e-8)
  product <- function(x, z) sum(d$w * (x - weighted.mean(x, d$w)) * (z - weighted.mean(z, d$w)))
  expect_equal(pushed$moments$cross[c(1, 3)], c(product(d$b, d$b), product(d$b, d$huge - 1e8)), tolerance = 1e-12)
  expect_equal(logLik(pushed), logLik(fetched), tolerance = 1e-10)
  more <- update(fetched, moredata = rows_sql(con, numbers, "y", "w", "off", pushdown = TRUE))
  expect_equal(nobs(more), 2 * nobs(fetched))
  expect_input_error(update(fetched, moredata = rows_sql(con, numbers, "y", "w", pushdown = TRUE)), "no offset")

  # folds by the key: each row in one, all of about a size, and the errors are those of these folds
  keyed <- rows_sql(con, "SELECT b, k, y, id FROM pushed", y = "y", pushdown = TRUE, key = "id")
  lambda <- 10^seq(0, -2, length.out = 9)
  cv <- cv.sgdlasso(keyed, nfolds = 5, seed = 3, lambda = lambda, tol = 1e-12)
  fold <- DBI::dbGetQuery(con, sprintf("SELECT %s AS fold FROM pushed q", fold_sql(keyed$sql, 5, 3)))$fold
  expect_true(all(table(factor(fold, 1:5)) > 50))
  x <- as.matrix(d[c("b", "k")])
  in_memory <- cv.sgdlasso(x, d$y, foldid = as.integer(fold), lambda = lambda, tol = 1e-12)
  expect_equal(cv$cvm, in_memory$cvm, tolerance = 1e-6)
  expect_input_error(cv.sgdlasso(rows_sql(con, numbers, y = "y", pushdown = TRUE)), "no `key`")
}

test_that("SQLite's moments are those of its rows", {
  expect_pushed(local_sqlite())
})

test_that("PostgreSQL's moments are those of its rows", {
  expect_pushed(local_postgres())
})

test_that("duckdb's moments are those of its rows", {
  skip_if_not_installed("duckdb")
  skip_if_not_installed("nanoarrow")
  con <- suppressMessages(DBI::dbConnect(duckdb::duckdb()))
  withr::defer(DBI::dbDisconnect(con, shutdown = TRUE))
  expect_pushed(con)
})

test_that("what rows would be refused for is refused, and what the database cannot tell", {
  con <- local_sqlite()
  d <- data.frame(
    y = c(1, 4, 2, 8, 5), a = c(1, NA, 3, 2, 5), b = c(1, 2, -1, 0, 3), w = c(1, 1, -1, 1, 1), t = letters[1:5]
  )
  DBI::dbWriteTable(con, "d", d)
  pushed <- function(columns, ...) rows_sql(con, paste("SELECT", columns, "FROM d"), pushdown = TRUE, ...)
  expect_input_error(sgdlasso(pushed("y, a, b", y = "y")), "missing values in a, in 1 row")
  expect_input_error(sgdlasso(pushed("y, t", y = "y")), "not numeric")
  expect_input_error(sgdlasso(pushed("y, b, w", y = "y", weights = "w")), "negative weights")
  # R warns of the logarithm too
  logarithm <- function() suppressWarnings(sgdlasso(y ~ log(b), data = pushed("*")))
  expect_input_error(logarithm(), "no value of log\\(b\\), in 2 rows")
  expect_input_error(sgdlasso(y ~ b, data = pushed("*"), weights = w), "negative weights")
  expect_input_error(sgdlasso(y ~ b, data = pushed("*"), subset = a > 1), "as WHERE")
  expect_input_error(sgdlasso(y ~ exp(sin(b)), data = pushed("*")), "no translation to SQL")
  expect_input_error(sgdlasso(y ~ factor(b), data = pushed("*")), "whose levels R computes")
  expect_input_error(sgdlasso(y ~ b, data = pushed("* ", y = NULL), solver = solver_sgd()), "the rows themselves")
  expect_input_error(sgdlasso(y > 2 ~ b, data = pushed("*"), family = "binomial"), "the rows themselves")
  expect_input_error(sgdlasso(pushed("nothing", y = "y")), "`query` fails")
  expect_input_error(rows_sql(con, "SELECT 1", key = "id"), "pushdown = TRUE")
  expect_input_error(pushed("*", key = 7), "`key`")
  expect_input_error(sgdlasso(pushed("y, b", y = "y"), checkpoint = tempfile()), "no state to save")
  DBI::dbExecute(con, "UPDATE d SET b = 'oops' WHERE y = 2")
  text <- pushed("y, b", y = "y")
  # RSQLite warns of mixed types
  expect_input_error(suppressWarnings(sgdlasso(text)), "text among the numbers of b, in 1 row")
})

test_that("names, levels, keys and functions are taken as R takes them, or refused", {
  con <- local_sqlite()
  set.seed(4)
  d <- data.frame(id = 1:60, y = rnorm(60), a = rnorm(60), b = rnorm(60), k = sample(5, 60, TRUE), w = runif(60, .5, 2))
  d$f <- sample(c("A", "a", "b", "a "), 60, TRUE)
  DBI::dbExecute(con, "CREATE TABLE d (id INT, y REAL, a REAL, b REAL, k INT, w REAL, f TEXT COLLATE NOCASE)")
  DBI::dbWriteTable(con, "d", d, append = TRUE)
  pushed <- function(query, ...) rows_sql(con, query, pushdown = TRUE, ...)
  same <- function(formula, query = "SELECT * FROM d -- all", data = d, more = list()) {
    one <- function(data) do.call(sgdlasso, c(list(formula, data = data, tol = 1e-12, lambda = c(.1, .003)), more))
    expect_equal(same_fit(one(pushed(query))), same_fit(one(data)), tolerance = 1e-6)
  }
  same(y ~ a + f)
  same(y ~ a + b, more = list(weights = quote(w * 2)))
  same(y ~ a + b, more = list(weights = quote(sqrt(w)), offset = quote(k / 2)))
  for (name in c("t x", "it's", "if", "t-x")) {
    renamed <- stats::setNames(d[c("y", "a", "f")], c("y", "a", name))
    same(y ~ ., sprintf("SELECT y, a, f AS \"%s\" FROM d", name), renamed)
  }
  refused <- function(why, formula, query = "SELECT * FROM d", ...) {
    expect_input_error(sgdlasso(formula, data = pushed(query), ...), why)
  }
  K <- 2
  refused("no column K", y ~ a + I(b * K))
  refused("more columns than one", y ~ x + X, "SELECT y, a AS x, b AS X FROM d")
  expect_input_error(sgdlasso(pushed("SELECT y, a AS x, b AS X FROM d", y = "y")), "more columns than one")
  refused("na.action", y ~ a, na.action = na.pass)
  refused("no terms", y ~ 1)
  local({
    log <- function(x) base::log(x)^2
    refused("function of yours", y ~ log(w))
  })
  # the key is no column, read or not, and is whole
  keyed <- pushed("SELECT id, y, a, b FROM d", y = "y", key = "id")
  expect_equal(rownames(sgdlasso(keyed, lambda = .1)$beta), c("a", "b"))
  expect_equal(colnames(peek(keyed)$first$x), c("a", "b"))
  for (key in c("CASE WHEN id > 9 THEN id END", "id / 2.0", "'x'")) {
    keyed <- pushed(sprintf("SELECT %s AS id, y, a, b FROM d", key), y = "y", key = "id")
    expect_input_error(cv.sgdlasso(keyed, nfolds = 3), "`key`")
  }
})

test_that("more columns than a result may have are asked for in parts", {
  con <- local_sqlite()
  set.seed(1)
  d <- as.data.frame(matrix(rnorm(3000), 60))
  DBI::dbWriteTable(con, "wide", d)
  fit <- sgdlasso(rows_sql(con, "SELECT * FROM wide", y = "V1", pushdown = TRUE), keep.moments = TRUE)
  one <- sgdlasso(rows_sql(con, "SELECT * FROM wide", y = "V1"), keep.moments = TRUE)
  expect_equal(fit$moments, one$moments, tolerance = 1e-10)
  DBI::dbWriteTable(con, "wider", as.data.frame(matrix(rnorm(3600), 3)))
  source <- rows_sql(con, "SELECT * FROM wider", y = "V1", pushdown = TRUE)
  expect_null(check_by_sql(source$sql, number_plan(source$sql), NULL))
  many <- paste0("V1 AS x", 1:1600, collapse = ", ")
  many <- rows_sql(con, paste("SELECT", many, "FROM wider"), y = "x1", pushdown = TRUE)
  expect_input_error(sgdlasso(many), "1599 columns")
})
