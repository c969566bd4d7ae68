# Rows to predict, as x and offset.

# x and offset for prediction; rows that a formula leaves incomplete are counted in `missing`. Of a formula besides what
# formula_columns() tells of its columns.
new_rows <- function(object, newx, newdata, newoffset, envir) {
  if (!missing(newx) && !missing(newdata)) abort_input("`newx` and `newdata` are both given.", "Give one of them.")
  if (!is.null(object$terms)) {
    data <- if (missing(newdata)) newx_as_data(newx) else newdata
    return(or_input_error(formula_rows(object, data, newoffset, envir), "`newdata` does not suit the formula"))
  }
  if (missing(newx) && missing(newdata)) abort_input("`newx` is missing.", "It must be a matrix with the columns of x.")
  x <- match_columns(object, check_x(if (missing(newx)) newdata else newx, if (missing(newx)) "newdata" else "newx"))
  list(x = x, offset = new_offset(object, newoffset, nrow(x)), missing = rep(FALSE, nrow(x)))
}

newx_as_data <- function(newx) {
  if (missing(newx)) abort_input("`newdata` is missing.", "It must be a data frame with the variables of the formula.")
  if (is.data.frame(newx)) return(newx)
  abort_input("`newx` is {describe(newx)}, and this fit has a formula.", "Give a data frame as `newdata`.")
}

new_offset <- function(object, newoffset, n) {
  if (!object$offset && is.null(newoffset)) return(rep(0, n))
  if (is.null(newoffset)) {
    abort_input("`newoffset` is missing, and the fit has an offset.", "Give one number for each new row.")
  }
  check_vector(newoffset, n, "newoffset")
}

match_columns <- function(object, x, arg = "newx") {
  p <- object$dim[1]
  wanted <- rownames(object$beta)
  if (object$named && !is.null(colnames(x)) && !identical(colnames(x), wanted)) {
    if (anyDuplicated(colnames(x))) {
      abort_input(
        "`{arg}` has the column \"{colnames(x)[anyDuplicated(colnames(x))]}\" twice.",
        "Names must be unique."
      )
    }
    absent <- setdiff(wanted, colnames(x))
    if (length(absent)) {
      abort_input(
        "`{arg}` lacks {length(absent)} column{?s} of x: {first_words(absent)}.",
        "Columns are matched by name."
      )
    }
    return(x[, wanted, drop = FALSE])
  }
  check_width(x, p, arg)
}

check_width <- function(x, p, arg) {
  if (ncol(x) != p) abort_input("`{arg}` has {ncol(x)} column{?s}, the fit has {p}.", "They must agree.")
  x
}

# eta = a0 + X b + offset, n x k; a row that is incomplete gives NA.
linear_predictor <- function(at, rows) {
  eta <- r_predict(rows$x, at$a0, at$beta, 1L) + rows$offset
  eta[rows$missing, ] <- NA
  dimnames(eta) <- list(rownames(rows$x), names(at$a0))
  eta
}

# ---- formula -----------------------------------------------------------------

formula_rows <- function(object, data, newoffset, envir) {
  if (!is.data.frame(data)) abort_input("`newdata` is {describe(data)}.", "It must be a data frame.")
  terms <- new_terms(object, newoffset)
  check_variables(terms, data, envir)
  # the fit keeps no environment: functions of the formula are looked up where predict() is called
  used <- all.vars(attr(terms, "variables"))
  attr(terms, ".Environment") <- plain_environment(envir, setdiff(used, names(data)))
  data <- plain_variables(data, used)
  check_levels(object$xlevels, data, "newdata")
  design <- or_input_error(formula_columns(object, terms, data), "`newdata` does not suit the formula")
  x <- design$x
  bad <- r_not_finite(x, 1L)
  if (bad[["count"]] > 0) abort_not_finite_x(bad, colnames(x), "newdata", "Leave out those rows.")
  offset <- formula_offset(object, design$frame, data, newoffset, envir)
  c(
    list(x = x, offset = replace(offset, is.na(offset), 0), missing = design$incomplete | is.na(offset)),
    design[c("assign", "incomplete", "gaps")]
  )
}

# The terms that new rows are asked for.
new_terms <- function(object, newoffset) {
  terms <- stats::delete.response(object$terms)
  without_variables(terms, c(which(is_removed(terms)), if (!is.null(newoffset)) attr(terms, "offset")))
}

# The columns of the fit, made from new data as they were from the training data; what is missing is 0. assign: of each
# column the place of its term; incomplete: rows where something is missing; gaps: in these rows, which columns.
formula_columns <- function(object, terms, data) {
  classes <- attr(terms, "dataClasses")
  frame <- stats::model.frame(
    terms, typed_missing(data, classes, object$xlevels), na.action = stats::na.pass, xlev = object$xlevels
  )
  frame <- in_kinds(plain_frame(frame), attr(object$terms, "kinds"), "newdata")
  stats::.checkMFClasses(classes, frame)
  made <- if (is.null(object$sparse)) dense_rows(object, terms, frame) else sparse_rows(object, terms, frame)
  x <- made$x
  if (!identical(colnames(x), rownames(object$beta))) {
    abort_input(
      "`newdata` gives the columns {first_words(colnames(x))}.",
      "The fit has {first_words(rownames(object$beta))}."
    )
  }
  c(made, list(frame = frame))
}

