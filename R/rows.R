#' Rows from anywhere
#'
#' A row source hands out rows in blocks, so that data need not fit into memory. Give it to [sgdlasso()] or
#' [cv.sgdlasso()] where data go: `sgdlasso(y ~ ., data = rows)` for sources of data frames, `sgdlasso(rows)` for
#' sources of numbers that hold their own response.
#'
#' @section Blocks:
#' A source of data frames hands out data frames with the same columns each time. A source of numbers hands out lists
#' with `x` (a matrix, dense or sparse), `y` and, if there are any, `weights` and `offset`.
#'
#' @section A function as a source:
#' A function is asked by one argument. `x(reset = TRUE)` goes back to before the first row; what it returns is not
#' looked at. `x(reset = FALSE)` returns the next block, a data frame or a list as above, and `NULL` after the last.
#' (Functions for package biglm do so.) One that cannot go back says so by `rewindable = FALSE`; it is then asked with
#' `reset = FALSE` only. The last example shows one.
#'
#' @section Formulas, levels and dates:
#' A formula on a source gives the fit of the in-memory call on the same rows. For that a pass of its own finds the
#' levels of factors and text, unless you give all of them as `xlev` to [sgdlasso()]. Levels that a factor declares keep
#' their order; where blocks declare different ones it is that of [rbind()]. Those of text, and of calls such as
#' `factor(m)`, have the order that [factor()] gives to all values: text sorted as your session sorts it, numbers by
#' size. A level that occurs only in rows that are left out, because something else in them is missing or by `subset`,
#' is none. Ordered factors have their contrasts.
#'
#' Each row is computed by itself. What depends on all rows, such as `poly(x, 2)`, `x - mean(x)` or `cut(x, 3)`, is an
#' error, and so is a `subset` or `weights` that is not made of columns of the blocks.
#'
#' Dates count as days, times (`POSIXct`) as seconds and 64-bit integers (`integer64`) by their value, as in memory;
#' differences of time in the unit of the first block. Text is never taken for a date: dates in csv files and in
#' databases that have no such type become levels, one for each day. Make numbers of them in the query, or in a
#' function.
#'
#' @section Files of comma-separated values:
#' `rows_csv()` reads RFC 4180: fields may be quoted, quotes inside are doubled and quoted fields may hold separators
#' and line breaks. The text is UTF-8. The first file's first block tells which
#' columns are numbers; later fields that are none are an error that names file, line and column. Columns of `TRUE` and
#' `FALSE` alone become logical, others text. All files have the same header. Numbers are read to the nearest double.
#'
#' @section Moments by the database:
#' `rows_sql(con, query, pushdown = TRUE)` sends queries that compute means first, then sums of centred products, in
#' double precision, as many as the limits on columns ask for. It serves gaussian models of up to 1,500 columns,
#' [cv.sgdlasso()] and [update()][update.sgdlasso] included; other models are an error. Formulas may have what
#' [as_sql()] translates, weights and offsets too; factors are text columns, whose levels a query finds. Where fetched
#' rows would be refused (missing values without a formula, negative weights, text among SQLite's numbers, a logarithm
#' of 0), so are these; a logarithm of a negative number is refused too, where a fetched row would be left out. The SQL
#' is plain, and tested in SQLite and PostgreSQL, in duckdb where it is installed. The query is run several times: the
#' table must not change meanwhile. It pays where rows would have to travel: a local SQLite file is fetched ten times
#' faster than SQLite adds up the products (bench/cluster.md).
#'
#' @section Arrow:
#' `rows_arrow()` reads whatever has an Arrow stream, by package nanoarrow: one block for each record batch, so that a
#' `Dataset` of Parquet files never is in memory as a whole. Tables, datasets and queries are read again for each pass.
#' A reader or a stream, and a query on one, is read once; a function is asked for a new one each time. (A query on a
#' dataset gives its rows in an order of its own, unless it sorts them.)
#'
#' Dictionaries of text become factors with their levels (ordered ones ordered factors), other dictionaries their
#' values, text stays text, dates and timestamps become `Date` and `POSIXct`, times of day and durations differences of
#' time in seconds, decimals doubles, and columns of type null missing values. 64-bit integers count by their value, and
#' as everywhere those beyond 2^53 are an error where a formula uses them; unsigned ones beyond 2^53 are one anyway.
#'
#' @section Sparse rows:
#' `rows_svmlight()` reads lines of `y index:value index:value ...`, as svmlight and libsvm write them, compressed or
#' not; what follows `#`, and `qid`, is passed over. Columns have numbers up to 100 million.
#'
#' @section Compressed files and long lines:
#' Files compressed by gzip, bzip2 or xz are read as they are. Their checksums are compared: a file that is cut off or
#' damaged is an error that names it, never a shorter file. A line, or a record of comma-separated values, has at most
#' 2^26 (67,108,864) bytes, or `bytes` where that is more.
#'
#' @param x A function, a data frame, a matrix (dense or of the Matrix package), a `big.matrix` of bigmemory (in memory,
#'   or a file mapped into it), an `FBM` of bigstatsr, a `DelayedMatrix` of DelayedArray with samples in rows (its
#'   blocks are computed as they are read, and stay sparse where it is sparse), a lazy table of dbplyr (then `...` goes
#'   to `rows_sql()`), or a row source, which comes back as it is.
#' @param y,weights,offset For a matrix, the response of its rows and, if there are any, their weights and offset. For
#'   `rows_csv()`, `rows_sql()` and `rows_arrow()` the names of columns: with `y` the source hands out numbers, all
#'   other columns being those of x.
#' @param block Rows in a block (files: as many as `bytes` hold). Default 10,000.
#' @param rewindable Whether a function can go back to the first row. Default `TRUE`. Gaussian models of up to 5,000
#'   columns need one pass; what other models of rows that come once are is told in [sgdlasso()], "Rows from a source".
#' @param files Names of files, read one after another.
#' @param separator,missing The character between fields, and the words for missing values (of numbers an empty field is
#'   missing too). Defaults `","` and `"NA"`.
#' @param bytes Bytes read at a time. Default 4 million.
#' @param threads For `rows_csv()` with `y`, the number of threads that read numbers, ahead of their use. Results do not
#'   depend on it. Default 1.
#' @param columns,first For svmlight files, the number of columns (`NULL`, the default: a pass over the files finds the
#'   largest) and the number of the first one, 1 (default) or 0.
#' @param stream For `rows_arrow()`, a `Table`, `Dataset`, `RecordBatch`, `RecordBatchReader` or dplyr query of package
#'   arrow, a data frame of polars, a stream of nanoarrow, or whatever else nanoarrow makes a stream of arrays of; or a
#'   function that returns such a stream anew for each pass.
#' @param con A connection of the DBI package. Results of SQLite and PostgreSQL are fetched `block` rows at a time,
#'   those of duckdb as Arrow arrays of so many, so that the client never holds the whole result. What duckdb itself
#'   keeps of files is up to its setting `memory_limit`.
#' @param query A query, as for `DBI::dbSendQuery()`. It is sent anew for each pass, so it should have an `ORDER BY` if
#'   its order matters to you.
#' @param pushdown Whether the database computes the moments that gaussian models need, so that no row is fetched but
#'   those of a first block: see "Moments by the database". Default `FALSE`.
#' @param key With `pushdown`, the name of a column of whole numbers by which [cv.sgdlasso()] draws folds; with `y` it
#'   is no column of x. Rows of the same number are in the same fold.
#' @param ... For methods.
#' @return An object of class `"sgdlasso_rows"`.
#' @section Errors: A block of another kind or with other columns than the first, and files that cannot be read or
#' parsed: class `sgdlasso_error_input`, naming file and line.
#' @examples
#' file <- tempfile(fileext = ".csv")
#' write.csv(murder_rates, file, row.names = FALSE)
#' rows <- rows_csv(file)
#' rows
#' sgdlasso(murder_rate ~ ., data = rows, lambda = 1)
#' unlink(file)
#'
#' # a function that hands out the parts of something larger
#' quarters <- split(murder_rates, rep(1:4, each = 5))
#' at <- 0
#' next_quarter <- function(reset) {
#'   at <<- if (reset) 0 else at + 1
#'   if (!reset && at <= 4) quarters[[at]]
#' }
#' sgdlasso(murder_rate ~ ., data = as_rows(next_quarter), lambda = 1)
#'
#' @examplesIf requireNamespace("nanoarrow", quietly = TRUE)
#' # record batches, one after another
#' batches <- lapply(quarters, nanoarrow::as_nanoarrow_array)
#' rows <- rows_arrow(function() nanoarrow::basic_array_stream(batches))
#' sgdlasso(murder_rate ~ ., data = rows, lambda = 1)
#'
#' @examplesIf requireNamespace("bigstatsr", quietly = TRUE)
#' # a matrix in a file (a DelayedMatrix goes the same way)
#' x <- bigstatsr::as_FBM(as.matrix(murder_rates[1:3]))
#' sgdlasso(as_rows(x, murder_rates$murder_rate, block = 6), lambda = 1)
#' @export
as_rows <- function(x, ...) UseMethod("as_rows")

