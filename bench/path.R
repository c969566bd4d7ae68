# Prints the tables "The path": whole calls from R, default tol, one thread unless said, beside glmnet at its default
# and, where they are installed, biglasso and adelie, in one run; and writes bench/path.png. Run from the top folder.
source("bench/compare.R")
source("bench/cells.R")
suppressPackageStartupMessages(library(glmnet))
times <- 3

cells <- list(
  list(name = "A tall", make = cell_a, ratio = 1e-4, family = "gaussian", standardize = TRUE, target = 0.1),
  list(name = "B square", make = cell_b, ratio = 5e-2, family = "gaussian", standardize = TRUE, target = 0.5),
  list(name = "C wide", make = cell_c, ratio = 1e-2, family = "gaussian", standardize = TRUE, target = 0.4),
  list(name = "D text", make = cell_d, ratio = 1e-2, family = "gaussian", standardize = FALSE, target = 0.2),
  list(name = "E big tall", make = cell_e, ratio = 1e-4, family = "gaussian", standardize = TRUE, target = 0.08),
  list(name = "F tiny", make = cell_f, ratio = 1e-2, family = "gaussian", standardize = TRUE, target = 1),
  list(name = "S", make = cell_d, ratio = 1e-2, family = "gaussian", standardize = TRUE, target = 0.5),
  list(
    name = "bA", make = function() two_classes(cell_a()), ratio = 1e-4, family = "binomial", standardize = TRUE,
    target = 0.4
  ),
  list(
    name = "bD", make = function() two_classes(cell_d(p = 20000)), ratio = 1e-2, family = "binomial",
    standardize = FALSE, target = 0.3
  ),
  list(
    name = "bS", make = function() two_classes(cell_d(p = 20000)), ratio = 1e-2, family = "binomial",
    standardize = TRUE, target = 1
  )
)

ours <- function(d, cell, ...) {
  sgdlasso(
    d$x, d$y, cell$family, lambda.min.ratio = cell$ratio, standardize = cell$standardize, progress = FALSE,
    trace = FALSE, ...
  )
}
theirs <- function(d, cell, ...) {
  glmnet(d$x, d$y, cell$family, lambda.min.ratio = cell$ratio, standardize = cell$standardize, ...)
}
number <- function(x) if (length(x) == 0 || is.na(x)) "" else format(signif(x, 2), scientific = x < 1e-3)

# Medians of runs in turns; several calls a run where one is too short to time.
race <- function(d, cell) {
  again <- if (cell$name == "F tiny") 200 else 1
  run <- function(fit) system.time(for (k in seq_len(again)) fit(d, cell))[["elapsed"]] / again
  both <- vapply(seq_len(times), function(k) c(run(ours), run(theirs)), c(0, 0))
  apply(both, 1, median)
}

row_of <- function(cell) {
  message("cell ", cell$name)
  d <- cell$make()
  seconds <- race(d, cell)
  fit <- ours(d, cell)
  checked <- optimality(fit, d$x, d$y)
  peer <- theirs(d, cell)
  peer_gap <- optimality(list(a0 = peer$a0, beta = peer$beta), d$x, d$y, lambda = peer$lambda, family = cell$family,
                         standardize = cell$standardize)$gap
  tight <- if (cell$name %in% c("A tall", "B square", "C wide", "D text", "S")) {
    system.time(theirs(d, cell, thresh = 1e-10))[["elapsed"]]
  }
  list(
    cell = cell$name, `rows x columns` = paste(dim(d$x), collapse = " x "), lambdas = length(fit$lambda),
    nonzero = max(fit$df), seconds = number(seconds[1]), glmnet = number(seconds[2]),
    share = number(seconds[1] / seconds[2]), target = cell$target,
    gap = number(max(checked$gap)), kkt = number(max(checked$kkt)), `glmnet's gap` = number(max(peer_gap)),
    `glmnet at 1e-10` = number(tight), passes = number(fit$passes)
  )
}

rows <- lapply(cells, row_of)
cat("### The path of 100 lambdas\n\n")
cat(
  "Largest gap over the path, recomputed by `optimality()`; `kkt` as there.",
  "\"glmnet at 1e-10\" is its time with thresh = 1e-10.\n\n"
)
table_of(rows)

cat("### Two threads\n\nSeconds of the whole call.\n\n")
table_of(lapply(cells[c(1, 5)], function(cell) {
  d <- cell$make()
  both <- vapply(seq_len(5), function(k) {
    vapply(1:2, function(threads) system.time(ours(d, cell, threads = threads))[["elapsed"]], 0)
  }, c(0, 0))
  middle <- apply(both, 1, median)
  list(
    cell = cell$name, `one thread` = number(middle[1]), two = number(middle[2]), ratio = round(middle[1] / middle[2], 2)
  )
}))

# Peak memory of a process of its own, before and after the fit.
peak_mb <- function() as.numeric(sub(
  "[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
)) / 1024
if (file.exists("/proc/self/status")) {
  script <- tempfile(fileext = ".R")
  writeLines(c(
    "suppressPackageStartupMessages(library(sgdlasso))",
    "n <- 2000000; p <- 50; x <- matrix(0, n, p); set.seed(5)",
    "for (j in seq_len(p)) x[, j] <- rnorm(n)",
    "y <- x[, 1] + rnorm(n)",
    paste("peak <-", paste(deparse(peak_mb), collapse = "\n")),
    "invisible(gc())",
    "cat('5', file = '/proc/self/clear_refs')  # the peak starts anew",
    "before <- peak()",
    "fit <- sgdlasso(x, y, progress = FALSE)",
    "cat(before, peak(), 8 * n * p / 2^20)"
  ), script)
  memory <- scan(text = system2(file.path(R.home("bin"), "Rscript"), script, stdout = TRUE), quiet = TRUE)
  cat(sprintf("Memory on E: x takes %.0f MB; the peak of the process rose from %.0f to %.0f MB, by %.2f times x.\n\n",
              memory[3], memory[1], memory[2], (memory[2] - memory[1]) / memory[3]))
}

