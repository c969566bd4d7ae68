# Text files read piece by piece: what csv and svmlight files share. How files are cut into pieces, and which records
# make a block, is told at the top of src/core/io/csv.h; svmlight's records are lines.
#
# A file being read is an environment (open_file()): fill() adds the next piece to what is left of those before, parse
# functions look at `rest`, and use() drops what they have made a block of.

check_files <- function(files) {
  if (!is.character(files) || length(files) == 0 || anyNA(files)) {
    abort_input("`files` is {describe(files)}.", "It must hold names of files.")
  }
  absent <- files[!file.exists(files)]
  if (length(absent)) abort_input("`files` holds {first_words(absent)}, which {qty(absent)}{?does/do} not exist.")
  folders <- files[dir.exists(files)]
  if (length(folders)) abort_input("`files` holds {first_words(folders)}, which is a folder.", "Name the files in it.")
  files
}

files_label <- function(files) if (length(files) == 1) files else paste0(length(files), " files, ", files[1], ", ...")

# Neither R nor file.info() tells; where there is no such program there are no such files.
is_of_kind <- function(file, flag) system2("test", c(flag, shQuote(file)), stderr = FALSE) == 0

# Pipes are read as they come, and once.
is_pipe <- function(files) {
  size <- file.info(files, extra_cols = FALSE)$size
  vapply(seq_along(files), function(k) size[k] == 0 && is_of_kind(files[k], "-p"), NA)
}

# What is none, a device or a pipe, cannot be replaced by a file that is whole.
is_plain_file <- function(file) .Platform$OS.type == "windows" || is_of_kind(file, "-f")

# What a file is compressed by, as its first bytes tell. Its name must not say otherwise: what is cut off after a byte,
# or damaged there, would be read as text.
compression_of <- function(name) {
  start <- as.character(or_input_error(
    withCallingHandlers(
      readBin(name, "raw", 10),
      warning = function(w) abort_input("`files` holds {name}, which cannot be opened: {conditionMessage(w)}.")
    ),
    "A file cannot be opened"
  ))
  begins <- function(...) length(start) >= ...length() && all(start[seq_len(...length())] == c(...))
  found <- if (begins("1f", "8b")) {
    "gzip"
  } else if (begins("42", "5a", "68") && identical(start[5:6], c("31", "41")) || identical(start[5:6], c("17", "72"))) {
    "bzip2"
  } else if (begins("fd", "37", "7a", "58", "5a", "00")) {
    "xz"
  } else if (begins("28", "b5", "2f", "fd")) {
    "zstd"
  } else if (begins("5d", "00", "00")) {
    "lzma"
  } else {
    "nothing"
  }
  ending <- tolower(tools::file_ext(name))
  named <- c(gz = "gzip", bgz = "gzip", bz2 = "bzip2", xz = "xz", zst = "zstd", lzma = "lzma")[ending]
  if (!is.na(named) && named != found) {
    abort_input(
      "`files` holds {name}, which is not compressed as its name says.",
      "It is damaged, cut off, or must be named otherwise."
    )
  }
  if (found %in% c("zstd", "lzma")) {
    abort_input(
      "`files` holds {name}, which is compressed by {found}.",
      "Compress it by gzip, bzip2 or xz, or give it as a pipe."
    )
  }
  found
}

# take(bytes): the next bytes, none at the end; shut(). What is cut off or damaged is an error:
# src/core/io/compressed_file.h tells of gzip and bzip2, R's connection warns of xz.
file_bytes <- function(name) {
  kind <- if (is_pipe(name)) "nothing" else compression_of(name)
  if (kind %in% c("gzip", "bzip2")) {
    file <- whole_file(name, r_open_compressed(enc2native(path.expand(name)), kind))
    return(list(
      take = function(bytes) whole_file(name, r_read_compressed(file, floor(bytes))),
      shut = function() r_close_compressed(file)
    ))
  }
  warned <- function(w) {
    abort_input("`files` holds {name}, which is damaged, cut off or cannot be read: {conditionMessage(w)}.")
  }
  con <- or_input_error(
    withCallingHandlers(if (kind == "xz") xzfile(name, "rb") else file(name, "rb", raw = TRUE), warning = warned),
    "A file cannot be opened"
  )
  list(
    take = function(bytes) withCallingHandlers(readBin(con, "raw", bytes), warning = warned),
    shut = function() close(con)
  )
}

# found: bytes or anything else that C++ has read; list(error =) is what is wrong with the file.
whole_file <- function(name, found) {
  error <- if (is.list(found)) found$error
  if (!is.null(error)) abort_input("`files` holds {name}, which {error}.", "Get it again.")
  found
}

