# Which fold each row is in: drawn by chance, within strata, by groups, or as the user has it.

# A matrix of fold numbers, one column for each repetition. Without strata and groups they are drawn as cv.glmnet draws
# them, so that set.seed() gives the same. weights: rows of weight 0 are in a fold, and count nowhere.
draw_folds <- function(n, nfolds, foldid, repeats, strata = NULL, groups = NULL, weights = NULL) {
  if (!is.null(foldid)) {
    check_not_drawn(strata, groups)
    return(matrix(check_foldid(foldid, n)))
  }
  nfolds <- check_number(nfolds, "nfolds", least = 2, whole = TRUE)
  if (nfolds > n) {
    abort_input(
      "`nfolds` is {nfolds}, x has {n} row{?s}.",
      "There must be at least one row for each fold; nfolds = {n} leaves each out."
    )
  }
  counts <- if (is.null(weights)) rep(TRUE, n) else weights > 0
  if (!is.null(strata)) strata <- check_strata(strata, n, nfolds)
  if (!is.null(groups)) groups <- check_groups(groups, n, nfolds, strata, counts)
  draw <- function(k) {
    if (!is.null(groups)) return(deal_groups(groups, strata %||% rep(1L, n), counts, nfolds))
    if (!is.null(strata)) return(deal_strata(strata, counts, nfolds))
    sample(rep(seq_len(nfolds), length.out = n))
  }
  vapply(seq_len(repeats), draw, integer(n))
}

check_not_drawn <- function(strata, groups) {
  given <- c(strata = !is.null(strata), groups = !is.null(groups))
  if (any(given)) {
    abort_input("`{names(which(given))[1]}` is given, and so is `foldid`.", "Folds of yours are not drawn: give one.")
  }
}

# ---- folds of the user's ---------------------------------------------------------

# Any labels; folds are numbered in the labels' order.
check_foldid <- function(foldid, n) {
  foldid <- check_labels(foldid, n, "foldid", "fold")
  check_no_missing(foldid, "foldid", "Each row must be in a fold.")
  fold <- renumber(foldid)
  if (max(fold) < 2) abort_input("`foldid` has one fold only.", "There must be two or more.")
  fold
}

# A label for each row: numbers, text or logicals, without a class.
check_labels <- function(labels, n, arg, what) {
  labels <- without_one_column(plain_numbers(labels, arg))
  if (!is.atomic(labels) || is.null(labels) || length(dim(labels)) > 1) {
    abort_input("`{arg}` is {describe(labels)}.", "It must name the {what} of each row of x.")
  }
  if (length(labels) != n) {
    abort_input("`{arg}` has {length(labels)} value{?s}, x has {n} row{qty(n)}{?s}.", "They must agree.")
  }
  if (is.raw(labels)) abort_input("`{arg}` is a raw vector.", "It must hold a number or a name for each {what}.")
  if (is.factor(labels)) as.character(labels) else as.vector(unclass(labels))
}

# As scale() and data[, 1, drop = FALSE] make it.
without_one_column <- function(labels) {
  if (is.atomic(labels) && is.matrix(labels) && ncol(labels) == 1) labels[, 1] else labels
}

check_no_missing <- function(labels, arg, advice) {
  bad <- which(is.na(labels))
  if (length(bad)) {
    abort_input("`{arg}` has {length(bad)} missing value{?s}, the first in row {bad[1]} of x.", advice)
  }
}

# Numbered from 1 without gaps, which rows of weight 0 may have left.
renumber <- function(fold) match(fold, sort(unique(fold)))

# The fold of each row by a set of resamples of package rsample; anything else as it is.
fold_labels <- function(foldid) {
  if (!inherits(foldid, "rset")) return(foldid)
  kind <- class(foldid)[1]
  if (!length(foldid$splits)) abort_input("`foldid` is a {kind} without resamples.", "There must be two or more.")
  n <- nrow(foldid$splits[[1]]$data)
  assessed <- lapply(foldid$splits, function(split) {
    if (anyNA(split$out_id)) setdiff(seq_len(n), split$in_id) else split$out_id
  })
  times <- tabulate(unlist(assessed), n)
  if (any(times != 1)) {
    bad <- which(times != 1)[1]
    abort_input(
      "`foldid` is a {kind} that assesses row {bad} {times[bad]} times.",
      "It must assess each row once, as vfold_cv() does without repeats."
    )
  }
  trains <- mapply(function(split, out) setequal(split$in_id, seq_len(n)[-out]), foldid$splits, assessed)
  if (!all(trains)) {
    abort_input(
      "`foldid` is a {kind} whose split {which(!trains)[1]} trains on some of the rows that it does not assess.",
      "Here it must be all of them."
    )
  }
  replace(integer(n), unlist(assessed), rep(seq_along(assessed), lengths(assessed)))
}

