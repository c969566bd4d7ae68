# What a user may hand over. Each check returns the value in the form the rest of the package relies on.

first_words <- function(values, most = 3) {
  shown <- paste0("\"", utils::head(values, most), "\"")
  paste0(paste(shown, collapse = ", "), if (length(values) > most) ", ..." else "")
}

check_flag <- function(value, arg) {
  if (!is.logical(value) || length(value) != 1 || is.na(value)) {
    abort_input("`{arg}` must be TRUE or FALSE.")
  }
  value
}

check_choice <- function(value, choices, arg) {
  if (!is.character(value) || length(value) != 1 || !value %in% choices) {
    found <- if (is.character(value)) first_words(value) else class(value)[1]
    advice <- value_elsewhere(value, arg)
    abort_input(
      "`{arg}` is {found}.",
      "It must be one of {first_words(choices, 10)}.",
      if (!is.null(advice)) "{advice}"
    )
  }
  value
}

is_number <- function(value) is.numeric(value) && length(value) == 1 && !is.na(value)

# Numbers as R's own doubles or integers, without class and the dimensions of a single column; NULL where value holds no
# numbers.
numbers_of <- function(value, arg) {
  value <- plain_numbers(value, arg)
  if (!is.numeric(value) && !is.logical(value)) return(NULL)
  as.vector(unclass(value))
}

# least, most: bounds; open: the lower bound itself is not allowed
check_number <- function(value, arg, least = -Inf, most = Inf, open = FALSE, whole = FALSE) {
  value <- plain_numbers(value, arg)
  inside <- is_number(value) && is.finite(value) && value <= most && (if (open) value > least else value >= least)
  if (!inside || (whole && value != round(value))) {
    kind <- if (whole) "a whole number" else "a number"
    found <- if (is_number(value)) format(value) else describe(value)
    lower <- if (is.finite(least)) paste(if (open) "above" else "of at least", least) else ""
    upper <- if (is.finite(most)) paste("at most", most) else ""
    range <- paste(Filter(nzchar, c(lower, upper)), collapse = " and ")
    abort_input("`{arg}` is {found}.", "It must be {kind} {range}.")
  }
  as.numeric(value)
}

describe <- function(value) {
  if (is.null(value)) return("NULL")
  if (length(value) == 1 && is.atomic(value)) return(format(value))
  paste0("a ", class(value)[1], " of length ", length(value))
}

check_vector <- function(value, n, arg, per = "row") {
  numbers <- numbers_of(value, arg)
  if (is.null(numbers)) {
    abort_input("`{arg}` is {describe(value)}.", "It must be numeric, with one number for each {per} of x.")
  }
  if (length(numbers) != n) {
    abort_input("`{arg}` has {length(numbers)} value{?s}, x has {n} {per}{qty(n)}{?s}.", "They must agree.")
  }
  check_finite(as.double(numbers), arg)
}

check_finite <- function(value, arg) {
  bad <- which(!is.finite(value))
  if (length(bad)) {
    abort_input(
      "`{arg}` has {length(bad)} missing or infinite value{?s}, the first at position {bad[1]}.",
      drop_advice
    )
  }
  value
}

# ---- x ----------------------------------------------------------------------

# A double matrix or a dgCMatrix, all finite.
check_x <- function(x, arg = "x", advice = drop_advice, threads = 1L) {
  x <- as_numeric_x(x, arg)
  if (nrow(x) == 0 || ncol(x) == 0) {
    abort_input("`{arg}` has {nrow(x)} row{?s} and {ncol(x)} column{?s}.", "It needs at least one of each.")
  }
  bad <- r_not_finite(x, threads)
  if (bad[["count"]] > 0) abort_not_finite_x(bad, colnames(x), arg, advice)
  x
}

drop_advice <- "Drop those rows, or use the formula call, which drops missing values."

abort_not_finite_x <- function(bad, names, arg, advice) {
  at <- if (is.null(names)) bad[["column"]] else paste0(bad[["column"]], " (", names[bad[["column"]]], ")")
  abort_input(
    "`{arg}` has {bad[['count']]} missing or infinite value{?s}, the first in column {at}, row {bad[['row']]}.",
    advice
  )
}