# A pass over all files: begin(file) reads what comes first, parse(file) makes a block of whole records, count(block)
# says how many. begin() may set file$ahead, a function that gives blocks as far as it can read them, then NULL.
file_pass <- function(files, format, begin, parse, count) {
  at <- 0
  file <- NULL
  read <- function() {
    repeat {
      if (is.null(file)) {
        if (at == length(files)) return(NULL)
        at <<- at + 1
        file <<- open_file(files[at])
        begin(file)
      }
      if (!is.null(file$ahead)) {
        block <- block_ahead(file)
        if (!is.null(block)) return(block)
        next
      }
      if (!file$ended) fill(file, format)
      if (length(file$rest) == 0) {
        if (!file$ended) next
        close_file(file)
        file <<- NULL
        next
      }
      block <- parse(file)
      if (count(block) > 0) return(block)
    }
  }
  list(read = read, close = function() if (!is.null(file)) close_file(file))
}

# NULL once: what is left then, if anything, is read the usual way.
block_ahead <- function(file) {
  block <- file$ahead()
  if (is.null(block)) file$ahead <- NULL
  block
}

# rest: bytes read and not yet used, with at least one whole record; held: pieces of the record that comes, until it is
# whole, place (in RecordEnds of src/core/io/csv.h) and size: where in a record they end and how large they are; line:
# that they begin in, from 1; ended: whether nothing follows them in the file; read: how many bytes were read; start:
# the first bytes, which no block holds (a byte order mark; csv_header() adds the header); take(bytes), shut(): as of
# file_bytes(); ahead(), where there is one: as of file_pass(). Files of csv have their `header` too.
open_file <- function(name) {
  file <- list2env(list(
    name = name, rest = raw(), held = list(), size = 0, place = 0L, line = 1, ended = FALSE, read = 0, start = raw()
  ))
  bytes <- file_bytes(name)
  file$take <- bytes$take
  file$shut <- bytes$shut
  file
}

close_file <- function(file) file$shut()

# The next bytes of the file, counted.
take <- function(file, bytes) {
  more <- file$take(bytes)
  file$read <- file$read + length(more)
  more
}

# The first bytes, without a byte order mark.
take_first <- function(file, bytes) {
  mark <- as.raw(c(0xef, 0xbb, 0xbf))
  more <- raw()
  while (length(more) < length(mark) && length(some <- take(file, bytes))) more <- c(more, some)
  if (!identical(utils::head(more, length(mark)), mark)) return(more)
  file$start <- mark
  more[-seq_along(mark)]
}

# Bytes of a line, or of a record of csv: beyond, a quote is not closed or the file is something else.
longest_line <- function(format) max(2^26, format$bytes)

# The next piece. Each byte is looked at once, however many pieces a record is made of.
fill <- function(file, format) {
  whole <- length(file$rest) > 0 && hold(file, file$rest, format)
  more <- if (file$read == 0) take_first(file, format$bytes) else take(file, format$bytes)
  file$ended <- length(more) == 0
  whole <- hold(file, more, format) || whole
  file$rest <- raw()
  if (!whole && !file$ended) {
    if (file$size <= longest_line(format)) return(invisible())
    line <- format(file$line, big.mark = ",")
    abort_input(
      "`files` holds {file$name}, whose line {line} has more than",
      "{format(longest_line(format), big.mark = ',')} bytes.",
      if (nzchar(format$separator)) "Is a quote not closed?" else "Is it a text file?"
    )
  }
  file$rest <- do.call(c, file$held)
  file$held <- list()
  file$size <- 0
  file$place <- 0L
}

# Whether a record ends in the piece.
hold <- function(file, piece, format) {
  found <- r_record_ends(piece, format$separator, file$place)
  file$held[[length(file$held) + 1]] <- piece
  file$size <- file$size + length(piece)
  file$place <- as.integer(found[2])
  found[1] > 0
}

# Drops what a block was made of.
use <- function(file, bytes, lines) {
  file$rest <- if (bytes == length(file$rest)) raw() else file$rest[seq(bytes + 1, length(file$rest))]
  file$line <- file$line + lines
}

# found: by a parser; list(error =, line =) is what it could not read, line counted from 0 in `rest`.
file_checked <- function(file, found) {
  if (is.null(found$error)) return(found)
  line <- format(file$line + found$line, big.mark = ",")
  abort_input("`files` holds {file$name}, which cannot be read at line {line}: {found$error}.")
}
