# Tools of the scripts in this folder: medians, the speed of memory, the objective, and scikit-learn where it is
# installed.
suppressPackageStartupMessages({
  library(sgdlasso)
  library(Matrix)
})

seconds <- function(code, times = 5) {
  code <- substitute(code)
  envir <- parent.frame()
  median(vapply(seq_len(times), function(k) system.time(eval(code, envir))[["elapsed"]], 0))
}

# Seconds to sum a matrix in C++, repeated until it can be timed.
sum_seconds <- function(x) {
  values <- if (is.matrix(x)) x else x@x
  again <- max(1, round(5e7 / length(values)))
  seconds(for (k in seq_len(again)) sgdlasso:::r_stream_sum(values), 7) / again
}

# Seconds of one epoch and of everything before and after it, from fits of 1 and 1 + more epochs taken in turns.
epoch_seconds <- function(fit, more = 20, times = 5) {
  one <- several <- numeric(times)
  for (k in seq_len(times)) {
    one[k] <- system.time(fit(1L))[["elapsed"]]
    several[k] <- system.time(fit(1L + more))[["elapsed"]]
  }
  epoch <- median(several - one) / more
  c(epoch = epoch, setup = median(one) - epoch)
}

column_sd <- function(x) {
  centre <- Matrix::colMeans(x)
  if (is.matrix(x)) return(sqrt(colMeans(sweep(x, 2, centre)^2)))
  sqrt(pmax(Matrix::colMeans(x^2) - centre^2, 0))
}

objective <- function(x, y, a0, b, lambda, family, sd) {
  eta <- a0 + as.numeric(x %*% b)
  loss <- switch(family, gaussian = (y - eta)^2 / 2, binomial = pmax(eta, 0) + log1p(exp(-abs(eta))) - y * eta,
                 poisson = exp(eta) - y * eta)
  mean(loss) + lambda * sum(abs(sd * b))
}

python <- function() {
  candidates <- unique(c("/usr/bin/python3", Sys.which("python3")))
  for (command in candidates) {
    if (nzchar(command) && system2(command, c("-c", shQuote("import sklearn")), stdout = FALSE, stderr = FALSE) == 0)
      return(command)
  }
  NULL
}

# list(epochs, seconds, a0, b) for each number of epochs; NULL without scikit-learn. Its lambda is called alpha.
scikit <- function(x, y, lambda, family, epochs) {
  command <- python()
  if (is.null(command)) return(NULL)
  folder <- tempfile()
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  writeBin(as.double(y), file.path(folder, "y"))
  sparse <- !is.matrix(x)
  writeBin(if (sparse) x@x else as.double(x), file.path(folder, "x"))
  if (sparse) {
    writeBin(x@i, file.path(folder, "i"))
    writeBin(x@p, file.path(folder, "p"))
  }
  arguments <- c(
    "bench/sgdregressor.py", folder, nrow(x), ncol(x), as.integer(sparse), family, format(lambda, digits = 17), epochs
  )
  lines <- suppressWarnings(system2(command, arguments, stdout = TRUE, stderr = FALSE))
  lapply(strsplit(lines, " "), function(words) {
    pairs <- strsplit(words[-(1:3)], ":")
    b <- numeric(ncol(x))
    b[vapply(pairs, function(pair) as.integer(pair[1]), 0L) + 1L] <-
      vapply(pairs, function(pair) as.numeric(pair[2]), 0)
    list(epochs = as.integer(words[1]), seconds = as.numeric(words[2]), a0 = as.numeric(words[3]), b = b)
  })
}

table_of <- function(rows) {
  table <- do.call(rbind, lapply(rows, function(row) data.frame(row, check.names = FALSE)))
  print(knitr::kable(table, format = "pipe", row.names = FALSE))
  cat("\n")
}
