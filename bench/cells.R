# The data sets that the tables of this folder speak of. Each function returns list(x, y, signal, chosen).
#
# "Signal" and "noise" are standard deviations: of the linear predictor, and of what is added to it. Two classes are
# drawn by the logistic function of the signal, as the sign of the signal plus a noise of deviation 1.81, pi / sqrt(3).
#
# To add a cell to the tables of paths: its function, with n and p as arguments, and an entry of `cells` at the end.

# Columns with correlation rho between neighbours.
ar_columns <- function(n, p, rho) {
  x <- matrix(rnorm(n * p), n, p)
  for (j in seq_len(p)[-1]) x[, j] <- rho * x[, j - 1] + sqrt(1 - rho^2) * x[, j]
  x
}

# `nonzero` of the first `among` columns matter, with effects of .5 to 1.5 of either sign; the signal is `times` the
# noise.
add_response <- function(x, nonzero, among = ncol(x), times = 2) {
  chosen <- sort(sample(among, nonzero))
  signal <- as.numeric(
    x[, chosen, drop = FALSE] %*% (runif(nonzero, 0.5, 1.5) * sample(c(-1, 1), nonzero, replace = TRUE))
  )
  list(x = x, y = signal + sd(signal) / times * rnorm(nrow(x)), signal = signal, chosen = chosen)
}

# The same columns with two classes: 1 with the probability that the signal has on the logit scale, at standard
# deviation `size`.
two_classes <- function(cell, size = 2) {
  set.seed(6)
  cell$y <- rbinom(nrow(cell$x), 1, plogis(size * cell$signal / sd(cell$signal)))
  cell
}

# The same columns with counts: the logarithm of their mean is the signal, at standard deviation .5.
counts <- function(cell) {
  set.seed(8)
  cell$y <- rpois(nrow(cell$x), exp(cell$signal / sd(cell$signal) / 2))
  cell
}

# A tall: dense, AR(.5) columns, 20 of 100 matter
cell_a <- function(n = 200000, p = 100) {
  set.seed(1)
  add_response(ar_columns(n, p, 0.5), 20)
}

# D text: sparse, 50 words a row, word frequencies by Zipf's law, 200 of the 2,000 most
# frequent columns of 50,000 matter
cell_d <- function(n = 100000, p = 50000, words = 50, times = 2) {
  set.seed(2)
  column <- sample.int(p, n * words, replace = TRUE, prob = 1 / seq_len(p))
  row <- rep(seq_len(n), each = words)
  seen <- !duplicated(as.double(row) * p + column)
  x <- Matrix::sparseMatrix(i = row[seen], j = column[seen], x = abs(rnorm(sum(seen))) + 0.5, dims = c(n, p))
  add_response(x, 200, among = min(2000, p), times)
}

# S: as much noise as signal
cell_s <- function(n = 100000, p = 50000) cell_d(n, p, times = 1)

# B square: as many columns as rows, 50 matter
cell_b <- function(n = 5000, p = 5000) {
  set.seed(3)
  add_response(matrix(rnorm(n * p), n, p), 50, times = 3)
}

# C wide: 100 columns a row, AR(.7), 30 matter
cell_c <- function(n = 500, p = 50000) {
  set.seed(4)
  add_response(ar_columns(n, p, 0.7), 30, times = 3)
}

# G genes: few rows, AR(.7), 20 matter
cell_g <- function(n = 200, p = 20000) {
  set.seed(7)
  add_response(ar_columns(n, p, 0.7), 20, times = 3)
}

# E big tall
cell_e <- function(n = 2000000, p = 50) {
  set.seed(5)
  add_response(ar_columns(n, p, 0.5), 20)
}

# F tiny: the twenty cities
cell_f <- function() {
  list(x = as.matrix(sgdlasso::murder_rates[, 1:3]), y = sgdlasso::murder_rates$murder_rate)
}

# Q everyday: independent, 10 matter; as many columns as rows, or more
cell_q <- function(n = 1000, p = 1000) {
  set.seed(9)
  add_response(matrix(rnorm(n * p), n, p), 10)
}

cell_ba <- function(n = 200000, p = 100) two_classes(cell_a(n, p))
cell_bd <- function(n = 100000, p = 20000) two_classes(cell_d(n, p))
cell_bg <- function(n = 200, p = 20000) two_classes(cell_g(n, p))
cell_bs <- function(n = 100000, p = 20000) two_classes(cell_d(n, p), size = pi / sqrt(3))
cell_p <- function(n = 100000, p = 200) counts(cell_a(n, p))
# T few texts: more words than texts, many of which are in one text or two
cell_t <- function(n = 1000, p = 20000) cell_d(n, p, words = 150, times = 1)
cell_bt <- function(n = 1000, p = 20000) two_classes(cell_t(n, p), size = pi / sqrt(3))
cell_bq <- function(n = 200, p = 300) two_classes(cell_q(n, p))
cell_pq <- function(n = 200, p = 1000) counts(cell_q(n, p))

