# Work of every solver, family and source, each longer than it takes to stop it. Evaluated in another process.
stoppable <- quote({
  set.seed(1)
  n <- 2000
  x <- matrix(rnorm(n * 1200), n) + rnorm(n)
  signal <- drop(x[, 1:40] %*% rnorm(40)) / 10
  y <- signal + rnorm(n)
  y01 <- rbinom(n, 1, plogis(signal))
  counts <- rpois(n, exp(pmin(signal, 3)))
  sparse <- Matrix::rsparsematrix(4000, 3000, 0.03)
  y_sparse <- as.numeric(sparse[, 1:50] %*% rnorm(50)) + rnorm(4000)
  wide <- matrix(rnorm(300 * 5500), 300)
  free <- rep(0:1, c(900, 300))
  path <- list(lambda.min.ratio = 1e-6, nlambda = 400, tol = 1e-12)
  long <- function(...) do.call(sgdlasso, c(list(...), path))
  few <- function(...) sgdlasso(x, y, nlambda = 3, ...)
  blocks <- function(y) as_rows(x, y, block = 400)
  csv <- tempfile(fileext = ".csv")
  utils::write.csv(data.frame(y = y, round(x[, 1:150], 3)), csv, row.names = FALSE)
  svmlight <- tempfile()
  writeLines(rep(paste(1, paste0(1:400, ":", 1:400 / 400, collapse = " ")), 3000), svmlight)
  cache <- tempfile()
  kept <- cache_rows(blocks(y01), cache, family = "binomial")
  endless <- function() {
    as_rows(function(reset) if (!reset) list(x = x, y = y), rewindable = FALSE)
  }
  works <- list(
    moments = function() long(x, y, solver = solver_exact("moments")),
    "working set" = function() long(x, y, solver = solver_exact("working_set")),
    "working set, sparse" = function() long(sparse, y_sparse),
    "working set, too wide for a Gram matrix" = function() {
      long(wide, y[1:300], alpha = 0.001, solver = solver_exact("working_set"))
    },
    binomial = function() long(x, y01, family = "binomial"),
    poisson = function() long(x, counts, family = "poisson"),
    saga = function() long(x, y01, family = "binomial", solver = solver_saga(epochs = 500)),
    "saga, sparse" = function() long(sparse, y_sparse, solver = solver_saga(epochs = 500)),
    sgd = function() sgdlasso(x, y, lambda = 0.01, solver = solver_sgd(epochs = 1e5)),
    "sgd, sparse" = function() sgdlasso(sparse, y_sparse, lambda = 0.01, solver = solver_sgd(epochs = 1e5)),
    nudge = function() sgdlasso(x, y, solver = solver_nudge(nudge = 1e-6, rate = 1e-6, epochs = 1e5)),
    "free columns" = function() repeat few(penalty.factor = free, solver = solver_exact("working_set")),
    "free columns, moments" = function() repeat few(penalty.factor = free, solver = solver_exact("moments")),
    "free columns, binomial" = function() repeat sgdlasso(x, y01, "binomial", penalty.factor = rev(free), nlambda = 3),
    folds = function() do.call(cv.sgdlasso, c(list(x, y), path)),
    "folds on threads" = function() do.call(cv.sgdlasso, c(list(x, y, threads = 2), path)),
    "folds, binomial" = function() do.call(cv.sgdlasso, c(list(x, y01, family = "binomial"), path)),
    relaxed = function() long(x[, 1:300], y, relax = TRUE),
    optimality = function() {
      fit <- list(a0 = numeric(300), beta = matrix(0.1, 1200, 300))
      optimality(fit, x, y, lambda = numeric(300) + 1, penalty.factor = free)
    },
    predict = function() repeat predict(model, x),
    "passes, binomial" = function() long(blocks(y01), family = "binomial"),
    "passes, poisson" = function() long(blocks(counts), family = "poisson"),
    "passes, gaussian" = function() {
      repeat sgdlasso(as_rows(wide, y[1:300], block = 100), nlambda = 20, lambda.min.ratio = 0.3)
    },
    "pass of sgd" = function() repeat sgdlasso(blocks(y), lambda = c(1, 0.1, 0.01), solver = "sgd", seed = 1),
    "pass of moments" = function() repeat sgdlasso(blocks(y), lambda = 1),
    "one block" = function() repeat sgdlasso(as_rows(x, y01, block = 1e6), family = "binomial", lambda = 0.01),
    "folds of a source" = function() do.call(cv.sgdlasso, c(list(blocks(y), seed = 1), path)),
    csv = function() repeat sgdlasso(rows_csv(csv, y = "y"), lambda = 1),
    svmlight = function() repeat sgdlasso(rows_svmlight(svmlight), lambda = 1),
    cache = function() long(read_cache(cache), family = "binomial"),
    "making a cache" = function() cache_rows(endless(), tempfile())
  )
  model <- sgdlasso(x, y, nlambda = 50, lambda.min.ratio = 0.1)
})