#' @rdname as_rows
#' @export
as_rows.sgdlasso_rows <- function(x, ...) x

#' @rdname as_rows
#' @export
as_rows.function <- function(x, rewindable = TRUE, ...) {
  check_dots_empty(..., known = "rewindable")
  rewindable <- check_flag(rewindable, "rewindable")
  started <- FALSE
  open <- function() {
    if (rewindable) x(reset = TRUE)
    if (!rewindable && started) {
      abort_input("The rows of this function can be read once only.", "Give a function that can be reset.")
    }
    started <<- TRUE
    list(read = function() x(reset = FALSE), close = function() NULL)
  }
  new_source(open, rewindable, "a function")
}

#' @rdname as_rows
#' @export
as_rows.data.frame <- function(x, block = 10000, ...) {
  check_dots_empty(..., known = "block")
  source_of_slices(function(rows) frame_rows_at(x, rows), nrow(x), block, "a data frame")
}

# Without bit64, R's `[` takes the class of 64-bit integers away, and leaves their bits.
frame_rows_at <- function(x, rows) {
  slice <- x[rows, , drop = FALSE]
  wide <- which(vapply(x, function(column) is_integer64(column) && is.null(dim(column)), NA))
  for (column in wide) slice[[column]] <- structure(unclass(x[[column]])[rows], class = "integer64")
  slice
}