# ---- the cells of the tables of paths and of cross-validation -------------------------

# `data` says what the columns and the response are; `ratio` is lambda.min.ratio; `target` the share of glmnet's time
# that is wanted of the path, `cv_target` that of cross-validation with so many `folds`, where it is measured.
cell <- function(name, data, make, ratio, target, family = "gaussian", standardize = TRUE, folds = NULL,
                 cv_target = NA) {
  list(
    name = name, data = data, make = make, ratio = ratio, target = target, family = family,
    standardize = standardize, folds = folds, cv_target = cv_target
  )
}
zipf <- "sparse, 50 a row by Zipf's law, 200 nonzero"
rare <- sub("50", "150", zipf)
cells <- list(
  A = cell(
    "A tall", "AR(.5), 20 nonzero, signal = 2 x noise", cell_a, 1e-4, target = 0.1, folds = 10, cv_target = 0.03
  ),
  B = cell(
    "B square", "independent, 50 nonzero, signal = 3 x noise", cell_b, 5e-2, target = 0.35, folds = 5, cv_target = 0.5
  ),
  C = cell(
    "C wide", "AR(.7), 30 nonzero, signal = 3 x noise", cell_c, 1e-2, target = 0.5, folds = 5, cv_target = 0.4
  ),
  D = cell(
    "D text", paste0(zipf, ", not standardised, signal = 2 x noise"), cell_d, 1e-2, target = 0.25, standardize = FALSE
  ),
  E = cell("E big tall", "AR(.5), 20 nonzero, signal = 2 x noise", cell_e, 1e-4, target = 0.12),
  F = cell("F tiny", "the twenty cities", cell_f, 1e-2, target = 1, folds = 10),
  G = cell(
    "G genes", "AR(.7), 20 nonzero, signal = 3 x noise", cell_g, 1e-2, target = 0.4, folds = 10, cv_target = 0.3
  ),
  P = cell("P counts", "AR(.5), 20 nonzero, log mean of deviation .5", cell_p, 1e-4, target = 0.45, family = "poisson"),
  Q = cell("Q everyday", "independent, 10 nonzero, signal = 2 x noise", cell_q, 1e-4, target = 1),
  S = cell("S", paste0(zipf, ", signal = noise"), cell_s, 1e-2, target = 0.6),
  S4 = cell("S, default grid", paste0(zipf, ", signal = noise"), cell_s, 1e-4, target = 1),
  T = cell("T, few texts", paste0(rare, ", signal = noise"), cell_t, 1e-2, target = 1),
  bA = cell(
    "bA", "A, two classes, logit of deviation 2", cell_ba, 1e-4, target = 0.35, family = "binomial", folds = 5,
    cv_target = 0.4
  ),
  bD = cell(
    "bD", paste0(zipf, ", not standardised, two classes, logit of deviation 2"), cell_bd, 1e-2, target = 0.35,
    family = "binomial", standardize = FALSE, folds = 5, cv_target = 0.4
  ),
  bG = cell(
    "bG", "G, two classes, logit of deviation 2", cell_bg, 1e-2, target = 0.6, family = "binomial", folds = 10,
    cv_target = 0.45
  ),
  bS = cell(
    "bS", paste0(zipf, ", two classes, signal = noise: logit of deviation 1.81"), cell_bs, 1e-2, target = 1,
    family = "binomial"
  ),
  bT = cell(
    "bT", paste0(rare, ", two classes, signal = noise: logit of deviation 1.81"), cell_bt, 1e-2, target = 1,
    family = "binomial"
  ),
  bQ = cell(
    "bQ", "independent, 10 nonzero, two classes, logit of deviation 2", cell_bq, 1e-2, target = 1, family = "binomial"
  ),
  pQ = cell(
    "pQ", "independent, 10 nonzero, counts, log mean of deviation .5", cell_pq, 1e-2, target = 1, family = "poisson"
  )
)

# ---- the command line -----------------------------------------------------------------

# path.R and cv.R take: names of cells (A bS), which are then the only ones; --race: the tables of races alone, nothing
# else that they print; --quick: every cell at a fiftieth of its size, at least 100, to see that a script runs.
words <- commandArgs(TRUE)
quick <- "--quick" %in% words
named <- intersect(names(cells), words)
unknown <- setdiff(words, c(names(cells), "--race", "--quick"))
if (length(unknown)) stop("No cell or option: ", toString(unknown), ". Cells are ", toString(names(cells)), ".")
only_race <- length(named) > 0 || "--race" %in% words
asked_cells <- function() cells[if (length(named)) named else names(cells)]

made <- function(cell) {
  if (!quick) return(cell$make())
  sizes <- formals(cell$make)[names(formals(cell$make)) %in% c("n", "p")]
  do.call(cell$make, lapply(sizes, function(size) min(size, max(100, size / 50))))
}
