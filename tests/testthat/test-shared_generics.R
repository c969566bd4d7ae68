# Names that other packages have too, in fresh processes: attached in one order or the other, each package's calls work.

# Attaches these packages in this order and tells for each line of code whether it ran, and what it wrote while
# attaching.
attached <- function(packages, code) {
  skip_if_not_installed("processx")
  for (package in packages) skip_if_not_installed(package)
  script <- tempfile(fileext = ".R")
  on.exit(unlink(script))
  writeLines(c(
    sprintf("library(%s)", packages),
    "d <- data.frame(a = 1:40 %% 7, b = (1:40 * 11) %% 13)",
    "d$class <- factor(ifelse(d$a + d$b > 8, 'yes', 'no'), c('no', 'yes'))",
    "d$guess <- factor(ifelse(d$a > 3, 'yes', 'no'), c('no', 'yes'))",
    "fit <- sgdlasso(class ~ a + b, d, family = 'binomial', lambda = .05)",
    "cv <- cv.sgdlasso(class ~ a + b, d, family = 'binomial', foldid = rep(1:4, 10))",
    sprintf("cat(tryCatch(isTRUE(all.equal(%s, %s)), error = conditionMessage), '\\n')", names(code), code)
  ), script)
  out <- processx::run(
    file.path(R.home("bin"), "Rscript"), c("--vanilla", script), error_on_status = FALSE,
    env = c("current", R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep))
  )
  expect_equal(out$status, 0, info = out$stderr)
  list(said = trimws(strsplit(out$stdout, "\n")[[1]]), masked = grepl("masked from", out$stderr))
}

ours <- c(
  "accuracy(fit, d)" = "mean(predict(fit, d, type = 'class') == d$class)",
  "accuracy(cv, d, s = 'lambda.min')" = "accuracy(cv$sgdlasso.fit, d, s = cv$lambda.min)",
  "names(roc(fit, newdata = d))" = "c('threshold', 'false_positive', 'true_positive')",
  "names(roc(cv, newdata = d))" = "c('threshold', 'false_positive', 'true_positive')",
  "sgdlasso::accuracy(fit, d)" = "accuracy(fit, d)",
  "nrow(importance(fit))" = "2L",
  "importance(cv, s = 'lambda.min')" = "sgdlasso::importance(cv$sgdlasso.fit, s = cv$lambda.min)",
  "nrow(glance(fit))" = "1L",
  "nrow(tidy(fit, return_zeros = TRUE))" = "3L",
  "nrow(augment(fit, d))" = "40L"
)

test_that("alone, every generic is there", {
  expect_equal(attached("sgdlasso", ours)$said, rep("TRUE", length(ours)))
})

test_that("with yardstick, in either order, accuracy() knows fits, data frames and metric sets", {
  theirs <- c(
    "accuracy(d, class, guess)$.estimate" = "mean(d$class == d$guess)",
    "metric_set(accuracy, recall)(d, truth = class, estimate = guess)$.estimate[1]" = "mean(d$class == d$guess)",
    "yardstick::accuracy(fit, d)" = "accuracy(fit, d)"
  )
  for (packages in list(c("sgdlasso", "yardstick"), c("yardstick", "sgdlasso"))) {
    out <- attached(packages, c(ours, theirs))
    expect_equal(out$said, rep("TRUE", length(c(ours, theirs))), info = paste(packages, collapse = ", then "))
  }
  expect_false(out$masked)
})

test_that("with pROC, in either order, roc() knows fits, formulas, and responses with predictors", {
  theirs <- c(
    "as.numeric(roc(d$class, d$a, quiet = TRUE)$auc)" =
      "wilcox.test(a ~ class, d[40:1, ], exact = FALSE)$statistic[[1]] |>
      (\\(w) max(w, prod(table(d$class)) - w) / prod(table(d$class)))()",
    "as.numeric(roc(class ~ a, d, quiet = TRUE)$auc)" = "as.numeric(roc(d$class, d$a, quiet = TRUE)$auc)"
  )
  for (packages in list(c("sgdlasso", "pROC"), c("pROC", "sgdlasso"))) {
    said <- attached(packages, c(ours, theirs))$said
    expect_equal(said, rep("TRUE", length(c(ours, theirs))), info = paste(packages, collapse = ", then "))
  }
})

test_that("with randomForest and ranger, in either order, importance() knows fits, and theirs knows forests", {
  forests <- list(
    randomForest = c("dim(importance(randomForest(class ~ a + b, d, ntree = 5)))" = "c(2L, 1L)"),
    ranger = c(
      "names(importance(ranger(class ~ a + b, d, num.trees = 5, importance = 'impurity')))" = "c('a', 'b')"
    )
  )
  for (packages in list(c("randomForest", "sgdlasso", "ranger"), c("ranger", "sgdlasso", "randomForest"))) {
    code <- c(ours, forests[[packages[3]]])
    expect_equal(attached(packages, code)$said, rep("TRUE", length(code)), info = paste(packages, collapse = ", then "))
  }
})

test_that("every method of a shared name is registered for the other package's generic", {
  registered <- readLines(system.file("NAMESPACE", package = "sgdlasso"))
  for (k in seq_along(shared_generics)) {
    for (class in c("sgdlasso", "cv.sgdlasso")) {
      wanted <- sprintf("S3method(%s::%s,%s)", shared_generics[k], names(shared_generics)[k], class)
      expect_true(wanted %in% gsub(" ", "", registered), info = wanted)
    }
  }
})