as_numeric_x <- function(x, arg) {
  if (is.data.frame(x)) return(data_frame_as_matrix(x, arg))
  if (methods::is(x, "sparseMatrix")) {
    check_sparse(x, arg)
    if (methods::is(x, "dgCMatrix")) return(x)
    return(methods::as(methods::as(methods::as(x, "dMatrix"), "generalMatrix"), "CsparseMatrix"))
  }
  if (methods::is(x, "Matrix")) x <- as.matrix(x)
  if (is.matrix(x) && is.object(x)) x <- unclass(plain_numbers(x, arg))
  if (!is.matrix(x)) {
    abort_input(
      "`{arg}` is {describe(x)}.",
      "It must be a numeric matrix, a data frame of numbers or a matrix of the Matrix package; a formula goes first."
    )
  }
  if (!is.numeric(x) && !is.logical(x)) {
    abort_input(
      "`{arg}` is a matrix of {typeof(x)} values, not of numbers.",
      "Use the formula call, sgdlasso(y ~ ., data), which codes factors."
    )
  }
  if (!is.double(x)) storage.mode(x) <- "double"
  x
}

# A class is a claim: slots can be set to anything, and the Matrix package follows them wherever they lead.
check_sparse <- function(x, arg) {
  if (methods::is(x, "dgCMatrix")) {
    fault <- r_sparse_fault(x)
  } else {
    valid <- methods::validObject(x, test = TRUE)
    fault <- if (isTRUE(valid)) "" else valid[1]
  }
  if (fault == "") return(invisible())
  abort_input(
    "`{arg}` is a sparse matrix that is not valid: {fault}.",
    "Make it anew, by Matrix::sparseMatrix() for example."
  )
}

data_frame_as_matrix <- function(x, arg) {
  for (column in which(vapply(x, function(column) is.object(column) || !is.null(dim(column)), NA))) {
    x[[column]] <- column_numbers(x[[column]], names(x)[column])
  }
  numeric <- vapply(x, function(column) is.numeric(column) || is.logical(column), NA)
  if (!all(numeric)) {
    bad <- names(x)[!numeric]
    abort_input(
      "`{arg}` has {length(bad)} column{?s} that {?is/are} not numeric: {first_words(bad)}.",
      "Use the formula call, sgdlasso(y ~ ., data), which codes factors and takes dates."
    )
  }
  x <- as.matrix(x)
  if (!is.double(x)) storage.mode(x) <- "double"
  rownames(x) <- NULL
  x
}

# A column of a class, or a matrix of one column as scale() makes, as numbers; as text where it is none.
column_numbers <- function(column, name) {
  if (is.list(column) || NCOL(column) != 1) return(rep("", NROW(column)))
  numbers_of(column, name) %||% rep("", NROW(column))
}

# ---- the other arguments ----------------------------------------------------

check_weights <- function(weights, n) {
  if (is.null(weights)) return(NULL)
  weights <- check_vector(weights, n, "weights")
  if (any(weights < 0)) {
    bad <- which(weights < 0)
    abort_input("`weights` has {length(bad)} negative value{?s}, the first at position {bad[1]}.",
                "Weights must be 0 or more.")
  }
  if (all(weights == 0)) abort_input("`weights` are all 0.", "At least one must be positive.")
  weights
}

check_offset <- function(offset, n) if (!is.null(offset)) check_vector(offset, n, "offset")

# v of the manual: infinite for excluded columns, the rest rescaled to sum to p with excluded ones counting as 1.
# names: of the columns, where they have any.
check_penalty_factor <- function(penalty.factor, exclude, p, names = NULL) {
  penalty.factor <- if (is.null(penalty.factor)) rep(1, p) else plain_numbers(penalty.factor, "penalty.factor")
  # `penalty` is short for it
  if (is.character(penalty.factor)) {
    abort_input(
      "`penalty.factor` is {first_words(penalty.factor)}.",
      "It must be numbers. {name_elsewhere('penalty', NULL)}"
    )
  }
  if (!is.numeric(penalty.factor) || length(penalty.factor) != p) {
    abort_input(
      "`penalty.factor` has {length(penalty.factor)} value{?s}, x has {p} column{qty(p)}{?s}.",
      "They must agree."
    )
  }
  bad <- which(is.na(penalty.factor) | penalty.factor < 0)
  if (length(bad)) {
    abort_input(
      "`penalty.factor` is negative or missing at position {bad[1]}.",
      "Factors must be 0 or more; Inf excludes a column."
    )
  }
  if (all(penalty.factor == 0)) {
    abort_input(
      "`penalty.factor` is 0 for every column.",
      "Use lm() or glm() for a fit without a penalty, or lambda = 0."
    )
  }
  penalty.factor[check_exclude(exclude, p, names)] <- Inf
  counted <- ifelse(is.infinite(penalty.factor), 1, penalty.factor)
  penalty.factor * (p / sum(counted))
}

