# What a pass over a row source knows so far: written to a file at intervals, and kept where a pass is stopped.

# ---- a file ------------------------------------------------------------------------

# The pass of a call that was stopped, taken up again; or nothing where there is no such file.
take_up <- function(pass, settings) {
  path <- settings$checkpoint
  if (is.null(path) || !file.exists(path)) return(invisible())
  state <- read_state(path)
  if (!identical(state$levels$key, pass$levels$key)) abort_checkpoint(path, "was left by another call")
  if (is.null(state$facts)) return(invisible()) # left before training, by the pass that finds levels
  if (!identical(state$key, pass$key) || !identical(state$facts$seed, pass$seed)) {
    abort_checkpoint(path, "was left by another call")
  }
  if (!is_place(state$facts)) abort_checkpoint(path, "is damaged: what it tells of its rows does not agree")
  list2env(state$facts[pass_facts], pass)
  pass$started <- TRUE
  tryCatch(pass$restore(state$state), error = function(e) {
    abort_checkpoint(path, paste("cannot be taken up:", sub("[.]$", "", conditionMessage(e))))
  })
  pass$checkpoint <- path
  pass$skip <- state$facts$place
  pass$place <- 0
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

# Whether these are `pass_facts` of a pass that has begun.
is_place <- function(facts) {
  count <- function(value) is_number(value) && value >= 0 && is.finite(value)
  all(pass_facts %in% names(facts)) && is_number(facts$width) && facts$width >= 1 &&
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

# Whether this block was read before the pass was stopped. The first one must be what it was.
skip_block <- function(pass, block, count, design) {
  if (pass$place >= pass$skip) return(FALSE)
  same <- pass$place + count <= pass$skip &&
    (pass$place > 0 || identical(block_print(design$blocks(block)), pass$first))
  if (!same) abort_skipped(pass)
  pass$place <- pass$place + count
  TRUE
}

abort_skipped <- function(pass) {
  abort_checkpoint(pass$checkpoint, "was left by a pass over other rows, or over blocks of another size")
}

# By which a block is known again.
block_print <- function(numbers) {
  numbers <- native_in_r(numbers)
  list(dim(numbers$x), Matrix::colSums(numbers$x), sum(numbers$y), sum(numbers$weights), sum(numbers$offset))
}

# Often enough that little is lost, seldom enough to cost nothing.
write_checkpoint <- function(pass, settings, now = FALSE) {
  path <- settings$checkpoint
  if (is.null(path) || !pass$started) return(invisible())
  elapsed <- proc.time()[["elapsed"]]
  if (!now && elapsed - pass$written < checkpoint_seconds()) return(invisible())
  pass$written <- elapsed
  facts <- mget(pass_facts, pass, ifnotfound = list(NULL))
  try_save(list(key = pass$key, levels = pass$levels, facts = facts, state = pass$save()), path)
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

remember_stopped <- function(pass) {
  if (!pass$started || pass$used == 0 || is.null(pass$call)) return(invisible())
  interrupted$fit <- pass$fit
  interrupted$kept <- pass$kept
}
