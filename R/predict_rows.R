# Predictions of a row source, block by block: put together, or handed on as they are made.

# The source among these, if one is given.
source_given <- function(newx, newdata) {
  given <- list(if (!missing(newx)) newx, if (!missing(newdata)) newdata)
  sources <- Filter(is_rows, given)
  if (length(sources) == 0) return(NULL)
  if (!missing(newx) && !missing(newdata)) abort_input("`newx` and `newdata` are both given.", "Give one of them.")
  sources[[1]]
}

# predictor(rows): a matrix of predictions of rows as new_rows() has them. to: what the user gave. All predictions, or
# invisibly how many rows there were.
predict_source <- function(object, source, newoffset, predictor, to, envir) {
  check_not_read(to, source)
  offset_at <- offset_of_places(newoffset)
  receiver <- receiver_of(to)
  on.exit(receiver$drop())
  place <- 0
  for_each_row_block(source, function(block) {
    rows <- place + seq_len(block_rows(block))
    made <- in_rows(place, length(rows), {
      if (place == 0) check_new_row_wise(object, block, source, newoffset, envir)
      predictor(rows_of_block(object, block, place, offset_at(rows), envir))
    })
    receiver$take(made, rows)
    place <<- place + length(rows)
  })
  if (place == 0) abort_input("The row source has no rows.", "It needs at least one.")
  if (!is.null(newoffset) && length(newoffset) != place) abort_source_offset(newoffset, place)
  result <- receiver$finish()
  if (is.null(to)) result else invisible(place)
}

check_not_read <- function(to, source) {
  if (is.null(source$files) || !is.character(to)) return(invisible())
  if (any(normalizePath(source$files, mustWork = FALSE) == normalizePath(to, mustWork = FALSE))) {
    abort_input("`to` is {to[1]}, which the new rows are read from.", "Give another name.")
  }
}

offset_of_places <- function(newoffset) {
  if (is.null(newoffset)) return(function(rows) NULL)
  values <- check_vector(newoffset, length(newoffset), "newoffset")
  function(rows) {
    if (rows[length(rows)] > length(values)) abort_source_offset(values, "more")
    values[rows]
  }
}

abort_source_offset <- function(newoffset, found) {
  abort_input("`newoffset` has {length(newoffset)} value{?s}, the source has {found} rows.", "They must agree.")
}

# Data frames as `newdata` of predict(); what is numbers already has the columns of x.
rows_of_block <- function(object, block, place, newoffset, envir) {
  if (is.data.frame(block)) {
    named <- .row_names_info(block) > 0
    if (!named) attr(block, "row.names") <- numbers_of_rows(place, nrow(block))
    return(new_rows(object, newdata = block, newoffset = newoffset, envir = envir))
  }
  x <- match_columns(object, check_x(block$x), "x")
  if (!is.null(block$offset) && !object$offset) {
    abort_input("The rows have an offset, and the fit has none.", "Take a source without.")
  }
  offset <- new_offset(object, newoffset %||% block$offset, nrow(x))
  list(x = x, offset = offset, missing = rep(FALSE, nrow(x)))
}

# As a data frame of all rows would name them.
numbers_of_rows <- function(place, count) {
  numbers <- place + seq_len(count)
  if (place + count <= .Machine$integer.max) as.integer(numbers) else format(numbers, scientific = FALSE, trim = TRUE)
}

# A formula that remembers the training data is computed row by row; what depends on the other new rows is refused.
check_new_row_wise <- function(object, block, source, newoffset, envir) {
  n <- block_rows(block)
  if (is.null(object$terms) || !is.data.frame(block) || isTRUE(source$n == n)) return(invisible())
  terms <- new_terms(object, newoffset)
  calls <- c(as.list(attr(terms, "predvars"))[-1], if (is.null(newoffset)) list(object$call$offset))
  data <- two_rows(plain_variables(as.data.frame(block), unlist(lapply(calls, all.vars))))
  elsewhere <- Filter(function(call) is.symbol(call) && !as.character(call) %in% names(data), calls)
  if (length(elsewhere)) {
    abort_input("`newdata` lacks {first_words(vapply(elsewhere, as.character, ''))}.", "A row source must hold it.")
  }
  check_calls_row_wise(calls, data, function(call, data) eval(call, data, envir))
}

