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

# Errors of R's own functions in the package's class; what the package itself says stays as it is. (A second handler of
# the same tryCatch() would hear what the first one signals.)
or_input_error <- function(code, what, advice = NULL) {
  tryCatch(code, error = function(e) {
    if (inherits(e, "sgdlasso_error")) stop(e)
    abort_input("{what}: {as_sentence(conditionMessage(e))}", advice)
  })
}

# A message of others, which may have several lines and end as it likes.
as_sentence <- function(message) {
  text <- paste(trimws(strsplit(cli::ansi_strip(message), "\n", fixed = TRUE)[[1]]), collapse = " ")
  text <- sub("[[:space:].,:;]+$", "", text)
  if (grepl("[!?]$", text)) text else paste0(text, ".")
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

inform_class <- function(class, message) {
  message(structure(
    list(message = paste0(message, "\n"), call = NULL),
    class = c(class, "sgdlasso_message", "message", "condition")
  ))
}
