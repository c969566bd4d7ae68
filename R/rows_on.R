#' Rows on several machines
#'
#' A row source whose rows lie in parts, called shards, on the workers of a cluster. Every call on a
#' [row source][as_rows] takes it: each worker reads its own shards, what its rows sum to goes to the session that made
#' the call, and no row does. The fit is that of all rows in one place, and certified as there.
#'
#' @section What travels:
#' Gaussian models of up to 5,000 columns take one round: each shard sends its moments, which are added in the order of
#' the shards. Other models take a round for each pass: the session sends the state of training to all shards, each
#' sends back what its rows sum to, and the session moves the models. Stochastic gradient descent, with which they
#' begin, makes all of its epochs on each shard apart, and the models are averaged, weighted by rows (Zinkevich and
#' others, 2010). Cross-validation counts the rows of each shard first, in a round of its own. A formula sends a first
#' block to the session, and of factors a row for each level. `fit$rounds` tells what was sent and how long it took.
#'
#' Functions and variables that a formula names go to the workers as they are in the session, without what they call
#' themselves: such functions must need base R and attached packages only.
#'
#' @section Bits:
#' Results depend on the shards and on their order, and not on the number of workers, on which of them reads a shard, or
#' on which of them fail.
#'
#' @section Workers that fail:
#' A worker that is gone, or that has not done its shard after `timeout` seconds, is lost: another one opens the shard
#' and takes the pass of that shard again. A shard that a worker cannot open is opened by another. Where none is left,
#' or three were lost over one shard, the call ends with an error that names the shard and tells what the worker said
#' last; [interrupted_fit()] has the models of the last whole pass, and `checkpoint` of [sgdlasso()] goes on from there.
#' A lost worker is asked again once it is back (`mirai::launch_local()` and `mirai::launch_remote()` start a daemon
#' anew). An interrupt stops the daemons of mirai; nodes of package parallel end what they are doing first. A node that
#' did not answer in time still does, some day: make a new cluster before you use it for something else.
#'
#' @section Secrets:
#' Nothing here opens a connection: who may reach the workers, and whether what travels is encrypted, is up to how the
#' cluster was made. Daemons that are started here listen on this machine only. Workers of other machines that are
#' reached without encryption are refused, unless `insecure = TRUE` says that this is meant: whoever can read or change
#' what travels has the models, and the workers run what reaches them. Profiles of mirai are encrypted where their URL
#' begins with `tls+tcp://` or `wss://` (this certifies the host to the daemons, not the daemons to the host), nodes of
#' package parallel never are. Ranks of MPI are what their network is; they are not looked at. Shards are functions,
#' which are sent to the workers and kept in the source: passwords should be read where a shard is opened, from the
#' environment for example.
#'
#' @param cluster A number: so many local daemons of package mirai, started when a call needs them and stopped when it
#'   ends. A vector of names of mirai's compute profiles, each with one daemon (`mirai::daemons(1, .compute = name)`):
#'   a shard then stays with its worker. Or a cluster made by package parallel, which must be idle.
#'   Sockets hold small messages back unless they are told not to, by `options(socketOptions = "no-delay")` in the
#'   session and `rscript_args = c("-e", shQuote("options(socketOptions = 'no-delay')"))` for its nodes.
#' @param shards A list of functions without arguments, each of which makes a row source that can be read again and
#'   again, where it is called. Or names of csv files, as the workers know them; `...` then goes to [rows_csv()].
#' @param timeout Seconds that a worker may take for a task, one pass over one shard at most. Default an hour. Of
#'   clusters of package parallel it is kept where they speak by sockets or MPI.
#' @param insecure Whether workers on other machines may be reached without encryption, or by one that cannot be seen
#'   from here, such as a tunnel. Default `FALSE`.
#' @param ... For files, arguments of [rows_csv()].
#' @return A [row source][as_rows].
#' @section Errors: What is no cluster, no list of shards or no timeout, and shards that do not agree with each other:
#'   class `sgdlasso_error_input`. Workers that are reached without encryption: class `sgdlasso_error_input`. A worker
#'   with another version of R or of this package, and a shard that no worker can open: class `sgdlasso_error_cluster`,
#'   with fields `shard` and `worker`. What is wrong in a shard has the class that it would have in one place, and names
#'   shard and worker.
#' @references
#' Zinkevich, M. A., Weimer, M., Smola, A. and Li, L. (2010). Parallelized stochastic gradient descent. *Advances in
#' Neural Information Processing Systems* 23.
#'
#' Chan, T. F., Golub, G. H. and LeVeque, R. J. (1983). Algorithms for computing the sample variance. *The American
#' Statistician* 37, 242-247. \doi{10.1080/00031305.1983.10483115}
#' @seealso [combine_fits()], which needs no cluster where fits have moments.
#' @examplesIf requireNamespace("mirai", quietly = TRUE)
#' halves <- list(murder_rates[1:12, ], murder_rates[13:20, ])
#' shards <- lapply(halves, function(half) {
#'   force(half)
#'   function() as_rows(half)
#' })
#' fit <- sgdlasso(murder_rate ~ ., data = rows_on(2, shards)) # on two local daemons
#' fit$rounds
#' @export
rows_on <- function(cluster, shards, timeout = 3600, insecure = FALSE, ...) {
  shards <- check_shards(shards, ...)
  timeout <- check_number(timeout, "timeout", least = 0.1, most = 1e7)
  insecure <- check_flag(insecure, "insecure")
  cluster <- check_cluster(cluster)
  if (!insecure) check_secure(cluster)
  pool <- new_pool(cluster, timeout)
  pool$home <- (seq_along(shards$make) - 1L) %% length(pool$names) + 1L
  pool$told <- logical(length(shards$make))
  source <- new_source(NULL, TRUE, shards$label)
  source$pool <- pool
  source$shards <- shards$make
  source$id <- unique_id()
  source$open <- function() pass_over_shards(source)
  class(source) <- c("sgdlasso_rows_on", class(source))
  source
}

