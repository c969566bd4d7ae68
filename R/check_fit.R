# Whether a fit is what it says: it may come from a file, or have been changed by hand. What the core and the Matrix
# package would take on trust is looked at before they see it.

# Returns the fit. A part that is wrong is named.
check_fit <- function(object, arg = "object") {
  if (!inherits(object, "sgdlasso") || !is.list(object)) {
    abort_input("`{arg}` is {describe(object)}.", "It must be a fit by sgdlasso().")
  }
  bad <- first_false(fit_parts(object))
  if (!is.null(bad)) abort_damaged(bad, arg)
  if (!is.null(object$relaxed)) check_fit(object$relaxed, paste0(arg, "$relaxed"))
  object
}

abort_damaged <- function(part, arg) {
  abort_input(
    "`{arg}` is a fit whose `{part}` does not agree with the rest, or is damaged.",
    "Fit it again, or take the fit as it was saved."
  )
}

# parts: a list of functions; the name of the first that does not give TRUE.
first_false <- function(parts) {
  for (name in names(parts)) if (!isTRUE(tryCatch(parts[[name]](), error = function(e) FALSE))) return(name)
}

fit_parts <- function(object) {
  p <- object$dim[1]
  k <- length(object$lambda)
  c(
    list(
      dim = function() is.integer(object$dim) && length(object$dim) == 2 && !anyNA(object$dim) &&
        object$dim[1] > 0 && object$dim[2] == k,
      lambda = function() is_numbers(object$lambda, k) && all(object$lambda >= 0) && !is.unsorted(-object$lambda),
      a0 = function() is_numbers(object$a0, k),
      beta = function() is_coefficients(object$beta, c(p, k)) && is.character(rownames(object$beta)),
      family = function() is_one_of(object$family, c("gaussian", "binomial", "poisson")),
      solver = function() is.list(object$solver) &&
        is_one_of(object$solver$name, c("nudge", "sgd", "saga", "exact", "auto")),
      nobs = function() is_number(object$nobs) && object$nobs > 0,
      nulldev = function() is.numeric(object$nulldev) && length(object$nulldev) == 1,
      alpha = function() is_number(object$alpha) && object$alpha >= 0 && object$alpha <= 1,
      penalty.factor = function() is_absent_or(object$penalty.factor, p, function(v) all(v >= 0)),
      lower.limits = function() is_absent_or(object$lower.limits, p, function(v) all(v <= 0)),
      upper.limits = function() is_absent_or(object$upper.limits, p, function(v) all(v >= 0))
    ),
    list_of_checks(
      c("standardize", "intercept", "offset", "named"),
      function(flag) isTRUE(object[[flag]]) || isFALSE(object[[flag]])
    ),
    list_of_checks(
      c("df", "dev.ratio", "gap"),
      function(part) is.numeric(object[[part]]) && length(object[[part]]) == k
    ),
    list_of_checks(c("tol", "maxpasses", "seed"), function(part) is.null(object[[part]]) || is_number(object[[part]]))
  )
}

list_of_checks <- function(names, check) {
  force(check)
  lapply(stats::setNames(nm = names), function(name) function() check(name))
}

is_numbers <- function(values, n) {
  is.numeric(values) && !is.object(values) && length(values) == n && all(is.finite(values))
}
is_one_of <- function(value, choices) is.character(value) && length(value) == 1 && value %in% choices
is_absent_or <- function(values, n, right) {
  is.null(values) || (is.double(values) && length(values) == n && !anyNA(values) && right(values))
}

is_coefficients <- function(beta, dim) {
  inherits(beta, "dgCMatrix") && r_sparse_fault(beta) == "" && identical(beta@Dim, as.integer(dim)) &&
    all(is.finite(beta@x))
}

# A fold's model, in a cross-validation.
check_model <- function(object, arg = "object") {
  k <- length(object$lambda)
  right <- tryCatch(
    is_numbers(object$a0, k) && is_coefficients(object$beta, c(object$beta@Dim[1], k)),
    error = function(e) FALSE
  )
  if (!right) abort_damaged("folds", arg)
}

# ---- what a fit goes on from -------------------------------------------------------

# Moments as r_take_moments() gives them, of p columns and the response.
is_moments <- function(moments, p) {
  m <- p + 1
  is.list(moments) && is_number(moments$weight) && moments$weight > 0 && is.finite(moments$weight) &&
    is_numbers(moments$mean, m) && is_numbers(moments$cross, m * (m + 1) / 2)
}

# The same, of a fold that has no row yet too.
is_moments_or_none <- function(moments, p) {
  if (is.list(moments) && identical(moments$weight, 0)) moments$weight <- 1
  is_moments(moments, p)
}

# What a pass told of its rows.
is_row_facts <- function(facts, p) {
  flag <- function(value) isTRUE(value) || isFALSE(value)
  names_of <- function(value) is.null(value) || (is.character(value) && length(value) == p)
  is.list(facts) && is_number(facts$width) && facts$width == p && names_of(facts$names) && names_of(facts$labels) &&
    is_number(facts$used) && facts$used > 0 && is_number(facts$loglik) && flag(facts$offset)
}

check_kept_moments <- function(object, arg) {
  kept <- object$moments
  p <- object$dim[1]
  right <- tryCatch(is_moments(kept, p) && is_row_facts(kept, p) && is.list(kept$settings), error = function(e) FALSE)
  if (!right) abort_damaged("moments", arg)
}

check_kept_state <- function(object, arg) {
  kept <- object$state
  p <- object$dim[1]
  right <- tryCatch(
    is.list(kept) && is.raw(kept$bytes) && (isTRUE(kept$sparse) || isFALSE(kept$sparse)) &&
      is_row_facts(kept$facts, p) && is_number(kept$facts$weight) && is.list(kept$settings) &&
      length(kept$settings$penalty.factor) %in% c(0, p),
    error = function(e) FALSE
  )
  if (!right) abort_damaged("state", arg)
}

# Settings that a fit or a file holds, and not a call, are taken up by `code`: what is wrong in them is the object's
# fault.
of_damaged <- function(part, arg, code) {
  tryCatch(code, sgdlasso_error = stop, error = function(e) {
    abort_input("`{arg}` is a fit whose `{part}` cannot be taken up: {conditionMessage(e)}.", "Fit it again.")
  })
}
