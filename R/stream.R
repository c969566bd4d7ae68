# Training on a row source: one pass gathers the moments, from which everything is solved.

#' @rdname sgdlasso
#' @export
sgdlasso.sgdlasso_rows <- function(x, ...) {
  call <- generic_call(match.call())
  if ("formula" %in% ...names()) return(eval(formula_first(call), parent.frame()))
  fit_rows_by(x, list(blocks = number_blocks, intercept = x$intercept, kept = x$kept), settings_given(...), call)
}

#' @export
sgdlasso.function <- function(x, ...) {
  abort_input("`x` is a function.", "Make it a row source: sgdlasso(as_rows(x)), or sgdlasso(formula, data = as_rows(x)).")
}

# The formula call on a row source: as the in-memory call on the same rows.
fit_formula_rows <- function(matched, rows, settings, contrasts, xlev, envir) {
  design <- stream_design(matched, rows, contrasts, xlev, envir)
  attributes(matched$formula) <- NULL
  fit_rows_by(rows, design, settings, generic_call(matched))
}

# design: blocks(block), the block's numbers; intercept; kept, what a later predict() needs.
fit_rows_by <- function(rows, design, settings, call) {
  check_moments_settings(settings, "rows come from a source")
  settings$intercept <- settings$intercept && !isFALSE(design$intercept)
  fit <- fit_gathered(gather_rows(rows, design, settings, call), settings, call)
  fit[names(design$kept)] <- design$kept
  fit
}

# ---- one pass --------------------------------------------------------------------

# The moments of each fold, and what a fit tells of its rows. A design's blocks(block) gives list(x, y, weights, offset), and where rows
# were left out `at`, the places of those kept, and `total`, how many there were. fold_of(places): the fold of rows of the source.
gather_rows <- function(source, design, settings, call = NULL, folds = 1, fold_of = function(places) NULL) {
  pass <- new_pass(source, design, settings, call, folds)
  progress <- rows_progress(settings$progress, source$n)
  ended <- FALSE
  on.exit({
    progress$done()
    if (!ended) remember_stopped(pass, settings)
  })
  for_each_row_block(source, function(block) {
    count <- block_rows(block)
    if (skip_block(pass, block, count, design)) return()
    numbers <- in_rows(pass$place, count, design$blocks(block))
    add_block(pass, numbers, settings, folds, fold_of)
    progress$update(pass$place)
    write_checkpoint(pass, settings)
  }, native = TRUE)
  if (pass$place < pass$skip) abort_skipped(pass)
  if (pass$used == 0) abort_input("The row source has no row of positive weight.", "It needs at least one.")
  ended <- TRUE
  write_checkpoint(pass, settings, now = TRUE)
  gathered_so_far(pass)
}

pass_facts <- c("names", "labels", "width", "used", "weight", "loglik", "offset", "place", "first", "seed")

new_pass <- function(source, design, settings, call, folds) {
  pass <- list2env(list(
    place = 0, skip = 0, used = 0, weight = 0, loglik = 0, offset = FALSE, written = proc.time()[["elapsed"]], call = call,
    kept = design$kept, key = list(deparse(call), source$label, folds), first = NULL, seed = settings$seed
  ))
  take_up(pass, settings)
  pass
}

gathered_so_far <- function(pass) {
  facts <- mget(setdiff(pass_facts, c("place", "first", "seed")), pass)
  c(facts, list(moments = r_take_moments(pass$moments)))
}

add_block <- function(pass, numbers, settings, folds, fold_of) {
  total <- numbers$total %||% numbers_rows(numbers)
  pass$first <- pass$first %||% block_print(numbers)
  places <- pass$place + (numbers$at %||% seq_len(total))
  begin_pass(pass, numbers_labels(numbers), numbers_width(numbers), folds)
  kept <- if (is_native(numbers)) numbers else drop_zero_weights(numbers$x, numbers, numbers$offset)
  add_numbers(pass, kept, fold_of(places[kept_rows(numbers)]), settings)
  pass$place <- pass$place + total
}

# Native blocks that training meets have no weight of 0.
kept_rows <- function(numbers) if (is_native(numbers) || is.null(numbers$weights)) TRUE else numbers$weights > 0