#' @rdname as_rows
#' @export
as_rows.matrix <- function(x, y, weights = NULL, offset = NULL, block = 10000, ...) {
  check_dots_empty(..., known = c("y", "weights", "offset", "block"))
  if (missing(y)) abort_input("`y` is missing.", "It must be the response, one value for each row of x.")
  if (methods::is(x, "sparseMatrix")) check_sparse(x, "x")
  x <- plain_numbers(x, "x")
  parts <- Map(plain_numbers, list(y = y, weights = weights, offset = offset), c("y", "weights", "offset"))
  for (part in names(parts)) {
    if (!is.null(parts[[part]]) && NROW(parts[[part]]) != nrow(x)) {
      abort_input("`{part}` has {NROW(parts[[part]])} value{?s}, x has {nrow(x)} row{?s}.", "They must agree.")
    }
  }
  some <- function(values, rows) if (is.matrix(values)) values[rows, , drop = FALSE] else values[rows]
  slice <- function(rows) c(list(x = matrix_rows_at(x, rows)), lapply(Filter(Negate(is.null), parts), some, rows))
  source_of_slices(slice, nrow(x), block, paste("a", class(x)[1]))
}

#' @rdname as_rows
#' @export
as_rows.Matrix <- as_rows.matrix

#' @rdname as_rows
#' @export
as_rows.big.matrix <- as_rows.matrix

#' @rdname as_rows
#' @export
as_rows.FBM <- as_rows.matrix

#' @rdname as_rows
#' @export
as_rows.DelayedMatrix <- as_rows.matrix

# What is delayed is computed now; where most of it is 0 it stays sparse. Bytes of an FBM are numbers.
matrix_rows_at <- function(x, rows) {
  found <- x[rows, , drop = FALSE]
  if (is.raw(found) && methods::is(x, "FBM")) storage.mode(found) <- "integer"
  if (!methods::is(found, "DelayedMatrix")) return(found)
  if (DelayedArray::is_sparse(found)) methods::as(found, "dgCMatrix") else as.matrix(found)
}

#' @export
as_rows.default <- function(x, ...) {
  if (is.matrix(x)) return(as_rows.matrix(unclass(plain_numbers(x, "x")), ...))
  abort_input(
    "`x` is {describe(x)}.",
    "Rows come from a function, a data frame, a matrix, a lazy table, rows_csv(), rows_sql(), rows_arrow() or",
    "rows_svmlight()."
  )
}

