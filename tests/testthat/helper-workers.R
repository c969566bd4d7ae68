# Workers in processes of their own, and shards that do to them what a test asks for.

# Nodes of package parallel, stopped when `env` ends.
local_nodes <- function(count, env = parent.frame()) {
  skip_without_loopback()
  if (count > 2) skip_on_cran() # R CMD check allows two
  cluster <- parallel::makePSOCKcluster(count)
  # those that a test has killed cannot be told to stop
  withr::defer(for (k in seq_along(cluster)) try(parallel::stopCluster(cluster[k]), silent = TRUE), envir = env)
  cluster
}

# An idle node says something when its connection has ended.
is_alive <- function(node) !socketSelect(list(node$con), FALSE, timeout = 0.5)

# Shards of matrix rows: those of each entry of `parts`.
shards_of <- function(x, y, parts, block = 50, weights = NULL, offset = NULL) {
  lapply(parts, function(i) {
    shard <- list(x = x[i, , drop = FALSE], y = y[i], weights = weights[i], offset = offset[i], block = block)
    function() do.call(sgdlasso::as_rows, Filter(Negate(is.null), shard))
  })
}

shards_of_frames <- function(frames) {
  lapply(frames, function(frame) {
    force(frame)
    function() sgdlasso::as_rows(frame, block = 37)
  })
}

cut_in <- function(n, parts) split(seq_len(n), sort(rep_len(seq_len(parts), n)))

# The shard, with something done to the process that reads it when the `count`-th block is asked for, once only: `what`
# is kill, stop (by signals) or sleep, or a function. file: in which is counted; that of the same name with .stopped has
# the number of a process that was stopped.
with_fault <- function(make, file, what, count) {
  force(make)
  force(what)
  writeLines(as.character(count), file)
  function() {
    source <- make()
    open <- source$open
    source$open <- function() {
      pass <- open()
      read <- function() {
        if (file.exists(file)) {
          left <- as.numeric(readLines(file)) - 1
          if (left > 0) {
            writeLines(as.character(left), file)
          } else {
            unlink(file)
            if (is.function(what)) what()
            if (identical(what, "stop")) writeLines(as.character(Sys.getpid()), paste0(file, ".stopped"))
            if (is.character(what)) switch(what,
              kill = tools::pskill(Sys.getpid(), 9), stop = tools::pskill(Sys.getpid(), 19), sleep = Sys.sleep(7)
            )
          }
        }
        pass$read()
      }
      list(read = read, close = pass$close)
    }
    source
  }
}

numbers_of <- function(fit) unclass(fit)[c("lambda", "a0", "beta", "dev.ratio", "nulldev", "nobs", "x.sd")]
bits_of <- function(fit) c(numbers_of(fit), unclass(fit)[c("gap", "kkt")])
