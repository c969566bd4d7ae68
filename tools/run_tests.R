# Runs tests/testthat against the installed package and writes "passed failed skipped" (tests, not expectations) to a
# file. A test that shows a deprecation has failed: what it calls will soon be gone.
out <- commandArgs(TRUE)[1]
library(testthat)
results <- test_dir(
  "tests/testthat", package = "sgdlasso", load_package = "installed", reporter = "check", stop_on_failure = FALSE
)
table <- as.data.frame(results)
deprecation <- function(result) inherits(result, "expectation_warning") && grepl("deprecat", conditionMessage(result))
deprecated <- vapply(results, function(test) any(vapply(test$results, deprecation, NA)), NA)
for (k in which(deprecated)) cat("DEPRECATED:", table$test[k], "\n")
failed <- table$failed > 0 | table$error | deprecated
skipped <- !failed & table$skipped
for (k in which(skipped)) cat("SKIPPED:", table$test[k], "\n")
writeLines(paste(sum(!failed & !skipped), sum(failed), sum(skipped)), out)
quit(status = any(failed))
