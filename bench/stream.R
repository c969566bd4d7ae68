# Prints the table "Rows from files": rows per second of one pass that ends in a certified path and ten-fold
# cross-validation, beside reading the same bytes, and beside other tools where they are installed. Run from the top
# folder: Rscript bench/stream.R [rows in millions, default 20]. The files are made in the folder of temporary files (20
# million rows: 8 GB of text, 30 GB at the most) and removed. Each reading runs in a process of its own, whose peak
# memory is told. As root on Linux it reads files cold too.
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

# ---- one process a reading -----------------------------------------------------------

rscript <- file.path(R.home("bin"), "Rscript")
run <- function(...) {
  script <- tempfile(fileext = ".R")
  writeLines(c(
    "suppressPackageStartupMessages(library(sgdlasso))",
    paste(
      "peak <- function() as.numeric(sub('[^0-9]*([0-9]+).*', '\\\\1',",
      "grep('VmHWM', readLines('/proc/self/status'), value = TRUE))) / 1024"
    ),
    ...
  ), script)
  numbers_of(system2(rscript, script, stdout = TRUE))
}
numbers_of <- function(output) suppressWarnings(as.numeric(strsplit(tail(output, 1), " ")[[1]]))
timed <- function(code) sprintf("seconds <- system.time(fit <- %s)[['elapsed']]; cat(seconds, peak(), fit$gap)", code)
cv_of <- function(rows) timed(sprintf("cv.sgdlasso(%s, seed = 1, threads = 2, progress = FALSE)", rows))
trained <- function(path, call) c(sprintf("rows <- read_cache('%s', threads = 2)", path), timed(call))

cat_seconds <- function(path) system.time(system2("cat", path, stdout = "/dev/null"))[["elapsed"]]
drop_caches <- function() suppressWarnings(
  system2("sh", c("-c", shQuote("sync; echo 3 > /proc/sys/vm/drop_caches")), stderr = FALSE) == 0
)
can_drop <- drop_caches()

# reading(): list of seconds, peak and gap. Files are read warm; cold again where `cold`. `of`: millions of rows, and
# what to say of them.
row <- function(what, bytes_of, reading, cold = FALSE, of = millions) {
  message(what)
  warm_cat <- median(vapply(1:4, function(k) cat_seconds(bytes_of), 0)[-1])
  found <- reading()
  cold_share <- NA
  if (cold && can_drop) {
    drop_caches()
    cold_cat <- cat_seconds(bytes_of)
    drop_caches()
    cold_share <- cold_cat / reading()[1]
  }
  data.frame(
    what = what, GB = round(file.size(bytes_of) / 1e9, 1), seconds = round(found[1], 1),
    `million rows a second` = signif(of / found[1], 2), `of the speed of cat` = signif(warm_cat / found[1], 2),
    `of a cold read` = signif(cold_share, 2), `peak MB` = round(found[2]), gap = signif(found[3], 2),
    check.names = FALSE
  )
}
absent <- character()
has <- function(tool, there) {
  if (!there) absent <<- c(absent, tool)
  there
}
has_packages <- function(...) all(vapply(c(...), requireNamespace, NA, quietly = TRUE))

# ---- this package's files ------------------------------------------------------------

rows <- list(
  row(
    "csv: path and ten folds", csv, function() run(cv_of(sprintf("rows_csv('%s', y = 'y', threads = 2)", csv))),
    cold = TRUE
  ),
  row("csv to cache", csv, function() {
    run(sprintf(
      "cat(system.time(cache_rows(rows_csv('%s', y = 'y', threads = 2), '%s'))[['elapsed']], peak(), NA)", csv, cache
    ))
  }),
  row(
    "cache: path and ten folds", cache, function() run(cv_of(sprintf("read_cache('%s', threads = 2)", cache))),
    cold = TRUE
  ),
  row("cache: lasso in three passes, one lambda", cache, function() {
    run(trained(cache, "sgdlasso(rows, lambda = 0.1, solver = solver_exact('passes'), threads = 2, progress = FALSE)"))
  }),
  row("cache: stochastic gradient descent and its certificate, two passes, one lambda", cache, function() {
    run(trained(cache, "sgdlasso(rows, lambda = 0.1, solver = solver_sgd(epochs = 1), threads = 2, progress = FALSE)"))
  }, cold = TRUE)
)

