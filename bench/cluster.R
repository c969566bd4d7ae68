# Prints bench/cluster.md: what a cluster gains and what it sends, on processes of this machine, and what follows for a
# large one. Run from the top folder: Rscript bench/cluster.R > bench/cluster.md. The files, 8 of so many thousand rows
# (default 250, 1 GB together), are made in the folder of temporary files and removed.
library(sgdlasso)
options(socketOptions = "no-delay") # else sockets hold small messages back
processes <- function(count) {
  parallel::makePSOCKcluster(count, rscript_args = c("-e", shQuote("options(socketOptions = 'no-delay')")))
}
thousands <- as.numeric(c(commandArgs(TRUE), "250")[1])
columns <- 50
folder <- tempfile("cluster")
dir.create(folder)
files <- file.path(folder, sprintf("part-%d.csv", 1:8))

set.seed(1)
part <- matrix(rnorm(10000 * columns), 10000)
text <- do.call(paste, c(lapply(seq_len(columns), function(j) sprintf("%.5f", part[, j])), sep = ","))
signal <- as.numeric(part[, 1:10] %*% rnorm(10))
for (file in files) {
  con <- file(file, "wb")
  writeLines(paste(c("y", paste0("v", seq_len(columns))), collapse = ","), con)
  for (k in seq_len(thousands / 10)) writeLines(paste(as.numeric(signal + rnorm(10000) > 0), text, sep = ","), con)
  close(con)
}
rows <- length(files) * 10000 * length(seq_len(thousands / 10))

number <- function(x) format(signif(x, 2), scientific = FALSE, big.mark = ",", trim = TRUE)
table_of <- function(rows) {
  frames <- lapply(rows, as.data.frame, check.names = FALSE)
  cat(knitr::kable(do.call(rbind, frames), row.names = FALSE), "", sep = "\n")
}

median_of_three <- function(call) median(vapply(1:3, function(k) system.time(call())[["elapsed"]], 0))

# Once the workers have loaded the package.
timed <- function(count, ...) {
  workers <- processes(count)
  on.exit(parallel::stopCluster(workers))
  source <- rows_on(workers, files, y = "y")
  call <- function() sgdlasso(source, progress = FALSE, ...)
  fit <- call()
  list(seconds = median_of_three(call), fit = fit)
}
alone <- function(...) {
  source <- rows_csv(files, y = "y")
  median_of_three(function() sgdlasso(source, progress = FALSE, ...))
}

kinds <- list(
  "gaussian path, moments" = list(),
  "binomial path, passes" = list(family = "binomial", nlambda = 20)
)
cat(sprintf("# Clusters\n\nWritten by `Rscript bench/cluster.R`. %s rows of %d columns in 8 csv files, ", number(rows),
            columns))
cat(sprintf("in the page cache; workers are\nprocesses of this machine, which has %d cores. ", parallel::detectCores()))
cat("Seconds of whole calls, medians of three.\n\n")
found <- list()
speed <- lapply(names(kinds), function(kind) {
  here <- do.call(alone, kinds[[kind]])
  runs <- lapply(c(1, 2, 4), function(count) do.call(timed, c(list(count), kinds[[kind]])))
  found[[kind]] <<- runs
  seconds <- vapply(runs, `[[`, 0, "seconds")
  list(
    call = kind, `no cluster` = number(here), `1 worker` = number(seconds[1]), `2 workers` = number(seconds[2]),
    `4 workers` = number(seconds[3]), `efficiency at 2` = number(seconds[1] / seconds[2] / 2)
  )
})
table_of(speed)

cat("## Bytes of a round\n\nA state holds at least 8 bytes for each column and lambda, ")
cat("a shard's moments 4 (p + 1)(p + 2).\n\n")
table_of(unlist(lapply(names(kinds), function(kind) {
  fit <- found[[kind]][[2]]$fit
  log <- fit$rounds
  least <- if (fit$family == "gaussian") 4 * (columns + 1) * (columns + 2) else 8 * columns * length(fit$lambda)
  lapply(which(log$task %in% c("pass", "count")), function(k) {
    each <- log$rounds[k] * length(files)
    list(
      call = kind, task = log$task[k], phase = log$phase[k], rounds = log$rounds[k],
      `sent a shard and round` = number(log$sent[k] / each), received = number(log$received[k] / each),
      formula = number(least)
    )
  })
}), recursive = FALSE))

# ---- a large cluster -------------------------------------------------------------------

one <- lapply(found, function(runs) runs[[1]])
per_row <- vapply(one, function(run) {
  log <- run$fit$rounds
  sum(log$seconds[log$task == "pass"]) / sum(log$rounds[log$task == "pass"]) / rows
}, 0)
latency <- local({
  workers <- processes(1)
  on.exit(parallel::stopCluster(workers))
  x <- matrix(rnorm(200), 100)
  tiny <- rows_on(workers, list(function() sgdlasso::as_rows(x, x[, 1])))
  sgdlasso(tiny)
  log <- sgdlasso(tiny)$rounds
  sum(log$seconds[log$task == "pass"])
})
cat("## 10,000,000,000 rows on 100 workers\n\n")
cat(
  "Seconds = rounds * (rows / workers * seconds a row + latency + bytes * workers / bandwidth). Assumed: shards are",
  "equal\nand as fast to read as here, a network of 1 GB a second at the session, nothing else slows down.\n\n"
)
table_of(lapply(names(kinds), function(kind) {
  log <- one[[kind]]$fit$rounds
  pass <- log[log$task == "pass", ]
  rounds <- sum(pass$rounds)
  bytes <- sum(pass$sent + pass$received) / rounds / length(files)
  each <- 1e10 / 100 * per_row[[kind]] + latency + bytes * 100 / 1e9
  list(
    call = kind, rounds = rounds, `ns a row` = number(1e9 * per_row[[kind]]),
    `latency, ms` = number(1e3 * latency), `bytes a worker` = number(bytes), `seconds a round` = number(each),
    `seconds` = number(each * rounds)
  )
}))

# ---- a database -------------------------------------------------------------------------

con <- DBI::dbConnect(RSQLite::SQLite(), file.path(folder, "rows.sqlite"))
n <- min(rows, 2e5)
DBI::dbWriteTable(con, "d", data.frame(y = rnorm(n), matrix(rnorm(20 * n), n)))
asked <- function(...) {
  source <- rows_sql(con, "SELECT * FROM d", y = "y", ...)
  number(median_of_three(function() sgdlasso(source, progress = FALSE)))
}
cat(sprintf("## Moments by SQLite\n\n%s rows of 20 columns in a file, seconds of whole calls.\n\n", number(n)))
table_of(list(list(`rows fetched` = asked(), pushdown = asked(pushdown = TRUE))))
DBI::dbDisconnect(con)
unlink(folder, recursive = TRUE)
