# Rows of Arrow streams, by package nanoarrow: it makes one of what packages arrow and polars have, and of others'.

#' @rdname as_rows
#' @export
rows_arrow <- function(stream, y = NULL, weights = NULL, offset = NULL) {
  need_package("nanoarrow", "rows_arrow() reads streams by it")
  again <- is_read_again(stream)
  used <- FALSE
  open <- function() {
    if (used && !again) abort_input("`stream` was read to its end.", "Give a function that returns it anew.")
    used <<- TRUE
    arrow_pass(if (is.function(stream)) stream() else stream)
  }
  with_roles(new_source(open, again, "an Arrow stream"), y, weights, offset)
}

# Whether more than one stream can be made of it. Of what is not known here one is expected.
is_read_again <- function(stream) {
  if (inherits(stream, "arrow_dplyr_query")) {
    parts <- list(stream$.data, stream$join$right_data, stream$union_all$right_data)
    return(all(vapply(Filter(Negate(is.null), parts), is_read_again, NA)))
  }
  kept <- c(
    "ArrowTabular", "Dataset", "nanoarrow_array", "data.frame", "polars_data_frame", "polars_lazy_frame",
    "RPolarsDataFrame", "RPolarsLazyFrame"
  )
  is.function(stream) || inherits(stream, kept)
}

arrow_pass <- function(stream) {
  stream <- or_input_error(nanoarrow::as_nanoarrow_array_stream(stream), "`stream` is no stream of arrays")
  whole <- FALSE
  on.exit(if (!whole) stream$release())
  layout <- or_input_error(arrow_layout(stream$get_schema()), "`stream` has a column that cannot be read")
  whole <- TRUE
  read <- function() {
    repeat {
      array <- or_input_error(stream$get_next(), "`stream` fails")
      if (is.null(array)) return(NULL)
      block <- arrow_block(array, layout)
      # R's collector does not see the array's memory, which text may still point to
      if (!any(vapply(block, is.character, NA))) nanoarrow::nanoarrow_pointer_release(array)
      if (nrow(block)) return(block)
    }
  }
  list(read = read, close = function() stream$release())
}

arrow_block <- function(array, layout) {
  if (!is.null(layout$schema)) nanoarrow::nanoarrow_array_set_schema(array, layout$schema)
  block <- withCallingHandlers(
    or_input_error(nanoarrow::convert_array(array, layout$prototype), "A block cannot be read"),
    # of times in nanoseconds, and of what is looked at below
    nanoarrow_warning_lossy_conversion = function(w) {
      if (grepl("loss of precision", conditionMessage(w), fixed = TRUE)) invokeRestart("muffleWarning")
    }
  )
  for (k in layout$wide) check_wide(block[[k]], names(block)[k])
  block
}

# A double of 2^53 may be a rounded integer.
check_wide <- function(values, name) {
  beyond <- which(abs(values) >= 2^53)
  if (length(beyond) == 0) return(invisible())
  abort_input(
    "The column {name} has {length(beyond)} integer{?s} of 2^53 or more, the first in row {beyond[1]} of its block,",
    "which no double holds.",
    "Leave the column out, or make it text if it is a label."
  )
}

# prototype: what the columns become, a data frame without rows; wide: which of these are doubles made of 64-bit
# integers; schema: by which arrays are read if not by their own.
arrow_layout <- function(schema) {
  if (schema$format != "+s") abort_input("It is of arrays of {schema$format}, not of record batches.")
  columns <- schema$children
  prototype <- structure(lapply(columns, column_prototype), class = "data.frame", row.names = integer())
  list(
    prototype = prototype, wide = which(vapply(columns, is_wide, NA)),
    schema = if (any(vapply(columns, is_ordered, NA))) without_order(schema)
  )
}

# Unsigned integers, and those that a dictionary holds; others become integer64.
is_wide <- function(schema) schema$format == "L" || isTRUE(schema$dictionary$format %in% c("l", "L"))

is_ordered <- function(schema) schema$flags %% 2 == 1

# nanoarrow 0.9 cannot convert ordered dictionaries; their prototypes are ordered.
without_order <- function(schema) {
  columns <- lapply(schema$children, function(column) {
    if (is_ordered(column)) nanoarrow::nanoarrow_schema_modify(column, list(flags = column$flags - 1L)) else column
  })
  nanoarrow::nanoarrow_schema_modify(schema, list(children = columns))
}

# Formats are those of the Arrow C data interface.
column_prototype <- function(schema) {
  if (!is.null(schema$dictionary)) return(dictionary_prototype(schema))
  switch(schema$format,
    n = logical(), # null
    l = structure(double(), class = "integer64"),
    tts = , ttm = , ttu = , ttn = structure(double(), class = "difftime", units = "secs"), # times of day
    nanoarrow::infer_nanoarrow_ptype(schema)
  )
}

# Each block has the levels of its own dictionary.
dictionary_prototype <- function(schema) {
  values <- schema$dictionary$format
  if (values == "l") return(double()) # without bit64 values that are looked up lose their class
  if (!values %in% c("u", "U", "vu")) return(column_prototype(schema$dictionary))
  factor(character(), character(), ordered = is_ordered(schema))
}