is_sharded <- function(source) inherits(source, "sgdlasso_rows_on")

check_shards <- function(shards, ...) {
  if (is.character(shards) && length(shards) > 0 && !anyNA(shards)) {
    return(list(make = lapply(shards, csv_shard, list(...)), label = files_label(shards)))
  }
  right <- is.list(shards) && length(shards) > 0 && all(vapply(shards, is.function, NA))
  if (!right) {
    abort_input(
      "`shards` is {describe(shards)}.",
      "It must be a list of functions, each of which makes a row source, or names of csv files."
    )
  }
  check_dots_empty(..., known = c("cluster", "shards", "timeout", "insecure"))
  list(make = unname(shards), label = pluralized("{length(shards)} shard{?s}"))
}

csv_shard <- function(file, options) {
  force(file)
  force(options)
  function() do.call(rows_csv, c(list(file), options))
}

unique_id <- function() paste(Sys.getpid(), format(Sys.time(), "%H%M%OS6"), basename(tempfile("")), sep = "-")

# ---- rows one after another, for those who ask for blocks -------------------------------

# Asked block by block, so that another worker can go on where one is lost.
pass_over_shards <- function(source) {
  hold_workers(source$pool)
  at <- 1
  number <- 0
  read <- function() {
    while (at <= length(source$shards)) {
      number <<- number + 1
      block <- on_shards(source, "block", list(), function(k) list(number = number), at)[[1]]
      if (!is.null(block)) return(block)
      at <<- at + 1
      number <<- 0
    }
  }
  list(read = read, close = function() release_workers(source$pool))
}

# As peek() of other sources: workers are there until it is closed.
peek_shards <- function(source) {
  hold_workers(source$pool)
  source$pool$log <- NULL
  whole <- FALSE
  on.exit(if (!whole) release_workers(source$pool))
  first <- NULL
  for (k in seq_along(source$shards)) {
    found <- on_shards(source, "first", shards = k)[[1]]
    source[names(found$facts)] <- found$facts
    first <- found$block
    if (!is.null(first)) break
  }
  source$sparse <- !is.data.frame(first) && !is.null(first) && is_sparse(first)
  whole <- TRUE
  list(source = source, first = first, close = function() release_workers(source$pool))
}

# ---- a pass ---------------------------------------------------------------------------

# Workers make their part of what a pass sums; nothing is added before all are there.
run_pass_on_shards <- function(training) {
  if (training$skip > 0) { # a checkpoint is left by whole passes
    training$place <- training$skip
    return(invisible())
  }
  rows <- training$rows
  firsts <- rows$first
  rows["first"] <- list(NULL)
  progress <- shards_progress(training$settings$progress, training)
  on.exit(progress$done())
  shard <- training$core$shard
  shard$settings$progress <- FALSE
  shard$settings["checkpoint"] <- list(NULL)
  before <- if (training$pass == 1 && training$core$by_place) rows_before(training$source) else NULL
  job <- list(
    pass = training$pass, rows = rows, recipe = training$design$recipe, core = shard,
    state = if (training$started) training$core$broadcast(),
    sparse = isTRUE(training$source$sparse)
  )
  own <- function(k) list(first = firsts[[k]], before = before[k])
  told <- told_by_shards(training)
  sums <- training$core$parts()
  each <- function(part) {
    told$add(part)
    progress$add(part$place)
    if (!is.null(part$state)) sums$add(part$state)
  }
  phase <- training$core$at_hand()$phase
  on_shards(training$source, "pass", job, own, each = each, tell = progress$update, phase = phase)
  told$done()
  check_taken(training)
  if (!training$started) training$core$start(job$sparse)
  training$started <- TRUE
  sums$done()
}

