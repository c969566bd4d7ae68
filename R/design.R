# From the model frame of a formula to the matrix of its columns: dense as model.matrix() makes it, or the same sparse.

# x without its column of ones, y, and what a later predict() needs. Terms lose their environment, which may be large.
model_design <- function(frame, contrasts, sparse = FALSE) {
  terms <- attr(frame, "terms")
  y <- stats::model.response(frame)
  if (is.null(y)) abort_input("`formula` has no response.", "Write it as y ~ x1 + x2.")
  columns <- or_input_error(formula_matrix(terms, frame, contrasts, sparse), no_columns)
  attr(terms, ".Environment") <- NULL
  if (length(kinds <- number_kinds(frame))) attr(terms, "kinds") <- kinds
  kept <- list(
    terms = terms, xlevels = stats::.getXlevels(terms, without_removed(frame)), contrasts = columns$contrasts,
    na.action = attr(frame, "na.action")
  )
  list(x = columns$x, y = y, intercept = attr(terms, "intercept") == 1L, kept = Filter(Negate(is.null), kept))
}

no_columns <- "The columns of the formula cannot be made"

# The columns but that of ones, the contrasts that factors were coded by, and of each column the place of its term.
formula_matrix <- function(terms, frame, contrasts, sparse) {
  if (sparse) return(sparse_matrix(terms, frame, contrasts))
  x <- stats::model.matrix(terms, without_removed(frame, terms), contrasts)
  used <- attr(x, "contrasts")
  assign <- attr(x, "assign")
  if (attr(terms, "intercept") == 1L) x <- x[, -1L, drop = FALSE]
  attr(x, "assign") <- attr(x, "contrasts") <- NULL
  list(x = x, contrasts = used, assign = assign[assign > 0])
}

# ---- dense or sparse -----------------------------------------------------------

# Below any of these dense columns are made and solved at least about as fast.
sparse_from <- list(columns = 250, numbers = 4e6)
sparse_share <- 1 / 20
# Moments of dense columns serve every fold at once; they are worth 1 GB.
sparse_from_in_folds <- 2^30 / 8

# Why the columns of a formula are made sparse, in words; NULL where they are not. It looks at levels, not at columns:
# nothing large has been made yet.
why_sparse <- function(frame, contrasts, settings, in_folds = FALSE) {
  terms <- attr(frame, "terms")
  check_level_counts(terms, frame)
  if (length(attr(terms, "factors")) == 0 || !takes_sparse(settings, contrasts)) return(NULL)
  size <- or_input_error(design_size(terms, frame, contrasts), no_columns)
  n <- nrow(frame)
  by_moments <- in_folds && settings$family == "gaussian" && settings$solver$name %in% c("auto", "exact") &&
    !length(row_functions(settings)) && suits_moments_size(n, size$columns)
  numbers <- if (by_moments) sparse_from_in_folds else sparse_from$numbers
  few <- size$columns < sparse_from$columns || n * size$columns < numbers
  if (few || size$filled > sparse_share * size$columns) return(NULL)
  sprintf(
    "%s, %s %% of their numbers not 0; dense they would take %s MB", in_digits(size$columns),
    format(100 * size$filled / size$columns, digits = 2), in_digits(round(8e-6 * n * size$columns))
  )
}

in_digits <- function(count) format(count, big.mark = ",", scientific = FALSE)

# The nudge is the textbook's, on every number; moments are gathered of dense columns.
takes_sparse <- function(settings, contrasts) {
  solver <- settings$solver
  listed <- is.null(contrasts) || (is.list(contrasts) && !is.null(names(contrasts)))
  listed && !isTRUE(settings$keep.moments) && solver$name != "nudge" && !identical(solver$method, "moments")
}

most_levels <- 1e5
least_rows_a_level <- 10
most_columns <- 1e7

# An identifier taken for a factor would make as many columns as there are rows.
check_level_counts <- function(terms, frame) {
  for (name in names(frame)[used_variables(terms)]) {
    value <- frame[[name]]
    count <- if (is.factor(value)) nlevels(value) else if (is.character(value)) length(unique(value)) else 0
    check_level_count(count, nrow(frame), name)
  }
}

check_level_count <- function(count, n, name) {
  if (count <= most_levels || n >= least_rows_a_level * count) return(invisible())
  abort_input(
    "{name} has {in_digits(count)} levels in {in_digits(n)} rows, each a column.",
    "More than {in_digits(most_levels)} need {least_rows_a_level} rows for each:",
    "leave it out (- {name}), or group them."
  )
}

# How many columns, and how many of a row's numbers are not 0, on average.
design_size <- function(terms, frame, contrasts) {
  of_term <- term_sizes(terms, frame, contrasts)
  columns <- of_term("columns")
  if (sum(columns) > most_columns) {
    largest <- names(columns)[which.max(columns)]
    abort_input(
      "`formula` makes {in_digits(sum(columns))} columns, most of them by {largest}.",
      "At most {in_digits(most_columns)} are made."
    )
  }
  list(columns = sum(columns), filled = sum(of_term("filled")))
}

# The same of each term, by name.
term_sizes <- function(terms, frame, contrasts) {
  variables <- coded_variables(terms, frame, contrasts)
  codes <- codings(terms, vapply(variables, is.factor, NA))
  of_variable <- lapply(variables, variable_size)
  function(what) {
    apply(codes, 2, function(code) prod(vapply(which(code > 0), function(i) of_variable[[i]][[what]][code[i]], 0)))
  }
}

