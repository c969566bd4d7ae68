# Blocks of numbers that stay in C++ (src/core/io/block_stream.h): a source may have `native`, which opens a pass as
# `open` does, some of whose blocks are such. What reads it must know them; everything else calls `open`.

# found: by a stream's next(); valid until the stream is asked again. `clean`: every number is finite and every weight
# above 0. layout: labels, width, and whether there are weights, offset and zeros that are not stored.
native_block <- function(stream, found, layout) {
  structure(
    list(
      native = stream, count = found$count, rows = found$rows, clean = found$clean, labels = layout$labels,
      width = layout$width, weighted = layout$weighted, shifted = layout$shifted, sparse = layout$sparse
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

# Its response, where the family has to look at it.
native_response <- function(block, family) {
  if (family == "gaussian") return(block)
  response <- check_response(r_native_response(block), block$rows, family, whole = FALSE)
  block[c("y", "classnames")] <- response[c("y", "classnames")]
  block
}

# ---- what training asks of a block of either kind ------------------------------------

numbers_rows <- function(numbers) if (is_native(numbers)) numbers$rows else nrow(numbers$x)
numbers_width <- function(numbers) if (is_native(numbers)) numbers$width else ncol(numbers$x)
numbers_labels <- function(numbers) if (is_native(numbers)) numbers$labels else colnames(numbers$x)
is_sparse <- function(numbers) if (is_native(numbers)) numbers$sparse else methods::is(numbers$x, "sparseMatrix")
numbers_weights <- function(numbers) if (is_native(numbers)) r_native_weights(numbers) else numbers$weights
numbers_weighted <- function(numbers) if (is_native(numbers)) numbers$weighted else !is.null(numbers$weights)
numbers_shifted <- function(numbers) if (is_native(numbers)) numbers$shifted else !is.null(numbers$offset)
