# From checked input to the fitted object.

`%||%` <- function(a, b) if (is.null(a)) b else a

fit_rows <- function(x, response, offset, settings, call) {
  rows <- drop_zero_weights(x, response, offset)
  if (!is.null(settings$checkpoint)) {
    abort_input(
      "`checkpoint` is given, and the rows are in memory.",
      "It is for row sources: sgdlasso(as_rows(x, y), checkpoint = )."
    )
  }
  if (isTRUE(settings$keep.moments)) return(fit_kept(rows, settings, call))
  settings <- complete_settings(settings, rows)
  fit <- new_fit(train(rows, settings), rows, settings, response$classnames, call)
  if (isTRUE(settings$relax)) fit$relaxed <- relax_fit(fit, rows, settings)
  warn_gap(fit, settings)
  if (!is.null(fit$relaxed)) warn_gap(fit$relaxed, settings, "relaxed ")
  fit
}

train <- function(rows, settings) {
  progress <- progress_bar(settings$progress, settings$label)
  on.exit(progress$done())
  spec <- core_spec(settings, progress$update)
  checked_result(r_fit(rows$x, rows$y, relative_weights(rows$weights), rows$offset, spec))
}

# What the core could not do, in words.
checked_result <- function(result) {
  if (!is.null(result$diverged)) abort_diverged(result$diverged, result$safe)
  check_deviance(result$null_deviance %||% 0)
  if (!is.null(result$overflow)) abort_class("sgdlasso_error_overflow", paste0(result$overflow, "."))
  if (!all(is.finite(c(result$a0, result$beta$x))) || any(is.infinite(result$deviance))) {
    abort_class("sgdlasso_error_overflow", "The model is not finite: rescale `y`, `offset` or the columns of x.")
  }
  result
}

# Squares beyond what numbers can hold: nothing could be certified of the model.
check_deviance <- function(null_deviance) {
  if (is.infinite(null_deviance)) abort_input("`y` or `offset` is so large that the deviance overflows.", "Rescale it.")
  if (isTRUE(null_deviance > 0 && null_deviance < 1e-280)) {
    abort_input("`y` is so small that its squares vanish (below 1e-140).", "Give it in smaller units.")
  }
}

# NA, and what is no number, certifies nothing.
within_tol <- function(gap, tol) !is.na(gap) & gap >= 0 & gap <= tol

# What the core is asked for, every field that src/r_spec.cpp reads.
core_spec <- function(settings, progress = NULL) {
  list(
    family = settings$family, alpha = settings$alpha, penalty.factor = settings$penalty.factor,
    lower.limits = settings$lower.limits, upper.limits = settings$upper.limits,
    intercept = settings$intercept, standardize = settings$standardize,
    lambda = settings$lambda, nlambda = settings$nlambda %||% 1, lambda.min.ratio = settings$lambda.min.ratio,
    dfmax = min(settings$dfmax, 1e9), tol = settings$tol %||% 1, maxpasses = settings$maxpasses %||% 1,
    solver = settings$solver, seed = settings$seed %||% 0, threads = settings$threads, trace = isTRUE(settings$trace),
    memory = settings$memory %||% Inf, rewindable = !isFALSE(settings$rewindable), progress = progress
  )
}

# Movement of coefficients never stops training: only the gap does, or something that this warning tells of.
warn_gap <- function(fit, settings, which = "") {
  asked <- is_certified(settings$solver) || isTRUE(settings$tol_given)
  if (isFALSE(settings$rewindable)) return(invisible()) # NA, and `solver` says why
  gap <- ifelse(is.na(fit$gap), Inf, fit$gap)
  if (!asked || all(within_tol(gap, settings$tol))) return(invisible())
  worst <- which.max(gap)
  why <- if (is_certified(settings$solver)) {
    "Rounding, or `maxpasses`, ended training before."
  } else {
    "This solver makes the epochs asked for; solver = \"auto\" goes on to `tol`."
  }
  warn_class("sgdlasso_warning_gap", sprintf(
    "The relative duality gap of the %sfit is up to %s%s, `tol` is %s. %s", which, format(gap[worst], digits = 2),
    if (is.null(fit$lambda)) "" else sprintf(" (at lambda %s)", format(fit$lambda[worst], digits = 3)),
    format(settings$tol), why
  ))
}