# By contrasts, and by a column for each level.
variable_size <- function(value) {
  if (is.null(value)) return(list(columns = c(0, 0), filled = c(0, 0)))
  if (!is.factor(value)) return(list(columns = rep(NCOL(value), 2) * 1, filled = rep(NCOL(value), 2) * 1))
  coding <- attr(value, "contrasts")
  columns <- if (is.character(coding)) nlevels(value) - 1 else ncol(coding)
  filled <- if (is.character(coding)) (if (coding %in% indicating) 1 else columns) else mean(rowSums(coding != 0))
  list(columns = c(columns, nlevels(value)), filled = c(filled, 1))
}

# ---- sparse columns ---------------------------------------------------------------

# As stats::model.matrix() would make them, which Matrix::sparse.model.matrix() does not for every formula: without an
# intercept it codes the factors of interactions otherwise.

# Contrasts of which nearly every row has one number at most.
indicating <- c("contr.treatment", "contr.SAS", "contr.sum")

# The places of the variables that the terms are made of.
used_variables <- function(terms) {
  factors <- attr(terms, "factors")
  if (length(factors) == 0) return(integer())
  which(rowSums(factors) > 0)
}

# The variables as model.matrix() takes them: text and logicals are factors, and factors have their contrasts for an
# attribute. NULL for those of no term.
coded_variables <- function(terms, frame, contrasts) {
  names <- names(frame)[seq_len(nrow(attr(terms, "factors")))]
  used <- setdiff(used_variables(terms), attr(terms, "response"))
  by_default <- as.character(getOption("contrasts"))
  coded <- stats::setNames(vector("list", length(names)), names)
  for (i in used) {
    value <- frame[[i]]
    if (is.character(value)) value <- factor(value)
    if (is.logical(value)) value <- factor(value, c(FALSE, TRUE))
    if (is.factor(value)) {
      if (is.null(attr(value, "contrasts"))) stats::contrasts(value) <- by_default[1 + is.ordered(value)]
      asked <- contrasts[[names[i]]]
      if (is.matrix(asked) || methods::is(asked, "Matrix")) {
        stats::contrasts(value, ncol(asked)) <- asked
      } else if (!is.null(asked)) {
        stats::contrasts(value) <- asked
      }
    }
    coded[[i]] <- value
  }
  coded
}

# For each variable and term: 0 where it has no part in it, 1 by contrasts, 2 by a column for each level. Without an
# intercept the first factor met is coded by all of its levels.
codings <- function(terms, is_factor) {
  codes <- attr(terms, "factors")
  response <- attr(terms, "response")
  if (response > 0) codes <- codes[, codes[response, ] == 0, drop = FALSE]
  if (attr(terms, "intercept") == 0L) {
    first <- which(codes > 0 & is_factor)[1]
    if (!is.na(first)) codes[first] <- 2L
  }
  codes
}

sparse_matrix <- function(terms, frame, contrasts) {
  variables <- coded_variables(terms, frame, contrasts)
  is_factor <- vapply(variables, is.factor, NA)
  codes <- codings(terms, is_factor)
  # every piece lies on its side, a row of x a column: so sparse matrices are put together fastest
  parts <- apply(codes, 2, function(code) {
    pieces <- lapply(which(code > 0), function(i) variable_piece(variables[[i]], rownames(codes)[i], code[i]))
    Reduce(interact, pieces)
  }, simplify = FALSE)
  x <- Matrix::t(do.call(rbind, lapply(unname(parts), function(part) part$rows)))
  labels <- unlist(lapply(unname(parts), function(part) part$labels))
  dimnames(x) <- list(row.names(frame), labels)
  list(
    x = x, contrasts = if (any(is_factor)) lapply(variables[is_factor], attr, "contrasts"),
    assign = rep(seq_along(parts), vapply(parts, function(part) length(part$labels), 0L))
  )
}

# The columns of one variable, and their names.
variable_piece <- function(value, name, code) {
  if (!is.factor(value)) {
    if (!is.double(value) && !is.integer(value)) {
      abort_input("{name} is {describe(value)}.", "Variables must be numbers, text, logicals or factors.")
    }
    labels <- if (NCOL(value) == 1) "" else colnames(value) %||% seq_len(NCOL(value))
    numbers <- matrix(as.double(value), NROW(value), NCOL(value))
    return(list(rows = methods::as(t(numbers), "CsparseMatrix"), labels = paste0(name, labels)))
  }
  coding <- if (code == 2L) Matrix::.sparseDiagonal(nlevels(value)) else sparse_contrasts(value)
  labels <- if (code == 2L) levels(value) else colnames(coding) %||% seq_len(ncol(coding))
  rows <- methods::as(Matrix::t(coding), "CsparseMatrix")[, as.integer(value), drop = FALSE]
  dimnames(rows) <- list(NULL, NULL)
  list(rows = rows, labels = paste0(name, labels))
}

# contrasts() makes the square of the levels of many factors, unless it is asked for a sparse matrix.
sparse_contrasts <- function(value) {
  coding <- attr(value, "contrasts")
  if (!is.character(coding)) return(methods::as(coding, "CsparseMatrix"))
  able <- "sparse" %in% names(formals(get(coding, mode = "function")))
  methods::as(stats::contrasts(value, sparse = able), "CsparseMatrix")
}

# The first factor's columns vary fastest.
interact <- function(first, second) {
  list(
    rows = Matrix::KhatriRao(second$rows, first$rows),
    labels = paste(rep(first$labels, length(second$labels)), rep(second$labels, each = length(first$labels)), sep = ":")
  )
}