# ---- the same rows elsewhere ---------------------------------------------------------

unlink(cache)
if (has("duckdb with nanoarrow", has_packages("DBI", "duckdb", "nanoarrow"))) {
  parquet <- file.path(folder, "rows.parquet")
  connect <- "con <- DBI::dbConnect(duckdb::duckdb(config = list(threads = '2', memory_limit = '256MB')))"
  copy <- sprintf("COPY (SELECT * FROM read_csv_auto('%s')) TO '%s' (FORMAT parquet)", csv, parquet)
  run(connect, sprintf("DBI::dbExecute(con, \"%s\"); cat(0)", copy))
  rows <- c(rows, list(row("Parquet by duckdb: path and ten folds", parquet, function() {
    run(connect, cv_of(sprintf("rows_sql(con, \"SELECT * FROM '%s'\", y = 'y')", parquet)))
  }, cold = TRUE)))
  unlink(parquet)
}
if (has("RSQLite", has_packages("DBI", "RSQLite"))) {
  base <- file.path(folder, "rows.sqlite")
  connect <- sprintf("con <- DBI::dbConnect(RSQLite::SQLite(), '%s')", base)
  types <- sprintf("setNames(rep('REAL', %d), c('y', paste0('v', 1:%d)))", columns + 1, columns)
  run(
    connect,
    sprintf("DBI::dbWriteTable(con, 'rows', '%s', header = TRUE, sep = ',', field.types = %s); cat(0)", csv, types)
  )
  rows <- c(rows, list(row("SQLite: path and ten folds", base, function() {
    run(connect, cv_of("rows_sql(con, 'SELECT * FROM rows', y = 'y')"))
  })))
  unlink(base)
}

# ---- other tools ---------------------------------------------------------------------

python <- Filter(
  function(command) {
    nzchar(command) && system2(command, c("-c", shQuote("import sklearn, pandas")), stdout = FALSE, stderr = FALSE) == 0
  },
  c(Sys.which("python3"), "/usr/bin/python3")
)
if (has("scikit-learn with pandas", length(python) > 0)) {
  rows <- c(rows, list(row("scikit-learn: csv, partial_fit, one epoch at one lambda", csv, function() {
    numbers_of(system2(python[[1]], c("bench/partial_fit.py", csv, "0.1"), stdout = TRUE))
  })))
}
# Its first two million rows: the matrix would be written to the disk and read once for each screening.
if (has("biglasso", has_packages("biglasso", "bigmemory"))) {
  few <- min(millions, 2)
  x <- file.path(folder, "x.csv")
  y <- file.path(folder, "y.csv")
  lines <- format(few * 1e6 + 1, scientific = FALSE)
  system2("sh", c("-c", shQuote(sprintf("head -n %s '%s' | cut -d, -f1 > '%s'", lines, csv, y))))
  system2("sh", c("-c", shQuote(sprintf("head -n %s '%s' | cut -d, -f2- > '%s'", lines, csv, x))))
  rows <- c(rows, list(row(sprintf("biglasso: %g million rows of csv to a matrix on disk, path", few), x, function() {
    run(sprintf("y <- scan('%s', skip = 1, quiet = TRUE)", y), "seconds <- system.time({", sprintf(
      paste0("x <- bigmemory::read.big.matrix('%s', header = TRUE, type = 'double', ",
             "backingfile = 'x.bin', backingpath = '%s', descriptorfile = 'x.desc')"), x, folder
    ), "fit <- biglasso::biglasso(x, y, ncores = 2)})[['elapsed']]; cat(seconds, peak(), NA)")
  }, of = few)))
}

cat("### Rows from files\n\n")
cat(sprintf("%g million rows of %d columns and a response, two threads;", millions, columns))
cat(" \"cat\" writes the same bytes to /dev/null, from memory or, cold, from the disk.")
if (length(absent)) cat(" Not installed:", paste(absent, collapse = ", "))
cat("\n\n")
options(knitr.kable.NA = "")
print(knitr::kable(do.call(rbind, rows), format = "pipe", row.names = FALSE))
unlink(folder, recursive = TRUE)
