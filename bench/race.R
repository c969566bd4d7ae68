# How the tables of paths and of cross-validation are timed: whole calls from R at their defaults, one thread unless
# said, ours and glmnet's in turns. Read after cells.R.
suppressPackageStartupMessages(library(glmnet))

`%||%` <- function(a, b) if (is.null(a)) b else a
number <- function(x) if (length(x) == 0 || is.na(x)) "" else format(signif(x, 2), scientific = x < 1e-3)

ours <- function(d, cell, ...) {
  sgdlasso(
    d$x, d$y, cell$family, lambda.min.ratio = cell$ratio, standardize = cell$standardize, progress = FALSE,
    trace = FALSE, ...
  )
}
theirs <- function(d, cell, ...) {
  glmnet(d$x, d$y, cell$family, lambda.min.ratio = cell$ratio, standardize = cell$standardize, ...)
}
ours_cv <- function(d, cell, ...) {
  cv.sgdlasso(
    d$x, d$y, foldid = d$fold, family = cell$family, lambda.min.ratio = cell$ratio, standardize = cell$standardize,
    progress = FALSE, ...
  )
}
theirs_cv <- function(d, cell, ...) {
  suppressWarnings(cv.glmnet(
    d$x, d$y, foldid = d$fold, family = cell$family, lambda.min.ratio = cell$ratio, standardize = cell$standardize, ...
  ))
}
# Arguments for them that let glmnet go on to `thresh`; version 5 takes them in `control`.
down_to <- function(thresh) {
  precision <- list(thresh = thresh, maxit = 1e9)
  if (utils::packageVersion("glmnet") >= "5.0") list(control = precision) else precision
}
their_gap <- function(fit, d, cell) {
  path <- list(a0 = fit$a0, beta = fit$beta)
  max(optimality(path, d$x, d$y, lambda = fit$lambda, family = cell$family, standardize = cell$standardize)$gap)
}

# ---- seconds --------------------------------------------------------------------------

taken <- function(call) system.time(call())[["elapsed"]]

# Seconds of a call: the mean of many where one is too short to time.
timed <- function(call) {
  once <- taken(call)
  again <- min(200, floor(0.2 / max(once, 1e-3)))
  if (again < 2) once else taken(function() for (k in seq_len(again)) call()) / again
}

# Medians of the seconds of several calls, which take turns: three, or one where a turn takes more than a minute.
race <- function(calls) {
  turn <- function() vapply(calls, timed, 0)
  first <- turn()
  if (quick || sum(first) > 60) return(first)
  apply(cbind(first, turn(), turn()), 1, median)
}

# How many times faster a call is on two threads, where it takes long enough to tell.
two_threads <- function(call, seconds) {
  if (seconds <= 0.2 && !quick) return(NULL)
  both <- race(list(call, function() call(threads = 2)))
  both[1] / both[2]
}

# What code gives in a process of its own; NULL where it takes longer than so many seconds: glmnet does not hear the
# time limits of R.
within_seconds <- function(limit, code) {
  job <- parallel::mcparallel(code)
  found <- parallel::mccollect(job, wait = FALSE, timeout = limit)
  if (is.null(found)) tools::pskill(job$pid, tools::SIGKILL)
  suppressWarnings(parallel::mccollect(job))
  if (inherits(found[[1]], "try-error")) stop(found[[1]])
  found[[1]]
}

# ---- at equal gap ---------------------------------------------------------------------

# Seconds of glmnet's path with `thresh` lowered until its largest gap is 1e-6, or 1e-5 where it never comes to 1e-6.
# A call that takes more than ten times its default is ended, and the search with it (`ended`). Where no gap is small
# enough the smallest one counts.
equal_gap <- function(d, cell, default) {
  limit <- longest(default)
  tried <- list()
  for (thresh in 10^-(8:15)) {
    found <- within_seconds(limit, {
      fit <- NULL
      seconds <- timed(function() fit <<- suppressWarnings(do.call(theirs, c(list(d, cell), down_to(thresh)))))
      list(seconds = seconds, thresh = thresh, gap = their_gap(fit, d, cell), ended = FALSE)
    })
    found <- found %||% list(seconds = limit, thresh = thresh, gap = NA_real_, ended = TRUE)
    message(sprintf("  glmnet at thresh %.0e: %.2g s, gap %.1e", thresh, found$seconds, found$gap))
    tried <- c(tried, list(found))
    if (found$ended || found$gap <= 1e-6) break
  }
  gaps <- vapply(tried, `[[`, 0, "gap")
  tried[[c(which(gaps <= 1e-6), which(gaps <= 1e-5), if (found$ended) length(tried), which.min(gaps))[1]]]
}
longest <- function(default) max(10 * default, 30)

# Cross-validation with the thresh that the path needs.
equal_gap_cv <- function(d, cell, default, path) {
  limit <- longest(default)
  seconds <- within_seconds(limit, timed(function() do.call(theirs_cv, c(list(d, cell), down_to(path$thresh)))))
  path$ended <- path$ended || is.null(seconds)
  path$seconds <- seconds %||% limit
  path
}

# Columns of a table: our share of glmnet's time, where it has our gap, and what that takes.
equal_columns <- function(seconds, equal) {
  list(
    `at equal gap` = paste0(if (equal$ended) "< ", number(seconds / equal$seconds)),
    `its thresh` = format(equal$thresh), `its gap` = number(equal$gap)
  )
}

# ---- another glmnet -------------------------------------------------------------------

# The tables of a script once more, in a process of its own, beside the glmnet of the library of R packages that
# SGDLASSO_NEWEST_GLMNET names; nothing where it names none.
beside_newest <- function(script) {
  library <- Sys.getenv("SGDLASSO_NEWEST_GLMNET")
  if (!nzchar(library)) return(invisible())
  message("beside the glmnet of ", library)
  libraries <- paste(c(library, .libPaths()), collapse = .Platform$path.sep)
  lines <- system2(
    file.path(R.home("bin"), "Rscript"), c(script, "--race", commandArgs(TRUE)), stdout = TRUE,
    env = paste0(c("R_LIBS=", "SGDLASSO_NEWEST_GLMNET="), c(shQuote(libraries), ""))
  )
  if (!is.null(attr(lines, "status"))) stop(script, " failed beside the glmnet of ", library)
  writeLines(lines)
}