# Numbers of columns, given as such or by name.
check_exclude <- function(exclude, p, names = NULL) {
  if (is.null(exclude)) return(integer())
  if (is.character(exclude)) return(columns_named(exclude, names %||% paste0("V", seq_len(p))))
  exclude <- plain_numbers(exclude, "exclude")
  if (!is.numeric(exclude) || anyNA(exclude) || any(exclude != round(exclude) | exclude < 1 | exclude > p)) {
    abort_input(
      "`exclude` names a column that x does not have.",
      "It must hold column numbers from 1 to {p}, or names of columns."
    )
  }
  exclude
}

columns_named <- function(wanted, names) {
  unknown <- setdiff(wanted, names)
  if (length(unknown)) {
    abort_input(
      "`exclude` names {first_words(unknown)}, which {qty(unknown)}{?is/are} no column{?s} of x.",
      "Columns: {first_words(names, 10)}."
    )
  }
  which(names %in% wanted)
}

# Each NULL where nothing is limited, else one number for each column.
check_limits <- function(lower.limits, upper.limits, p) {
  one <- function(value, arg, right) {
    value <- plain_numbers(value, arg)
    if (!is.numeric(value) || anyNA(value) || !length(value) %in% c(1L, p)) {
      abort_input("`{arg}` is {describe(value)}.", "It must be one number, or one for each of the {p} column{?s} of x.")
    }
    if (any(!right(value))) {
      bad <- which(!right(value))[1]
      abort_input("`{arg}` is {format(value[bad])} at position {bad}, which excludes 0.", "Limits must include 0.")
    }
    if (all(is.infinite(value))) NULL else rep_len(as.double(value), p)
  }
  list(
    lower.limits = one(lower.limits, "lower.limits", function(l) l <= 0),
    upper.limits = one(upper.limits, "upper.limits", function(u) u >= 0)
  )
}

check_lambda <- function(lambda) {
  if (is.null(lambda)) return(NULL)
  lambda <- plain_numbers(lambda, "lambda")
  if (!is.numeric(lambda) || length(lambda) == 0) {
    abort_input("`lambda` is {describe(lambda)}.", "It must be numbers of 0 or more, or NULL for a grid.")
  }
  bad <- which(!is.finite(lambda) | lambda < 0)
  if (length(bad)) {
    abort_input("`lambda` is {format(lambda[bad[1]])} at position {bad[1]}.", "It must be finite and 0 or more.")
  }
  sort(as.double(lambda), decreasing = TRUE)
}

check_threads <- function(threads) as.integer(check_number(threads, "threads", least = 1, most = 1024, whole = TRUE))

check_seed <- function(seed) {
  if (is.null(seed)) return(NULL)
  check_number(seed, "seed", least = 0, most = 2^32 - 1, whole = TRUE)
}

check_family <- function(family) {
  if (is.function(family)) family <- tryCatch(family(), error = function(e) "a function that makes no family")
  if (inherits(family, "family")) {
    canonical <- c(gaussian = "identity", binomial = "logit", poisson = "log")
    link <- family$link
    family <- family$family
    if (family %in% names(canonical) && link != canonical[[family]]) {
      abort_input(
        "`family` has the link \"{link}\".",
        "Only the canonical link of {family}, \"{canonical[[family]]}\", is fitted."
      )
    }
  }
  check_choice(family[1], c("gaussian", "binomial", "poisson"), "family")
}

# `...` of a method takes nothing: a name there is a slip of the pen, or another package's.
check_dots_empty <- function(..., known) {
  if (...length() == 0) return(invisible())
  given <- ...names()
  given <- if (is.null(given)) "" else given
  if (any(given == "")) {
    abort_input("There is an argument without a name that no parameter takes.", "Name it.")
  }
  abort_unknown(given[1], setdiff(known, "..."))
}

abort_unknown <- function(name, known) {
  advice <- name_elsewhere(name, known) %||% nearest_name(name, known) %||% name_of_ours(name) %||%
    "The manual has those that there are."
  abort_input("There is no argument `{name}`.", "{advice}")
}
