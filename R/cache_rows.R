#' Keep rows in a binary file
#'
#' Writes the rows of a source, as numbers, into a file of this package's own, from which they are read again without
#' parsing. Use it before many passes over rows that are slow to come by. `read_cache()` opens such a file later, in
#' another session too.
#'
#' Sparse blocks stay sparse.
#'
#' The file is written under a temporary name beside `path` and takes that name once it is whole. Each block has a
#' checksum: a file that is cut off, damaged or no such file is an error that says so, never a wrong model.
#'
#' @param rows A [row source][as_rows].
#' @param path The name of the file. One that exists is replaced.
#' @param formula For sources of data frames, the model formula whose columns are written. A fit to the cached rows
#'   predicts from data frames.
#' @param xlev,contrasts As for [sgdlasso()].
#' @param family The family that the response is meant for, as for [sgdlasso()]. Default `"gaussian"`. For `"binomial"`
#'   classes are written as 0 and 1 and their names kept, and counts of two classes as shares with the numbers of trials
#'   as weights.
#' @param threads The number of threads that read the file, ahead of its use. Results do not depend on it. Default 1.
#' @return The row source of the file, of numbers: for `sgdlasso(rows)`.
#' @section Errors: Files that cannot be written or read, and disks that are full: class `sgdlasso_error_input`; nothing
#' is left under `path` then that was not there before.
#' @examples
#' path <- tempfile()
#' rows <- cache_rows(as_rows(murder_rates), path, murder_rate ~ .)
#' fit <- sgdlasso(rows, lambda = 1)
#' predict(fit, murder_rates[1:2, ])
#' unlink(path)
#' @export
cache_rows <- function(rows, path, formula = NULL, xlev = NULL, contrasts = NULL, family = "gaussian") {
  if (!is_rows(rows)) abort_input("`rows` is {describe(rows)}.", "It must be a row source; as_rows() makes one.")
  path <- check_path(path)
  family <- check_family(family)
  design <- number_design(rows, family)
  if (!is.null(formula)) {
    peeked <- peek(rows)
    on.exit(peeked$close())
    coding <- list(contrasts = contrasts, xlev = xlev)
    design <- stream_design(
      call("cache_rows", formula = formula), peeked, list(family = family), coding, parent.frame()
    )
    rows <- peeked$source
  }
  write_row_file(rows, design, path)
  read_cache(path)
}

# design: as of fit_rows_by() (stream.R). The file takes its name once it is whole.
write_row_file <- function(rows, design, path) {
  unfinished <- tempfile(paste0(basename(path), "-"), dirname(path))
  on.exit(unlink(unfinished))
  writer <- NULL
  # a file that is open cannot be removed everywhere
  on.exit(if (!is.null(writer)) r_row_file_drop(writer), add = TRUE, after = FALSE)
  first <- NULL
  for_each_row_block(rows, function(block) {
    numbers <- design$blocks(block)
    if (numbers_rows(numbers) == 0) return()
    layout <- layout_of(numbers)
    if (is.null(writer)) {
      first <<- layout
      header <- c(layout, list(kept = design$kept, intercept = design$intercept))
      writer <<- row_file(r_row_file_create(path.expand(unfinished), serialize(header, NULL, version = 2)), path)
    }
    if (!identical(layout, first)) {
      abort_input("A block has other columns, weights or classes than the first.", "All blocks must be alike.")
    }
    row_file(r_row_file_append(writer, numbers), path)
  }, native = TRUE)
  if (is.null(writer)) abort_input("`rows` has no rows.", "It needs at least one.")
  row_file(r_row_file_finish(writer), path)
  if (!file.rename(unfinished, path)) abort_input("`path` is {path}, which cannot be replaced.", "Give another name.")
}

# What all blocks of a file have in common, of a block of either kind.
layout_of <- function(numbers) {
  list(
    labels = numbers_labels(numbers), width = numbers_width(numbers), weighted = numbers_weighted(numbers),
    shifted = numbers_shifted(numbers), sparse = is_sparse(numbers), classnames = numbers$classnames
  )
}

#' @rdname cache_rows
#' @export
read_cache <- function(path, threads = 1) {
  path <- check_path(path)
  threads <- check_threads(threads)
  if (!file.exists(path)) abort_input("`path` is {path}, which does not exist.", "cache_rows() makes such a file.")
  opened <- function() {
    file <- row_file(r_row_file_open(path.expand(path)), path)
    list(reader = file$reader, header = check_cache_header(header_of(file, path), path))
  }
  first <- opened()
  r_row_file_close(first$reader)
  native <- function() cache_pass(opened(), path, threads)
  source <- new_source(function() pass_in_r(native()), TRUE, path)
  source$files <- path
  source$native <- native
  source$kept <- first$header$kept
  source$intercept <- first$header$intercept
  source$classnames <- first$header$classnames
  source
}

# A pass of native blocks. file: list(reader, header).
cache_pass <- function(file, path, threads) {
  header <- file$header
  stream <- r_row_stream(file$reader, header$width, header$weighted, header$shifted, header$sparse, threads)
  r_row_file_close(file$reader)
  read <- function() {
    found <- row_file(r_row_stream_next(stream), path)
    if (!is.null(found)) native_block(stream, found, header)
  }
  list(read = read, close = function() r_close_blocks(stream))
}

check_path <- function(path) {
  if (!is.character(path) || length(path) != 1 || is.na(path) || !nzchar(path)) {
    abort_input("`path` is {describe(path)}.", "It must be the name of a file.")
  }
  path
}

# What R wrote into the file.
header_of <- function(file, path) {
  fault <- r_serialized_fault(file$header)
  header <- if (fault == "") tryCatch(unserialize(file$header), error = function(e) NULL)
  if (is.null(header)) row_file(list(error = "is damaged: its header cannot be read"), path)
  header
}

check_cache_header <- function(header, path) {
  flag <- function(name) isTRUE(header[[name]]) || isFALSE(header[[name]])
  right <- is.list(header) && is_number(header$width) && header$width >= 1 && header$width < .Machine$integer.max &&
    header$width == round(header$width) && flag("weighted") && flag("shifted") && flag("sparse") &&
    (is.null(header$intercept) || flag("intercept")) && (is.null(header$kept) || is.list(header$kept)) &&
    (is.null(header$labels) || (is.character(header$labels) && length(header$labels) == header$width)) &&
    (is.null(header$classnames) || (is.character(header$classnames) && length(header$classnames) == 2))
  if (!right) row_file(list(error = "is damaged: its header does not agree with itself"), path)
  header$width <- as.integer(header$width)
  header
}

# result: of C++; list(error =) is what is wrong with the file.
row_file <- function(result, path) {
  if (is.list(result) && !is.null(result$error)) {
    abort_input("The file {path} {result$error}.", "Make it anew by cache_rows().")
  }
  result
}
