# From a row source each row is computed by itself: what depends on all rows at once no block can tell, and is refused.

# matched: the call, its formula being the terms.
check_row_wise <- function(matched, peeked, envir) {
  check_remembering(matched$formula)
  matched$data <- as.data.frame(peeked$first)
  plain <- or_input_error(plain_call(matched, envir), "The formula call cannot be evaluated")
  if (isTRUE(peeked$source$n == nrow(plain$data))) return(invisible()) # all rows are in this block
  plain$data <- two_rows(plain$data)
  evaluate <- function(term, rows) eval(term, plain$data[rows, , drop = FALSE], environment(plain$formula))
  check_subset(plain$subset, nrow(plain$data), evaluate)
  terms <- c(as.list(attr(plain$formula, "variables"))[-1], as.list(plain)[c("weights", "offset", "subset")])
  check_calls_row_wise(terms, plain$data, evaluate)
}

# evaluate(call, rows): its value on these rows of data.
check_calls_row_wise <- function(calls, data, evaluate) {
  computed <- Filter(function(call) !is.null(call) && !(is.symbol(call) && as.character(call) %in% names(data)), calls)
  for (call in computed) {
    if (!is_row_wise(call, nrow(data), evaluate)) abort_row_wise(call)
  }
}

# One row alone tells nothing: another one is made up.
two_rows <- function(data) if (nrow(data) == 1) rbind(data, moved_by_one(data)) else data

moved_by_one <- function(row) {
  numbers <- vapply(row, function(column) is.numeric(column) && !is.object(column) && is.null(dim(column)), NA)
  row[numbers] <- lapply(row[numbers], function(column) column + if (is.integer(column)) 1L else 1)
  row
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
check_subset <- function(subset, n, evaluate) {
  if (is.null(subset)) return(invisible())
  value <- or_input_error(evaluate(subset, seq_len(n)), "`subset` cannot be evaluated")
  if (is.logical(value) && length(value) == n) return(invisible())
  abort_input(
    "`subset` is {describe(value)}.",
    "From a row source it must be TRUE or FALSE for each row, from that row alone."
  )
}

# Others, such as x - mean(x), are found out by what they make of parts of the first block.
is_row_wise <- function(term, n, evaluate) {
  value_of <- function(rows) suppressWarnings(tryCatch(evaluate(term, rows), error = function(e) NULL))
  whole <- value_of(seq_len(n))
  if (n < 2 || NROW(whole) != n) return(TRUE) # what is wrong with it is told where it is used
  half <- n %/% 2
  all(vapply(list(seq_len(half), seq(half + 1, n), 1L), function(rows) {
    same_values(value_of(rows), values_at(whole, rows))
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
