# A call made by do.call() holds whole data sets: only its first lines are shown.
print_call <- function(call, most = 8) {
  lines <- deparse(call, nlines = most + 1)
  if (length(lines) > most) lines <- c(lines[seq_len(most)], "...")
  cat("\nCall: ", paste(lines, collapse = "\n"), "\n\n", sep = "")
}

#' @export
print.sgdlasso <- function(x, digits = max(3, getOption("digits") - 3), ...) {
  print_call(x$call)
  print(path_table(x, digits), ...)
  for (note in c(unknown_gap(x), criteria_note(x))) cat("\n", paste(strwrap(note), collapse = "\n"), "\n", sep = "")
  invisible(x)
}

# One row for each lambda; with relax the deviance explained by the relaxed fit too.
path_table <- function(x, digits) {
  percent <- function(share) round(100 * share, 2)
  table <- data.frame(Df = x$df, `%Dev` = percent(x$dev.ratio), check.names = FALSE)
  if (!is.null(x$relaxed)) {
    table[["%Dev R"]] <- percent(x$relaxed$dev.ratio[match(x$lambda, x$relaxed$lambda)])
  }
  table$Lambda <- signif(x$lambda, digits)
  table$Gap <- formatC(x$gap, digits = 1, format = "e")
  table
}

#' @export
print.cv.sgdlasso <- function(x, digits = max(3, getOption("digits") - 3), ...) {
  print_call(x$call)
  cat("Measure:", x$name, if (!x$grouped) "(errors from single rows: fewer than 3 a fold, or as asked)", "\n\n")
  table <- if (is.null(x$relaxed)) cv_table(x) else relaxed_table(x$relaxed)
  class(table) <- c("anova", class(table))
  print(table, digits = digits, ...)
  cat("\nLargest duality gap of all fits: ", format(x$gap, digits = 2), "\n", sep = "")
  invisible(x)
}

cv_table <- function(x) {
  at <- x$index[, 1]
  data.frame(
    Lambda = x$lambda[at], Index = at, Measure = x$cvm[at], SE = x$cvsd[at], Nonzero = unname(x$nzero[at]),
    row.names = c("min", "1se")
  )
}

relaxed_table <- function(relaxed) {
  index <- relaxed$index
  of <- function(what) {
    mapply(function(lambda, gamma) relaxed$statlist[[gamma]][[what]][lambda], index[, "Lambda"], index[, "Gamma"])
  }
  data.frame(
    Gamma = relaxed$gamma[index[, "Gamma"]], Index = index[, "Gamma"], Lambda = of("lambda"), Index = index[, "Lambda"],
    Measure = of("cvm"), SE = of("cvsd"), Nonzero = unname(of("nzero")),
    row.names = c("min", "1se"), check.names = FALSE
  )
}
