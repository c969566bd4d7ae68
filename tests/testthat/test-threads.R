# Runs a script with so many megabytes of address space; list(status, stdout).
run_within <- function(megabytes, script) {
  file <- withr::local_tempfile(fileext = ".R")
  writeLines(c("suppressMessages(library(sgdlasso))", script), file)
  command <- sprintf("ulimit -v %d; exec '%s' '%s'", megabytes * 1000, file.path(R.home("bin"), "Rscript"), file)
  libraries <- paste(.libPaths(), collapse = .Platform$path.sep)
  processx::run("bash", c("-c", command), env = c("current", R_LIBS = libraries), error_on_status = FALSE)
}

# What is left when the last thread has been started differs from limit to limit.
megabytes_tried <- c(500, 550, 600, 650, 700)

skip_unless_limited <- function() {
  skip_if_not_installed("processx")
  skip_on_os(c("windows", "mac", "solaris"))
  skip_if(nzchar(Sys.getenv("ASAN_OPTIONS")), "a sanitizer needs more address space than any limit leaves")
}

test_that("threads that cannot be started end nothing: the others do their work, to the same bits", {
  skip_unless_limited()
  script <- c(
    "set.seed(1); x <- matrix(rnorm(40000), 400); y <- x[, 1] + rnorm(400)",
    "one <- sgdlasso(x, y, lambda = c(.2, .1), solver = solver_exact('working_set'))",
    "many <- sgdlasso(x, y, lambda = c(.2, .1), solver = solver_exact('working_set'), threads = 64)",
    "cat(identical(one$beta, many$beta), identical(one$a0, many$a0))"
  )
  for (megabytes in megabytes_tried) expect_identical(run_within(megabytes, script)$stdout, "TRUE TRUE")
})

test_that("so do those that read files ahead", {
  skip_unless_limited()
  script <- c(
    "set.seed(1); d <- data.frame(y = rnorm(30000), a = rnorm(30000), b = rnorm(30000))",
    "path <- tempfile(); write.csv(d, path, row.names = FALSE)",
    "one <- sgdlasso(rows_csv(path, y = 'y'), lambda = .01)",
    "many <- sgdlasso(rows_csv(path, y = 'y', threads = 512), lambda = .01)",
    "cache <- tempfile(); rows <- cache_rows(as_rows(as.matrix(d[-1]), d$y, block = 100), cache)",
    "cached <- sgdlasso(read_cache(cache, threads = 512), lambda = .01)",
    "cat(identical(one$beta, many$beta), isTRUE(all.equal(one$beta@x, cached$beta@x)))"
  )
  for (megabytes in megabytes_tried) expect_identical(run_within(megabytes, script)$stdout, "TRUE TRUE")
})