# Zero weight equals absent row.
drop_zero_weights <- function(x, response, offset) {
  rows <- list(x = x, y = response$y, weights = response$weights, offset = offset)
  keep <- rows$weights > 0
  if (length(keep) == 0 || all(keep)) return(rows)
  list(x = x[keep, , drop = FALSE], y = rows$y[keep], weights = rows$weights[keep], offset = offset[keep])
}

# Relative to their mean; NULL where all are equal, so that unit weights never multiply anything.
relative_weights <- function(weights) {
  if (is.null(weights) || all(weights == weights[1])) return(NULL)
  weights / mean(weights)
}

complete_settings <- function(settings, rows) {
  asked <- settings[c("penalty.factor", "exclude")]
  settings[names(asked)] <- called_on_rows(asked, rows, settings)
  settings <- sized_settings(settings, ncol(rows$x), colnames(rows$x))
  if (length(row_functions(asked))) settings$asked <- asked # folds have rows of their own
  if (settings$solver$name %in% c("auto", "exact")) {
    settings$solver <- choose_solver(settings$solver, rows$x, settings$family)
  } else if (!is.null(settings$lower.limits) || !is.null(settings$upper.limits)) {
    abort_input(
      "`lower.limits` or `upper.limits` are given, and solver_{settings$solver$name}() knows no limits.",
      "Use solver = \"auto\" or solver_exact()."
    )
  }
  if (!is.null(settings$solver$scale)) {
    abort_input(
      "`scale` is given, and the rows are in memory.",
      "It is for row sources; in memory the columns tell their scales."
    )
  }
  if (settings$solver$name == "nudge") settings$lambda <- nudge_lambda(settings$solver, nrow(rows$x))
  if (is.null(settings$seed) && is_stochastic(settings$solver)) {
    settings$seed <- floor(stats::runif(1, 0, 2^32))
  }
  settings
}

# What depends on the number of columns, and on their names, only.
sized_settings <- function(settings, p, names) {
  settings$penalty.factor <- check_penalty_factor(settings$penalty.factor, settings$exclude, p, names)
  limits <- check_limits(settings$lower.limits, settings$upper.limits, p)
  settings[names(limits)] <- limits
  settings
}

# The lambda of the objective that the nudges walk on.
nudge_lambda <- function(solver, n) {
  solver$nudge / (solver$rate * (if (solver$every == "sample") 1 else n))
}

new_fit <- function(result, rows, settings, classnames, call) {
  with_residuals(fit_object(result, row_facts(rows, settings$family), settings, classnames, call), rows, result$eta)
}

# What summary() tells of a single lambda. eta: the linear predictor, where it is known.
with_residuals <- function(fit, rows, eta = NULL) {
  if (length(fit$lambda) > 1) return(fit)
  eta <- eta %||% linear_predictor(
    list(a0 = fit$a0, beta = fit$beta), list(x = rows$x, offset = rows$offset %||% 0)
  )[, 1]
  fit[c("residuals", "accuracy")] <- training_residuals(eta, rows, fit$family)
  fit
}

# What a fit tells of its rows: columns, names, rows that count, their weight, whether there is an offset, the
# likelihood of the saturated model.
row_facts <- function(rows, family) {
  list(
    width = ncol(rows$x), names = if (has_unique_names(rows$x)) colnames(rows$x), labels = colnames(rows$x),
    used = length(rows$y), weight = if (is.null(rows$weights)) length(rows$y) else sum(rows$weights),
    offset = !is.null(rows$offset), loglik = saturated_loglik(rows$y, rows$weights, family)
  )
}

