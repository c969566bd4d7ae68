# Rounds: each shard of a source is given a task, and the workers do them. What a task is, is in shard_tasks.R; what
# workers are, in workers.R.

# names, engine(): of check_cluster(). home: of each shard the worker that reads it, and told: whether it knows how to
# open it. lost: of each worker why it is, or NA. log: what was done, a row for each kind of task, of passes for each
# phase. The engine lives as long as somebody holds it.
new_pool <- function(cluster, timeout) {
  list2env(list(
    names = cluster$names, make_engine = cluster$engine, timeout = timeout, engine = NULL, holders = 0,
    lost = rep(NA_character_, length(cluster$names)), home = integer(), told = logical(), log = NULL
  ))
}

hold_workers <- function(pool) {
  if (is.null(pool$engine)) {
    pool$engine <- pool$make_engine()
    pool$lost[] <- NA
    pool$told[] <- FALSE
  }
  pool$holders <- pool$holders + 1
}

release_workers <- function(pool) {
  pool$holders <- max(pool$holders - 1, 0)
  if (pool$holders > 0 || is.null(pool$engine)) return(invisible())
  engine <- pool$engine
  pool$engine <- NULL
  engine$stop(which(is.na(pool$lost)))
}

# What the shards answer, in their order, whoever gives it and when. job: what all are told; own(k): what shard k is;
# each(value): what to keep of an answer, called in the order of the shards; tell(done, workers): called as shards are
# done. phase: what a pass is for.
on_shards <- function(source, kind, job = list(), own = function(k) NULL, shards = seq_along(source$shards),
                      each = identity, tell = function(done, workers) NULL, phase = NA_character_) {
  pool <- source$pool
  hold_workers(pool)
  on.exit(release_workers(pool))
  begun <- proc.time()[["elapsed"]]
  asked <- list(kind = kind, job = job, here = this_version(), session = session_ways())
  told <- serialize(asked, NULL, xdr = FALSE)
  round <- list2env(list(
    source = source, pool = pool, shards = shards, waiting = shards, told = told, own = own, answers = list(),
    doing = rep(NA_integer_, length(pool$names)), since = numeric(length(pool$names)), refused = list(),
    sent = 0, received = 0, lost = 0, losses = integer(length(source$shards))
  ))
  on.exit(drop_tasks(round), add = TRUE, after = FALSE)
  pause <- 0.001
  kept <- list()
  while (length(kept) < length(shards)) {
    revive_workers(pool)
    give_tasks(round)
    if (take_answers(round)) {
      pause <- 0.001
      kept <- c(kept, answers_in_turn(round, length(kept), each))
      tell(length(kept), sum(is.na(pool$lost)))
    } else {
      pool$engine$wait(which(!is.na(round$doing)), pause)
      pause <- min(2 * pause, 0.05)
    }
  }
  log_round(pool, c(kind, phase), round, proc.time()[["elapsed"]] - begun)
  kept
}

# Those that follow the `done` first ones without a gap.
answers_in_turn <- function(round, done, each) {
  turn <- list()
  while (done < length(round$shards)) {
    name <- as.character(round$shards[done + 1])
    answer <- round$answers[[name]]
    if (is.null(answer)) break
    for (condition in answer$warnings) warning(condition)
    turn <- c(turn, list(each(answer$value)))
    round$answers[[name]] <- NULL
    done <- done + 1
  }
  turn
}

# Idle workers take shards that are theirs, then those of workers that are lost or could not open them.
give_tasks <- function(round) {
  pool <- round$pool
  for (w in which(is.na(round$doing) & is.na(pool$lost))) {
    mine <- Filter(function(k) !w %in% round$refused[[as.character(k)]], round$waiting)
    orphans <- vapply(mine, function(k) {
      home <- pool$home[k]
      !is.na(pool$lost[home]) || home %in% round$refused[[as.character(k)]]
    }, NA)
    k <- c(mine[pool$home[mine] == w], mine[orphans])[1]
    if (is.na(k)) next
    if (pool$home[k] != w) pool$told[k] <- FALSE
    pool$home[k] <- w
    round$waiting <- setdiff(round$waiting, k)
    round$doing[w] <- k
    round$since[w] <- proc.time()[["elapsed"]]
    make <- if (!pool$told[k]) round$source$shards[[k]]
    task <- list(told = round$told, id = round$source$id, k = k, make = make, own = round$own(k))
    task <- serialize(task, NULL, xdr = FALSE)
    round$sent <- round$sent + length(task)
    pool$engine$start(w, task)
  }
  if (length(round$waiting) && all(is.na(round$doing))) abort_shard(round, round$waiting[1])
}