# ---- other peers, where they are installed -----------------------------------------

peer_row <- function(name, package, seconds_and_gap) {
  if (!requireNamespace(package, quietly = TRUE)) return(NULL)
  found <- tryCatch(seconds_and_gap(), error = function(e) NULL)
  if (is.null(found)) return(NULL)
  list(
    cell = name, peer = paste(package, utils::packageVersion(package)), seconds = number(found[1]),
    gap = number(found[2])
  )
}
others <- list()
for (cell in cells[1:3]) {
  d <- cell$make()
  lambda <- ours(d, cell)$lambda
  gap_of <- function(a0, beta) max(optimality(list(a0 = a0, beta = beta), d$x, d$y, lambda = lambda)$gap)
  mine <- median(vapply(
    1:3, function(k) system.time(sgdlasso(d$x, d$y, lambda = lambda, progress = FALSE))[["elapsed"]], 0
  ))
  others <- c(others, list(
    list(
      cell = cell$name, peer = "sgdlasso", seconds = number(mine),
      gap = number(max(sgdlasso(d$x, d$y, lambda = lambda)$gap))
    ),
    peer_row(cell$name, "biglasso", function() {
      big <- bigmemory::as.big.matrix(d$x, type = "double")
      t <- system.time(fit <- biglasso::biglasso(big, d$y, lambda = lambda, warn = FALSE))[["elapsed"]]
      c(t, gap_of(as.numeric(fit$beta[1, ]), as.matrix(fit$beta[-1, ])))
    }),
    peer_row(cell$name, "adelie", function() {
      t <- system.time(fit <- adelie::grpnet(d$x, adelie::glm.gaussian(d$y), lambda = lambda, standardize = TRUE,
                                             progress_bar = FALSE, early_exit = FALSE))[["elapsed"]]
      beta <- coef(fit)
      c(t, gap_of(as.numeric(beta$intercepts), t(as.matrix(beta$betas))))
    })
  ))
}
others <- Filter(Negate(is.null), others)
cat("### Other packages, at their defaults, on our lambdas\n\n")
table_of(others)

# ---- growth --------------------------------------------------------------------------

growth <- function(n, p) {
  set.seed(7)
  x <- matrix(rnorm(n * p), n, p)
  y <- as.numeric(x[, 1:5] %*% rnorm(5)) + rnorm(n)
  again <- max(1, round(1e6 / (n * p)))
  one <- function(fit) median(vapply(
    1:3, function(k) system.time(for (i in seq_len(again)) fit(x, y))[["elapsed"]], 0
  )) / again
  c(sgdlasso = one(function(x, y) sgdlasso(x, y, progress = FALSE, trace = FALSE)), glmnet = one(glmnet))
}
by_n <- c(1e4, 1e5, 1e6, 1e7)
by_p <- c(10, 100, 1000, 10000, 1e5)
message("growth")
in_n <- vapply(by_n, growth, c(0, 0), p = 10)
in_p <- vapply(by_p, function(p) growth(200, p), c(0, 0))
cat("### Growth\n\nSeconds of a whole path; p = 10 while n grows, n = 200 while p grows.\n\n")
table_of(c(
  lapply(
    seq_along(by_n),
    function(k) list(n = format(by_n[k]), p = "10", sgdlasso = number(in_n[1, k]), glmnet = number(in_n[2, k]))
  ),
  lapply(
    seq_along(by_p),
    function(k) list(n = "200", p = format(by_p[k]), sgdlasso = number(in_p[1, k]), glmnet = number(in_p[2, k]))
  )
))

grDevices::png("bench/path.png", 1400, 520, res = 130)
graphics::par(mfrow = c(1, 3), mar = c(4.5, 4.8, 3, 1), las = 1)
shares <- vapply(rows, function(row) as.numeric(row$share), 0)
targets <- vapply(cells, function(cell) cell$target, 0)
at <- rev(seq_along(rows))
graphics::plot(shares, at, log = "x", pch = 19, col = "#0072B2", xlim = range(shares, targets), yaxt = "n",
               xlab = "share of glmnet's time", ylab = "", main = "path of 100 lambdas")
graphics::axis(2, at, vapply(cells, function(cell) sub(" .*", "", cell$name), ""))
graphics::points(targets, at, pch = 3, col = "#D55E00")
graphics::abline(v = 1, col = "grey70")
graphics::legend("bottomleft", c("measured", "target"), pch = c(19, 3), col = c("#0072B2", "#D55E00"), bty = "n")
curves <- function(x, seconds, xlab, main) {
  graphics::matplot(x, t(seconds), log = "xy", type = "b", pch = c(19, 1), lty = 1, col = c("#0072B2", "#D55E00"),
                    xlab = xlab, ylab = "", main = main)
  graphics::legend("topleft", c("sgdlasso", "glmnet"), pch = c(19, 1), col = c("#0072B2", "#D55E00"), bty = "n")
}
curves(by_n, in_n, "rows", "seconds, 10 columns")
curves(by_p, in_p, "columns", "seconds, 200 rows")
invisible(grDevices::dev.off())
