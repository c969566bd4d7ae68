# From a row source each row is computed by itself: what depends on all rows at once no block can tell, and is refused.

# matched: the call, its formula being the terms.
check_row_wise <- function(matched, peeked, envir) {
  check_remembering(matched$formula)
  matched$data <- as.data.frame(peeked$first)
  plain <- or_input_error(plain_call(matched, envir), "The formula call cannot be evaluated")
  if (isTRUE(peeked$source$n == nrow(plain$data))) return(invisible()) # all rows are in this block
  data <- two_rows(plain$data)
  evaluate <- function(call, data) eval(call, data, environment(plain$formula))
  check_subset(plain$subset, data, evaluate)
  terms <- c(as.list(attr(plain$formula, "variables"))[-1], as.list(plain)[c("weights", "offset", "subset")])
  check_calls_row_wise(terms, data, evaluate)
}

# evaluate(call, data): its value on these rows.
check_calls_row_wise <- function(calls, data, evaluate) {
  computed <- Filter(function(call) !is.null(call) && !(is.symbol(call) && as.character(call) %in% names(data)), calls)
  if (length(computed) == 0) return(invisible())
  among <- among_others(data)
  for (call in computed) {
    if (!is_row_wise(call, data, among, evaluate)) abort_row_wise(call)
  }
}

# One row alone tells nothing: another one is made up.
two_rows <- function(data) if (nrow(data) == 1) rbind(data, moved(data, 1)) else data

# The rows behind higher ones and before lower ones, each list(data, rows), the places where they are.
among_others <- function(data) {
  n <- nrow(data)
  list(
    list(data = rbind(moved(data, 1), moved(data, 2), data), rows = 2 * n + seq_len(n)),
    list(data = rbind(data, moved(data, -1), moved(data, -2)), rows = seq_len(n))
  )
}

# Numbers and times, beyond all that there are.
moved <- function(data, times) {
  moves <- vapply(data, function(column) {
    is.numeric(unclass(column)) && !is.factor(column) && is.null(dim(column))
  }, NA)
  data[moves] <- lapply(data[moves], function(column) {
    known <- unclass(column)[is.finite(unclass(column))]
    step <- if (length(known)) times * (max(known) - min(known) + 1) else 0
    if (!is.integer(column)) return(column + step)
    if (abs(step) + max(0, abs(known)) < .Machine$integer.max) column + as.integer(step) else column
  })
  data
}

abort_row_wise <- function(term) {
  abort_input(
    "The call has {deparse(term)[1]}, which depends on all rows at once.",
    "From a row source each row must be computed by itself."
  )
}

# poly(), scale() and the like remember something of all rows.
check_remembering <- function(terms) {
  variables <- as.list(attr(terms, "variables"))
  remembering <- !mapply(identical, as.list(attr(terms, "predvars")), variables)
  if (any(remembering)) abort_row_wise(variables[remembering][[1]])
}

# Numbers of rows would be counted anew in each block.
check_subset <- function(subset, data, evaluate) {
  if (is.null(subset)) return(invisible())
  value <- or_input_error(evaluate(subset, data), "`subset` cannot be evaluated")
  if (is.logical(value) && length(value) == nrow(data)) return(invisible())
  abort_input(
    "`subset` is {describe(value)}.",
    "From a row source it must be TRUE or FALSE for each row, from that row alone."
  )
}

# Others, such as x - mean(x), are found out by what they make of parts of the first block, and of it among other rows,
# where that can be evaluated.
is_row_wise <- function(call, data, among, evaluate) {
  value_of <- function(data) suppressWarnings(tryCatch(evaluate(call, data), error = function(e) NULL))
  n <- nrow(data)
  whole <- value_of(data)
  if (n < 2 || NROW(whole) != n) return(TRUE) # what is wrong with it is told where it is used
  half <- n %/% 2
  same_in_parts <- all(vapply(list(seq_len(half), seq(half + 1, n), 1L), function(rows) {
    same_values(value_of(data[rows, , drop = FALSE]), values_at(whole, rows))
  }, NA))
  same_in_parts && all(vapply(among, function(more) {
    value <- value_of(more$data)
    NROW(value) != nrow(more$data) || same_values(values_at(value, more$rows), whole)
  }, NA))
}

# A part of a matrix keeps its class, as that of poly().
values_at <- function(whole, rows) {
  if (!is.matrix(whole)) return(whole[rows])
  part <- whole[rows, , drop = FALSE]
  oldClass(part) <- oldClass(whole)
  part
}

# Levels too stand in the same order; which ones there are may differ.
same_values <- function(part, whole) {
  if (NROW(part) != NROW(whole) || !identical(class(part), class(whole))) return(FALSE)
  if (is.factor(whole)) {
    common <- intersect(levels(whole), levels(part))
    return(identical(as.character(part), as.character(whole)) && identical(intersect(levels(part), common), common))
  }
  isTRUE(all.equal(as.vector(unclass(part)), as.vector(unclass(whole))))
}
