# Training on a row source by as many passes as it takes (src/pass_training.h): for certified models of other families
# and of many columns, and for stochastic gradient descent.

fit_by_passes <- function(source, design, settings, call) {
  pass <- training_pass(source, design, settings, call)
  take_up(pass, settings)
  ended <- FALSE
  on.exit(if (!ended) remember_stopped(pass))
  run_passes(pass, source, design, settings)
  ended <- TRUE
  fit <- pass$fit()
  warn_gap(fit, pass$settings)
  if (pass$shortened) warn_shortened(length(fit$lambda), settings)
  if (!is.null(settings$checkpoint)) unlink(settings$checkpoint) # done: the next call starts anew
  fit
}

run_passes <- function(pass, source, design, settings) {
  repeat {
    run_pass(pass, source, design, settings)
    if (settings$family == "binomial" && !all(pass$both)) check_both_classes(as.numeric(pass$both[2]), pass$classnames)
    more <- training_result(r_end_pass(pass$training), settings)
    pass$number <- pass$number + 1
    pass$place <- 0
    if (!more) {
      pass$done <- TRUE
      return(invisible())
    }
    write_checkpoint(pass, settings, now = TRUE)
  }
}

training_pass <- function(source, design, settings, call) {
  pass <- new_pass(source, design, settings, call, unclass(settings$solver))
  pass$asked <- pass$settings <- settings
  pass$done <- FALSE
  pass$start <- function(sparse) {
    pass$sparse <- sparse
    pass$settings <- passes_settings(settings, pass$width, pass$labels, source$rewindable)
    pass$training <- r_new_passes(core_spec(pass$settings), sparse)
  }
  pass$take <- function(numbers, places) {
    for (part in in_pieces(numbers, rows_at_once(settings))) {
      if (is_sparse(part) != pass$sparse) {
        part <- native_in_r(part)
        part$x <- if (pass$sparse) methods::as(part$x, "CsparseMatrix") else as.matrix(part$x)
      }
      training_result(r_add_rows(pass$training, part), settings)
    }
  }
  pass$save <- function() list(sparse = pass$sparse, bytes = r_save_passes(pass$training))
  pass$restore <- function(state) {
    most <- length(state$bytes) / 24 # three sums are kept of each column
    if (pass$width > most) abort_input("The state is of {pass$width} columns, and holds at most {floor(most)}.")
    pass$start(state$sparse)
    result <- r_restore_passes(pass$training, state$bytes)
    if (!is.null(result$state)) abort_input("The state of training {result$state}.")
    training_result(result, settings)
  }
  pass$fit <- function() fit_so_far(pass)
  pass
}

passes_settings <- function(settings, p, labels, rewindable) {
  settings <- sized_settings(settings, p, labels)
  scale <- settings$solver$scale
  if (!is.null(scale) && length(scale) != p) {
    abort_input("`scale` has {length(scale)} value{?s}, x has {p} column{?s}.", "They must agree.")
  }
  least <- 12 * 8 * p # bytes for one lambda
  if (is_certified(settings$solver) && settings$memory < least) {
    abort_input(
      "`memory` is {format_memory(settings$memory)}.",
      "To train one lambda on {p} columns takes {format_memory(least)}."
    )
  }
  settings$rewindable <- rewindable
  settings
}

# Blocks are taken in parts, so that what is computed of each row, a few numbers for each lambda, stays within bounds.
rows_at_once <- function(settings) {
  lambdas <- if (is.null(settings$lambda)) settings$nlambda else length(settings$lambda)
  max(64, floor(settings$memory / 8 / (8 * 4 * lambdas)))
}

in_pieces <- function(numbers, most) {
  n <- numbers_rows(numbers)
  if (n <= most) return(list(numbers))
  numbers <- native_in_r(numbers)
  lapply(seq(1, n, by = most), function(first) {
    rows <- seq(first, min(first + most - 1, n))
    list(
      x = numbers$x[rows, , drop = FALSE], y = numbers$y[rows], weights = numbers$weights[rows],
      offset = numbers$offset[rows]
    )
  })
}

training_result <- function(result, settings) {
  if (!is.null(result$before)) {
    abort_input(
      "The row source handed out other rows in a later pass than in the first",
      "({result$rows} and {result$before}, by their number).",
      "All passes must have the same."
    )
  }
  if (!is.null(result$columns)) {
    abort_input(
      "The models have {result$columns} nonzero coefficients together.",
      "`memory` ({format_memory(settings$memory)}) holds about {floor(result$most)}: give more, or larger lambdas."
    )
  }
  checked_result(result)$value
}

fit_so_far <- function(pass) {
  result <- r_passes_result(pass$training)
  if (is.null(result)) return(NULL)
  settings <- pass$settings
  fit <- fit_object(checked_result(result), row_facts_of(pass), settings, pass$classnames, fit_call(pass$call))
  pass$shortened <- result$shortened
  once <- settings$solver$name == "sgd" && settings$solver$epochs == 1
  if (pass$done && once && result$continues) fit$state <- kept_state(pass)
  fit
}

warn_shortened <- function(k, settings) {
  warn_class("sgdlasso_warning_memory", sprintf(
    paste0(
      "The path ends after %d lambdas: ",
      "the models of smaller ones have more nonzero coefficients than `memory` (%s) holds."
    ),
    k, format_memory(settings$memory)
  ))
}

# ---- memory ------------------------------------------------------------------------

# Bytes, from a number of bytes or from "256MB".
check_memory <- function(memory) {
  bytes <- memory
  if (is.character(memory) && length(memory) == 1 && grepl("^ *[0-9.]+ *[kMGT]?B *$", memory)) {
    unit <- c(B = 1, kB = 1e3, MB = 1e6, GB = 1e9, TB = 1e12)[[sub("^[ 0-9.]*", "", trimws(memory))]]
    bytes <- suppressWarnings(as.numeric(sub("[kMGT]?B *$", "", memory))) * unit
  }
  if (!is_number(bytes) || bytes <= 0 || is.infinite(bytes)) {
    abort_input(
      "`memory` is {describe(memory)}.",
      "It must be a size such as \"256MB\" or \"2GB\", or a number of bytes."
    )
  }
  bytes
}

format_memory <- function(bytes) {
  power <- min(max(floor(log10(bytes) / 3), 0), 4)
  paste0(signif(bytes / 1000^power, 3), c("B", "kB", "MB", "GB", "TB")[power + 1])
}
