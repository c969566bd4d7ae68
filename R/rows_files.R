# Text files read piece by piece: what csv and svmlight files share.

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

# Neither R nor file.info() tells; where there is no such program there are no such files. Pipes are read as they come, and once.
is_pipe <- function(files) {
  size <- file.info(files, extra_cols = FALSE)$size
  vapply(seq_along(files), function(k) size[k] == 0 && system2("test", c("-p", shQuote(files[k])), stderr = FALSE) == 0, NA)
}

# A pass over all files: begin(file) reads what comes first, parse(file) makes a block of whole records, count(block) says how many.
# begin() may set file$ahead, a function that gives blocks as far as it can read them, then NULL.
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

# rest: bytes read and not yet used; line: that they begin in, from 1; ended: whether nothing follows them in the file; read: how many
# bytes were read.
open_file <- function(name) {
  con <- or_input_error(
    withCallingHandlers(
      if (is_pipe(name)) file(name, "rb", raw = TRUE) else gzfile(name, "rb"),
      warning = function(w) abort_input("`files` holds {name}, which cannot be opened: {conditionMessage(w)}.")
    ),
    "A file cannot be opened"
  )
  list2env(list(name = name, con = con, rest = raw(), line = 1, ended = FALSE, read = 0))
}

close_file <- function(file) {
  if (!is.null(file$stream)) r_close_blocks(file$stream)
  close(file$con)
}

fill <- function(file, format) {
  more <- readBin(file$con, "raw", format$bytes)
  file$ended <- length(more) == 0
  file$read <- file$read + length(more)
  file$rest <- if (length(file$rest)) c(file$rest, more) else more
}

use <- function(file, bytes, lines) {
  file$rest <- if (bytes == length(file$rest)) raw() else file$rest[seq(bytes + 1, length(file$rest))]
  file$line <- file$line + lines
}

file_checked <- function(file, found) {
  if (is.null(found$error)) return(found)
  line <- format(file$line + found$line, big.mark = ",")
  abort_input("`files` holds {file$name}, which cannot be read at line {line}: {found$error}.")
}
