#' Summarise a fit
#'
#' @param object A fit by [sgdlasso()], or a result of [cv.sgdlasso()].
#' @param x A summary.
#' @param gamma The mixture of lasso and relaxed fit, as for [predict.sgdlasso()] and [predict.cv.sgdlasso()].
#' @param s One lambda to summarise at, a number or a name as for [predict.sgdlasso()] and [predict.cv.sgdlasso()].
#'   `NULL` (default): for a path only the table of lambdas is shown.
#' @param conf.int Whether to add intervals and p-values by [confint()][confint.sgdlasso], at one lambda. Default
#'   `FALSE`.
#' @param conf.level Their level. Default .95.
#' @param digits Significant digits to print.
#' @param ... For `conf.int = TRUE`, arguments of [confint()][confint.sgdlasso] such as `parm` and `method`, and
#'   `adjust`, how p-values are adjusted for their number: a method of [stats::p.adjust()], by default `"holm"`.
#'   Otherwise nothing; an argument that is not known is an error.
#' @return `summary()`: a list of class `"summary.sgdlasso"`: `call`, `family`, `classnames`, `nobs`, `nvars`, `columns`
#'   (where the formula's were made sparse, why), `solver`, `stopped` (a sentence), `lambda`, `df`, `gap`, `dev.ratio`
#'   (absent at an `s` between fitted lambdas), `intercept`, `coefficients` (for one lambda, a data frame of the nonzero
#'   coefficients with `estimate` and `standardized`, the estimate times the column's standard deviation), `residuals`
#'   (quantiles) and `accuracy` on the training rows (a single fitted lambda), `rounds` (of fits by [rows_on()]),
#'   `notes`, and for `conf.int = TRUE` `inference`, a data frame with a row for each column of `parm`: `term`,
#'   `estimate`, `std.error`, `p.value`, `adj.p.value`, `conf.low` and `conf.high`.
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1, seed = 1,
#'                 solver = solver_sgd(epochs = 50))
#' summary(fit)
#'
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)
#' summary(fit, conf.int = TRUE)
#' @export
summary.sgdlasso <- function(object, s = NULL, gamma = 1, conf.int = FALSE, conf.level = 0.95, ...) {
  told <- list(s = s, level = conf.level, envir = parent.frame())
  inference <- asked_inference(object, conf.int, told, names(formals(summary.sgdlasso)), ...)
  if (!is.null(inference) && !(is_number(gamma) && gamma == 1)) {
    abort_input("`gamma` is {describe(gamma)}, and `conf.int` is TRUE.", "Intervals are for the lasso, gamma = 1.")
  }
  if (!is.null(s)) s <- one_lambda(object, s, parent.frame())
  at <- if (!is.null(s) || length(object$lambda) == 1) coefficients_at(object, s, gamma)
  single <- length(object$lambda) == 1 && gamma == 1
  structure(
    list(
      call = object$call, family = object$family, classnames = object$classnames, nobs = object$nobs,
      nvars = object$dim[1], columns = object$sparse, solver = object$solver,
      stopped = why_stopped(object), seed = object$seed,
      lambda = if (is.null(s)) object$lambda else unname(s),
      df = if (is.null(at)) object$df else sum(at$beta != 0),
      gap = if (is.null(s) || single) object$gap, relaxed = if (is.null(s)) object$relaxed,
      dev.ratio = if (is.null(s) || single) object$dev.ratio else if (gamma == 1) dev_ratio_at(object, s),
      nulldev = object$nulldev,
      intercept = if (is.null(at)) object$a0 else unname(at$a0),
      coefficients = if (!is.null(at)) nonzero_table(at$beta, object$x.sd),
      residuals = object$residuals, accuracy = object$accuracy,
      trained.intercept = object$intercept, rounds = object$rounds, notes = solver_notes(object), inference = inference
    ),
    class = "summary.sgdlasso"
  )
}

# Known at the fitted lambdas only.
dev_ratio_at <- function(object, s) {
  at <- fitted_at(object$lambda, s)
  if (!is.na(at)) object$dev.ratio[at]
}

nonzero_table <- function(beta, sd) {
  values <- beta[, 1]
  kept <- which(values != 0)
  data.frame(
    estimate = values[kept], standardized = values[kept] * sd[kept],
    row.names = make.unique(paste0(rownames(beta))[kept])
  )
}