child_script <- function() {
  c(
    sprintf(".libPaths(%s)", paste(deparse(.libPaths()), collapse = "")), "library(sgdlasso)",
    unlist(lapply(as.list(stoppable)[-1], deparse)),
    "cat('names', names(works), sep = '\\n'); cat('begin\\n')",
    "input <- file('stdin'); open(input)",
    "heard <- function(code) {",
    "  tryCatch({ allowInterrupts(code); 'finished' },",
    "    interrupt = function(e) 'interrupted', error = conditionMessage)",
    "}",
    # an interrupt that comes when the work has ended must not end the process: it is heard before the next work
    "suspendInterrupts(while (length(name <- readLines(input, 1)) && name != 'end') {",
    "  heard(Sys.sleep(0.01))",
    "  cat('ready\\n')",
    "  outcome <- heard(works[[name]]())",
    "  cat('outcome', sum(proc.time()[1:2]), outcome, '\\n')",
    "})",
    "fit <- sgdlasso(x[, 1:5], y, lambda = 0.5)",
    "cat('alive', fit$nobs, '\\n')"
  )
}

# Processor time of a process, in seconds: a busy machine does not change it, but the clock of the kernel ticks in
# hundredths.
processor_time <- function(pid) {
  fields <- strsplit(sub("^.*\\) ", "", readLines(sprintf("/proc/%d/stat", pid))), " ")[[1]]
  sum(as.numeric(fields[12:13])) / 100
}

start_child <- function() {
  script <- tempfile(fileext = ".R")
  writeLines(child_script(), script)
  command <- file.path(R.home("bin"), "Rscript")
  process <- processx::process$new(command, c("--vanilla", script), stdin = "|", stdout = "|", stderr = "2>&1")
  out <- character()
  list(
    process = process, script = script,
    say = function(text) process$write_input(paste0(text, "\n")),
    # The lines up to one that begins so; bounded: 6000 polls of 100 ms
    read_until = function(start) {
      for (k in 1:6000) {
        ended <- !process$is_alive()
        if (!ended) process$poll_io(100)
        out <<- c(out, if (ended) process$read_all_output_lines() else process$read_output_lines())
        found <- which(startsWith(out, start))
        if (length(found) || ended) break
      }
      if (!length(found)) stop("No \"", start, "\": ", paste(out, collapse = "\n"))
      lines <- out[seq_len(found[1])]
      out <<- out[-seq_len(found[1])]
      lines
    }
  )
}

# Processor time from an interrupt, sent when the work has taken `after` seconds, to where it is heard. NA where it had
# ended.
time_to_stop <- function(child, name, after) {
  pid <- child$process$get_pid()
  child$say(name)
  child$read_until("ready")
  begin <- processor_time(pid)
  for (k in 1:10000) {
    if (processor_time(pid) - begin >= after) break
    Sys.sleep(0.002)
  }
  sent <- processor_time(pid)
  child$process$interrupt()
  told <- strsplit(utils::tail(child$read_until("outcome"), 1), " ")[[1]]
  if (identical(told[3], "finished")) return(NA)
  if (!identical(told[3], "interrupted")) stop(name, ": ", paste(told[-(1:2)], collapse = " "))
  as.numeric(told[2]) - sent
}

test_that("an interrupt is heard within .2 s by every solver, family and source, and stays an interrupt", {
  skip_on_os("windows") # no SIGINT to a child there
  skip_if_not_installed("processx")
  skip_if_not(file.exists("/proc/self/stat"), "processor time of other processes is read from /proc")
  set.seed(1)
  child <- start_child()
  on.exit({
    child$process$kill()
    unlink(child$script)
  })
  # Sanitizers make work five to ten times slower: there the test looks for faults of memory in what was stopped.
  bound <- if (nzchar(Sys.getenv("ASAN_OPTIONS"))) 2 else 0.2
  names <- child$read_until("begin")
  names <- names[seq(2, length(names) - 1)]
  for (name in names) {
    stop_times <- function(count) {
      vapply(seq_len(count), function(k) time_to_stop(child, name, after = runif(1, 0, 0.4)), 0)
    }
    times <- stop_times(2)
    # R's collector cannot be interrupted: where it ran, more stops tell what is usual
    if (isTRUE(stats::median(times, na.rm = TRUE) >= bound)) times <- c(times, stop_times(3))
    expect_false(all(is.na(times)), info = paste(name, "ended before it could be stopped"))
    expect_lt(stats::median(times, na.rm = TRUE), bound, label = sprintf("the time until \"%s\" stopped", name))
  }
  child$say("end")
  last <- child$read_until("alive") # once: expect_match() may evaluate what it is given again
  expect_match(utils::tail(last, 1), "alive 2000")
})
