# Prints the tables "Cross-validation" and "Prediction intervals": whole calls beside cv.glmnet at its default, on its
# folds, in one run, one thread. Run from the top folder.
source("bench/compare.R")
source("bench/cells.R")
suppressPackageStartupMessages(library(glmnet))
number <- function(x) if (length(x) == 0 || is.na(x)) "" else format(signif(x, 2), scientific = x < 1e-3)

cells <- list(
  list(name = "A tall", make = cell_a, folds = 10, ratio = 1e-4, family = "gaussian", times = 3, target = 0.03),
  list(name = "B square", make = cell_b, folds = 5, ratio = 5e-2, family = "gaussian", times = 3, target = 0.5),
  list(
    name = "bA", make = function() two_classes(cell_a()), folds = 5, ratio = 1e-4, family = "binomial", times = 1,
    target = 0.4
  ),
  list(name = "F tiny", make = cell_f, folds = 10, ratio = 1e-2, family = "gaussian", times = 20, target = NA)
)

row_of <- function(cell) {
  message("cell ", cell$name)
  d <- cell$make()
  set.seed(1)
  fold <- sample(rep(seq_len(cell$folds), length.out = nrow(d$x)))
  ours <- function() cv.sgdlasso(
    d$x, d$y, foldid = fold, family = cell$family, lambda.min.ratio = cell$ratio, progress = FALSE
  )
  single <- function() sgdlasso(d$x, d$y, cell$family, lambda.min.ratio = cell$ratio, progress = FALSE)
  theirs <- function() suppressWarnings(
    cv.glmnet(d$x, d$y, foldid = fold, family = cell$family, lambda.min.ratio = cell$ratio)
  )
  taken <- function(code) system.time(code())[["elapsed"]]
  times <- apply(
    vapply(seq_len(cell$times), function(k) c(taken(ours), taken(single), taken(theirs)), numeric(3)), 1, median
  )
  if (cell$name == "F tiny")
    times[1:2] <- vapply(list(ours, single), function(code) taken(function() for (k in 1:100) code()) / 100, 0)
  list(
    cell = cell$name, `rows x columns` = paste(dim(d$x), collapse = " x "), folds = cell$folds,
    seconds = number(times[1]),
    `one fit` = number(times[2]), `fits' time` = round(times[1] / times[2], 1), `cv.glmnet` = number(times[3]),
    share = number(times[1] / times[3]), target = number(cell$target), `largest gap` = number(ours()$gap)
  )
}
cat("### Cross-validation\n\n\"fits' time\": the whole cross-validation as a multiple of our own fit to all rows.\n\n")
table_of(lapply(cells, row_of))

# ---- how often CV+ intervals hold the new response --------------------------------------

covered <- function(n = 60, p = 30, new = 20, level = 0.9) {
  x <- matrix(rnorm(n * p), n)
  y <- x[, 1] - x[, 2] + rnorm(n)
  at <- matrix(rnorm(new * p), new)
  truth <- at[, 1] - at[, 2] + rnorm(new)
  cv <- cv.sgdlasso(x, y, progress = FALSE)
  inside <- function(s) {
    bounds <- predict(cv, at, s = s, interval = "prediction", level = level, x = x, y = y)
    c(
      covered = mean(bounds[, "lower"] <= truth & truth <= bounds[, "upper"]),
      width = mean(bounds[, "upper"] - bounds[, "lower"])
    )
  }
  # a lambda that owes nothing to these rows
  c(inside(min(0.15, max(cv$lambda))), inside("lambda.min"), inside("lambda.1se"))
}
message("coverage")
set.seed(2)
found <- rowMeans(replicate(2000, covered()))
guarantee <- 1 - 2 * 0.1 - min(2 * (1 - 1 / 10) / (60 / 10 + 1), (1 - 10 / 60) / (10 + 1))
cat("### Prediction intervals\n\n")
cat("CV+ at level .9 on 2,000 simulated data sets of 60 rows and 30 columns, ten folds, 20 new rows each; guaranteed: ")
cat(sprintf("%.3f.\n\n", guarantee))
table_of(lapply(1:3, function(k) list(
  lambda = c("fixed at .15", "lambda.min", "lambda.1se")[k], covered = round(found[2 * k - 1], 3),
  `mean width` = round(found[2 * k], 2)
)))