# What training knows of its rows, from what one shard after the other tells of its own.
told_by_shards <- function(training) {
  rows <- training$rows
  place <- taken <- 0
  firsts <- list()
  list(
    add = function(part) {
      place <<- place + part$place
      taken <<- taken + part$taken
      firsts[[length(firsts) + 1]] <<- part$first %||% list()
      if (training$pass == 1) rows <<- with_shard(rows, part$rows, length(firsts))
    },
    done = function() {
      training$place <- place
      training$taken <- taken
      if (training$pass == 1) rows$first <- firsts
      training$rows <- rows
    }
  )
}

with_shard <- function(rows, more, k) {
  if (is.null(more$width)) return(rows) # no rows
  known <- c("width", "labels", "names")
  if (is.null(rows$width)) rows[known] <- more[known]
  if (is.null(rows$classnames)) rows["classnames"] <- more["classnames"]
  differ <- function(part) !identical(rows[[part]], more[[part]])
  if (differ("width") || differ("labels")) {
    abort_input(
      "Shard {k} has the columns {first_words(more$labels)}, {more$width} in all, the first had {rows$width}.",
      "All shards must have the same."
    )
  }
  if (differ("classnames") && more$used > 0 && !is.null(more$classnames)) {
    abort_input(
      "Shard {k} has the classes {first_words(more$classnames)}, the first had {first_words(rows$classnames)}.",
      "All must have the same."
    )
  }
  for (count in c("used", "weight", "loglik")) rows[[count]] <- rows[[count]] + more[[count]]
  rows$offset <- rows$offset || more$offset
  rows$both <- rows$both | more$both
  rows
}

# Of each shard, how many rows come before it.
rows_before <- function(source) {
  counts <- vapply(on_shards(source, "count"), identity, 0)
  cumsum(c(0, counts))[seq_along(counts)]
}

# Which pass it is, what for and for which lambdas; how many shards are read, how many rows a second all workers read
# together, and how many workers there are.
shards_progress <- function(wanted, training) {
  if (!wanted) return(list(add = function(rows) NULL, update = function(done, workers) NULL, done = function() NULL))
  workers <- speed <- NULL
  rows <- 0
  begun <- proc.time()[["elapsed"]]
  format <- paste0(
    "{cli::pb_spin} ", words_of_pass(training), ": {cli::pb_current} of {cli::pb_total} shards, ",
    "{speed} rows/s, {workers} worker{?s}"
  )
  bar <- cli::cli_progress_bar(total = length(training$source$shards), format = format, .auto_close = FALSE)
  list(
    add = function(more) rows <<- rows + more,
    update = function(done, alive) {
      workers <<- alive
      speed <<- rows_a_second(rows, proc.time()[["elapsed"]] - begun)
      cli::cli_progress_update(set = done, id = bar)
    },
    done = function() cli::cli_progress_done(id = bar)
  )
}

words_of_pass <- function(training) {
  now <- training$core$at_hand()
  lambdas <- if (now$last >= now$first) sprintf(", lambdas %.0f-%.0f of %.0f", now$first, now$last, now$all)
  paste0("Pass ", training$pass, " (", now$phase, lambdas, ")")
}

rows_a_second <- function(rows, seconds) {
  format(signif(rows / max(seconds, 1e-3), 2), big.mark = ",", scientific = FALSE, trim = TRUE)
}

# ---- levels ----------------------------------------------------------------------------

# As find_levels() of other sources: the rows that tell the levels of each shard tell those of all.
levels_on_shards <- function(found, matched, source, variables, envir) {
  job <- c(portable_call(matched, envir), list(variables = variables))
  parts <- on_shards(source, "levels", job)
  matched[c("subset", "weights", "offset")] <- NULL # these rows have been chosen
  for (part in parts) {
    if (!is.null(part$rows)) found <- note_levels(found, matched, part$rows, variables, envir)
    found$place <- found$place + part$place
  }
  found$first <- parts[[1]]$first %||% list()
  found
}
