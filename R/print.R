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
