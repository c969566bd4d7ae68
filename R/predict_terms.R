# Predictions term by term, as those of stats::predict.lm().

# What new rows are to be centred by: the means of the columns of training, 0 where the fit has no intercept, or where
# it came from a source and keeps no rows. training: as of given_rows(), or NULL.
term_centre <- function(object, training) {
  if (!object$intercept || is.null(training)) return(numeric(object$dim[1]))
  Matrix::colMeans(training$x)
}

# The rows of training; NULL where a source has read them and they are not given.
term_training <- function(object, x, y, weights, offset, data, envir) {
  given <- !missing(x) || !missing(data)
  if (!given && is.null(object$model) && isTRUE(object$solver$source)) return(NULL)
  rows <- given_rows(object, x, y, weights, offset, data, envir)
  if (given) check_training_data(object, rows, "Terms are centred by the means of those.")
  rows
}

# A function that makes of rows, as new_rows() has them, a matrix with a column for each term. at: the model; chosen: as
# the user gave it.
terms_predictor <- function(object, at, centre, chosen) {
  if (ncol(at$beta) != 1) {
    abort_input("`type` is \"terms\", and `s` stands for {ncol(at$beta)} lambdas.", "Terms are of one model: give one.")
  }
  labels <- if (is.null(object$terms)) rownames(object$beta) else attr(object$terms, "term.labels")
  chosen <- chosen_terms(chosen, labels)
  wanted <- unique(chosen)
  beta <- at$beta[, 1]
  constant <- unname(if (object$intercept) at$a0 + sum(centre * beta) else at$a0)
  function(rows) {
    assign <- if (is.null(object$terms)) seq_along(beta) else rows$assign
    if (is.null(assign)) abort_input("The rows are columns, not variables.", "Terms are made from data frames.")
    values <- term_values(rows, beta, centre, match(assign, wanted), length(wanted))
    values <- values[, match(chosen, wanted), drop = FALSE]
    dimnames(values) <- list(rownames(rows$x), labels[chosen])
    attr(values, "constant") <- constant
    values
  }
}

# The places of the terms wanted.
chosen_terms <- function(chosen, labels) {
  if (is.null(chosen)) return(seq_along(labels))
  if (is.numeric(chosen) && all(chosen %in% seq_along(labels))) return(as.integer(chosen))
  if (!is.character(chosen)) {
    abort_input("`terms` is {describe(chosen)}.", "It must hold names of terms, or numbers from 1 to {length(labels)}.")
  }
  unknown <- setdiff(chosen, labels)
  if (length(unknown)) {
    abort_input(
      "`terms` names {first_words(unknown)}, which {qty(unknown)}{?is/are} no term{?s} of the fit.",
      "Terms: {first_words(labels, 10)}."
    )
  }
  match(chosen, labels)
}

# term: of each column the column of the result that it is added to, or NA; count: of these.
term_values <- function(rows, beta, centre, term, count) {
  used <- which(beta != 0 & !is.na(term))
  x <- rows$x[, used, drop = FALSE]
  sums <- Matrix::sparseMatrix(i = seq_along(used), j = term[used], x = beta[used], dims = c(length(used), count))
  # dense columns are centred first, as what is left of a product of large means is rounding
  sparse <- methods::is(x, "sparseMatrix")
  if (!sparse) x <- x - rep(centre[used], each = nrow(x))
  values <- as.matrix(x %*% sums)
  if (sparse) values <- values - rep(as.numeric(centre[used] %*% sums), each = nrow(values))
  if (any(rows$incomplete)) values[rows$incomplete, ][missing_terms(rows$gaps, term, count)] <- NA
  values
}

# Whether a column of the term is missing.
missing_terms <- function(gaps, term, count) {
  any_of <- function(k) rowSums(gaps[, which(term == k), drop = FALSE]) > 0
  matrix(vapply(seq_len(count), any_of, logical(nrow(gaps))), nrow(gaps), count)
}
