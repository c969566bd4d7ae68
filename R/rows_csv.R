# Rows of comma-separated files. What such a file is, how it is cut into blocks and which of the two readers in C++
# reads them is told at the top of src/core/io/csv.h.
#
# A source of data frames has each piece parsed by the reader of any field (csv_block()). A source of numbers, one with
# `y`, tries the fast reader first: on plain files for whole blocks that stay in C++, read ahead by threads
# (csv_ahead()), else, and from the first piece on that is not plain, piece by piece (csv_numbers()).

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
  source$files <- files
  if (!is.null(y)) source$native <- function() csv_pass(files, format, native = TRUE)
  with_roles(source, y, weights, offset)
}

# One pass over all files. What they share, `known`, is the header and the kinds of the columns (csv_columns()), found
# in the first block. native: whether blocks may stay in C++.
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

# The names of the columns. What stood before the first record, and the header, are added to file$start.
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

# What the first block tells of the columns: header; is_text, for each, 1 where something is no number; logical, those
# whose text is TRUE or FALSE throughout. NULL where no record is whole yet.
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

# The block of the records at hand, whatever they hold, as a data frame.
csv_block <- function(file, known, format) {
  found <- file_checked(file, r_csv_read(file$rest, known$is_text, format$separator, file$ended, format$missing))
  columns <- stats::setNames(found$columns, known$header)
  for (k in which(known$logical)) columns[[k]] <- csv_logical(columns[[k]], known$header[k], file)
  use(file, found$bytes, found$lines)
  as_data_frame(columns)
}

# `known` of files whose columns are all numbers.
all_numbers <- function(header) {
  list(header = header, is_text = rep(0L, length(header)), logical = rep(FALSE, length(header)))
}

# Whether files with this header may be read by the fast reader, as far as can be told before reading.
may_be_numbers <- function(known, format) {
  words <- suppressWarnings(as.numeric(format$missing)) # one that is a number needs the comparison with each field
  !is.null(format$roles$y) && all(is.na(words) & !is.nan(words)) && !grepl("[-+.0-9eE\r]", format$separator) &&
    !any(known$is_text == 1L) && all(unlist(format$roles) %in% known$header)
}

# Lets C++ read the file from the header on, as far as it holds nothing but numbers: from then on all bytes come from
# its stream, first as blocks, and where it stops as text. on_block(): called at each block.
csv_ahead <- function(file, known, format, on_block) {
  if (!may_be_numbers(known %||% all_numbers(file$header), format)) return(invisible())
  roles <- unlist(format$roles)
  role <- match(file$header, roles) # as CsvRole of csv_stream.h has them: 0 for x, then y, weights, offset
  role <- ifelse(is.na(role), 0L, match(names(roles)[role], names(format$roles)))
  width <- sum(role == 0L)
  # each role has one column, and no column two
  one_each <- !anyDuplicated(roles) && identical(names(roles), names(Filter(Negate(is.null), format$roles)))
  if (!one_each || width == 0) return(invisible())
  stream <- r_csv_stream(
    enc2native(path.expand(file$name)), role, format$separator, file$start, file$read, floor(format$bytes),
    format$threads
  )
  if (is.null(stream)) return(invisible())
  layout <- list(
    labels = file$header[role == 0L], width = width, weighted = "weights" %in% names(roles),
    shifted = "offset" %in% names(roles), sparse = FALSE
  )
  file$shut()
  file$shut <- function() r_close_blocks(stream)
  file$take <- function(bytes) whole_file(file$name, r_csv_stream_text(stream))
  file$ahead <- function() {
    found <- r_csv_stream_next(stream)
    if (!is.null(found$rows)) {
      on_block()
      return(native_block(stream, found, layout))
    }
    found <- whole_file(file$name, found)
    file$rest <- found$rest
    file$ended <- !found$stopped
    file$line <- file$line + found$lines
    NULL
  }
}

# The block of the records at hand by the fast reader, without the detour by a data frame; NULL where there is something
# else than numbers.
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

# Columns of TRUE and FALSE in the first block must go on so.
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