# ---- where predictions go ------------------------------------------------------------

# take(predictions, rows): those of a block; finish(): after the last one; drop(): whatever happened.
receiver_of <- function(to) {
  if (is.null(to)) return(collecting())
  if (is.function(to)) return(handing_on(to))
  writing_csv(to)
}

collecting <- function() {
  parts <- list()
  list(
    take = function(predictions, rows) parts[[length(parts) + 1]] <<- predictions,
    finish = function() {
      all <- do.call(rbind, parts)
      attr(all, "constant") <- attr(parts[[1]], "constant")
      all
    },
    drop = function() NULL
  )
}

handing_on <- function(to) {
  arguments <- names(formals(args(to)))
  if (length(arguments) < 2 && !"..." %in% arguments) {
    abort_input("`to` is a function of {length(arguments)} argument{?s}.", "It is called as to(predictions, rows).")
  }
  list(take = function(predictions, rows) to(predictions, rows), finish = function() NULL, drop = function() NULL)
}

# The file takes its name once it is whole.
writing_csv <- function(path) {
  check_csv_path(path)
  path <- normalizePath(path, mustWork = FALSE) # what a link stands for, not the link
  unfinished <- tempfile("sgdlasso-", dirname(path))
  con <- or_input_error(suppressWarnings(file(unfinished, "wb")), "`to` cannot be written")
  written <- 0
  put <- function(lines) {
    bytes <- charToRaw(enc2utf8(paste0(lines, "\n", collapse = "")))
    withCallingHandlers(writeBin(bytes, con), warning = function(w) abort_csv(path, conditionMessage(w)))
    written <<- written + length(bytes)
  }
  close_file <- function() {
    if (!is.null(con)) close(con)
    con <<- NULL
  }
  list(
    take = function(predictions, rows) {
      if (written == 0) put(csv_lines(matrix(colnames(predictions), 1)))
      put(csv_lines(predictions))
    },
    finish = function() {
      close_file()
      # closing a file does not tell of a full disk
      if (!identical(file.size(unfinished), written)) abort_csv(path, "the disk may be full")
      if (file.exists(path)) Sys.chmod(unfinished, file.mode(path), use_umask = FALSE)
      if (!file.rename(unfinished, path)) abort_csv(path, "it cannot be replaced")
    },
    drop = function() {
      close_file()
      unlink(unfinished)
    }
  )
}

abort_csv <- function(path, why) {
  abort_input("The file {path} cannot be written: {why}.", "Nothing was changed; give another name.")
}

check_csv_path <- function(path) {
  if (!is.character(path) || length(path) != 1 || is.na(path) || !nzchar(path)) {
    abort_input("`to` is {describe(path)}.", "It must be the name of a file, or a function of predictions and rows.")
  }
  if (dir.exists(path)) abort_input("`to` is {path}, which is a folder.", "Name a file in it.")
  if (file.exists(path) && !is_plain_file(path)) {
    abort_input("`to` is {path}, which is no file but a device or a pipe.", "Name a file, or give a function.")
  }
  if (!dir.exists(dirname(path))) abort_input("`to` is {path}, whose folder does not exist.", "Make the folder first.")
  if (tolower(tools::file_ext(path)) %in% c("gz", "bgz", "bz2", "xz", "zst", "lzma")) {
    abort_input("`to` is {path}, and the file is not compressed.", "Name it otherwise, or give a function.")
  }
}

# Numbers with the digits that tell them apart, text in quotes.
csv_lines <- function(values) {
  columns <- lapply(seq_len(ncol(values)), function(k) csv_fields(values[, k]))
  do.call(paste, c(columns, sep = ","))
}

csv_fields <- function(values) {
  fields <- as.character(values)
  fields[is.na(values)] <- "NA"
  if (is.character(values)) {
    text <- !is.na(values)
    fields[text] <- paste0("\"", gsub("\"", "\"\"", values[text], fixed = TRUE), "\"")
  } else {
    finite <- is.finite(values)
    fields[finite] <- shortest_digits(values[finite])
  }
  fields
}
