# Which certified solver suits the data, and why: the solver with these fields set.
choose_solver <- function(solver, x, family) {
  suits_moments <- is.matrix(x) && family == "gaussian"
  if (identical(solver$method, "moments") && !suits_moments) {
    abort_input(
      "`method` is \"moments\", which needs dense columns and the gaussian family.",
      "Use \"auto\" or \"working_set\"."
    )
  }
  if (identical(solver$method, "passes")) {
    abort_input(
      "`method` is \"passes\", and the rows are in memory.",
      "It is for row sources: sgdlasso(as_rows(x, y), ...)."
    )
  }
  if (solver$name != "auto" && !identical(solver$method, "auto")) {
    solver$why <- "as asked"
    return(solver)
  }
  moderate <- suits_moments_size(nrow(x), ncol(x))
  chosen <- if (suits_moments && moderate) {
    solver_exact("moments")
  } else {
    solver_exact("working_set")
  }
  chosen$why <- if (!suits_moments) {
    paste0(if (is.matrix(x)) "dense" else "sparse", " columns, ", family, " family")
  } else if (moderate) {
    "dense columns, at most half as many as rows and at most 1,500"
  } else {
    "dense columns, more than half as many as rows or more than 1,500"
  }
  chosen
}

# Where gathering moments costs less than looking at the rows again.
suits_moments_size <- function(n, p) n >= 2 * p && p <= 1500

# The solver that a fit was made by, where its rows are in memory now: what was for passes, or for dense columns, gives
# way to what suits.
solver_in_memory <- function(solver, x, family) {
  suits <- !identical(solver$method, "passes") && (!identical(solver$method, "moments") || is.matrix(x))
  if (suits) solver else choose_solver(solver_exact(), x, family)
}

# As choose_solver(), for rows of a source.
choose_rows_solver <- function(settings, p, rewindable) {
  solver <- settings$solver
  refuse <- function(what, advice) {
    abort_class("sgdlasso_error_input", paste0(what, ", and rows come from a source. ", advice))
  }
  if (isTRUE(settings$relax)) refuse("`relax` is TRUE", "Relaxed fits look at the rows in memory.")
  by_rows <- row_functions(settings)
  if (length(by_rows)) refuse(sprintf("`%s` is a function", by_rows[1]), "It is called with all rows in memory.")
  if (solver$name == "sgd") return(check_rows_sgd(solver, settings, rewindable, refuse))
  known <- solver$name == "auto" || (solver$name == "exact" && solver$method != "working_set")
  if (!known) refuse(sprintf("`solver` is %s", format(solver)), "Use \"auto\", solver_exact() or solver_sgd().")
  asked <- if (is.null(solver$method)) "auto" else solver$method
  fits <- settings$family == "gaussian" && p <= most_moments
  if (asked == "moments" && !fits) {
    refuse("`method` is \"moments\"", sprintf("That needs the gaussian family and at most %d columns.", most_moments))
  }
  if (asked == "moments" || (asked == "auto" && fits)) {
    return(on_source(solver_exact("moments"), "rows from a source"))
  }
  if (isTRUE(settings$keep.moments)) {
    refuse("`keep.moments` is TRUE", sprintf("Moments need the gaussian family and at most %d columns.", most_moments))
  }
  if (rewindable) {
    return(on_source(solver_exact("passes"), sprintf("rows from a source, %s family, %d columns", settings$family, p)))
  }
  if (asked == "passes" || solver$name == "exact") {
    abort_input(
      "`solver` is {format(solver)}, and the source can be read once.",
      "Use \"auto\" or solver_sgd(), which need one pass."
    )
  }
  check_rows_sgd(solver_sgd(), settings, rewindable, refuse)
}

# On a source, and why.
on_source <- function(solver, why) {
  solver$why <- why
  solver$source <- TRUE
  solver
}

# Stochastic gradient descent on a source takes rows in their order.
check_rows_sgd <- function(solver, settings, rewindable, refuse) {
  if (solver$rule != "adaptive") {
    refuse(sprintf("`rule` is \"%s\"", solver$rule), "Use rule = \"adaptive\", which learns its steps from the rows.")
  }
  if (solver$shuffle == "rows") refuse("`shuffle` is \"rows\"", "Rows of a source are taken in their order.")
  if (isTRUE(settings$keep.moments)) {
    refuse("`keep.moments` is TRUE and the solver \"sgd\"", "Its state is kept in the fit anyway.")
  }
  limited <- any(is.finite(c(settings$lower.limits, settings$upper.limits)))
  if (limited) {
    abort_input(
      "`lower.limits` or `upper.limits` are given, and solver_sgd() knows no limits.",
      "Use solver_exact() and rows that can be rewound."
    )
  }
  if (rewindable) return(on_source(solver, "rows from a source, as asked"))
  if (is.null(settings$lambda)) {
    abort_input(
      "`lambda` is missing, and the source can be read once.",
      "Give one or more numbers: a grid would take a pass of its own."
    )
  }
  solver$epochs <- 1L
  on_source(solver, "rows that can be read once")
}