dense_rows <- function(object, terms, frame) {
  made <- formula_matrix(terms, frame, object$contrasts, sparse = FALSE)
  x <- made$x
  incomplete <- !stats::complete.cases(x)
  gaps <- is.na(x[incomplete, , drop = FALSE])
  x[is.na(x)] <- 0
  list(x = x, incomplete = incomplete, gaps = gaps, assign = made$assign)
}

sparse_rows <- function(object, terms, frame) {
  complete <- stats::complete.cases(frame[used_variables(terms)])
  made <- formula_matrix(terms, frame[complete, , drop = FALSE], object$contrasts, sparse = TRUE)
  some <- made$x
  x <- methods::new(
    "dgCMatrix", i = which(complete)[some@i + 1L] - 1L, p = some@p, x = some@x, Dim = c(nrow(frame), ncol(some))
  )
  dimnames(x) <- list(row.names(frame), colnames(some))
  list(x = x, incomplete = !complete, gaps = matrix(TRUE, sum(!complete), ncol(x)), assign = made$assign)
}

# A column of nothing but NA is logical; it stands for missing values of the variable's own type.
typed_missing <- function(data, classes, xlevels) {
  for (variable in intersect(names(classes), names(data))) {
    if (!is.logical(data[[variable]]) || !all(is.na(data[[variable]]))) next
    if (classes[[variable]] == "numeric") data[[variable]] <- as.numeric(data[[variable]])
    if (variable %in% names(xlevels)) data[[variable]] <- factor(data[[variable]], xlevels[[variable]])
  }
  data
}

# terms of no response without the variables at these places, which no term has: new data need not hold them.
without_variables <- function(terms, at) {
  if (length(at) == 0) return(terms)
  left <- setdiff(seq_len(length(attr(terms, "variables")) - 1L), at)
  for (part in c("variables", "predvars")) attr(terms, part) <- attr(terms, part)[c(1L, left + 1L)]
  if (is.matrix(attr(terms, "factors"))) attr(terms, "factors") <- attr(terms, "factors")[left, , drop = FALSE]
  offset <- match(attr(terms, "offset"), left)
  attr(terms, "offset") <- if (!is.null(offset) && !all(is.na(offset))) offset[!is.na(offset)]
  terms
}

check_variables <- function(terms, data, envir) {
  found <- function(name) {
    value <- get0(name, envir)
    !is.null(value) && !is.function(value)
  }
  used <- all.vars(attr(terms, "variables"))
  absent <- setdiff(used, names(data))
  absent <- absent[!vapply(absent, found, NA)]
  if (length(absent)) {
    abort_input("`newdata` lacks {length(absent)} variable{?s} of the formula: {first_words(absent)}.")
  }
}

check_levels <- function(xlevels, data, arg) {
  for (variable in intersect(names(xlevels), names(data))) {
    if (!is.factor(data[[variable]]) && !is.character(data[[variable]])) next # of the wrong type, which is told later
    new <- setdiff(as.character(unique(data[[variable]])), c(xlevels[[variable]], NA))
    if (length(new)) abort_levels(new, xlevels[[variable]], variable, arg)
  }
}

abort_levels <- function(new, known, variable, arg) {
  abort_input(
    "`{arg}` has {length(new)} level{?s} of {variable} that training did not see: {first_words(new)}.",
    "Known levels: {first_words(known, 10)}."
  )
}

# Terms' own offsets plus the call's `offset` argument, evaluated in the new data as lm() does, unless given.
formula_offset <- function(object, frame, data, newoffset, envir) {
  n <- nrow(frame)
  if (!is.null(newoffset)) return(new_offset(object, newoffset, n))
  offset <- frame_offset(frame)
  if (is.null(offset)) offset <- rep(0, n)
  if (is.null(object$call$offset)) return(offset)
  extra <- plain_numbers(call_argument(object, "offset", data, envir), "offset")
  if (!is.numeric(extra) || length(extra) != n) {
    abort_input(
      "`newoffset` is missing, and the fit's offset is not in `newdata`.",
      "Give one number for each new row."
    )
  }
  offset + extra
}

# An argument of the fit's call, evaluated in new data as lm() does; NULL where it cannot be.
call_argument <- function(object, name, data, envir) {
  argument <- object$call[[name]]
  if (is.null(argument)) return(NULL)
  value <- tryCatch(eval(argument, plain_variables(data, all.vars(argument)), envir), error = function(e) NULL)
  if (length(value) == nrow(data)) plain_numbers(value, name)
}
