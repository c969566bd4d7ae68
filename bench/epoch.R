# What an epoch costs. One column says it in units of "sums": the time to sum the same numbers in C++ in the same run,
# which is the speed of memory. Run from the top folder: Rscript bench/epoch.R
source("bench/compare.R")
source("bench/cells.R")

sgd_row <- function(name, x, y, lambda, standardize, unit, target, ...) {
  fit <- function(epochs) {
    sgdlasso(
      x, y, lambda = lambda, standardize = standardize, seed = 1, trace = FALSE,
      solver = solver_sgd(epochs = epochs, ...)
    )
  }
  fit(1L)
  took <- epoch_seconds(fit)
  numbers <- if (is.matrix(x)) length(x) else length(x@x)
  list(
    trainer = name, `ns per number and epoch` = round(1e9 * took[["epoch"]] / numbers, 2),
    `epoch in sums` = round(took[["epoch"]] / unit, 1),
    `set-up in sums` = round(took[["setup"]] / unit, 1), target = target
  )
}

peak_share <- function(copy) {
  # In a process of its own: peak memory above that of the data, as a share of x.
  code <- sprintf(paste(
    "source('bench/compare.R'); source('bench/cells.R'); a <- cell_a(); invisible(gc(reset = TRUE));",
    "peak <- function() as.numeric(sub('[^0-9]*([0-9]+).*', '\\\\1',",
    "grep('VmHWM', readLines('/proc/self/status'), value = TRUE)));",
    "cat('5', file = '/proc/self/clear_refs'); before <- peak();",
    "fit <- sgdlasso(a$x, a$y, lambda = 0.1, seed = 1, trace = FALSE, solver = solver_sgd(epochs = 2, copy = %s));",
    "cat(1024 * (peak() - before) / (8 * length(a$x)))"
  ), copy)
  as.numeric(tail(system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)), stdout = TRUE), 1))
}

cat("## What an epoch costs\n\n",
    "One \"sum\" is the time to sum the same numbers in C++ in the same run: the speed of memory. ",
    "\"Set-up\" is all that a call does before and after its epochs: checking the input, moments, the row-major copy, ",
    "the result.\n\n", sep = "")
cat("### Cell A: 200,000 x 100, dense\n\n")
a <- cell_a()
unit <- sum_seconds(a$x)
cat(sprintf("One sum: %.2f ns per number.\n\n", 1e9 * unit / length(a$x)))
rows <- list()
for (rule in c("adaptive", "cumulative", "dual_averaging", "proximal", "truncated")) for (copy in c(TRUE, FALSE)) {
  target <- if (!copy) "" else if (rule == "adaptive") "4 sums, 5 before" else "2 sums, 5 before"
  name <- paste0(rule, if (!copy) ", copy = FALSE")
  rows[[name]] <- sgd_row(name, a$x, a$y, 0.1, TRUE, unit, target, rule = rule, copy = copy)
}
theirs <- scikit(a$x, a$y, 0.1, "gaussian", c(1, 6))
if (!is.null(theirs)) {
  epoch <- (theirs[[2]]$seconds - theirs[[1]]$seconds) / 5
  rows$scikit <- list(
    trainer = "scikit-learn SGDRegressor", `ns per number and epoch` = round(1e9 * epoch / length(a$x), 2),
    `epoch in sums` = round(epoch / unit, 1), `set-up in sums` = NA, target = ""
  )
}
plain <- function(n) {
  b <- numeric(100)
  b0 <- 0
  for (i in seq_len(n)) {
    xi <- a$x[i, ]
    error <- a$y[i] - sum(xi * b) - b0
    b <- b + 1e-4 * error * xi
    b0 <- b0 + 1e-4 * error
    b <- sign(b) * pmax(abs(b) - 1e-5, 0)
  }
}
loop <- seconds(plain(20000), 3) * 10
rows$plain <- list(trainer = "plain R loop (proximal)", `ns per number and epoch` = round(1e9 * loop / length(a$x), 2),
                   `epoch in sums` = round(loop / unit, 1), `set-up in sums` = NA, target = "")
table_of(rows)
if (file.exists("/proc/self/clear_refs")) {
  cat(sprintf("Memory above x and y, as a share of x: %.2f with a copy, %.2f with copy = FALSE (target .20).\n\n",
              peak_share(TRUE), peak_share(FALSE)))
}

cat("### Cell D: 100,000 x 50,000, 42 nonzeros a row\n\n")
d <- cell_d()
unit <- sum_seconds(d$x)
rows <- list()
for (rule in c("adaptive", "cumulative", "dual_averaging", "proximal", "truncated")) {
  rows[[rule]] <- sgd_row(rule, d$x, d$y, 0.05, FALSE, unit, if (rule == "adaptive") "6 ns" else "", rule = rule)
}
theirs <- scikit(d$x, d$y, 0.05, "gaussian", c(1, 6))
if (!is.null(theirs)) {
  epoch <- (theirs[[2]]$seconds - theirs[[1]]$seconds) / 5
  rows$scikit <- list(
    trainer = "scikit-learn SGDRegressor", `ns per number and epoch` = round(1e9 * epoch / length(d$x@x), 2),
    `epoch in sums` = round(epoch / unit, 1), `set-up in sums` = NA, target = ""
  )
}
table_of(rows)

cat("### Cell F: the published run on twenty cities, whole calls from R\n\n")
scaled <- murder_rates
scaled[] <- Map(`/`, murder_rates, c(1e7, 100, 10, 100))
x <- as.matrix(scaled[, 1:3])
y <- scaled$murder_rate
solver <- solver_nudge(nudge = 0.001, rate = 0.06, epochs = 8)
by_matrix <- function() sgdlasso(x, y, standardize = FALSE, seed = 0, solver = solver)
by_formula <- function() {
  sgdlasso(
    murder_rate ~ population + low_income + unemployed, data = scaled, standardize = FALSE, seed = 0, solver = solver
  )
}
loop <- function() {
  b <- c(0.5, 0.7, 0.6)
  b0 <- 0
  for (epoch in 1:8) {
    for (i in sample(20)) {
      error <- y[i] - sum(x[i, ] * b) - b0
      b <- b + 0.06 * x[i, ] * error
      b0 <- b0 + 0.06 * error
      b <- b - 0.001 * sign(b)
      b0 <- b0 - 0.001 * sign(b0)
    }
    mean((y - x %*% b - b0)^2)
  }
}
for (k in 1:50) {
  by_matrix()
  by_formula()
  loop()
}
milliseconds <- function(call) 1000 * seconds(for (k in 1:200) call(), 7) / 200
table_of(list(
  list(call = "sgdlasso(x, y)", milliseconds = round(milliseconds(by_matrix), 2), target = "1"),
  list(call = "sgdlasso(formula, data)", milliseconds = round(milliseconds(by_formula), 2), target = "2"),
  list(call = "plain R loop", milliseconds = round(milliseconds(loop), 2), target = "")
))
