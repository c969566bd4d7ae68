# The pass over a row source that finds the levels of variables, as the in-memory call on the same rows has them: a
# level that occurs only in rows that are dropped is none, and their order is that of the variable itself.

# A row for each level: evaluated on these rows alone, every variable has its levels, and in the order that it has on
# all rows, be it declared or found by factor(). `rows`: these, as rbind() puts them together; `seen`: levels by
# variable; `place`: rows read; `first`: by which the first block is known; `key`: the call.
find_levels <- function(matched, source, variables, settings, envir, call) {
  key <- list(deparse(call), source$label, variables)
  found <- taken_up_levels(settings, list(key = key, place = 0, seen = list(), whole = FALSE))
  if (found$whole) return(found)
  if (!source$rewindable) {
    abort_input(
      "`data` can be read once, and a pass must find the levels of {first_words(variables)}.",
      "Give them as `xlev`."
    )
  }
  found <- if (is_sharded(source)) {
    levels_on_shards(found, matched, source, variables, envir)
  } else {
    levels_of_blocks(found, matched, source, variables, settings, envir)
  }
  for (name in variables) check_level_count(length(found$seen[[name]]), found$place, name)
  found$whole <- TRUE
  save_levels(found, settings, -Inf)
  found
}

levels_of_blocks <- function(found, matched, source, variables, settings, envir) {
  place <- 0
  written <- proc.time()[["elapsed"]]
  for_each_row_block(source, function(block) {
    before <- place
    place <<- place + block_rows(block)
    if (skipped_levels(found, block, before, place, settings)) return()
    found <<- in_rows(before, place - before, note_levels(found, matched, block, variables, envir))
    found$first <<- found$first %||% frame_print(block)
    found$place <<- place
    written <<- save_levels(found, settings, written)
  })
  found
}

note_levels <- function(found, matched, block, variables, envir) {
  if (!is.data.frame(block)) {
    abort_input("A block is {describe(block)}, the first was a data frame.", "All blocks must be alike.")
  }
  frame <- block_frame(matched, block, envir)
  place <- as.integer(row.names(frame))
  wanted <- integer()
  for (name in variables) {
    new <- new_levels(frame[[name]], found$seen[[name]])
    found$seen[[name]] <- c(found$seen[[name]], new$levels)
    wanted <- c(wanted, place[new$at])
  }
  base <- intersect(all.vars(attr(matched$formula, "variables")), names(block))
  block <- plain_variables(as.data.frame(block)[base], base, needed_variables(matched$formula))
  declared <- !identical(lapply(block, levels), lapply(found$rows, levels))
  # Where levels are declared rows of none say so too
  if (length(wanted) || declared) {
    found$rows <- rbind(found$rows, block[unique(wanted), , drop = FALSE], make.row.names = FALSE)
  }
  found
}

# Levels of value that are not among those seen, and where each occurs first. A level may be NA, as addNA() makes it.
new_levels <- function(value, seen) {
  if (!is.factor(value)) value <- as.character(value)
  at <- which(!duplicated(value) & !is.na(value))
  levels <- if (is.factor(value)) levels(value)[as.integer(value)[at]] else value[at]
  new <- !levels %in% seen
  list(levels = levels[new], at = at[new])
}

# The rows as a model frame with the levels that occur in it. Contrasts that a factor brings are on every block, but
# rbind() drops them.
frame_of_levels <- function(terms, found, first) {
  rows <- found$rows
  if (nrow(rows) == 0) abort_input("`data` has no row without missing values.", "It needs at least one.")
  for (name in intersect(names(rows), names(first))) {
    if (identical(levels(rows[[name]]), levels(first[[name]]))) {
      attr(rows[[name]], "contrasts") <- attr(first[[name]], "contrasts")
    }
  }
  frame <- or_input_error(
    plain_frame(stats::model.frame(terms, rows, na.action = stats::na.pass, drop.unused.levels = TRUE)),
    "The levels of the formula cannot be found"
  )
  classes <- attr(terms, "dataClasses") # of weights and offset too
  own <- attr(attr(frame, "terms"), "dataClasses")
  attr(attr(frame, "terms"), "dataClasses") <- replace(classes, names(own), own)
  frame
}

# ---- in a checkpoint ---------------------------------------------------------------

taken_up_levels <- function(settings, new) {
  path <- settings$checkpoint
  if (is.null(path) || !file.exists(path)) return(new)
  found <- read_state(path)$levels
  if (!identical(found$key, new$key)) abort_checkpoint(path, "was left by another call")
  if (!is_found(found)) abort_checkpoint(path, "is damaged: what it tells of levels does not agree")
  found
}

# Whether these are what note_levels() makes.
is_found <- function(found) {
  rows <- found$rows
  whole_rows <- is.list(rows) && inherits(rows, "data.frame") && all(lengths(rows) == nrow(rows))
  (isTRUE(found$whole) || isFALSE(found$whole)) && is_number(found$place) && found$place >= 0 && is.list(found$seen) &&
    all(vapply(found$seen, is.character, NA)) && (whole_rows || (is.null(rows) && !found$whole)) &&
    is.list(found$first %||% list())
}

skipped_levels <- function(found, block, from, to, settings) {
  if (from >= found$place) return(FALSE)
  same <- to <= found$place && (from > 0 || identical(frame_print(block), found$first))
  if (!same) abort_skipped(settings)
  TRUE
}

# By which a block is known again.
frame_print <- function(block) list(dim(block), lapply(block, function(column) as.character(utils::head(column))))

# Returns when it was last written.
save_levels <- function(found, settings, written) {
  elapsed <- proc.time()[["elapsed"]]
  if (is.null(settings$checkpoint) || elapsed - written < checkpoint_seconds()) return(written)
  try_save(list(levels = found), settings$checkpoint)
  elapsed
}
