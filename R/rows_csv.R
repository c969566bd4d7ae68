# Rows of comma-separated files, parsed by src/core/io/csv.h.

#' @rdname as_rows
#' @export
rows_csv <- function(files, y = NULL, weights = NULL, offset = NULL, separator = ",", missing = "NA", bytes = 4e6,
                     threads = 1) {
  files <- check_files(files)
  if (
    !is.character(separator) || length(separator) != 1 || nchar(separator, "bytes") != 1 ||
      separator %in% c("\"", "\n")
  ) {
    abort_input("`separator` is {describe(separator)}.", "It must be one character.")
  }
  format <- list(
    separator = separator, missing = as.character(missing),
    bytes = check_number(bytes, "bytes", least = 1, most = 2^30),
    roles = list(y = y, weights = weights, offset = offset), threads = check_threads(threads)
  )
  source <- new_source(function() csv_pass(files, format), !any(is_pipe(files)), files_label(files))
  if (!is.null(y)) source$native <- function() csv_pass(files, format, native = TRUE)
  with_roles(source, y, weights, offset)
}

# One pass over all files. What they share is the header and the kinds of the columns, found in the first block.
csv_pass <- function(files, format, native = FALSE) {
  known <- NULL
  begin <- function(file) {
    file$header <- csv_header(file, format)
    if (!is.null(known)) check_header(file, known$header, files[1])
    if (native) csv_ahead(file, known, format, function() if (is.null(known)) known <<- all_numbers(file$header))
  }
  parse <- function(file) {
    if (is.null(known)) known <<- csv_columns(file, format)
    if (is.null(known)) return(data.frame()) # no whole record yet
    csv_numbers(file, known, format) %||% csv_block(file, known, format)
  }
  file_pass(files, format, begin, parse, block_rows)
}

csv_header <- function(file, format) {
  passed <- list(file$start)
  repeat {
    fill(file, format)
    found <- NULL
    if (length(file$rest)) found <- file_checked(file, r_csv_header(file$rest, format$separator, file$ended))
    if (!is.null(found)) {
      passed <- c(passed, list(file$rest[seq_len(found$bytes)]))
      use(file, found$bytes, found$lines)
    }
    if (file$ended || length(found$names)) break # else there were blank lines
  }
  if (length(found$names) == 0) {
    abort_input("`files` holds {file$name}, which is empty.", "The first line must name the columns.")
  }
  if (anyDuplicated(found$names) || !all(nzchar(found$names))) {
    abort_input("`files` holds {file$name}, whose first line has empty or repeated names.", "It must name the columns.")
  }
  file$start <- do.call(c, passed)
  found$names
}

check_header <- function(file, header, first) {
  if (identical(file$header, header)) return(invisible())
  abort_input(
    "`files` holds {file$name}, whose columns are not those of {first}: {first_words(file$header, 5)}.",
    "All files must have the same."
  )
}

# header; is_text: for each column; logical: those whose text is TRUE or FALSE throughout the first block.
csv_columns <- function(file, format) {
  found <- file_checked(file, r_csv_types(file$rest, length(file$header), format$separator, file$ended, format$missing))
  if (found$records == 0 && !file$ended) return(NULL)
  known <- list(header = file$header, is_text = found$is_text, logical = rep(FALSE, length(file$header)))
  text <- which(known$is_text == 1L)
  if (length(text)) {
    first <- file_checked(file, r_csv_read(file$rest, known$is_text, format$separator, file$ended, format$missing))
    known$logical[text] <- vapply(first$columns[text], function(column) all(column %in% c("TRUE", "FALSE", NA)), NA)
  }
  known
}

csv_block <- function(file, known, format) {
  found <- file_checked(file, r_csv_read(file$rest, known$is_text, format$separator, file$ended, format$missing))
  columns <- stats::setNames(found$columns, known$header)
  for (k in which(known$logical)) columns[[k]] <- csv_logical(columns[[k]], known$header[k], file)
  use(file, found$bytes, found$lines)
  as_data_frame(columns)
}

all_numbers <- function(header) {
  list(header = header, is_text = rep(0L, length(header)), logical = rep(FALSE, length(header)))
}

# Whether files with this header may be read as numbers alone, as far as can be told before reading.
may_be_numbers <- function(known, format) {
  words <- suppressWarnings(as.numeric(format$missing)) # one that is a number needs the comparison with each field
  !is.null(format$roles$y) && all(is.na(words)) && !any(known$is_text == 1L) &&
    all(unlist(format$roles) %in% known$header)
}

# Lets C++ read the file from the header on, as far as it holds nothing but numbers. on_block(): called at each block.
csv_ahead <- function(file, known, format, on_block) {
  if (!may_be_numbers(known %||% all_numbers(file$header), format)) return(invisible())
  roles <- unlist(format$roles)
  role <- match(file$header, roles)
  role <- ifelse(is.na(role), 0L, match(names(roles)[role], names(format$roles)))
  width <- sum(role == 0L)
  once <- !anyDuplicated(roles) && identical(names(roles), names(Filter(Negate(is.null), format$roles)))
  if (!once || width == 0) return(invisible())
  file$stream <- r_csv_stream(
    enc2native(path.expand(file$name)), role, format$separator, file$start, file$read, floor(format$bytes),
    format$threads
  )
  if (is.null(file$stream)) return(invisible())
  layout <- list(
    labels = file$header[role == 0L], width = width, weighted = "weights" %in% names(roles),
    shifted = "offset" %in% names(roles), sparse = FALSE
  )
  file$ahead <- function() {
    found <- r_csv_stream_next(file$stream)
    if (is.null(found$stopped)) {
      on_block()
      return(native_block(file$stream, found, layout))
    }
    r_close_blocks(file$stream)
    file$stream <- NULL
    skip_pieces(file, found, format)
    NULL
  }
}

# As if the pieces that C++ has read had been read here.
skip_pieces <- function(file, found, format) {
  if (!found$stopped) {
    file$rest <- raw()
    file$ended <- TRUE
    return(invisible())
  }
  at <- length(file$start)
  for (piece in seq_len(found$pieces)) {
    fill(file, format)
    passed <- min(found$bytes - at, length(file$rest))
    use(file, passed, 0)
    at <- at + passed
  }
  file$line <- file$line + found$lines
}

# Blocks of numbers without the detour by a data frame; NULL where there is something else.
csv_numbers <- function(file, known, format) {
  roles <- Filter(Negate(is.null), format$roles)
  if (!may_be_numbers(known, format) || anyDuplicated(unlist(roles))) return(NULL)
  role <- match(known$header, unlist(roles), nomatch = 0L)
  found <- r_csv_numbers(file$rest, role, format$separator, file$ended, format$threads)
  if (is.null(found)) return(NULL)
  colnames(found$x) <- known$header[role == 0L]
  use(file, found$bytes, found$lines)
  c(list(x = found$x), stats::setNames(found$others, names(roles)))
}

csv_logical <- function(text, name, file) {
  bad <- which(!text %in% c("TRUE", "FALSE", NA))
  if (length(bad)) {
    abort_input(
      "`files` holds {file$name}, whose column {name} has \"{text[bad[1]]}\" after TRUE and FALSE.",
      "Write it as text or as 0 and 1."
    )
  }
  text == "TRUE"
}
