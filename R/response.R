# What each family accepts as a response, brought to one numeric y and one weight a row.

# y, weights (NULL: all 1) and, for binomial, the names of the two classes. success: which column of a two-column
# response counts the modelled class. whole: whether these are all rows, or some of them.
check_response <- function(y, n, family, weights = NULL, success = 2L, whole = TRUE) {
  y <- plain_numbers(y, "y")
  if (is.matrix(y) && ncol(y) == 1) y <- as.vector(y)
  response <- switch(family,
    gaussian = list(y = check_numbers(y, n)),
    poisson = list(y = check_counts(y, n)),
    binomial = check_classes(y, n, success, whole)
  )
  response$weights <- combine_weights(weights, response$trials)
  response
}

check_numbers <- function(y, n) {
  if (is.character(y) || is.factor(y)) {
    abort_input("`y` is a {class(y)[1]}.", "It must be numeric; for two classes use family = \"binomial\".")
  }
  if (is.matrix(y)) abort_input("`y` has {ncol(y)} columns.", "It must be one vector.")
  if (!is.numeric(y) && nzchar(number_kind(y))) {
    abort_input("`y` is a {class(y)[1]}.", "Make it numbers, in the unit that you want, by as.numeric().")
  }
  check_vector(y, n, "y")
}

check_counts <- function(y, n) {
  y <- check_numbers(y, n)
  bad <- which(y < 0)
  if (length(bad)) {
    abort_input(
      "`y` has {length(bad)} negative value{?s}, the first at position {bad[1]}.",
      "Poisson needs counts of 0 or more."
    )
  }
  y
}

check_classes <- function(y, n, success, whole) {
  if (is.matrix(y)) return(check_two_counts(y, n, success, whole))
  if (is.character(y)) {
    abort_input("`y` is a character vector.", "Make it a factor, whose second level is modelled, or 0 and 1.")
  }
  classes <- c("0", "1")
  if (is.factor(y)) {
    if (nlevels(y) != 2) {
      abort_input("`y` has {nlevels(y)} level{?s}.", "Binomial needs a factor of two levels; the second is modelled.")
    }
    classes <- levels(y)
    y <- as.integer(y) - 1L
  } else if (is.logical(y)) {
    classes <- c("FALSE", "TRUE")
  }
  y <- check_vector(y, n, "y")
  if (any(y < 0 | y > 1)) {
    bad <- which(y < 0 | y > 1)[1]
    abort_input(
      "`y` is {format(y[bad])} at position {bad}.",
      "Binomial needs 0 and 1, proportions, a factor, or two columns of counts."
    )
  }
  if (whole) check_both_classes(y, classes)
  list(y = y, classnames = classes)
}

check_two_counts <- function(y, n, success, whole) {
  if (ncol(y) != 2) abort_input("`y` has {ncol(y)} columns.", "A binomial matrix needs two columns of counts.")
  if (nrow(y) != n) abort_input("`y` has {nrow(y)} row{?s}, x has {n} row{qty(n)}{?s}.", "They must agree.")
  counts <- check_finite(as.double(y), "y")
  if (any(counts < 0)) abort_input("`y` has a negative count.", "Counts must be 0 or more.")
  dim(counts) <- dim(y)
  trials <- rowSums(counts)
  if (whole && all(trials == 0)) abort_input("`y` counts no trial at all.", "At least one row must have a trial.")
  share <- ifelse(trials > 0, counts[, success] / pmax(trials, .Machine$double.xmin), 0)
  columns <- colnames(y)
  telling <- !is.null(columns) && !anyDuplicated(columns) && !anyNA(columns) && all(nzchar(columns))
  if (!telling) columns <- if (success == 2L) c("0", "1") else c("1", "0")
  classes <- columns[c(3L - success, success)]
  if (whole) check_both_classes(share[trials > 0], classes)
  list(y = share, trials = trials, classnames = classes)
}

check_both_classes <- function(y, classes) {
  if (any(y > 0) && any(y < 1)) return(invisible())
  only <- classes[if (any(y > 0)) 2 else 1]
  abort_input("`y` has one class only, \"{only}\".", "Binomial needs both.")
}

combine_weights <- function(weights, trials) {
  if (is.null(trials)) return(weights)
  trials * (if (is.null(weights)) 1 else weights)
}
