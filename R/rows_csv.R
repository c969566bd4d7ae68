# Rows of comma-separated files, parsed by src/csv.h.

#' @rdname as_rows
#' @export
rows_csv <- function(files, y = NULL, weights = NULL, offset = NULL, separator = ",", missing = "NA", bytes = 4e6) {
  if (!is.character(files) || length(files) == 0 || anyNA(files)) {
    abort_input("`files` is {describe(files)}.", "It must hold names of files.")
  }
  absent <- files[!file.exists(files)]
  if (length(absent)) abort_input("`files` holds {first_words(absent)}, which {qty(absent)}{?does/do} not exist.")
  if (!is.character(separator) || length(separator) != 1 || nchar(separator, "bytes") != 1 || separator %in% c("\"", "\n")) {
    abort_input("`separator` is {describe(separator)}.", "It must be one character.")
  }
  format <- list(separator = separator, missing = as.character(missing), bytes = check_number(bytes, "bytes", least = 1, most = 2^30))
  # a pipe is read as it comes, and once
  once <- any(is_pipe(files))
  open <- function() csv_pass(files, format)
  label <- if (length(files) == 1) files else paste(length(files), "files,", files[1], "...")
  with_roles(new_source(open, !once, label), y, weights, offset)
}

# Neither R nor file.info() tells; where there is no such program there are no such files.
is_pipe <- function(files) {
  size <- file.info(files, extra_cols = FALSE)$size
  vapply(seq_along(files), function(k) size[k] == 0 && system2("test", c("-p", shQuote(files[k])), stderr = FALSE) == 0, NA)
}

# One pass over all files. What they share is the header and the kinds of the columns, found in the first block.
csv_pass <- function(files, format) {
  at <- 0
  known <- NULL
  file <- NULL
  read <- function() {
    repeat {
      if (is.null(file)) {
        if (at == length(files)) return(NULL)
        at <<- at + 1
        file <<- open_csv(files[at], format)
        if (!is.null(known)) check_header(file, known$header, files[1])
      }
      if (!file$ended) fill(file, format)
      if (length(file$rest) == 0) {
        close(file$con)
        file <<- NULL
        next
      }
      if (is.null(known)) known <<- csv_columns(file, format)
      block <- csv_block(file, known, format)
      if (nrow(block) > 0) return(block)
    }
  }
  list(read = read, close = function() if (!is.null(file)) close(file$con))
}

# ---- one file --------------------------------------------------------------------

# rest: bytes read and not yet used; line: that they begin in, from 1; ended: whether nothing follows them in the file.
open_csv <- function(name, format) {
  con <- if (is_pipe(name)) file(name, "rb", raw = TRUE) else gzfile(name, "rb")
  file <- list2env(list(name = name, con = con, rest = raw(), line = 1, ended = FALSE))
  tryCatch(file$header <- csv_header(file, format), error = function(e) {
    close(con)
    stop(e)
  })
  file
}

fill <- function(file, format) {
  more <- readBin(file$con, "raw", format$bytes)
  file$ended <- length(more) == 0
  file$rest <- c(file$rest, more)
}

use <- function(file, bytes, lines) {
  file$rest <- if (bytes == length(file$rest)) raw() else file$rest[seq(bytes + 1, length(file$rest))]
  file$line <- file$line + lines
}

csv_header <- function(file, format) {
  repeat {
    fill(file, format)
    end <- match(as.raw(10), file$rest)
    if (file$ended || !is.na(end)) break
  }
  if (length(file$rest) == 0) abort_input("`files` holds {file$name}, which is empty.", "The first line must name the columns.")
  if (is.na(end)) end <- length(file$rest)
  line <- rawToChar(file$rest[seq_len(end)])
  Encoding(line) <- "UTF-8"
  names <- scan(
    text = sub("^\ufeff", "", line), what = "", sep = format$separator, quote = "\"", quiet = TRUE, strip.white = TRUE,
    na.strings = character()
  )
  if (anyDuplicated(names) || !all(nzchar(names))) {
    abort_input("`files` holds {file$name}, whose first line has empty or repeated names.", "It must name the columns.")
  }
  use(file, end, 1)
  names
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
  found <- csv_checked(file, r_csv_types(file$rest, length(file$header), format$separator, file$ended, format$missing))
  known <- list(header = file$header, is_text = found$is_text, logical = rep(FALSE, length(file$header)))
  first <- csv_checked(file, r_csv_read(file$rest, known$is_text, format$separator, file$ended, format$missing))
  known$logical <- known$is_text == 1L & vapply(first$columns, function(column) all(column %in% c("TRUE", "FALSE", NA)), NA)
  known
}

csv_block <- function(file, known, format) {
  found <- csv_checked(file, r_csv_read(file$rest, known$is_text, format$separator, file$ended, format$missing))
  columns <- stats::setNames(found$columns, known$header)
  for (k in which(known$logical)) columns[[k]] <- csv_logical(columns[[k]], known$header[k], file)
  use(file, found$bytes, found$lines)
  as_data_frame(columns)
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

csv_checked <- function(file, found) {
  if (is.null(found$error)) return(found)
  abort_input("`files` holds {file$name}, which cannot be read at line {format(file$line + found$line, big.mark = ',')}: {found$error}.")
}
