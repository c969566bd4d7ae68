# The settings of a call that do not depend on its rows, checked.

check_settings <- function(family, alpha, nlambda, lambda.min.ratio, lambda, standardize, intercept, exclude,
                           penalty.factor, lower.limits, upper.limits, dfmax, solver, tol, maxpasses, seed, threads,
                           relax, progress, trace, keep.moments = FALSE, checkpoint = NULL, memory = "256MB") {
  solver <- check_solver(solver)
  if (solver$name == "nudge" && !is.null(lambda)) {
    abort_input(
      "`lambda` is given, and so is a nudge, which is the penalty of solver_nudge().",
      "Drop `lambda` (the fit tells which one the nudge amounts to), or use another solver."
    )
  }
  if (solver$name == "nudge" && isTRUE(relax)) {
    abort_input("`relax` is TRUE, and solver_nudge() leaves no coefficient at zero.", "Use another solver.")
  }
  if (!is.null(lambda.min.ratio)) check_number(lambda.min.ratio, "lambda.min.ratio", least = 0, most = 1, open = TRUE)
  list(
    family = check_family(family),
    alpha = check_number(alpha, "alpha", least = 0, most = 1),
    nlambda = check_number(nlambda, "nlambda", least = 1, most = 1e5, whole = TRUE),
    lambda.min.ratio = lambda.min.ratio,
    lambda = check_lambda(lambda),
    standardize = check_flag(standardize, "standardize"),
    intercept = check_flag(intercept, "intercept"),
    exclude = exclude,
    penalty.factor = penalty.factor,
    lower.limits = lower.limits,
    upper.limits = upper.limits,
    dfmax = if (is.null(dfmax)) Inf else check_number(dfmax, "dfmax", least = 0, whole = TRUE),
    solver = solver,
    tol = check_number(tol, "tol", least = 0, open = TRUE),
    maxpasses = check_number(maxpasses, "maxpasses", least = 1),
    threads = check_threads(threads),
    seed = check_seed(seed),
    relax = check_flag(relax, "relax"),
    progress = check_flag(progress, "progress"),
    trace = check_flag(trace, "trace"),
    keep.moments = check_flag(keep.moments, "keep.moments"),
    checkpoint = check_checkpoint(checkpoint),
    memory = check_memory(memory)
  )
}
