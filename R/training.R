# Training on a row source: what it knows while its passes go on, and what a pass does with each block. One pass that
# gathers moments is in stream.R, as many passes as it takes in passes.R.

# key: what a checkpoint depends on besides the call, the source and the settings. make_core(training): how rows become
# models, a list of start(sparse), called before the first rows; take(numbers, places), of the rows at these places of
# the source; save() and restore(state), for checkpoints; fit(), from what is known so far. And for sources in shards
# (rows_on.R): shard, what makes a core of a shard's own (shard_cores); by_place, whether that asks how many rows come
# before; at_hand(), what the pass at hand is for, its phase, and the first and the last of its lambdas, of how many;
# broadcast(), the state that shards begin in; end_part(), of such a core, whether it takes its rows once more;
# parts(), list(add(state), done()), which adds what they were told, in their order.
new_training <- function(source, design, settings, call, key, make_core) {
  training <- list2env(list(
    source = source, design = design, settings = settings, call = call,
    key = list(deparse(call), source$label, key, settings_key(settings)),
    rows = new_row_facts(),
    started = FALSE, # the core
    pass = 1, place = 0, taken = 0, # rows of the pass at hand that were read, and those of them that count
    skip = 0, # rows that a stopped call had read before
    saved = proc.time()[["elapsed"]] # when a checkpoint was last written
  ))
  training$core <- make_core(training)
  training
}

# What training depends on, by value: variables of a call may have changed.
settings_key <- function(settings) {
  settings$solver[c("why", "source")] <- NULL
  settings <- settings[setdiff(names(settings), c("progress", "threads", "checkpoint", "seed"))]
  lapply(settings, function(value) if (is.null(value)) NA else unclass(value))
}

# ---- one pass --------------------------------------------------------------------

run_pass <- function(training) {
  training$place <- training$taken <- 0
  if (is_sharded(training$source)) {
    run_pass_on_shards(training)
  } else {
    read_pass(training)
    check_taken(training)
  }
  training$skip <- 0
}

check_taken <- function(training) {
  if (training$taken > 0 || training$skip > 0) return(invisible())
  abort_input("The row source has no row of positive weight.", "It needs at least one.")
}

# By the passes so far.
check_classes_seen <- function(training) {
  both <- training$rows$both
  if (training$settings$family == "binomial" && !all(both)) {
    check_both_classes(as.numeric(both[2]), training$rows$classnames)
  }
}

read_pass <- function(training) {
  settings <- training$settings
  progress <- rows_progress(settings$progress, training$source$n, training$pass)
  on.exit(progress$done())
  for_each_row_block(training$source, function(block) {
    count <- block_rows(block)
    if (skip_block(training, block, count)) return()
    add_block(training, in_rows(training$place, count, training$design$blocks(block)))
    progress$update(training$place)
    write_checkpoint(training)
  }, native = TRUE)
  if (training$place < training$skip) abort_skipped(settings$checkpoint)
}

# numbers: list(x, y, weights, offset) or a native block, and where rows were left out `at`, the places of those kept,
# and `total`, how many there were.
add_block <- function(training, numbers) {
  total <- numbers$total %||% numbers_rows(numbers)
  places <- training$place + (numbers$at %||% seq_len(total))
  training$rows <- with_columns(training$rows, numbers)
  if (!training$started) {
    training$core$start(is_sparse(numbers))
    training$started <- TRUE
  }
  kept <- if (is_native(numbers)) numbers else drop_zero_weights(numbers$x, numbers, numbers$offset)
  training$taken <- training$taken + numbers_rows(kept)
  if (numbers_rows(kept) > 0) {
    rows <- training$rows
    if (training$pass == 1) rows <- with_rows(rows, kept, numbers$classnames, training$settings$family)
    training$core$take(kept, places[kept_rows(numbers)])
    training$rows <- rows # now that they were learned from: a call may be stopped before
  }
  training$place <- training$place + total
}

# Native blocks that training meets have no weight of 0.
kept_rows <- function(numbers) if (is_native(numbers) || is.null(numbers$weights)) TRUE else numbers$weights > 0

# Errors of a block, with the place of its rows in the source.
in_rows <- function(place, count, code) {
  tryCatch(code, sgdlasso_error_input = function(e) {
    from <- format(place + 1, big.mark = ",")
    to <- format(place + count, big.mark = ",")
    abort_class("sgdlasso_error_input", paste0("In rows ", from, " to ", to, " of the source: ", conditionMessage(e)))
  })
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

# ---- what is known of the rows ---------------------------------------------------

# `first`: the fingerprint of the first block; `both`: whether each class of a binomial response was seen.
row_fields <- c("names", "labels", "width", "used", "weight", "loglik", "offset", "classnames", "both", "first")

new_row_facts <- function() list(used = 0, weight = 0, loglik = 0, offset = FALSE, both = c(FALSE, FALSE))

# Every field, NULL where it is not known.
all_row_facts <- function(rows) stats::setNames(lapply(row_fields, function(field) rows[[field]]), row_fields)

# What fit_object() asks for.
told_of_rows <- function(rows) {
  all_row_facts(rows)[c("names", "labels", "width", "used", "weight", "loglik", "offset")]
}

# All blocks have the columns of the first.
with_columns <- function(rows, numbers) {
  labels <- numbers_labels(numbers)
  width <- numbers_width(numbers)
  if (is.null(rows$width)) {
    rows$width <- width
    rows$labels <- labels
    rows$names <- if (are_unique_names(labels)) labels
  }
  rows$first <- rows$first %||% fingerprint(numbers)
  if (width == rows$width && identical(labels, rows$labels)) return(rows)
  abort_input(
    "A block has the columns {first_words(labels)}, {width} in all, the first had {rows$width}.",
    "All blocks must have the same."
  )
}

with_rows <- function(rows, numbers, classnames, family) {
  n <- numbers_rows(numbers)
  weights <- numbers_weights(numbers)
  rows$used <- rows$used + n
  rows$weight <- rows$weight + if (is.null(weights)) n else sum(weights)
  y <- if (family != "gaussian") numbers_response(numbers)
  rows$loglik <- rows$loglik + saturated_loglik(y, weights, family)
  rows$offset <- rows$offset || numbers_shifted(numbers)
  if (family == "binomial") with_classes(rows, y, classnames) else rows
}

with_classes <- function(rows, y, classnames) {
  rows$both <- rows$both | c(any(y < 1), any(y > 0))
  if (!is.null(rows$classnames) && !identical(rows$classnames, classnames)) {
    abort_input(
      "A block has the classes {first_words(classnames)}, the first had {first_words(rows$classnames)}.",
      "All must have the same."
    )
  }
  rows$classnames <- classnames
  rows
}
