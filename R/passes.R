# Training on a row source by as many passes as it takes (src/core/passes/pass_training.h): for certified models of
# other families and of many columns, and for stochastic gradient descent.

fit_by_passes <- function(source, design, settings, call) {
  training <- new_training(source, design, settings, call, unclass(settings$solver), passes_core)
  resume_checkpoint(training)
  unless_stopped(training, run_passes(training))
  fit <- training$core$fit()
  warn_gap(fit, training$settings)
  if (training$core$shortened()) warn_shortened(length(fit$lambda), settings)
  if (!is.null(settings$checkpoint)) unlink(settings$checkpoint) # done: the next call starts anew
  fit
}

run_passes <- function(training) {
  repeat {
    run_pass(training)
    check_classes_seen(training)
    more <- training$core$end_pass()
    training$pass <- training$pass + 1
    training$place <- 0
    if (!more) return(invisible())
    write_checkpoint(training, now = TRUE)
  }
}

# How a training makes passes; see new_training(). end_pass(): whether another one is wanted; shortened(): whether
# memory ended the path of the last fit();
# resume(kept): goes on from what the state of a fit keeps.
passes_core <- function(training) {
  asked <- training$settings
  handle <- NULL
  stored_sparse <- NULL # how the first block came: all others are made so
  done <- shortened <- FALSE
  start <- function(sparse) {
    stored_sparse <<- sparse
    rows <- training$rows
    training$settings <- passes_settings(asked, rows$width, rows$labels, training$source$rewindable)
    handle <<- r_new_passes(core_spec(training$settings), sparse)
  }
  save <- function() list(sparse = stored_sparse, bytes = r_save_passes(handle))
  list(
    start = start,
    take = function(numbers, places) {
      for (part in in_pieces(numbers, rows_at_once(asked))) {
        training_result(r_add_rows(handle, stored_as(part, stored_sparse)), asked)
      }
    },
    end_pass = function() {
      more <- training_result(r_end_pass(handle), asked)
      done <<- !more
      more
    },
    save = save,
    # The first pass is begun before its first rows tell how many columns there are.
    at_hand = function() {
      if (!is.null(handle)) return(r_pass_at_hand(handle))
      list(phase = if (is.null(asked$lambda)) "moments" else "sgd", first = 1, last = 0, all = 0)
    },
    shard = list(name = "passes", settings = asked),
    by_place = FALSE,
    broadcast = save,
    end_part = function() training_result(r_end_part(handle), asked),
    parts = function() {
      states <- list()
      list(
        add = function(state) states[[length(states) + 1]] <<- state$bytes,
        done = function() for (state in states) training_result(r_merge_passes(handle, state), asked)
      )
    },
    restore = function(state) {
      width <- training$rows$width
      most <- length(state$bytes) / 24 # three sums are kept of each column
      if (width > most) abort_input("The state is of {width} columns, and holds at most {floor(most)}.")
      start(state$sparse)
      found <- r_restore_passes(handle, state$bytes)
      if (!is.null(found$state)) abort_input("The state of training {found$state}.")
      training_result(found, asked)
    },
    # Goes on from what keep() kept.
    resume = function(kept) {
      of_damaged("state", "object", start(kept$sparse))
      restored(r_restore_passes(handle, kept$bytes), asked)
      restored(r_continue_pass(handle), asked)
    },
    shortened = function() shortened,
    fit = function() {
      found <- r_passes_result(handle)
      if (is.null(found)) return(NULL)
      shortened <<- found$shortened
      fit <- fit_by_result(found, training)
      once <- asked$solver$name == "sgd" && asked$solver$epochs == 1
      if (done && once && found$continues) {
        fit$state <- kept_state(r_save_passes(handle), stored_sparse, asked, training$rows)
      }
      fit
    }
  )
}

fit_by_result <- function(result, training) {
  rows <- told_of_rows(training$rows)
  fit_object(checked_result(result), rows, training$settings, training$rows$classnames, fit_call(training$call))
}

# All blocks of a training are dense, or all sparse.
stored_as <- function(numbers, sparse) {
  if (is_sparse(numbers) == sparse) return(numbers)
  numbers <- native_in_r(numbers)
  numbers$x <- if (sparse) methods::as(numbers$x, "CsparseMatrix") else as.matrix(numbers$x)
  numbers
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
  if (is_sparse(numbers)) numbers <- native_in_r(numbers)
  lapply(seq(1, n, by = most), function(first) {
    rows <- seq(first, min(first + most - 1, n))
    if (is_native(numbers)) return(native_rows(numbers, rows))
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
