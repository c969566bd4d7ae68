# Numbers in disguise: classes whose values are not the doubles that hold them, or mean different things in different
# units. What comes through any door is brought to plain numbers here, or refused.

# value, with 64-bit integers by their value; what is no number stays as it is, for the check that follows. exact:
# whether integers that no double holds are an error.
plain_numbers <- function(value, arg, exact = TRUE) {
  if (!is.object(value)) return(value)
  if (inherits(value, "integer64")) return(integer64_values(value, arg, exact))
  if (isS4(value) && is.atomic(value)) {
    # what it stands for may be in its other slots
    abort_input(
      "`{arg}` is of class {class(value)[1]}, whose meaning is not known here.",
      "Make it numbers, by as.numeric()."
    )
  }
  value
}

# Of package bit64, which need not be there. Its NA is NA.
integer64_values <- function(value, arg, exact = TRUE) {
  found <- r_integer64(as.double(unclass(value)))
  if (exact && found$beyond > 0) {
    abort_input(
      "`{arg}` has {found$beyond} 64-bit integer{?s} beyond 2^53, the first at position {found$first},",
      "which no double holds.",
      "Make it text or a factor if it is a label, or subtract a constant."
    )
  }
  result <- found$values
  dim(result) <- dim(value)
  if (is.null(dim(value))) names(result) <- names(value) else dimnames(result) <- dimnames(value)
  result
}

is_integer64 <- function(value) inherits(value, "integer64")

# ---- before a formula is evaluated ---------------------------------------------

# The variables that a call evaluates, without 64-bit integers: R's functions take their bits for doubles, unless bit64
# is loaded. Those that a formula only takes away may be of any size.
plain_call <- function(call, envir) {
  formula <- eval(call$formula, envir)
  data <- eval(call$data, envir)
  for (extra in intersect(c("weights", "offset", "subset"), names(call))) {
    if (is.object(call[[extra]])) call[[extra]] <- plain_numbers(call[[extra]], extra)
  }
  terms <- if (inherits(formula, "terms")) formula else stats::terms(formula, data = if (is.list(data)) data)
  extras <- unlist(lapply(as.list(call)[c("weights", "offset", "subset")], all.vars))
  used <- unique(c(all.vars(attr(terms, "variables")), extras))
  needed <- c(needed_variables(terms), extras)
  if (is.list(data)) call$data <- data <- plain_variables(data, used, needed)
  environment(formula) <- plain_environment(environment(formula) %||% envir, setdiff(used, names(data)), needed)
  if (is.environment(data)) call$data <- plain_environment(data, used, needed)
  call$formula <- formula
  call
}

# The same for a single expression, as model.frame() evaluates weights.
eval_plain <- function(expression, data, envir) {
  used <- all.vars(expression)
  if (is.list(data)) data <- plain_variables(data, used)
  if (is.environment(data)) data <- plain_environment(data, used)
  eval(expression, data, plain_environment(envir, setdiff(used, names(data))))
}

plain_variables <- function(data, used = names(data), needed = used) {
  wide <- names(data)[vapply(data, is_integer64, NA)]
  for (name in intersect(wide, used)) data[[name]] <- integer64_values(data[[name]], name, name %in% needed)
  data
}

plain_environment <- function(envir, used, needed = used) {
  found <- lapply(stats::setNames(nm = used), get0, envir = envir)
  wide <- plain_variables(Filter(is_integer64, found), used, needed)
  if (length(wide)) list2env(wide, parent = envir) else envir
}

# ---- after it was --------------------------------------------------------------

# A model frame whose columns are what model.matrix() takes for numbers. Those that only now are known to be 64-bit
# integers, as of d$count, may not have missing values, which R has not seen.
plain_frame <- function(frame) {
  for (name in names(frame)) {
    if (!is.object(frame[[name]])) next
    wide <- is_integer64(frame[[name]])
    arg <- sub("^\\((.*)\\)$", "\\1", name) # as of (weights)
    frame[[name]] <- plain_numbers(frame[[name]], arg)
    if (wide && anyNA(frame[[name]])) abort_input("`{arg}` has missing values.", "Make it a variable of `data`.")
  }
  frame
}

frame_weights <- function(frame) or_input_error(stats::model.weights(frame), "`weights` cannot be used")
frame_offset <- function(frame) or_input_error(stats::model.offset(frame), "`offset` cannot be used")

# What the numbers of a variable mean, where R has more than one answer; "" for plain ones.
number_kind <- function(value) {
  if (inherits(value, "difftime")) return(paste("difftime in", attr(value, "units")))
  if (inherits(value, "units")) return(paste("units of", units_label(attr(value, "units"))))
  if (!is.object(value) || is.numeric(value) || is.factor(value) || is.character(value) || is.logical(value)) return("")
  known <- c("Date", "POSIXct")
  if (inherits(value, known)) known[inherits(value, known, which = TRUE) > 0][1] else setdiff(class(value), "AsIs")[1]
}

units_label <- function(units) {
  paste(
    c(paste(units$numerator, collapse = " "), if (length(units$denominator)) paste(units$denominator, collapse = " ")),
    collapse = "/"
  )
}

number_kinds <- function(frame) {
  kinds <- vapply(frame, number_kind, "")
  kinds[nzchar(kinds)]
}

# frame with its variables in the units of `kinds`, those of training. stored: which variables have a unit of their own;
# that of others, as of end - start, was chosen by R by these rows.
in_kinds <- function(frame, kinds, arg, stored = names(frame)) {
  for (name in intersect(names(kinds), names(frame))) {
    found <- number_kind(frame[[name]])
    wanted <- kinds[[name]]
    if (found == wanted) next
    if (!name %in% stored || !startsWith(found, "difftime") || !startsWith(wanted, "difftime")) {
      if (found == "") found <- class(frame[[name]])[1]
      abort_input(
        "`{arg}` has {name} as {found}, training had {wanted}.",
        "Make it that first, for example by as.numeric(, units = )."
      )
    }
    units <- sub("difftime in ", "", wanted, fixed = TRUE)
    # not units<-, which some classes of difftime have no other units for
    plain <- structure(unclass(frame[[name]]), class = "difftime")
    frame[[name]] <- as.difftime(as.double(plain, units = units), units = units)
  }
  frame
}

# ---- variables that a formula takes away ------------------------------------------

# For each variable of terms, whether the formula takes it away, as z in y ~ . - z. As in lm() such are in the model
# frame, and rows where they are missing are dropped; nothing else of them counts.
is_removed <- function(terms) {
  count <- length(attr(terms, "variables")) - 1L
  factors <- attr(terms, "factors")
  kept <- if (is.matrix(factors)) rowSums(factors) > 0 else rep(FALSE, count)
  kept[c(attr(terms, "response"), attr(terms, "offset"))] <- TRUE
  !unname(kept)
}

needed_variables <- function(terms) all.vars(attr(terms, "variables")[c(TRUE, !is_removed(terms))])

# Neither levels nor contrasts of them are looked at.
without_removed <- function(frame, terms = attr(frame, "terms")) {
  removed <- which(is_removed(terms))
  frame[removed] <- rep(list(numeric(nrow(frame))), length(removed))
  frame
}
