# What a pass over a row source knows so far: written to a file at intervals, and kept where a pass is stopped.

# ---- a file ------------------------------------------------------------------------

# Goes on with the training of a call that was stopped; nothing happens where there is no such file.
resume_checkpoint <- function(training) {
  path <- training$settings$checkpoint
  if (is.null(path) || !file.exists(path)) return(invisible())
  state <- read_state(path)
  if (!identical(state$levels$key, training$design$levels$key)) abort_checkpoint(path, "was left by another call")
  if (is.null(state$facts)) return(invisible()) # left before training, by the pass that finds levels
  if (!identical(state$key, training$key) || !identical(state$facts$seed, training$settings$seed)) {
    abort_checkpoint(path, "was left by another call")
  }
  if (!is_place(state$facts)) abort_checkpoint(path, "is damaged: what it tells of its rows does not agree")
  training$rows <- state$facts[row_fields]
  training$pass <- state$facts$number
  training$skip <- state$facts$place
  training$started <- TRUE
  tryCatch(training$core$restore(state$state), error = function(e) {
    abort_checkpoint(path, paste("cannot be taken up:", sub("[.]$", "", conditionMessage(e))))
  })
}

read_state <- function(path) {
  file <- row_file(r_row_file_open(path.expand(path)), path)
  on.exit(r_row_file_close(file$reader))
  state <- header_of(file, path)
  trains <- is.list(state) && is.list(state$facts) && !is.null(state$key)
  finds_levels <- is.list(state) && is.null(state$facts) && is.list(state$levels)
  if (!trains && !finds_levels) abort_checkpoint(path, "is no checkpoint")
  state
}

# Whether these are what write_checkpoint() tells of rows, of a training that has begun.
is_place <- function(facts) {
  count <- function(value) is_number(value) && value >= 0 && is.finite(value)
  all(c(row_fields, "place", "number") %in% names(facts)) && is_number(facts$width) && facts$width >= 1 &&
    facts$width == round(facts$width) &&
    is_row_facts(utils::modifyList(facts, list(used = 1)), facts$width) && count(facts$used) && count(facts$weight) &&
    (is.null(facts$classnames) || (is.character(facts$classnames) && length(facts$classnames) == 2)) &&
    is.logical(facts$both) && length(facts$both) == 2 && !anyNA(facts$both) && count(facts$place) &&
    count(facts$number) && is.list(facts$first)
}

abort_checkpoint <- function(path, why) {
  abort_input("`checkpoint` is {path}, which {why}.", "Remove it, or give another name.")
}

# The seed of the call that left the file: one that drew it goes on with its folds.
checkpoint_seed <- function(settings) {
  path <- settings$checkpoint
  if (!is.null(path) && file.exists(path)) read_state(path)$facts$seed
}

# Whether this block was read before training was stopped. The first one must be what it was.
skip_block <- function(training, block, count) {
  if (training$place >= training$skip) return(FALSE)
  same <- training$place + count <= training$skip &&
    (training$place > 0 || identical(fingerprint(training$design$blocks(block)), training$rows$first))
  if (!same) abort_skipped(training$settings$checkpoint)
  training$place <- training$place + count
  TRUE
}

abort_skipped <- function(path) {
  abort_checkpoint(path, "was left by a pass over other rows, or over blocks of another size")
}

# By which a block is known again.
fingerprint <- function(numbers) {
  numbers <- native_in_r(numbers)
  list(dim(numbers$x), Matrix::colSums(numbers$x), sum(numbers$y), sum(numbers$weights), sum(numbers$offset))
}

# Often enough that little is lost, seldom enough to cost nothing.
write_checkpoint <- function(training, now = FALSE) {
  path <- training$settings$checkpoint
  if (is.null(path) || !training$started) return(invisible())
  elapsed <- proc.time()[["elapsed"]]
  if (!now && elapsed - training$saved < checkpoint_seconds()) return(invisible())
  training$saved <- elapsed
  facts <- c(
    all_row_facts(training$rows),
    list(place = training$place, number = training$pass, seed = training$settings$seed)
  )
  state <- list(
    key = training$key, levels = training$design$levels, facts = facts, state = training$core$save()
  )
  try_save(state, path)
}

checkpoint_seconds <- function() getOption("sgdlasso.checkpoint.seconds", 30)

try_save <- function(state, path) {
  tryCatch(save_state(state, path), sgdlasso_error_input = function(e) {
    warn_class("sgdlasso_warning_checkpoint", paste(
      "The state could not be saved, and training goes on.", conditionMessage(e)
    ))
  })
}

# Under another name first, so that a file of that name is always whole.
save_state <- function(state, path) {
  unfinished <- tempfile(paste0(basename(path), "-"), dirname(path))
  on.exit(unlink(unfinished))
  writer <- row_file(r_row_file_create(path.expand(unfinished), serialize(state, NULL, version = 2)), path)
  on.exit(r_row_file_drop(writer), add = TRUE, after = FALSE)
  row_file(r_row_file_finish(writer), path)
  if (!file.rename(unfinished, path)) {
    abort_input("`checkpoint` is {path}, which cannot be replaced.", "Give another name.")
  }
}

check_checkpoint <- function(checkpoint) {
  if (is.null(checkpoint)) return(NULL)
  if (!is.character(checkpoint) || length(checkpoint) != 1 || is.na(checkpoint) || !nzchar(checkpoint)) {
    abort_input("`checkpoint` is {describe(checkpoint)}.", "It must be the name of a file.")
  }
  if (!dir.exists(dirname(checkpoint))) {
    abort_input("`checkpoint` is {checkpoint}, in a folder that does not exist.", "Make the folder first.")
  }
  checkpoint
}

# ---- stopped by hand -----------------------------------------------------------------

interrupted <- new.env()

#' The fit of a call that was stopped
#'
#' A call on a [row source][as_rows] that is interrupted, or that an error stops, leaves what it has gathered. This
#' makes the fit of it. From moments: certified, but to the rows that had been read. From several passes: the models as
#' the last whole pass certified them, with `gap` as it was then; before the first certificate those of stochastic
#' gradient descent, with `gap = NA`.
#'
#' @return A fit by [sgdlasso()], of the last call that did not come to its end; `nobs()` tells how many rows it had
#' read.
#' @section Errors: Where no call was stopped, or before its first block, or before anything was learned of a lambda:
#'   class `sgdlasso_error_input`.
#' @seealso `checkpoint` of [sgdlasso()], to go on instead.
#' @examples
#' slow <- local({
#'   blocks <- 0
#'   function(reset) {
#'     blocks <<- blocks + 1
#'     if (blocks > 3) stop("the line went dead")
#'     if (!reset) murder_rates
#'   }
#' })
#' try(sgdlasso(as_rows(slow, rewindable = FALSE), lambda = 1))
#' @export
interrupted_fit <- function() {
  if (is.null(interrupted$fit)) {
    abort_input("There is no fit: no call on a row source was stopped after its first block.")
  }
  fit <- interrupted$fit()
  if (is.null(fit)) abort_input("There is no fit: the call was stopped before it had learned anything of a lambda.")
  fit[names(interrupted$kept)] <- interrupted$kept
  fit
}

# Where code that trains is stopped, what it had learned is kept for interrupted_fit().
unless_stopped <- function(training, code) {
  ended <- FALSE
  on.exit(if (!ended) remember_stopped(training))
  force(code)
  ended <- TRUE
  invisible()
}

remember_stopped <- function(training) {
  if (!training$started || training$rows$used == 0 || is.null(training$call)) return(invisible())
  interrupted$fit <- training$core$fit
  interrupted$kept <- training$design$kept
}
