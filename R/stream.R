# Training on a row source: which passes there are, and what a pass does with each block.

#' @rdname sgdlasso
#' @export
sgdlasso.sgdlasso_rows <- function(x, ...) {
  call <- generic_call(match.call())
  if ("formula" %in% ...names()) return(eval(formula_first(call), parent.frame()))
  settings <- settings_given(...)
  peeked <- peek(x)
  on.exit(peeked$close())
  fit_rows_by(peeked$source, number_design(x, settings$family, block_width(peeked$first)), settings, call)
}

#' @export
sgdlasso.function <- function(x, ...) {
  abort_input(
    "`x` is a function.",
    "Make it a row source: sgdlasso(as_rows(x)), or sgdlasso(formula, data = as_rows(x))."
  )
}

# The formula call on a row source: as the in-memory call on the same rows.
fit_formula_rows <- function(matched, rows, settings, contrasts, xlev, envir) {
  peeked <- peek(rows)
  on.exit(peeked$close())
  design <- stream_design(matched, peeked, settings, list(contrasts = contrasts, xlev = xlev), envir)
  attributes(matched$formula) <- NULL
  fit_rows_by(peeked$source, design, settings, generic_call(matched))
}

# design: blocks(block), the block's numbers; width, how many columns they have; intercept; kept, what a later predict()
# needs.
fit_rows_by <- function(rows, design, settings, call) {
  settings$intercept <- settings$intercept && !isFALSE(design$intercept)
  settings$solver <- choose_rows_solver(settings, design$width, rows$rewindable)
  fit <- if (identical(settings$solver$method, "moments")) {
    fit_gathered(gather_rows(rows, design, settings, call), settings, call)
  } else {
    fit_by_passes(rows, design, settings, call)
  }
  fit[names(design$kept)] <- design$kept
  fit
}

# ---- one pass --------------------------------------------------------------------

# What a pass knows: `place`, the rows read; `skip`, those that a stopped call had read before; what a fit tells of its
# rows. How it takes numbers, start(x), take(numbers, places), save() and restore(state), is up to who makes it.
new_pass <- function(source, design, settings, call, key) {
  list2env(list(
    number = 1, place = 0, skip = 0, taken = 0, used = 0, weight = 0, loglik = 0, offset = FALSE, classnames = NULL,
    both = c(FALSE, FALSE), written = proc.time()[["elapsed"]], call = call, kept = design$kept, levels = design$levels,
    first = NULL,
    key = list(deparse(call), source$label, key, asked_of(settings)), seed = settings$seed, started = FALSE
  ))
}

# What the state of a pass depends on, by value: variables of a call may have changed.
asked_of <- function(settings) {
  settings$solver[c("why", "source")] <- NULL
  settings <- settings[setdiff(names(settings), c("progress", "threads", "checkpoint", "seed"))]
  lapply(settings, function(value) if (is.null(value)) NA else unclass(value))
}

pass_facts <- c(
  "names", "labels", "width", "used", "weight", "loglik", "offset", "classnames", "both",
  "place", "number", "first", "seed"
)

run_pass <- function(pass, source, design, settings) {
  progress <- rows_progress(settings$progress, source$n, pass$number)
  on.exit(progress$done())
  pass$place <- pass$taken <- 0
  for_each_row_block(source, function(block) {
    count <- block_rows(block)
    if (skip_block(pass, block, count, design)) return()
    add_block(pass, in_rows(pass$place, count, design$blocks(block)), settings)
    progress$update(pass$place)
    write_checkpoint(pass, settings)
  }, native = TRUE)
  if (pass$place < pass$skip) abort_skipped(pass)
  if (pass$taken == 0 && pass$skip == 0) {
    abort_input("The row source has no row of positive weight.", "It needs at least one.")
  }
  pass$skip <- 0
}

