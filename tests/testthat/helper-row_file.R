# Row files taken apart and put together again with checksums that fit, in plain R (src/core/io/row_format.h,
# src/core/io/row_checksum.h). A number of 64 bits is four of 16, the lowest first.

limbs_of <- function(bytes) readBin(bytes, "integer", length(bytes) %/% 2, size = 2, signed = FALSE, endian = "little")
carried <- function(limbs) {
  for (k in 1:3) limbs[, k + 1] <- limbs[, k + 1] + limbs[, k] %/% 65536
  limbs %% 65536
}
golden <- c(0x7C15, 0x7F4A, 0x79B9, 0x9E37)

# lanes, values: a row each.
mix <- function(lanes, values) {
  lanes <- matrix(bitwXor(as.integer(lanes), as.integer(values)), nrow(lanes))
  product <- matrix(0, nrow(lanes), 4)
  for (i in 1:4) for (j in seq_len(5 - i)) product[, i + j - 1] <- product[, i + j - 1] + lanes[, i] * golden[j]
  product <- carried(product)
  high <- cbind(product, 0, 0)
  shifted <- high[, 2:5, drop = FALSE] %/% 2^13 + (high[, 3:6, drop = FALSE] %% 2^13) * 2^3 # by 29 bits
  matrix(bitwXor(as.integer(product), as.integer(shifted)), nrow(lanes))
}

checksum <- function(parts) {
  lanes <- cbind(1:4, 0, 0, 0)
  for (part in parts) {
    whole <- length(part) %/% 32
    limbs <- limbs_of(part)
    for (k in seq_len(whole)) lanes <- mix(lanes, matrix(limbs[16 * (k - 1) + 1:16], 4, 4, byrow = TRUE))
    rest <- part[seq_along(part) > 32 * whole]
    while (length(rest) > 0) {
      some <- min(8, length(rest))
      word <- matrix(limbs_of(c(rest[seq_len(some)], raw(8 - some))), 1)
      word[1] <- word[1] + some
      lanes[1, ] <- mix(lanes[1, , drop = FALSE], carried(word))
      rest <- rest[-seq_len(some)]
    }
  }
  sum <- matrix(0, 1, 4)
  for (k in 1:4) sum <- mix(sum, lanes[k, , drop = FALSE])
  writeBin(as.integer(sum), raw(), size = 2, endian = "little")
}

u64 <- function(value) {
  writeBin(
    as.integer(c(value %% 65536, value %/% 2^16 %% 65536, value %/% 2^32 %% 65536, value %/% 2^48)), raw(), size = 2
  )
}
u64_of <- function(bytes) sum(limbs_of(bytes) * 65536^(0:3))
bytes_of <- function(values) writeBin(values, raw())

# list(start, pieces): each piece list(kind, bytes).
take_apart <- function(path) {
  bytes <- readBin(path, "raw", file.size(path))
  pieces <- list()
  at <- 16
  while (at < length(bytes)) {
    size <- u64_of(bytes[at + 5:12])
    pieces <- c(pieces, list(list(kind = bytes[at + 1:4], bytes = bytes[at + 20 + seq_len(size)])))
    at <- at + 20 + size
  }
  list(start = bytes[1:16], pieces = pieces)
}

# parts: of the bytes of a piece, as the writer adds them to the checksum.
put_together <- function(file, path, parts = function(bytes) list(bytes)) {
  kinds <- vapply(file$pieces, function(piece) as.integer(piece$kind[1]), 0L)
  sealed <- Map(function(piece, kind) {
    sum <- checksum(if (kind %in% c(2, 4)) parts(piece$bytes) else list(piece$bytes))
    c(piece$kind, u64(length(piece$bytes)), sum, piece$bytes)
  }, file$pieces, kinds)
  writeBin(c(file$start, unlist(sealed)), path)
}

header_in <- function(file) unserialize(file$pieces[[1]]$bytes)
with_header <- function(file, header) {
  file$pieces[[1]]$bytes <- serialize(header, NULL, version = 2)
  file
}

# Blocks of n rows are added to their checksum part by part.
cache_parts <- function(header) {
  function(bytes) {
    n <- u64_of(bytes[1:8])
    others <- rep(8 * n, 1 + header$weighted + header$shifted)
    sizes <- if (header$sparse) {
      nonzeros <- u64_of(bytes[9:16])
      c(16, 8 * ((header$width + 1 + nonzeros + 1) %/% 2), 8 * nonzeros, others)
    } else {
      c(8, 8 * n * header$width, others)
    }
    if (!isTRUE(sum(sizes) == length(bytes))) return(list(bytes)) # damaged: the reader sees that before the checksum
    split(bytes, factor(rep(seq_along(sizes), sizes), seq_along(sizes)))
  }
}

# ---- damage ------------------------------------------------------------------------

junk <- function() {
  sample(list(
    NULL, NA, NaN, -1, 0, 1L, 3.5, Inf, 1e9, -2147483647L, "a", character(), list(), list(1, "b"), TRUE, raw(3), 1:5,
    c(2, -1), quote(a + b),
    2^40, matrix(1:4, 2), factor("u")
  ), 1)[[1]]
}

# One part of a value, somewhere inside, is something else. `keep`: names of parts that stay.
damaged <- function(value, keep = character()) {
  inside <- is.list(value) && length(value) > 0 && !inherits(value, "data.frame")
  if (isS4(value)) {
    slot <- sample(c("i", "p", "x", "Dim", "Dimnames"), 1)
    attr(value, slot) <- if (runif(1) < 0.7) damaged_vector(attr(value, slot)) else junk()
    return(value)
  }
  if (inside && runif(1) < 0.95) {
    at <- sample(setdiff(seq_along(value), match(keep, names(value))), 1)
    new <- if (runif(1) < 0.75) damaged(value[[at]]) else junk()
    value[at] <- list(new)
    return(value)
  }
  if (is.atomic(value) && length(value) > 0) damaged_vector(value) else junk()
}

damaged_vector <- function(value) {
  if (length(value) == 0 || !is.atomic(value)) return(junk())
  at <- sample(length(value), 1)
  switch(sample(5, 1),
    value[-at], c(value, value[at]), rev(value),
    if (is.numeric(value)) replace(value, at, sample(c(-1, 0, 7, 1e6, NA, 2^31 - 1), 1)) else junk(),
    if (is.integer(value)) replace(value, at, as.integer(sample(c(-5, 3, 2^31 - 1), 1))) else value[0]
  )
}

# The class of what a call ends in: "value", or that of its error.
outcome <- function(code) {
  tryCatch(
    {
      suppressMessages(suppressWarnings(force(code)))
      "value"
    },
    sgdlasso_error = function(e) "classed",
    error = function(e) paste("not classed:", conditionMessage(e))
  )
}

expect_sound <- function(outcomes) {
  bad <- setdiff(unlist(outcomes), c("value", "classed"))
  expect(length(bad) == 0, paste(c("Not errors of this package:", utils::head(bad, 5)), collapse = "\n"))
}
