# What workers do with a shard. A worker keeps the sources that it has opened, of one rows_on() at a time, and the pass
# that hands out blocks. How a shard is made it is told once.

opened <- new.env()

# bytes: of on_shards(). Raw bytes of list(value, warnings) or list(error).
do_task <- function(bytes) {
  warnings <- list()
  answer <- tryCatch(
    withCallingHandlers(
      list(value = do_shard_task(unserialize(bytes))),
      warning = function(w) {
        warnings[[length(warnings) + 1]] <<- plain_condition(w)
        invokeRestart("muffleWarning")
      }
    ),
    error = function(e) list(error = plain_condition(e))
  )
  serialize(c(answer, list(warnings = warnings)), NULL, xdr = FALSE)
}

plain_condition <- function(condition) {
  structure(list(message = conditionMessage(condition), call = NULL), class = class(condition))
}

do_shard_task <- function(task) {
  asked <- unserialize(task$told)
  check_same_version(asked$here)
  source <- opened_shard(task$id, task$k, task$make)
  in_ways_of(asked$session, shard_tasks[[asked$kind]](source, asked$job, task$own, as.character(task$k)))
}

check_same_version <- function(theirs) {
  mine <- this_version()
  differs <- names(mine)[mapply(function(a, b) !identical(a, b), mine, theirs[names(mine)])]
  if (length(differs) == 0) return(invisible())
  abort_class("sgdlasso_error_cluster", sprintf(
    "%s %s is installed there, and the session has %s. Both must have the same.",
    differs[1], mine[[differs[1]]], theirs[[differs[1]]]
  ))
}

opened_shard <- function(id, k, make) {
  if (!identical(opened$id, id)) {
    close_block_pass()
    rm(list = ls(opened), envir = opened)
    opened$id <- id
  }
  name <- paste0("shard-", k)
  if (!is.null(opened[[name]])) return(opened[[name]])
  if (is.null(make)) abort_class("sgdlasso_error_forgotten", "It was opened for another source since.")
  # what is written at a prompt finds our functions where they are attached only
  if (!"package:sgdlasso" %in% search()) attachNamespace("sgdlasso")
  source <- tryCatch(as_rows(make()), error = function(e) {
    abort_class("sgdlasso_error_unopened", paste("It cannot be opened:", as_sentence(conditionMessage(e))))
  })
  if (!source$rewindable) {
    abort_input("It can be read once.", "Shards are read again and again, and again where a worker is lost.")
  }
  opened[[name]] <- source
  source
}

# Each takes the source, what all shards were told, what this one was, and its name.
shard_tasks <- list(
  first = function(source, job, own, name) {
    peeked <- peek(source)
    on.exit(peeked$close())
    told <- intersect(names(source), c("intercept", "kept", "classnames"))
    list(block = native_in_r(peeked$first), facts = unclass(source)[told])
  },
  block = function(source, job, own, name) next_block(source, own$number, name),
  count = function(source, job, own, name) {
    if (!is.na(source$n)) return(as.numeric(source$n))
    rows <- 0
    for_each_row_block(source, function(block) rows <<- rows + block_rows(block), native = TRUE)
    rows
  },
  levels = function(source, job, own, name) {
    new <- list(place = 0, seen = list())
    without_checkpoint <- list()
    found <- levels_of_blocks(new, job$matched, source, job$variables, without_checkpoint, job$envir)
    found[c("rows", "place", "first")]
  },
  pass = function(source, job, own, name) pass_of_shard(source, job, own)
)

# ---- its part of a pass ------------------------------------------------------------------

pass_of_shard <- function(source, job, own) {
  recipe <- job$recipe
  design <- if (is.null(recipe)) number_design(source, job$core$settings$family) else list(blocks = blocks_by(recipe))
  training <- new_training(source, design, job$core$settings, NULL, NULL, function(training) {
    core <- shard_cores[[job$core$name]](training, job$core, own$before)
    start <- core$start
    core$start <- function(sparse) start(job$sparse) # as of all shards
    core
  })
  training$pass <- job$pass
  training$rows <- job$rows
  if (!is.null(job$state)) {
    training$core$restore(job$state)
    training$started <- TRUE
  }
  read_part(training)
  first <- training$rows$first
  if (!is.null(own$first) && length(own$first) && !identical(first, own$first)) {
    abort_input("It hands out other rows than before.", "A shard must hold the same rows wherever it is opened.")
  }
  list(
    rows = training$rows[setdiff(row_fields, "first")], first = first, place = training$place, taken = training$taken,
    state = if (training$started) training$core$save()
  )
}

# As often as its part of the pass takes it.
read_part <- function(training) {
  repeat {
    training$place <- training$taken <- 0
    read_pass(training)
    if (!training$started || !training$core$end_part()) return(invisible())
    training$pass <- training$pass + 1
  }
}

# By the name that a core has for its shards.
shard_cores <- list(
  passes = function(training, asked, before) passes_core(training),
  moments = function(training, asked, before) {
    fold_of <- if (is.null(before)) function(places) NULL else {
      function(places) r_hash_folds(places + before, asked$settings$seed, asked$folds)
    }
    moments_core(training, asked$folds, fold_of)
  }
)

# ---- blocks one by one --------------------------------------------------------------------

# Block `number` of a pass over the shard, from 1; NULL after the last.
next_block <- function(source, number, name) {
  at <- opened$pass
  if (is.null(at) || at$name != name || at$number != number - 1) {
    close_block_pass()
    at <- opened$pass <- list2env(list(name = name, number = 0, pass = source$open()))
    while (at$number < number - 1) {
      at$pass$read()
      at$number <- at$number + 1
    }
  }
  block <- at$pass$read()
  at$number <- number
  if (is.null(block)) close_block_pass()
  block
}

close_block_pass <- function() {
  if (!is.null(opened$pass)) opened$pass$pass$close()
  opened$pass <- NULL
}
