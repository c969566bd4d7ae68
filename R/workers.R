# The workers of a cluster, each of which does one task after another, and the two kinds of clusters there are.
#
# An engine is a list of
#   names          of the workers
#   start(w, task) worker w begins a task, raw bytes for do_task() (shard_tasks.R)
#   ended(w)       whether it has done it
#   wait(busy, s)  s seconds, or less where one of these workers has something to say before
#   answer(w)      the raw bytes that came of it, or list(lost =), why nothing did; with before = TRUE where the worker
#                  was gone before it was asked
#   back(w)        whether a worker that was lost can be asked again; may start it anew
#   drop(w)        the task is not wanted any more
#   stop(alive)    ends what was started here; alive: the workers that are not lost

check_cluster <- function(cluster) {
  if (inherits(cluster, "miraiCluster")) {
    abort_input(
      "`cluster` was made by mirai::make_cluster(), whose nodes are any of its daemons.",
      "Shards must stay where they are: give the names of compute profiles with one daemon each."
    )
  }
  if (inherits(cluster, "cluster")) {
    if (length(cluster) == 0) abort_input("`cluster` has no nodes.", "It needs at least one.")
    return(list(
      names = paste("node", seq_along(cluster)), engine = function() parallel_engine(cluster),
      open = Filter(Negate(is_this_machine), hosts_of(cluster))
    ))
  }
  if (is.character(cluster)) return(check_profiles(cluster))
  if (!is_number(cluster)) {
    abort_input(
      "`cluster` is {describe(cluster)}.",
      "It must be a number of local daemons, names of mirai's compute profiles, or a cluster of package parallel."
    )
  }
  count <- check_number(cluster, "cluster", least = 1, most = 1000, whole = TRUE)
  need_mirai("a number")
  list(names = paste("daemon", seq_len(count)), engine = function() daemon_engine(count))
}

check_profiles <- function(profiles) {
  if (length(profiles) == 0 || anyNA(profiles) || anyDuplicated(profiles)) {
    abort_input("`cluster` is {describe(profiles)}.", "Names of compute profiles must be there, and each once.")
  }
  need_mirai("names of compute profiles")
  for (name in profiles) {
    daemons <- if (mirai::daemons_set(.compute = name)) mirai::status(.compute = name)$connections else "no"
    if (!is.numeric(daemons) || daemons > 1) { # one may still be on its way
      abort_input(
        "`cluster` names the compute profile {name}, which has {daemons} daemons.",
        "Each profile must have one: mirai::daemons(1, .compute = \"{name}\")."
      )
    }
  }
  urls <- vapply(profiles, function(name) as.character(mirai::status(.compute = name)$daemons)[1], "")
  list(names = profiles, engine = function() mirai_engine(profiles, profiles), open = Filter(is_open_url, urls))
}

# `open`: where workers are reached over a network without encryption.
check_secure <- function(cluster) {
  if (length(cluster$open) == 0) return(invisible())
  abort_input(
    "`cluster` has workers that are reached without encryption ({first_words(cluster$open)}).",
    "Use a connection with TLS or a tunnel, or say insecure = TRUE if you mean it."
  )
}

# Of nodes by sockets; of others it is not known.
hosts_of <- function(cluster) unlist(lapply(cluster, function(node) node$host))

is_this_machine <- function(host) {
  host <- sub("^.*@", "", tolower(host))
  named <- c("localhost", "localhost.localdomain", "::1", "[::1]", tolower(Sys.info()[["nodename"]]))
  host %in% named || grepl("^127(\\.[0-9]+){3}$", host)
}

# Pipes and sockets of this machine have no host.
is_open_url <- function(url) {
  if (!grepl("^(tcp|ws)://", url)) return(FALSE)
  host <- sub(":[0-9]*(/.*)?$", "", sub("^(tcp|ws)://", "", url))
  !is_this_machine(host)
}

need_mirai <- function(what) {
  if (requireNamespace("mirai", quietly = TRUE)) return(invisible())
  abort_input("`cluster` is {what}, which needs package mirai.", "Install it, or give a cluster of package parallel.")
}

# What a worker runs; it knows base R only, and where this session has the package. Not a closure of the package: to
# read it the worker would have to find the package first.
run_task <- function(task, libraries) {
  if (!requireNamespace("sgdlasso", quietly = TRUE)) .libPaths(c(.libPaths(), libraries))
  if (!requireNamespace("sgdlasso", quietly = TRUE)) stop("package sgdlasso is not installed there")
  get("do_task", envir = asNamespace("sgdlasso"))(task)
}
environment(run_task) <- baseenv()

# ---- daemons of mirai -------------------------------------------------------------------