# ---- of a formula call -----------------------------------------------------------

# Expressions of arguments, evaluated in the data as weights are.
eval_arguments <- function(expressions, data, envir) {
  Map(expressions, names(expressions), f = function(expression, arg) {
    or_input_error(eval_plain(expression, data, envir), sprintf("`%s` cannot be evaluated", arg))
  })
}

# Those of the given values that are for all rows of the data, for the rows that stay.
for_rows_that_stay <- function(given, formula, data, envir, subset, dropped) {
  given <- Filter(Negate(is.null), given)
  if (!length(given)) return(given)
  count <- if (is.data.frame(data)) nrow(data) else NROW(eval_plain(formula[[2]], data, envir))
  places <- places_that_stay(count, if (is.data.frame(data)) row.names(data), subset, dropped)
  Map(given, names(given), f = function(values, arg) {
    values <- without_one_column(plain_numbers(values, arg))
    if (length(dim(values)) < 2 && length(values) == count) values[places] else values
  })
}

# Which of `count` rows subset and na.action leave, in their order, as model.frame() picks them.
places_that_stay <- function(count, names, subset, dropped) {
  places <- seq_len(count)
  if (is.character(subset)) {
    places <- pmatch(subset, names %||% places, duplicates.ok = TRUE)
  } else if (!is.null(subset)) {
    places <- places[subset]
  }
  if (length(dropped)) places[-dropped] else places
}

# ---- strata ----------------------------------------------------------------------

# Numbers of more different values than these are not labels but sizes; they are put into so many bins.
most_labels <- 10
most_bins <- 4

# Numbers of strata. What is missing is a stratum too.
check_strata <- function(strata, n, nfolds) {
  strata <- check_labels(strata, n, "strata", "stratum")
  strata[is.na(strata)] <- NA # not NaN
  if (is.numeric(strata) && length(unique(strata[!is.na(strata)])) > most_labels) strata <- binned(strata, nfolds)
  match(strata, unique(strata))
}

# By quantiles, so that each bin has a row for every fold. Where the largest value is that of many rows, it is a bin.
binned <- function(values, nfolds) {
  known <- values[!is.na(values)]
  bins <- max(min(most_bins, length(known) %/% nfolds), 1)
  cuts <- stats::quantile(known, seq_len(bins - 1) / bins, names = FALSE, type = 1)
  below_most <- max(known[known < max(known)])
  findInterval(values, unique(pmin(cuts, below_most)), left.open = TRUE)
}

# Rows of a stratum follow each other in random order, and all are dealt to the folds in turn: of no stratum, and not in
# all, has a fold two rows more than another.
deal_strata <- function(strata, counts, nfolds) {
  n <- length(strata)
  fold <- integer(n)
  fold[order(!counts, strata, stats::runif(n))] <- rep_len(sample(nfolds), n)
  fold
}

# ---- groups ----------------------------------------------------------------------

# Numbers of groups.
check_groups <- function(groups, n, nfolds, strata, counts) {
  labels <- check_labels(groups, n, "groups", "group")
  check_no_missing(labels, "groups", "Each row must be in a group.")
  groups <- match(labels, unique(labels))
  count <- length(unique(groups[counts]))
  if (count < nfolds) {
    abort_input(
      "`groups` has {count} group{?s}, and `nfolds` is {nfolds}.",
      "There must be a group for each fold.", if (count > 1) "With nfolds = {count} each is left out once."
    )
  }
  mixed <- which(strata != strata[match(groups, groups)])
  if (length(mixed)) {
    abort_input(
      "`strata` has several strata in the group {format(labels[mixed[1]])} of `groups`.",
      "A group stays together, so its rows must be of one stratum."
    )
  }
  groups
}

# The largest groups first, each to the fold that has the fewest rows of its stratum, and among those the fewest in all.
# Which of equal groups comes first is left to chance, and so is which number a fold has.
deal_groups <- function(groups, strata, counts, nfolds) {
  size <- tabulate(groups[counts], max(groups))
  stratum <- strata[match(seq_along(size), groups)]
  held <- matrix(0, nfolds, max(strata))
  total <- numeric(nfolds)
  home <- integer(length(size))
  for (group in order(-size, stats::runif(length(size)))) {
    own <- stratum[group]
    fold <- which.min(held[, own] * (length(groups) + 1) + total)
    held[fold, own] <- held[fold, own] + size[group]
    total[fold] <- total[fold] + size[group]
    home[group] <- fold
  }
  sample(nfolds)[home][groups]
}