#' @export
print.sgdlasso_rows <- function(x, ...) {
  count <- if (is.na(x$n)) "rows" else pluralized("{format(x$n, big.mark = ',')} row{qty(x$n)}{?s}")
  cat("Row source: ", count, " from ", x$label, if (!x$rewindable) ", to be read once", "\n", sep = "")
  invisible(x)
}

is_rows <- function(data) inherits(data, "sgdlasso_rows")

# ---- how sources are made --------------------------------------------------------

# open(): starts a pass; list(read =, close =), read() gives a block, or NULL after the last. A source may have `native`
# besides, the same for those who know native blocks (native_blocks.R).
new_source <- function(open, rewindable, label, n = NA) {
  structure(list(open = open, rewindable = rewindable, label = label, n = n), class = "sgdlasso_rows")
}

check_block <- function(block) check_number(block, "block", least = 1, most = 1e9, whole = TRUE)

source_of_slices <- function(slice, n, block, label) {
  check_block(block)
  open <- function() {
    at <- 0
    read <- function() {
      if (at >= n) return(NULL)
      rows <- seq(at + 1, min(at + block, n))
      at <<- at + length(rows)
      slice(rows)
    }
    list(read = read, close = function() NULL)
  }
  new_source(open, TRUE, label, n)
}

# Blocks of numbers from data frames, where columns are named that are not x; key: one that is nothing else either.
with_roles <- function(source, y, weights, offset, key = NULL) {
  roles <- list(y = y, weights = weights, offset = offset)
  roles <- roles[!vapply(roles, is.null, NA)]
  if (length(roles) == 0) return(source)
  if (is.null(y)) abort_input("`{names(roles)[1]}` is given without `y`.", "Name the response too, or use a formula.")
  with_parts <- function(open) {
    force(open)
    function() pass_of_parts(open(), roles, key)
  }
  source$open <- with_parts(source$open)
  if (!is.null(source$native)) source$native <- with_parts(source$native)
  source
}

pass_of_parts <- function(pass, roles, key) {
  read <- function() {
    block <- pass$read()
    if (!is.data.frame(block)) return(block)
    absent <- setdiff(unlist(roles), names(block))
    if (length(absent)) {
      abort_input("The rows lack the column {first_words(absent)}.", "They have {first_words(names(block), 10)}.")
    }
    x <- data_frame_as_matrix(block[setdiff(names(block), c(unlist(roles), key))], "x")
    c(list(x = x), lapply(roles, function(name) block[[name]]))
  }
  list(read = read, close = pass$close)
}

# Rows in a block of either kind.
block_rows <- function(block) {
  if (is.data.frame(block)) return(nrow(block))
  if (is_native(block)) return(block$rows)
  if (!is.list(block) || is.null(block$x)) abort_block(block)
  NROW(block$x)
}

abort_block <- function(block) {
  abort_input("A block is {describe(block)}.", "It must be a data frame, or a list with x and y.")
}

# The first block that holds rows, and the source as if none had been read: one that can be read once goes on with the
# same pass.
peek <- function(source) {
  if (is_sharded(source)) return(peek_shards(source))
  pass <- source$open()
  whole <- FALSE
  on.exit(if (!whole) pass$close())
  repeat {
    first <- pass$read()
    if (is.null(first) || block_rows(first) > 0) break
  }
  whole <- TRUE
  if (source$rewindable) {
    pass$close()
    return(list(source = source, first = first, close = function() NULL))
  }
  state <- "peeked"
  read <- function() {
    if (state == "going on") return(pass$read())
    state <<- "going on"
    first
  }
  source$open <- function() {
    if (state != "peeked") abort_input("The rows can be read once only.", "Give a source that can be rewound.")
    state <<- "opened"
    list(read = read, close = pass$close)
  }
  source$native <- NULL # would begin a pass of its own
  list(source = source, first = first, close = function() if (state == "peeked") pass$close())
}

# Every block of a pass; whatever happens, the source is closed. native: whether visit() knows native blocks.
for_each_row_block <- function(source, visit, native = FALSE) {
  pass <- if (native && !is.null(source$native)) source$native() else source$open()
  on.exit(pass$close())
  repeat {
    block <- pass$read()
    if (is.null(block)) return(invisible())
    if (block_rows(block) > 0) visit(block)
  }
}
