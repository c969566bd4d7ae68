# Prints the tables "The path": whole calls from R, default tol, one thread unless said, beside glmnet and, where they
# are installed, biglasso and adelie, in one run; and writes bench/path.png. Run from the top folder:
#   Rscript bench/path.R            everything
#   Rscript bench/path.R A bS       the table of these cells alone (names of `cells` in cells.R)
#   Rscript bench/path.R --quick    small cells, a picture that is thrown away: to see that all runs
# Where SGDLASSO_NEWEST_GLMNET names a library with another glmnet, the table is printed beside that one too.
source("bench/compare.R")
source("bench/cells.R")
source("bench/race.R")

row_of <- function(cell) {
  message("cell ", cell$name)
  d <- made(cell)
  seconds <- race(list(ours = function() ours(d, cell), glmnet = function() theirs(d, cell)))
  fit <- ours(d, cell)
  checked <- optimality(fit, d$x, d$y)
  peer <- theirs(d, cell)
  c(
    list(
      cell = cell$name, `rows x columns` = paste(dim(d$x), collapse = " x "), lambdas = length(fit$lambda),
      nonzero = max(fit$df), seconds = number(seconds[["ours"]]), glmnet = number(seconds[["glmnet"]]),
      share = number(seconds[["ours"]] / seconds[["glmnet"]]), target = cell$target
    ),
    equal_columns(seconds[["ours"]], equal_gap(d, cell, seconds[["glmnet"]])),
    list(
      gap = number(max(checked$gap)), kkt = number(max(checked$kkt)),
      `glmnet's gap` = number(their_gap(peer, d, cell)), passes = number(fit$passes),
      `two threads` = number(two_threads(function(...) ours(d, cell, ...), seconds[["ours"]]))
    )
  )
}

cat("### The path of 100 lambdas, beside glmnet ", format(utils::packageVersion("glmnet")), "\n\n", sep = "")
cat(
  "\"share\" is ours of glmnet's time at its default; \"at equal gap\" that of its time with the first of 1e-8, 1e-9,",
  "... 1e-15 as thresh with which its largest gap over the path is at most 1e-6, or 1e-5 where it never comes to 1e-6",
  "(target .25; \"<\": its call was ended after ten times its default). Gaps and kkt are those of `optimality()`.",
  "\"two threads\": how many times faster they are, where one takes more than .2 s (target 1.6).\n\n"
)
rows <- lapply(asked_cells(), row_of)
table_of(rows)
beside_newest("bench/path.R")
if (only_race) quit()

cat("### The cells\n\n\"Signal\" and \"noise\" are standard deviations.\n\n")
table_of(lapply(cells, function(cell) list(cell = cell$name, data = cell$data, lambda.min.ratio = number(cell$ratio))))

# Peak memory of a process of its own, before and after the fit.
peak_mb <- function() as.numeric(sub(
  "[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
)) / 1024
if (file.exists("/proc/self/status")) {
  script <- tempfile(fileext = ".R")
  writeLines(c(
    "suppressPackageStartupMessages(library(sgdlasso))",
    sprintf("n <- %d; p <- 50; x <- matrix(0, n, p); set.seed(5)", if (quick) 100000L else 2000000L),
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
for (cell in cells[c("A", "B", "C")]) {
  d <- made(cell)
  lambda <- ours(d, cell)$lambda
  gap_of <- function(a0, beta) max(optimality(list(a0 = a0, beta = beta), d$x, d$y, lambda = lambda)$gap)
  mine <- race(list(function() sgdlasso(d$x, d$y, lambda = lambda, progress = FALSE)))
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
  race(list(
    sgdlasso = function() sgdlasso(x, y, progress = FALSE, trace = FALSE), glmnet = function() glmnet(x, y)
  ))
}
by_n <- 10^(4:if (quick) 5 else 7)
by_p <- 10^(1:if (quick) 3 else 5)
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

grDevices::png(if (quick) tempfile() else "bench/path.png", 1400, 520, res = 130)
graphics::par(mfrow = c(1, 3), mar = c(4.5, 4.8, 3, 1), las = 1)
shares <- vapply(rows, function(row) as.numeric(row$share), 0)
targets <- vapply(cells, function(cell) cell$target, 0)
at <- rev(seq_along(rows))
graphics::plot(shares, at, log = "x", pch = 19, col = "#0072B2", xlim = range(shares, targets), yaxt = "n",
               xlab = "share of glmnet's time", ylab = "", main = "path of 100 lambdas")
graphics::axis(2, at, names(cells))
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