# numbers: list(x, y, weights, offset) or a native block, and where rows were left out `at`, the places of those kept,
# and `total`, how many there were.
add_block <- function(pass, numbers, settings) {
  total <- numbers$total %||% numbers_rows(numbers)
  pass$first <- pass$first %||% block_print(numbers)
  places <- pass$place + (numbers$at %||% seq_len(total))
  begin_pass(pass, numbers_labels(numbers), numbers_width(numbers), is_sparse(numbers))
  kept <- if (is_native(numbers)) numbers else drop_zero_weights(numbers$x, numbers, numbers$offset)
  pass$taken <- pass$taken + numbers_rows(kept)
  if (numbers_rows(kept) > 0) {
    if (pass$number == 1) note_rows(pass, kept, numbers$classnames, settings$family)
    pass$take(kept, places[kept_rows(numbers)])
  }
  pass$place <- pass$place + total
}

# Native blocks that training meets have no weight of 0.
kept_rows <- function(numbers) if (is_native(numbers) || is.null(numbers$weights)) TRUE else numbers$weights > 0

begin_pass <- function(pass, labels, width, sparse) {
  if (!pass$started) {
    pass$width <- width
    pass$labels <- labels
    pass$names <- if (are_unique_names(labels)) labels
    pass$start(sparse)
    pass$started <- TRUE
  }
  if (width == pass$width && identical(labels, pass$labels)) return(invisible())
  abort_input(
    "A block has the columns {first_words(labels)}, {width} in all, the first had {pass$width}.",
    "All blocks must have the same."
  )
}

# What a fit tells of its rows.
note_rows <- function(pass, numbers, classnames, family) {
  n <- numbers_rows(numbers)
  weights <- numbers_weights(numbers)
  pass$used <- pass$used + n
  pass$weight <- pass$weight + if (is.null(weights)) n else sum(weights)
  pass$loglik <- pass$loglik + saturated_loglik(numbers$y, weights, family)
  pass$offset <- pass$offset || numbers_shifted(numbers)
  if (family == "binomial") note_classes(pass, numbers$y, classnames)
}

note_classes <- function(pass, y, classnames) {
  pass$both <- pass$both | c(any(y < 1), any(y > 0))
  if (!is.null(pass$classnames) && !identical(pass$classnames, classnames)) {
    abort_input(
      "A block has the classes {first_words(classnames)}, the first had {first_words(pass$classnames)}.",
      "All must have the same."
    )
  }
  pass$classnames <- classnames
}

row_facts_of <- function(pass) mget(c("names", "labels", "width", "used", "weight", "loglik", "offset"), pass)

# ---- the pass that gathers moments ---------------------------------------------------

# The moments of each fold, and what a fit tells of its rows. fold_of(places): the fold of rows of the source.
gather_rows <- function(source, design, settings, call = NULL, folds = 1, fold_of = function(places) NULL) {
  pass <- new_pass(source, design, settings, call, folds)
  pass$start <- function(sparse) {
    check_stream_width(pass$width)
    pass$moments <- r_new_moments(pass$width, folds)
  }
  pass$take <- function(numbers, places) {
    if (is_sparse(numbers)) {
      numbers <- native_in_r(numbers)
      numbers$x <- as.matrix(numbers$x)
    }
    fold <- fold_of(places)
    r_add_moments(pass$moments, numbers, if (!is.null(fold)) fold - 1L, settings$threads)
  }
  pass$save <- function() r_take_moments(pass$moments)
  pass$restore <- function(state) {
    right <- is.list(state) && length(state) == folds && all(vapply(state, is_moments_or_none, NA, pass$width))
    if (!right) abort_input("The moments do not agree with the columns.")
    pass$moments <- r_restore_moments(state)
  }
  pass$fit <- function() fit_gathered(gathered_so_far(pass), settings, fit_call(call))
  take_up(pass, settings)
  ended <- FALSE
  on.exit(if (!ended) remember_stopped(pass))
  run_pass(pass, source, design, settings)
  ended <- TRUE
  write_checkpoint(pass, settings, now = TRUE)
  gathered_so_far(pass)
}

gathered_so_far <- function(pass) c(row_facts_of(pass), list(moments = r_take_moments(pass$moments)))

# Moments of so many columns take 200 MB.
most_moments <- 5000

check_stream_width <- function(p) {
  if (p > most_moments) abort_input("The rows have {p} columns.", "Moments are kept of at most {most_moments}.")
}