mirai_engine <- function(names, profiles, back = is_connected, stop = function(alive) NULL) {
  force(stop)
  libraries <- .libPaths()
  tasks <- vector("list", length(profiles))
  ended <- function(w) is.null(tasks[[w]]) || !mirai::unresolved(tasks[[w]])
  list(
    names = names,
    start = function(w, task) {
      tasks[[w]] <<- mirai::mirai(
        run_task(task, libraries), run_task = run_task, task = task, libraries = libraries, .compute = profiles[w]
      )
    },
    ended = ended,
    wait = function(busy, seconds) Sys.sleep(seconds),
    answer = function(w) {
      answer <- tasks[[w]]$data
      if (is.raw(answer)) answer else list(lost = words_of_mirai(answer))
    },
    back = function(w) ended(w) && back(profiles[w]),
    drop = function(w) {
      if (ended(w)) return()
      mirai::stop_mirai(tasks[[w]])
      tasks[[w]] <<- mirai::mirai(TRUE, .compute = profiles[w]) # it is back once it does this
    },
    stop = stop
  )
}

is_connected <- function(profile) {
  connections <- tryCatch(mirai::status(.compute = profile)$connections, error = function(e) 0)
  is.numeric(connections) && connections >= 1
}

words_of_mirai <- function(answer) {
  if (mirai::is_mirai_error(answer)) return(as_sentence(as.character(answer)))
  if (mirai::is_mirai_interrupt(answer)) return("It was interrupted.")
  code <- if (mirai::is_error_value(answer)) as.integer(answer) else NA
  switch(as.character(code), "19" = "Its connection was lost.", "20" = "The task was cancelled.",
    sprintf("It answered with error %s.", code)
  )
}

# Local ones, started here. One that is lost is started anew.
daemon_engine <- function(count) {
  profiles <- paste("sgdlasso", unique_id(), seq_len(count), sep = "-")
  start <- function(profile) mirai::daemons(1, .compute = profile)
  stop <- function(profile) mirai::daemons(0, .compute = profile)
  for (profile in profiles) start(profile)
  back <- function(profile) {
    if (is_connected(profile)) return(TRUE)
    stop(profile)
    start(profile)
    TRUE
  }
  mirai_engine(paste("daemon", seq_len(count)), profiles, back, function(alive) for (profile in profiles) stop(profile))
}

# ---- clusters of package parallel --------------------------------------------------------

# What clusterCall() does with a node, without waiting for it: package parallel exports no such thing. A task that was
# dropped still answers, by its tag.
parallel_engine <- function(cluster) {
  of_parallel <- function(name) get(name, envir = asNamespace("parallel"), mode = "function")
  send <- of_parallel("sendCall")
  receive <- of_parallel("recvData")
  by_socket <- vapply(cluster, function(node) inherits(node, c("SOCKnode", "SOCK0node")), NA)
  id <- unique_id()
  number <- 0
  awaited <- character(length(cluster)) # the latest task
  left <- numeric(length(cluster)) # tasks whose answers were not read yet; Inf: of a node that does not hear any more
  answers <- vector("list", length(cluster))
  speaks <- function(w) {
    node <- cluster[[w]]
    if (by_socket[w]) return(socketSelect(list(node$con), FALSE, timeout = 0))
    # of snow, by Rmpi, which is there where such nodes are; of others the answer is waited for
    !inherits(node, "MPInode") || getExportedValue("Rmpi", "mpi.iprobe")(node$rank, node$RECVTAG, node$comm)
  }
  hear <- function(w) {
    heard <- tryCatch(receive(cluster[[w]]), error = function(e) list(lost = as_sentence(conditionMessage(e))))
    if (!is.null(heard$lost)) {
      answers[[w]] <<- heard
      left[w] <<- Inf
      return()
    }
    if (!startsWith(as.character(heard$tag %||% ""), id)) return() # left by another engine
    left[w] <<- left[w] - 1
    if (!identical(heard$tag, awaited[w])) return()
    answers[[w]] <<- if (is.raw(heard$value)) heard$value else list(lost = as_sentence(as.character(heard$value)))
  }
  list(
    names = paste("node", seq_along(cluster)),
    start = function(w, task) {
      number <<- number + 1
      awaited[w] <<- paste(id, number)
      answers[w] <<- list(NULL)
      while (is.null(answers[[w]]) && left[w] < Inf && speaks(w)) hear(w) # the end of its connection, if it is gone
      if (!is.null(answers[[w]])) return(answers[[w]]$before <<- TRUE)
      before <- left[w]
      left[w] <<- Inf # where this is interrupted: half of a task leaves a node waiting for ever
      sent <- tryCatch({
        send(cluster[[w]], run_task, list(task, .libPaths()), tag = awaited[w])
        TRUE
      }, error = function(e) {
        answers[[w]] <<- list(lost = as_sentence(conditionMessage(e)), before = TRUE)
        FALSE
      })
      if (sent) left[w] <<- before + 1
    },
    ended = function(w) {
      while (is.null(answers[[w]]) && speaks(w)) hear(w)
      !is.null(answers[[w]])
    },
    wait = function(busy, seconds) {
      if (!all(by_socket)) return(Sys.sleep(seconds))
      socketSelect(lapply(cluster[busy], function(node) node$con), FALSE, timeout = seconds)
    },
    answer = function(w) answers[[w]],
    back = function(w) {
      while (left[w] > 0 && left[w] < Inf && speaks(w)) hear(w)
      left[w] == 0
    },
    drop = function(w) NULL,
    # the cluster is its owner's, who expects no answers but his own
    stop = function(alive) for (w in alive) while (left[w] > 0 && left[w] < Inf) hear(w)
  )
}