begin_pass <- function(pass, labels, width, folds) {
  if (is.null(pass$moments)) {
    pass$width <- width
    pass$labels <- labels
    pass$names <- if (are_unique_names(labels)) labels
    check_stream_width(pass$width)
    pass$moments <- r_new_moments(pass$width, folds)
  }
  if (width == pass$width && identical(labels, pass$labels)) return(invisible())
  abort_input(
    "A block has the columns {first_words(labels)}, {width} in all, the first had {pass$width}.",
    "All blocks must have the same."
  )
}

add_numbers <- function(pass, numbers, fold, settings) {
  n <- numbers_rows(numbers)
  if (n == 0) return(invisible())
  if (!is_native(numbers) && !is.matrix(numbers$x)) numbers$x <- as.matrix(numbers$x)
  r_add_moments(pass$moments, numbers, if (!is.null(fold)) fold - 1L, settings$threads)
  weights <- numbers_weights(numbers)
  pass$used <- pass$used + n
  pass$weight <- pass$weight + if (is.null(weights)) n else sum(weights)
  pass$loglik <- pass$loglik + saturated_loglik(NULL, weights, "gaussian")
  pass$offset <- pass$offset || numbers_shifted(numbers)
}

# Moments of so many columns take 200 MB.
check_stream_width <- function(p, most = 5000) {
  if (p > most) abort_input("The rows have {p} columns.", "From a row source at most {most} are fitted; give a matrix in memory.")
}

# why: what makes the fit be made of moments, in the words of an error.
check_moments_settings <- function(settings, why) {
  refuse <- function(what, advice) abort_class("sgdlasso_error_input", paste0(what, ", and ", why, ". ", advice))
  if (settings$family != "gaussian") {
    refuse(sprintf("`family` is \"%s\"", settings$family), "Moments tell all that \"gaussian\" needs, and no other family.")
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

moments_settings <- function(settings, gathered, why = "rows from a source") {
  settings <- sized_settings(settings, gathered$used, gathered$width)
  settings$solver <- solver_exact("moments")
  settings$solver$why <- why
  settings
}

fit_gathered <- function(gathered, asked, call, ...) {
  settings <- moments_settings(asked, gathered, ...)
  progress <- progress_bar(settings$progress)
  on.exit(progress$done())
  result <- checked_result(r_fit_moments(gathered$moments, core_settings(settings, progress$update))$fit)
  fit <- fit_object(result, gathered, settings, NULL, call)
  if (isTRUE(asked$keep.moments)) fit$moments <- kept_moments(gathered, asked)
  warn_gap(fit, settings)
  if (!is.null(asked$checkpoint)) unlink(asked$checkpoint) # done: the next call starts anew
  fit
}

# How many rows a second, and of how many, where that is known.
rows_progress <- function(wanted, n) {
  if (!wanted) return(list(update = function(place) NULL, done = function() NULL))
  bar <- cli::cli_progress_bar("Reading rows", total = n, type = if (is.na(n)) "custom" else "iterator", .auto_close = FALSE,
                               format = "{cli::pb_spin} Reading rows, one pass: {cli::pb_current} {cli::pb_bar} {cli::pb_rate}")
  list(update = function(place) cli::cli_progress_update(set = place, id = bar), done = function() cli::cli_progress_done(id = bar))
}

# ---- blocks as numbers -----------------------------------------------------------

number_blocks <- function(block) {
  if (is_native(block) && block$clean) return(block)
  block <- native_in_r(block)
  if (is.data.frame(block)) {
    abort_input(
      "The source hands out data frames.",
      "Use the formula call, sgdlasso(y ~ ., data = rows), or name the response by `y` where the source is made."
    )
  }
  if (is.null(block$y)) abort_block(block)
  x <- check_x(block$x)
  response <- check_response(block$y, nrow(x), "gaussian", block_weights(block$weights, nrow(x)))
  list(x = x, y = response$y, weights = response$weights, offset = check_offset(block$offset, nrow(x)))
}

# A block may hold nothing but rows of weight 0.
block_weights <- function(weights, n) if (is.null(weights) || all(weights %in% 0)) weights else check_weights(weights, n)
