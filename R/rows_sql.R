# Rows of databases.

#' @rdname as_rows
#' @export
rows_sql <- function(con, query, y = NULL, weights = NULL, offset = NULL, block = 10000, pushdown = FALSE, key = NULL) {
  need_package("DBI", "rows_sql() asks the database by it")
  if (!methods::is(con, "DBIConnection")) {
    abort_input("`con` is {describe(con)}.", "It must be a connection of the DBI package.")
  }
  if (!is.character(query) || length(query) != 1) abort_input("`query` is {describe(query)}.", "It must be one string.")
  check_block(block)
  open <- function() {
    # duckdb's dbFetch() makes a data frame of the whole result
    pass <- if (methods::is(con, "duckdb_connection")) duckdb_pass else sql_pass
    or_input_error(pass(con, query, block), "`query` fails")
  }
  rows <- new_source(open, TRUE, paste("the query", query))
  source <- with_roles(rows, y, weights, offset, if (isTRUE(pushdown)) key)
  if (check_flag(pushdown, "pushdown")) {
    source$sql <- sql_of_source(con, query, rows, list(y = y, weights = weights, offset = offset), key)
  } else if (!is.null(key)) {
    abort_input("`key` is given, and the database computes nothing.", "It goes with pushdown = TRUE.")
  }
  source
}

# What pushdown.R needs of a query. first(): its first rows, as they come.
sql_of_source <- function(con, query, rows, roles, key) {
  is_name <- is.null(key) || (is.character(key) && length(key) == 1 && !is.na(key))
  if (!is_name) abort_input("`key` is {describe(key)}.", "It must be the name of a column of whole numbers.")
  known <- NULL
  first <- function() {
    if (is.null(known)) {
      peeked <- peek(rows)
      peeked$close()
      if (is.null(peeked$first)) abort_input("The query has no rows.", "It needs at least one.")
      known <<- peeked$first
    }
    known
  }
  dialect <- sql_dialect(con)
  query <- paste0(sub("[;[:space:]]+$", "", query), "\n") # it may end with a comment
  list(con = con, query = function() by_letter_sql(con, query, first(), dialect), dialect = dialect, roles = roles,
       key = key, first = first)
}

# The query with text that is equal where its letters are, whatever collation its columns have.
by_letter_sql <- function(con, query, first, dialect) {
  plain <- if (methods::is(con, "SQLiteConnection")) "(%s || '')" else if (methods::is(con, "PqConnection")) {
    "(CAST(%s AS TEXT) COLLATE \"C\")"
  }
  quoted <- dialect$name(names(first))
  text <- vapply(first, is_coded, NA)
  if (is.null(plain) || !any(text)) return(query)
  selected <- ifelse(text, sprintf(paste(plain, "AS %s"), quoted, quoted), quoted)
  sprintf("SELECT %s FROM (%s) t", paste(selected, collapse = ", "), query)
}

#' @rdname as_rows
#' @export
as_rows.tbl_lazy <- function(x, ...) {
  need_package("dbplyr", "it knows the query of a lazy table")
  con <- dbplyr::remote_con(x)
  if (!methods::is(con, "DBIConnection")) {
    abort_input("`x` is a lazy table without a database.", "It must come from a connection of the DBI package.")
  }
  rows_sql(con, as.character(dbplyr::sql_render(x)), ...)
}

sql_pass <- function(con, query, block) {
  result <- DBI::dbSendQuery(con, query)
  read <- function() {
    found <- DBI::dbFetch(result, block)
    if (nrow(found)) found
  }
  list(read = read, close = function() DBI::dbClearResult(result))
}

duckdb_pass <- function(con, query, block) {
  need_package("nanoarrow", "duckdb's results come as its streams")
  # of DBI 1.2, which duckdb brings; older ones lack them
  of_dbi <- function(name) getExportedValue("DBI", name)
  result <- of_dbi("dbSendQueryArrow")(con, query)
  pass <- arrow_pass(of_dbi("dbFetchArrow")(result, chunk_size = block)) # else a million rows
  list(read = pass$read, close = function() {
    pass$close()
    DBI::dbClearResult(result)
  })
}
