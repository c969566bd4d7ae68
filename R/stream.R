# Training on a row source: which passes there are, and what a pass does with each block.

#' @rdname sgdlasso
#' @export
sgdlasso.sgdlasso_rows <- function(x, ...) {
  call <- generic_call(match.call())
  if ("formula" %in% ...names()) return(eval(formula_first(call), parent.frame()))
  settings <- settings_given(...)
  peeked <- peek(x)
  on.exit(peeked$close())
  design <- number_design(peeked$source, settings$family, block_width(peeked$first))
  fit_rows_by(peeked, design, settings, call)
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
  fit_rows_by(peeked, design, settings, generic_call(matched))
}

# design: blocks(block), the block's numbers; width, how many columns they have; intercept; kept, what a later predict()
# needs.
fit_rows_by <- function(peeked, design, settings, call) {
  rows <- peeked$source
  asked <- settings$solver
  settings$intercept <- settings$intercept && !isFALSE(design$intercept)
  settings$solver <- choose_rows_solver(settings, design$width, rows$rewindable)
  fit <- if (identical(settings$solver$method, "moments")) {
    fit_gathered(gather_rows(rows, design, settings, call), settings, call)
  } else {
    if (!is.null(rows$sql)) abort_pushdown("this model needs the rows themselves: moments tell of gaussian ones only")
    fit_few_rows(rows, design, settings, asked, peeked$first, call) %||%
      fit_by_passes(rows, design, settings, call)
  }
  fit[names(design$kept)] <- design$kept
  fit$rounds <- rows$pool$log
  fit
}

# ---- the pass that gathers moments ---------------------------------------------------

# The moments of each fold, and what a fit tells of its rows. fold_of(places): the fold of rows of the source.
gather_rows <- function(source, design, settings, call = NULL, folds = 1, fold_of = function(places) NULL) {
  if (!is.null(source$sql)) return(gather_by_sql(source, design, settings, folds))
  training <- new_training(source, design, settings, call, folds, function(training) {
    moments_core(training, folds, fold_of)
  })
  resume_checkpoint(training)
  unless_stopped(training, run_pass(training))
  write_checkpoint(training, now = TRUE)
  training$core$gathered()
}

# How a training gathers moments; see new_training().
moments_core <- function(training, folds, fold_of) {
  handle <- NULL
  settings <- training$settings
  gathered <- function() c(told_of_rows(training$rows), list(moments = r_take_moments(handle)))
  list(
    start = function(sparse) {
      check_stream_width(training$rows$width)
      handle <<- r_new_moments(training$rows$width, folds)
    },
    take = function(numbers, places) {
      if (is_sparse(numbers)) {
        numbers <- native_in_r(numbers)
        numbers$x <- as.matrix(numbers$x)
      }
      fold <- fold_of(places)
      r_add_moments(handle, numbers, if (!is.null(fold)) fold - 1L, settings$threads)
    },
    save = function() r_take_moments(handle),
    at_hand = function() list(phase = "moments", first = 1, last = 0, all = 0),
    restore = function(state) {
      right <- is.list(state) && length(state) == folds &&
        all(vapply(state, is_moments_or_none, NA, training$rows$width))
      if (!right) abort_input("The moments do not agree with the columns.")
      handle <<- r_restore_moments(state)
    },
    shard = list(name = "moments", settings = settings, folds = folds),
    by_place = folds > 1,
    broadcast = function() NULL,
    end_part = function() FALSE,
    parts = function() {
      sum <- NULL
      list(
        add = function(more) sum <<- if (is.null(sum)) more else Map(sum_of_two, sum, more),
        done = function() if (!is.null(sum)) handle <<- r_restore_moments(sum)
      )
    },
    gathered = gathered,
    fit = function() fit_gathered(gathered(), settings, fit_call(training$call))
  )
}

# A fold may have no rows yet.
sum_of_two <- function(a, b) {
  if (a$weight == 0) return(b)
  if (b$weight == 0) return(a)
  r_sum_moments(list(a, b))
}

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
  by_rows <- row_functions(settings)
  if (length(by_rows)) refuse(sprintf("`%s` is a function", by_rows[1]), "It is called with all rows in memory.")
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
