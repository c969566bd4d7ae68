# The data sets that the tables of this folder speak of. Each function returns list(x, y).

# Columns with correlation rho between neighbours.
ar_columns <- function(n, p, rho) {
  x <- matrix(rnorm(n * p), n, p)
  for (j in seq_len(p)[-1]) x[, j] <- rho * x[, j - 1] + sqrt(1 - rho^2) * x[, j]
  x
}

# `nonzero` of the first `among` columns matter, with effects of .5 to 1.5 of either sign; the signal's variance is four
# times the noise's.
add_response <- function(x, nonzero, among = ncol(x)) {
  chosen <- sort(sample(among, nonzero))
  signal <- as.numeric(
    x[, chosen, drop = FALSE] %*% (runif(nonzero, 0.5, 1.5) * sample(c(-1, 1), nonzero, replace = TRUE))
  )
  list(x = x, y = signal + sd(signal) / 2 * rnorm(nrow(x)), signal = signal, chosen = chosen)
}

# A tall: dense, AR(.5) columns, 20 of 100 matter
cell_a <- function(n = 200000, p = 100) {
  set.seed(1)
  add_response(ar_columns(n, p, 0.5), 20)
}

# D text: sparse, 50 words a row, word frequencies by Zipf's law, 200 of the 2,000 most
# frequent columns of 50,000 matter
cell_d <- function(n = 100000, p = 50000, words = 50) {
  set.seed(2)
  column <- sample.int(p, n * words, replace = TRUE, prob = 1 / seq_len(p))
  row <- rep(seq_len(n), each = words)
  seen <- !duplicated(as.double(row) * p + column)
  x <- Matrix::sparseMatrix(i = row[seen], j = column[seen], x = abs(rnorm(sum(seen))) + 0.5, dims = c(n, p))
  add_response(x, 200, among = 2000)
}

# B square: as many columns as rows, 50 matter
cell_b <- function(n = 5000, p = 5000) {
  set.seed(3)
  add_response(matrix(rnorm(n * p), n, p), 50)
}

# C wide: 100 columns a row, AR(.7), 30 matter
cell_c <- function(n = 500, p = 50000) {
  set.seed(4)
  add_response(ar_columns(n, p, 0.7), 30)
}

# E big tall
cell_e <- function(n = 2000000, p = 50) {
  set.seed(5)
  add_response(ar_columns(n, p, 0.5), 20)
}

# The same columns with two classes: 1 with the probability that the signal has on the logit scale, at standard
# deviation 2.
two_classes <- function(cell) {
  set.seed(6)
  cell$y <- rbinom(nrow(cell$x), 1, plogis(2 * cell$signal / sd(cell$signal)))
  cell
}

# F tiny: the twenty cities
cell_f <- function() {
  list(x = as.matrix(sgdlasso::murder_rates[, 1:3]), y = sgdlasso::murder_rates$murder_rate)
}
