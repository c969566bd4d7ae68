# Runs tests/testthat against the installed package and writes "passed failed skipped" (tests, not expectations) to a file.
out <- commandArgs(TRUE)[1]
library(testthat)
results <- test_dir("tests/testthat", package = "sgdlasso", load_package = "installed", reporter = "check", stop_on_failure = FALSE)
table <- as.data.frame(results)
failed <- table$failed > 0 | table$error
skipped <- !failed & table$skipped
for (k in which(skipped)) cat("SKIPPED:", table$test[k], "\n")
writeLines(paste(sum(!failed & !skipped), sum(failed), sum(skipped)), out)
quit(status = any(failed))
