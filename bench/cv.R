# Prints the tables "Cross-validation" and "Prediction intervals": whole calls beside cv.glmnet, on its folds, in one
# run, one thread unless said. Run from the top folder, with the words of path.R:
#   Rscript bench/cv.R [--quick] [CELL ...]
source("bench/compare.R")
source("bench/cells.R")
source("bench/race.R")

row_of <- function(cell) {
  message("cell ", cell$name)
  d <- made(cell)
  set.seed(1)
  d$fold <- sample(rep(seq_len(cell$folds), length.out = nrow(d$x)))
  seconds <- race(list(
    ours = function() ours_cv(d, cell), fit = function() ours(d, cell), glmnet = function() theirs_cv(d, cell)
  ))
  path <- equal_gap(d, cell, timed(function() theirs(d, cell)))
  c(
    list(
      cell = cell$name, `rows x columns` = paste(dim(d$x), collapse = " x "), folds = cell$folds,
      seconds = number(seconds[["ours"]]), `one fit` = number(seconds[["fit"]]),
      `fits' time` = round(seconds[["ours"]] / seconds[["fit"]], 1), `cv.glmnet` = number(seconds[["glmnet"]]),
      share = number(seconds[["ours"]] / seconds[["glmnet"]]), target = number(cell$cv_target)
    ),
    equal_columns(seconds[["ours"]], equal_gap_cv(d, cell, seconds[["glmnet"]], path)),
    list(
      `largest gap` = number(ours_cv(d, cell)$gap),
      `two threads` = number(two_threads(function(...) ours_cv(d, cell, ...), seconds[["ours"]]))
    )
  )
}
cat("### Cross-validation, beside glmnet ", format(utils::packageVersion("glmnet")), "\n\n", sep = "")
cat(
  "\"fits' time\": the whole cross-validation as a multiple of our own fit to all rows. \"at equal gap\": our share of",
  "the time of cv.glmnet with the thresh that its path on all rows needs for our gap, as in the table of paths (target",
  ".25). \"two threads\": as there (target 1.6).\n\n"
)
table_of(lapply(Filter(function(cell) !is.null(cell$folds), asked_cells()), row_of))
beside_newest("bench/cv.R")
if (only_race) quit()

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
found <- rowMeans(replicate(if (quick) 20 else 2000, covered()))
guarantee <- 1 - 2 * 0.1 - min(2 * (1 - 1 / 10) / (60 / 10 + 1), (1 - 10 / 60) / (10 + 1))
cat("### Prediction intervals\n\n")
cat("CV+ at level .9 on 2,000 simulated data sets of 60 rows and 30 columns, ten folds, 20 new rows each; guaranteed: ")
cat(sprintf("%.3f.\n\n", guarantee))
table_of(lapply(1:3, function(k) list(
  lambda = c("fixed at .15", "lambda.min", "lambda.1se")[k], covered = round(found[2 * k - 1], 3),
  `mean width` = round(found[2 * k], 2)
)))
