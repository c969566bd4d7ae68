# The mean, the standard deviation and the root of the mean square of each column, weighted. Dense columns a few at a
# time. x: a matrix or a dgCMatrix.
column_moments <- function(x, weights, most = 1e6) {
  share <- weights / sum(weights)
  if (methods::is(x, "sparseMatrix")) return(sparse_moments(x, share))
  width <- max(1, floor(most / nrow(x)))
  parts <- lapply(seq(1, ncol(x), by = width), function(from) {
    part <- x[, seq(from, min(ncol(x), from + width - 1)), drop = FALSE]
    mean <- colSums(share * part)
    variance <- colSums(share * (part - rep(mean, each = nrow(x)))^2)
    cbind(mean = mean, sd = sqrt(variance), size = sqrt(colSums(share * part^2)))
  })
  as.list(as.data.frame(do.call(rbind, parts)))
}

# Entries one by one, the zeros of a column all at once.
sparse_moments <- function(x, share) {
  of_entry <- share[x@i + 1L]
  sums <- function(values) Matrix::colSums(replace_values(x, of_entry * values))
  mean <- sums(x@x)
  zeros <- ifelse(diff(x@p) < nrow(x), 1 - sums(1), 0)
  variance <- sums((x@x - rep(mean, diff(x@p)))^2) + mean^2 * zeros
  list(mean = unname(mean), sd = unname(sqrt(pmax(variance, 0))), size = unname(sqrt(sums(x@x^2))))
}

replace_values <- function(x, values) {
  x@x <- values
  x
}
