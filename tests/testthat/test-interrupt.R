test_that("training stops soon after an interrupt, which stays an interrupt", {
  skip_on_os("windows") # no SIGINT to a child there
  skip_if_not_installed("processx")
  script <- tempfile(fileext = ".R")
  on.exit(unlink(script))
  writeLines(c(
    sprintf(".libPaths(%s)", paste(deparse(.libPaths()), collapse = "")),
    "library(sgdlasso)",
    "set.seed(1)",
    "x <- matrix(rnorm(2e6), 2e4)",
    "y <- rnorm(2e4)",
    "cat('ready\\n')",
    "outcome <- tryCatch(",
    "  { sgdlasso(x, y, lambda = 0.01, seed = 1, solver = solver_sgd(epochs = 1e6), trace = FALSE); 'finished' },",
    "  interrupt = function(e) 'interrupted')",
    "cat(outcome, '\\n')",
    "fit <- sgdlasso(x, y, lambda = 0.5, seed = 1)",
    "cat('alive', fit$nobs, '\\n')"
  ), script)
  process <- processx::process$new(file.path(R.home("bin"), "Rscript"), c("--vanilla", script), stdout = "|", stderr = "|")
  on.exit(process$kill(), add = TRUE)
  out <- character()
  read_until <- function(pattern) {
    # bounded: 600 polls of 100 ms
    for (k in 1:600) {
      process$poll_io(100)
      out <<- c(out, process$read_output_lines())
      if (any(grepl(pattern, out)) || !process$is_alive()) break
    }
    expect_match(paste(out, collapse = "\n"), pattern)
  }
  read_until("ready")
  Sys.sleep(0.5)
  process$interrupt()
  read_until("interrupted")
  read_until("alive 20000")
})