# why: what makes the fit be made of moments, in the words of an error.
check_moments_settings <- function(settings, why) {
  refuse <- function(what, advice) abort_class("sgdlasso_error_input", paste0(what, ", and ", why, ". ", advice))
  if (settings$family != "gaussian") {
    refuse(
      sprintf("`family` is \"%s\"", settings$family),
      "Moments tell all that \"gaussian\" needs, and no other family."
    )
  }
  if (!settings$solver$name %in% c("auto", "exact") || identical(settings$solver$method, "working_set")) {
    refuse(sprintf("`solver` is %s", format(settings$solver)), "Use \"auto\": it solves from the moments of one pass.")
  }
  if (isTRUE(settings$relax)) refuse("`relax` is TRUE", "Relaxed fits look at the rows again.")
}

# Errors of a block, with the place of its rows in the source.
in_rows <- function(place, count, code) {
  tryCatch(code, sgdlasso_error_input = function(e) {
    from <- format(place + 1, big.mark = ",")
    to <- format(place + count, big.mark = ",")
    abort_class("sgdlasso_error_input", paste0("In rows ", from, " to ", to, " of the source: ", conditionMessage(e)))
  })
}

# ---- from moments to a fit -------------------------------------------------------

# why: of fits that are made of moments though their rows are in memory.
moments_settings <- function(settings, gathered, why = NULL) {
  settings <- sized_settings(settings, gathered$width, gathered$labels)
  settings$solver <- on_source(solver_exact("moments"), why %||% "rows from a source")
  if (!is.null(why)) settings$solver$source <- NULL
  settings
}

fit_gathered <- function(gathered, asked, call, ...) {
  settings <- moments_settings(asked, gathered, ...)
  progress <- progress_bar(settings$progress)
  on.exit(progress$done())
  result <- checked_result(r_fit_moments(gathered$moments, gathered$used, core_spec(settings, progress$update))$fit)
  fit <- fit_object(result, gathered, settings, NULL, call)
  if (isTRUE(asked$keep.moments)) fit$moments <- kept_moments(gathered, asked)
  warn_gap(fit, settings)
  if (!is.null(asked$checkpoint)) unlink(asked$checkpoint) # done: the next call starts anew
  fit
}

# How many rows a second, and of how many, where that is known; and in which pass.
rows_progress <- function(wanted, n, number) {
  if (!wanted) return(list(update = function(place) NULL, done = function() NULL))
  format <- paste0("{cli::pb_spin} Reading rows, pass ", number, ": {cli::pb_current} {cli::pb_bar} {cli::pb_rate}")
  type <- if (is.na(n)) "custom" else "iterator"
  bar <- cli::cli_progress_bar("Reading rows", total = n, type = type, .auto_close = FALSE, format = format)
  list(
    update = function(place) cli::cli_progress_update(set = place, id = bar),
    done = function() cli::cli_progress_done(id = bar)
  )
}

# ---- blocks as numbers -----------------------------------------------------------

number_blocks <- function(block, family = "gaussian") {
  if (is_native(block) && block$clean) return(native_response(block, family))
  block <- native_in_r(block)
  if (is.data.frame(block)) {
    abort_input(
      "The source hands out data frames.",
      "Use the formula call, sgdlasso(y ~ ., data = rows), or name the response by `y` where the source is made."
    )
  }
  if (is.null(block$y)) abort_block(block)
  x <- check_x(block$x)
  response <- check_response(block$y, nrow(x), family, block_weights(block$weights, nrow(x)), whole = FALSE)
  c(list(x = x), response[c("y", "weights", "classnames")], list(offset = check_offset(block$offset, nrow(x))))
}

number_design <- function(rows, family = "gaussian", width = NULL) {
  blocks <- function(block) {
    numbers <- number_blocks(block, family)
    if (family == "binomial" && !is.null(rows$classnames)) numbers$classnames <- rows$classnames
    numbers
  }
  list(blocks = blocks, width = width, intercept = rows$intercept, kept = rows$kept)
}

block_width <- function(block) if (is.data.frame(block) || is.null(block)) 0 else ncol(block$x) %||% 0

# A block may hold nothing but rows of weight 0.
block_weights <- function(weights, n) {
  if (is.null(weights) || all(weights %in% 0)) weights else check_weights(weights, n)
}
