# Rows of svmlight and libsvm files, parsed by src/core/io/svmlight.h.

#' @rdname as_rows
#' @export
rows_svmlight <- function(files, columns = NULL, first = 1, bytes = 4e6) {
  files <- check_files(files)
  first <- check_number(first, "first", least = 0, most = 1, whole = TRUE)
  format <- list(bytes = check_number(bytes, "bytes", least = 1, most = 2^30), separator = "") # nothing is quoted
  if (!is.null(columns)) columns <- check_number(columns, "columns", least = 1, most = 1e8, whole = TRUE)
  once <- any(is_pipe(files))
  open <- function() {
    if (is.null(columns)) { # found by the first pass, and kept for the others
      if (once) abort_input("`columns` is missing, and `files` can be read once.", "Say how many columns there are.")
      columns <<- largest_index(files, format) + 1 - first
    }
    pass <- svmlight_pass(files, format)
    list(read = function() svmlight_block(pass$read(), columns, first), close = pass$close)
  }
  source <- new_source(open, !once, files_label(files))
  source$files <- files
  source
}

# Blocks as r_svmlight_read() returns them, with the file and line that they begin at.
svmlight_pass <- function(files, format) {
  parse <- function(file) {
    found <- file_checked(file, r_svmlight_read(file$rest, file$ended))
    found$file <- file$name
    use(file, found$bytes, found$lines)
    found
  }
  file_pass(files, format, function(file) NULL, parse, function(found) length(found$y))
}

# The largest number of a column, which takes a pass over all files.
largest_index <- function(files, format) {
  pass <- svmlight_pass(files, format)
  on.exit(pass$close())
  largest <- 0
  repeat {
    found <- pass$read()
    if (is.null(found)) return(largest)
    largest <- max(largest, found$j)
  }
}

# found: by svmlight_pass(), j being the columns as the file numbers them. first: the number of the first column.
svmlight_block <- function(found, columns, first) {
  if (is.null(found)) return(NULL)
  index <- found$j - as.integer(first)
  if (length(index) && (min(index) < 0 || max(index) >= columns)) {
    bad <- found$j[index < 0 | index >= columns][1]
    abort_input(
      "`files` holds {found$file}, which has column {bad}; they run from {first} to {columns + first - 1}.",
      "Give `first` or `columns`."
    )
  }
  x <- Matrix::sparseMatrix(j = index, p = found$p, x = found$x, dims = c(length(found$y), columns), index1 = FALSE)
  list(x = x, y = found$y)
}
