# A call made by do.call() holds whole data sets: only its first lines are shown.
print_call <- function(call, most = 8) {
  lines <- deparse(call, nlines = most + 1)
  if (length(lines) > most) lines <- c(lines[seq_len(most)], "...")
  cat("\nCall: ", paste(lines, collapse = "\n"), "\n\n", sep = "")
}

#' @export
print.sgdlasso <- function(x, digits = max(3, getOption("digits") - 3), ...) {
  print_call(x$call)
  table <- data.frame(Df = x$df, `%Dev` = round(100 * x$dev.ratio, 2), Lambda = signif(x$lambda, digits), check.names = FALSE)
  print(table, ...)
  invisible(x)
}