# Whether any came.
take_answers <- function(round) {
  pool <- round$pool
  any <- FALSE
  for (w in which(!is.na(round$doing))) {
    if (pool$engine$ended(w)) {
      any <- TRUE
      take_answer(round, w, pool$engine$answer(w))
    } else if (proc.time()[["elapsed"]] - round$since[w] > pool$timeout) {
      any <- TRUE
      pool$engine$drop(w)
      lose_worker(round, w, sprintf("It did not answer within %s seconds.", format(pool$timeout)))
    }
  }
  any
}

take_answer <- function(round, w, answer) {
  if (!is.raw(answer)) return(lose_worker(round, w, answer$lost, isTRUE(answer$before)))
  round$received <- round$received + length(answer)
  answer <- unserialize(answer)
  k <- round$doing[w]
  round$doing[w] <- NA
  round$pool$told[k] <- is.null(answer$error)
  if (is.null(answer$error)) {
    round$answers[[as.character(k)]] <- answer
  } else if (inherits(answer$error, "sgdlasso_error_unopened")) {
    round$refused[[as.character(k)]] <- c(round$refused[[as.character(k)]], w)
    note_words(round, w, conditionMessage(answer$error))
    round$waiting <- c(k, round$waiting)
  } else if (inherits(answer$error, "sgdlasso_error_forgotten")) {
    round$waiting <- c(k, round$waiting)
  } else {
    abort_class(
      class(answer$error)[1],
      paste0("In shard ", k, ", on ", round$pool$names[w], ": ", conditionMessage(answer$error)),
      shard = k, worker = round$pool$names[w]
    )
  }
}

# A shard that as many workers were lost over is taken to be why.
most_losses <- 3

# Its shard waits for another one. before: whether it was gone before it was given the shard.
lose_worker <- function(round, w, why, before = FALSE) {
  k <- round$doing[w]
  round$pool$lost[w] <- why
  round$pool$told[round$pool$home == w] <- FALSE
  round$lost <- round$lost + 1
  note_words(round, w, why)
  round$waiting <- c(k, round$waiting)
  round$doing[w] <- NA
  round$losses[k] <- round$losses[k] + !before
  if (round$losses[k] >= most_losses) abort_shard(round, k)
}

# What a worker said last.
note_words <- function(round, w, words) {
  round$last <- round$pool$names[w]
  round$words <- paste0(round$last, ": ", words)
}

revive_workers <- function(pool) {
  for (w in which(!is.na(pool$lost))) if (pool$engine$back(w)) pool$lost[w] <- NA
}

abort_shard <- function(round, k) {
  abort_class(
    "sgdlasso_error_cluster",
    sprintf("No worker can read shard %d. The last one said, %s", k, round$words %||% "nothing."),
    shard = k, worker = round$last
  )
}

drop_tasks <- function(round) {
  for (w in which(!is.na(round$doing))) round$pool$engine$drop(w)
}

# ---- what was done ---------------------------------------------------------------------

# what: the kind of task, and its phase.
log_round <- function(pool, what, round, seconds) {
  new <- data.frame(
    task = what[1], phase = what[2], rounds = 1L, sent = round$sent, received = round$received, seconds = seconds,
    lost = round$lost
  )
  log <- pool$log
  at <- which(log$task == new$task & (log$phase %in% new$phase))
  counts <- c("rounds", "sent", "received", "seconds", "lost")
  if (length(at) == 0) {
    pool$log <- rbind(log, new)
  } else {
    pool$log[at, counts] <- log[at, counts] + new[counts]
  }
}

# What decides in this session how a formula is evaluated, besides the formula.
session_ways <- function() {
  list(options = options()[c("na.action", "contrasts")], zone = time_zone())
}

# NULL where it is not known. Sys.timezone() would start a program, which speaks where it fails.
time_zone <- function() {
  zone <- Sys.getenv("TZ")
  if (!nzchar(zone)) zone <- sub(".*/zoneinfo/", "", Sys.readlink("/etc/localtime"))
  if (nzchar(zone)) zone
}

# Code in these ways.
in_ways_of <- function(session, code) {
  before <- options(session$options)
  zone <- Sys.getenv("TZ", NA)
  on.exit({
    options(before)
    if (is.na(zone)) Sys.unsetenv("TZ") else Sys.setenv(TZ = zone)
  })
  if (!is.null(session$zone)) Sys.setenv(TZ = session$zone)
  code
}

# Workers must compute as this session does.
this_version <- function() {
  list(sgdlasso = as.character(utils::packageVersion("sgdlasso")), R = as.character(getRversion()))
}
