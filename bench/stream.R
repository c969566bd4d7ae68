# Prints the table "Rows from files": rows per second of one pass that ends in a certified path and ten-fold cross-validation, beside
# reading the same bytes. Run from the top folder: Rscript bench/stream.R [rows in millions, default 20]. The files are made in the
# folder of temporary files (8 GB of text for 20 million rows) and removed. Each reading runs in a process
# of its own, whose peak memory is told.
millions <- as.numeric(c(commandArgs(TRUE), "20")[1])
columns <- 50
folder <- tempfile("stream")
dir.create(folder)
csv <- file.path(folder, "rows.csv")
cache <- file.path(folder, "rows.bin")

# Text is made once for 20,000 rows and repeated with new responses: only its size and its form matter here.
set.seed(1)
part <- matrix(rnorm(20000 * columns), 20000)
b <- c(rnorm(10), rep(0, columns - 10))
text <- do.call(paste, c(lapply(seq_len(columns), function(j) sprintf("%.5f", part[, j])), sep = ","))
signal <- as.numeric(part %*% b)
con <- file(csv, "wb")
writeLines(paste(c("y", paste0("v", seq_len(columns))), collapse = ","), con)
for (k in seq_len(millions * 50)) writeLines(paste(sprintf("%.5f", signal + rnorm(20000)), text, sep = ","), con)
close(con)

run <- function(...) {
  script <- tempfile(fileext = ".R")
  writeLines(c(
    "suppressPackageStartupMessages(library(sgdlasso))",
    "peak <- function() as.numeric(sub('[^0-9]*([0-9]+).*', '\\\\1', grep('VmHWM', readLines('/proc/self/status'), value = TRUE))) / 1024",
    ...
  ), script)
  as.numeric(strsplit(tail(system2(file.path(R.home("bin"), "Rscript"), script, stdout = TRUE), 1), " ")[[1]])
}
timed <- function(code) sprintf("seconds <- system.time(cv <- %s)[['elapsed']]; cat(seconds, peak(), cv$gap)", code)
cat_seconds <- function(path) system.time(system2("cat", path, stdout = "/dev/null"))[["elapsed"]]
row <- function(what, bytes_of, found) {
  raw <- median(vapply(1:3, function(k) cat_seconds(bytes_of), 0))
  list(
    what = what, GB = round(file.size(bytes_of) / 1e9, 1), seconds = round(found[1], 1),
    `million rows a second` = signif(millions / found[1], 2),
    `of the speed of cat` = signif(raw / found[1], 2), `peak MB` = round(found[2]), gap = signif(found[3], 2)
  )
}

message("csv")
from_csv <- run(timed(sprintf("cv.sgdlasso(rows_csv('%s', y = 'y'), seed = 1, threads = 2, progress = FALSE)", csv)))
message("making the cache")
made <- run(sprintf("cat(system.time(cache_rows(rows_csv('%s', y = 'y'), '%s'))[['elapsed']], peak(), NA)", csv, cache))
message("cache")
from_cache <- run(timed(sprintf("cv.sgdlasso(read_cache('%s'), seed = 1, threads = 2, progress = FALSE)", cache)))
table <- do.call(rbind, lapply(list(
  row("csv: path and ten folds", csv, from_csv), row("csv to cache", csv, made), row("cache: path and ten folds", cache, from_cache)
), function(one) data.frame(one, check.names = FALSE)))
cat("### Rows from files\n\n")
cat(sprintf("%g million rows of %d columns and a response, two threads; \"cat\" writes the same", millions, columns))
cat(" bytes to /dev/null.\n\n")
print(knitr::kable(table, format = "pipe", row.names = FALSE))
unlink(folder, recursive = TRUE)
