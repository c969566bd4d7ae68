# Which certified solver suits the data, and why: the solver with these fields set.
choose_solver <- function(solver, x, family) {
  suits_moments <- is.matrix(x) && family == "gaussian"
  if (identical(solver$method, "moments") && !suits_moments) {
    abort_input("`method` is \"moments\", which needs dense columns and the gaussian family.", "Use \"auto\" or \"working_set\".")
  }
  if (solver$name != "auto" && !identical(solver$method, "auto")) {
    solver$why <- "as asked"
    return(solver)
  }
  moderate <- nrow(x) >= 2 * ncol(x) && ncol(x) <= 1500
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
