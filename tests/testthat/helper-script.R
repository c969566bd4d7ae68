# Runs lines of R in a process of their own, with the libraries of this one.
run_script <- function(...) {
  skip_if_not_installed("processx")
  script <- tempfile(fileext = ".R")
  on.exit(unlink(script))
  writeLines(c(sprintf(".libPaths(%s)", paste(deparse(.libPaths()), collapse = "")), ...), script)
  processx::run(file.path(R.home("bin"), "Rscript"), c("--vanilla", script), timeout = 120)
}
