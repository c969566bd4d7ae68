# Blocks of numbers that stay in C++ (src/core/io/block_stream.h): a source may have `native`, which opens a pass as
# `open` does, some of whose blocks are such. What reads it must know them; everything else calls `open`.

# found: by a stream's next(); valid until the stream is asked again. `first`, from 0, and `rows`: which rows of the
# stream's block are meant. `clean`: every number is finite and every weight above 0. layout: labels, width, and whether
# there are weights, offset and zeros that are not stored.
native_block <- function(stream, found, layout) {
  structure(
    list(
      native = stream, count = found$count, first = 0, rows = found$rows, clean = found$clean,
      labels = layout$labels, width = layout$width, weighted = layout$weighted, shifted = layout$shifted,
      sparse = layout$sparse
    ),
    class = "sgdlasso_native_block"
  )
}

is_native <- function(block) inherits(block, "sgdlasso_native_block")

# The same block in vectors of R's.
native_in_r <- function(block) {
  if (!is_native(block)) return(block)
  numbers <- Filter(Negate(is.null), r_native_block(block))
  if (block$sparse) {
    numbers$x <- methods::new(
      "dgCMatrix", i = numbers$x$i, p = numbers$x$p, x = numbers$x$x, Dim = as.integer(c(block$rows, block$width))
    )
  }
  colnames(numbers$x) <- block$labels
  numbers
}

# A pass for those who know no native blocks.
pass_in_r <- function(pass) {
  list(read = function() native_in_r(pass$read()), close = pass$close)
}

# The block, whose response stays where it is: the family takes all of its values if it takes the least and the largest,
# and as they are, since they are numbers. What it does not take is an error that names the row.
native_response <- function(block, family) {
  if (family == "gaussian") return(block)
  ends <- tryCatch(
    check_response(r_native_range(block), 2, family, whole = FALSE),
    sgdlasso_error_input = function(e) NULL
  )
  response <- ends %||% check_response(r_native_response(block), block$rows, family, whole = FALSE)
  block["classnames"] <- response["classnames"]
  block
}

# Some of the rows of a dense block; it takes no copy.
native_rows <- function(block, rows) {
  block$first <- block$first + rows[1] - 1
  block$rows <- length(rows)
  block
}

# ---- what training asks of a block of either kind ------------------------------------

numbers_rows <- function(numbers) if (is_native(numbers)) numbers$rows else nrow(numbers$x)
numbers_width <- function(numbers) if (is_native(numbers)) numbers$width else ncol(numbers$x)
numbers_labels <- function(numbers) if (is_native(numbers)) numbers$labels else colnames(numbers$x)
is_sparse <- function(numbers) if (is_native(numbers)) numbers$sparse else methods::is(numbers$x, "sparseMatrix")
numbers_response <- function(numbers) if (is_native(numbers)) r_native_response(numbers) else numbers$y
numbers_weights <- function(numbers) if (is_native(numbers)) r_native_weights(numbers) else numbers$weights
numbers_weighted <- function(numbers) if (is_native(numbers)) numbers$weighted else !is.null(numbers$weights)
numbers_shifted <- function(numbers) if (is_native(numbers)) numbers$shifted else !is.null(numbers$offset)
