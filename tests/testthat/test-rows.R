# Matrices that lie elsewhere: as those in memory.

expect_same_as_matrix <- function(elsewhere, d) {
  streamed <- sgdlasso(as_rows(elsewhere, d$y, weights = d$w, offset = d$o, block = 30), tol = 1e-12)
  whole <- sgdlasso(d$x, d$y, weights = d$w, offset = d$o, tol = 1e-12)
  expect_equal(same_fit(streamed), same_fit(whole), tolerance = 1e-7)
  expect_equal(
    predict(whole, as_rows(elsewhere, d$y, offset = d$o, block = 7)), predict(whole, d$x, newoffset = d$o)
  )
  expect_error(as_rows(elsewhere, d$y[-1]), "must agree", class = "sgdlasso_error_input")
  expect_error(as_rows(elsewhere), "`y` is missing", class = "sgdlasso_error_input")
}

blocks_of_x <- function(rows) {
  found <- list()
  for_each_row_block(rows, function(block) found <<- c(found, list(block$x)))
  found
}

test_that("a big.matrix gives the in-memory fit", {
  skip_if_not_installed("bigmemory")
  d <- make_rows(200)
  colnames(d$x) <- letters[1:8]
  folder <- withr::local_tempdir()
  big <- bigmemory::as.big.matrix(d$x, backingpath = folder, backingfile = "x", descriptorfile = "x.desc")
  expect_same_as_matrix(big, d)
})

test_that("an FBM of bigstatsr gives the fit of the matrix, of each of its types", {
  skip_if_not_installed("bigstatsr")
  d <- make_rows(200)
  expect_same_as_matrix(bigstatsr::as_FBM(d$x, backingfile = withr::local_tempfile()), d)
  set.seed(3)
  d$x <- matrix(sample(0:2, 2000, TRUE) + 0, 200)
  for (type in c("integer", "unsigned char", "float")) {
    expect_same_as_matrix(bigstatsr::as_FBM(d$x, type = type, backingfile = withr::local_tempfile()), d)
  }
  dosage <- bigstatsr::FBM.code256(200, 10, code = c(0, 0.5, 1, rep(NA, 253)), backingfile = withr::local_tempfile())
  dosage[] <- as.raw(d$x)
  d$x <- d$x / 2
  expect_same_as_matrix(dosage, d)
})

test_that("a missing value of an FBM is refused, as in memory", {
  skip_if_not_installed("bigstatsr")
  d <- make_rows(60)
  d$x[41, 2] <- NA
  big <- bigstatsr::as_FBM(d$x, backingfile = withr::local_tempfile())
  expect_error(sgdlasso(as_rows(big, d$y, block = 20)), "In rows 41 to 60.*missing", class = "sgdlasso_error_input")
})

test_that("a DelayedMatrix gives the fit of the matrix that it stands for, block by block", {
  skip_if_not_installed("DelayedArray")
  d <- make_rows(200)
  colnames(d$x) <- letters[1:8]
  expect_same_as_matrix(DelayedArray::DelayedArray(d$x), d)
  delayed <- exp(DelayedArray::DelayedArray(d$x) / 10)[200:1, 3:1]
  d$x <- exp(d$x / 10)[200:1, 3:1]
  expect_same_as_matrix(delayed, d)
  expect_true(all(vapply(blocks_of_x(as_rows(delayed, d$y, block = 50)), is.matrix, NA)))
  d$x <- round(d$x)
  expect_same_as_matrix(methods::as(d$x, "RleMatrix"), d)
})

test_that("a sparse DelayedMatrix is read in sparse blocks", {
  skip_if_not_installed("DelayedArray")
  d <- make_sparse_rows(90, 25)
  delayed <- DelayedArray::DelayedArray(as_sparse(d$x)) * 2
  d$x <- d$x * 2
  expect_same_as_matrix(delayed, d)
  blocks <- blocks_of_x(as_rows(delayed, d$y, block = 40))
  expect_true(all(vapply(blocks, methods::is, NA, "dgCMatrix")))
  expect_equal(as.matrix(do.call(rbind, blocks)), d$x, ignore_attr = TRUE)
})