why_stopped <- function(object) {
  epochs <- object$solver$epochs
  if (isTRUE(object$nulldev == 0)) return("The response is constant: nothing to train.")
  if (is_certified(object$solver)) {
    passes <- paste(format(object$passes, digits = 3), if (object$passes == 1) "pass" else "passes")
    if (anyNA(object$gap)) {
      return(sprintf("Not converged: the relative duality gap is not known, after %s over the rows.", passes))
    }
    found <- if (isTRUE(object$converged)) {
      "Certified: relative duality gap at most"
    } else {
      "Not converged: relative duality gap up to"
    }
    return(sprintf(
      "%s %s (tol %s), after %s over the rows.", found, format(max(object$gap), digits = 2), format(object$tol), passes
    ))
  }
  pluralized(
    "Stopped after the {epochs} epoch{?s} asked for{if (length(object$lambda) > 1) ', at each lambda' else ''}."
  )
}

solver_notes <- function(object) {
  c(
    if (object$solver$name == "nudge") {
      "The nudge moves coefficients across zero and back: this rule never reaches an exact zero."
    },
    unknown_gap(object),
    criteria_note(object)
  )
}

# Why there is no certificate.
unknown_gap <- function(object) {
  if (!all(is.na(object$gap))) return(NULL)
  sprintf("The gap is not known: it takes a second look at all rows, and training was on %s.", object$solver$why)
}

#' @rdname summary.sgdlasso
#' @export
print.summary.sgdlasso <- function(x, digits = max(3, getOption("digits") - 3), ...) {
  show <- function(...) cat(strwrap(paste0(...), exdent = 2), sep = "\n")
  print_call(x$call)
  show("Data: ", pluralized("{x$nobs} row{?s}, {x$nvars} column{?s}"), "; family ", x$family,
       if (!is.null(x$classnames)) paste0(", modelled class \"", x$classnames[2], "\""))
  if (!is.null(x$columns)) show("Columns of the formula: sparse (", x$columns, ")")
  show("Solver: ", format(x$solver), if (!is.null(x$seed)) paste0(", seed ", format(x$seed, digits = 10)),
       if (!is.null(x$solver$why)) paste0("; chosen for: ", x$solver$why))
  show(x$stopped)
  if (is.null(x$coefficients)) print_path(x, digits) else print_single(x, digits)
  if (!is.null(x$inference)) print_inference(x$inference, digits)
  if (!is.null(x$rounds)) print_rounds(x$rounds)
  for (note in x$notes) cat("\n", paste(strwrap(paste("Note:", note)), collapse = "\n"), "\n", sep = "")
  invisible(x)
}

# A row for each phase, and for what else workers were asked.
print_rounds <- function(rounds) {
  size <- function(bytes) vapply(bytes, format_memory, "")
  table <- data.frame(
    rounds = rounds$rounds, sent = size(rounds$sent), received = size(rounds$received),
    seconds = format(rounds$seconds, digits = 2), `workers lost` = rounds$lost,
    row.names = ifelse(is.na(rounds$phase), rounds$task, rounds$phase), check.names = FALSE
  )
  cat("\nRounds of the cluster:\n")
  print(table)
}

print_inference <- function(inference, digits) {
  told <- attributes(inference)
  cat(sprintf("\nIntervals at level %s, %s; p-values adjusted by \"%s\":\n", told$level, told$method, told$adjust))
  print(inference, digits = digits, row.names = FALSE)
}

print_path <- function(x, digits) {
  cat("\n")
  print(path_table(x, digits))
}

print_single <- function(x, digits) {
  cat("Lambda: ", format(x$lambda, digits = digits), "\n", sep = "")
  if (!is.null(x$residuals)) {
    cat("\nResiduals:\n")
    print(x$residuals, digits = digits)
  }
  cat("\nNonzero coefficients: ", x$df, " of ", x$nvars, "\n", sep = "")
  intercept <- if (x$trained.intercept) data.frame(estimate = x$intercept, standardized = NA, row.names = "(Intercept)")
  table <- rbind(intercept, x$coefficients)
  if (!is.null(table)) print(format(table, digits = digits, na.encode = FALSE), na.print = "")
  known <- function(value) !is.null(value) && !is.na(value[1])
  if (known(x$dev.ratio)) cat("\nDeviance explained: ", format(100 * x$dev.ratio, digits = digits), " %\n", sep = "")
  if (known(x$gap)) cat("Relative duality gap: ", format(x$gap, digits = 2), "\n", sep = "")
  if (!is.null(x$accuracy)) {
    what <- if (x$family == "binomial") "rows in the right class" else "rows predicted within 25 % of the truth"
    cat("Accuracy: ", format(100 * x$accuracy, digits = digits), " % of the training ", what, "\n", sep = "")
  }
}
