# Errors and warnings: a class to catch, a sentence for what was found, a sentence for what to do.

# A template with {values} and {?s} of the caller. Not cli::pluralize(), which needs the glue package.
pluralized <- function(text, envir = parent.frame()) {
  as.character(cli::format_inline(text, .envir = envir, keep_whitespace = TRUE))
}

sentences <- function(texts, envir) paste(vapply(texts, pluralized, "", envir = envir), collapse = " ")

abort_class <- function(class, message, ...) {
  condition <- list(message = message, call = NULL, ...)
  stop(structure(condition, class = c(class, "sgdlasso_error", "error", "condition")))
}

abort_input <- function(..., envir = parent.frame()) {
  abort_class("sgdlasso_error_input", sentences(c(...), envir))
}

abort_diverged <- function(rate, safe) {
  abort_class(
    "sgdlasso_error_diverged",
    sprintf(
      "Training diverged: `rate` = %s made a coefficient infinite. A rate that is safe for these rows is %s.",
      format(rate, digits = 3), format(safe, digits = 2)
    ),
    rate = rate, safe_rate = safe
  )
}

warn_class <- function(class, message) {
  warning(structure(
    list(message = message, call = NULL),
    class = c(class, "sgdlasso_warning", "warning", "condition")
  ))
}
