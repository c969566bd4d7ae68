# Runs every script of this folder and writes bench/README.md. Run from the top folder, on a quiet machine:
#   Rscript bench/readme.R
run <- function(script) {
  message("running ", script)
  lines <- system2(file.path(R.home("bin"), "Rscript"), script, stdout = TRUE)
  status <- attr(lines, "status")
  if (!is.null(status)) stop(script, " failed")
  lines[!(lines == "" & c("", lines[-length(lines)]) == "")]
}

processor <- tryCatch(
  sub(".*: ", "", grep("model name", readLines("/proc/cpuinfo"), value = TRUE)[1]),
  error = function(e) "unknown processor"
)

intro <- c(
  "# Benchmarks",
  "",
  paste(
    "Written by `Rscript bench/readme.R`; do not edit. Times are medians of several runs, single-threaded,",
    "peers in the same run. They"
  ),
  "are to be read as ratios: machines differ, and are noisy.",
  "",
  sprintf(
    paste(
      "Run on %s with R %s. Peers: glmnet %s;",
      "scikit-learn's SGDRegressor and SGDClassifier (L1 penalty, default schedule);"
    ),
    processor, getRversion(), utils::packageVersion("glmnet")
  ),
  "biglasso and adelie where installed.",
  "",
  "`cells.R` makes the data, and says how large signal and noise are: the table \"The cells\".",
  ""
)
path <- c("## Certified paths", "", "![Shares of glmnet's time, and growth](path.png)", "", run("bench/path.R"))
choosing <- c("", "## Choosing lambda", "", run("bench/cv.R"))

# Prose at 120 characters a line; tables, headings and pictures stay as they are.
wrap_prose <- function(lines) {
  is_prose <- grepl("^[^|!#]", lines)
  paragraph <- cumsum(c(TRUE, diff(is_prose) != 0))
  unlist(lapply(split(lines, paragraph), function(run) {
    if (grepl("^[^|!#]", run[1])) strwrap(paste(run, collapse = " "), width = 121) else run
  }), use.names = FALSE)
}
writeLines(
  wrap_prose(c(intro, path, choosing, "", run("bench/epoch.R"), "", run("bench/one-pass.R"))), "bench/README.md"
)