fit_object <- function(result, facts, settings, classnames, call) {
  k <- length(result$lambda)
  steps <- paste0("s", seq_len(k) - 1L)
  variables <- facts$labels %||% paste0("V", seq_len(facts$width))
  fit <- list(
    a0 = stats::setNames(result$a0, steps),
    beta = coefficient_matrix(result$beta, variables, steps),
    df = diff(result$beta$p),
    dim = c(facts$width, k),
    lambda = result$lambda,
    lambda.origin = if (is.null(settings$lambda)) "made" else "given",
    dev.ratio = not_nan(deviance_ratio(result$deviance, result$null_deviance)),
    nulldev = not_nan(facts$weight * result$null_deviance),
    nobs = facts$used,
    offset = facts$offset,
    call = call,
    classnames = classnames,
    gap = not_nan(result$gap),
    kkt = not_nan(result$kkt),
    converged = if (is_certified(settings$solver)) all(within_tol(result$gap, settings$tol)) else NA,
    passes = result$passes,
    trace = if (settings$trace) as_data_frame(result$trace),
    solver = settings$solver,
    family = settings$family,
    alpha = settings$alpha,
    standardize = settings$standardize,
    intercept = settings$intercept,
    tol = if (is_certified(settings$solver)) settings$tol,
    maxpasses = if (is_certified(settings$solver)) settings$maxpasses,
    penalty.factor = if (any(settings$penalty.factor != 1)) settings$penalty.factor,
    lower.limits = settings$lower.limits,
    upper.limits = settings$upper.limits,
    seed = settings$seed,
    named = !is.null(facts$names),
    x.sd = result$sd,
    loglik = facts$loglik,
    format = 1L
  )
  structure(fit[!vapply(fit, is.null, NA)], class = "sgdlasso")
}

# Names that can tell columns apart; else columns are matched by position.
has_unique_names <- function(x) are_unique_names(colnames(x))

are_unique_names <- function(names) {
  !is.null(names) && !anyDuplicated(names) && !anyNA(names) && all(nzchar(names))
}

# What is not known.
not_nan <- function(values) replace(values, is.nan(values), NA_real_)

deviance_ratio <- function(deviance, null) {
  if (is.na(null) || null > 0) 1 - deviance / null else rep(0, length(deviance))
}

coefficient_matrix <- function(columns, variables, steps) {
  beta <- empty_beta
  beta@i <- columns$i
  beta@p <- columns$p
  beta@x <- columns$x
  beta@Dim <- c(length(variables), length(steps))
  beta@Dimnames <- list(variables, steps)
  beta
}

# methods::new() is slow beside a fit of twenty rows.
empty_beta <- methods::new("dgCMatrix", p = 0L, Dim = c(0L, 0L))

# data.frame() checks what needs no check.
as_data_frame <- function(columns) {
  structure(columns, class = "data.frame", row.names = .set_row_names(length(columns[[1]])))
}

# ---- what summary() tells of a single lambda ---------------------------------

training_residuals <- function(eta, rows, family) {
  mu <- inverse_link(eta, family)
  residuals <- rows$y - mu
  list(
    residuals = stats::setNames(stats::quantile(residuals, names = FALSE), c("Min", "1Q", "Median", "3Q", "Max")),
    accuracy = share_accurate(rows$y, mu, family, within = 0.25, rows$weights)
  )
}

# ---- the likelihood that deviances are measured from -------------------------

saturated_loglik <- function(y, weights, family) {
  w <- if (is.null(weights)) 1 else weights
  switch(family,
    gaussian = if (is.null(weights)) 0 else sum(log(weights)) / 2,
    binomial = sum(
      lgamma(w + 1) - lgamma(w * y + 1) - lgamma(w - w * y + 1) + w * (entropy_term(y) + entropy_term(1 - y))
    ),
    poisson = sum(w * (entropy_term(y) - y - lgamma(y + 1)))
  )
}

# ---- progress ----------------------------------------------------------------

# The bar is made at the first update, which short training never reaches.
progress_bar <- function(wanted, label = NULL) {
  if (!wanted) return(list(update = NULL, done = function() NULL))
  bar <- NULL
  list(
    update = function(share) {
      if (is.null(bar)) bar <<- cli::cli_progress_bar(label %||% "Training", total = 100, .auto_close = FALSE)
      cli::cli_progress_update(set = round(100 * share), id = bar)
    },
    done = function() if (!is.null(bar)) cli::cli_progress_done(id = bar)
  )
}
