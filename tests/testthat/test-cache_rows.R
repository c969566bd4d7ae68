expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

blocks_of <- function(source) {
  found <- list()
  for_each_row_block(source, function(block) found <<- c(found, list(block)))
  found
}

test_that("cached rows come back to the bit, block by block, in another session too", {
  d <- make_rows(100)
  colnames(d$x) <- letters[1:8]
  path <- withr::local_tempfile()
  rows <- cache_rows(as_rows(d$x, d$y, d$w, d$o, block = 33), path)
  expect_identical(blocks_of(rows), blocks_of(as_rows(d$x, d$y, d$w, d$o, block = 33)))
  expect_identical(blocks_of(rows), blocks_of(read_cache(path)))
  expect_identical(sgdlasso(rows)$beta, sgdlasso(as_rows(d$x, d$y, d$w, d$o, block = 33))$beta)
  skip_if_not_installed("processx")
  script <- sprintf("library(sgdlasso); cat(format(sgdlasso(read_cache('%s'), lambda = .1)$a0, digits = 17))", path)
  libraries <- paste(.libPaths(), collapse = .Platform$path.sep)
  out <- processx::run(file.path(R.home("bin"), "Rscript"), c("-e", script), env = c("current", R_LIBS = libraries))
  expect_equal(as.numeric(out$stdout), unname(sgdlasso(rows, lambda = 0.1)$a0), tolerance = 1e-15)
})

test_that("a cached formula fits as the formula and predicts from data frames", {
  d <- mixed_frame()
  path <- withr::local_tempfile()
  rows <- cache_rows(as_rows(block_function(d)), path, y ~ a * f + t)
  fit <- sgdlasso(rows, tol = 1e-12)
  whole <- sgdlasso(y ~ a * f + t, data = d, tol = 1e-12)
  expect_equal(same_fit(fit), same_fit(whole), tolerance = 1e-8)
  expect_equal(predict(fit, d[1:9, ]), predict(whole, d[1:9, ]), tolerance = 1e-8)
  expect_equal(coef(cv.sgdlasso(rows, seed = 1), s = 0.1), coef(whole, s = 0.1), tolerance = 0.05)
})

test_that("damage anywhere in the file is an error, never a model", {
  d <- make_rows(40, 3)
  path <- withr::local_tempfile()
  whole <- sgdlasso(cache_rows(as_rows(d$x, d$y, block = 15), path))$beta
  bytes <- readBin(path, "raw", file.size(path))
  with_bytes <- function(changed) {
    writeBin(changed, path)
    sgdlasso(read_cache(path))$beta
  }
  set.seed(1)
  # every byte of the first kilobyte and some of the rest: header, sizes, checksums, numbers, end
  for (at in c(seq_len(600), sample(length(bytes), 200), tail(seq_along(bytes), 40))) {
    bad <- bytes
    bad[at] <- xor(bad[at], as.raw(2^sample(0:7, 1)))
    expect_error(with_bytes(bad), class = "sgdlasso_error_input")
  }
  for (left in c(0, 5, 11, 100, length(bytes) - c(1, 17, 36, 40))) {
    expect_error(with_bytes(bytes[seq_len(left)]), class = "sgdlasso_error_input")
  }
  expect_identical(with_bytes(bytes), whole)
})

test_that("sparse rows stay sparse in the file, and damage there is an error too", {
  d <- make_sparse_rows(200, 40)
  x <- as_sparse(d$x)
  path <- withr::local_tempfile()
  rows <- cache_rows(as_rows(x, d$y, d$w, d$o, block = 33), path)
  expect_lt(file.size(path), 8 * length(d$x) / 2)
  wide <- cbind(x, Matrix::sparseMatrix(i = integer(), j = integer(), x = numeric(), dims = c(200, 1e5)))
  cache_rows(as_rows(wide, d$y), wide_path <- withr::local_tempfile())
  expect_lt(file.size(wide_path), 8 * length(wide) / 50)
  whole <- sgdlasso(x, d$y, weights = d$w, offset = d$o, tol = 1e-12)
  for (threads in 1:3) {
    rows <- read_cache(path, threads = threads)
    expect_equal(same_fit(sgdlasso(rows, tol = 1e-12)), same_fit(whole), tolerance = 1e-7)
    passes <- sgdlasso(rows, tol = 1e-12, solver = solver_exact("passes"))
    expect_equal(passes$beta, whole$beta, tolerance = 1e-5)
    sgd <- sgdlasso(rows, lambda = 0.1, solver = solver_sgd(epochs = 1))
    expect_identical(sgd$beta, sgdlasso(as_rows(x, d$y, d$w, d$o), lambda = 0.1, solver = solver_sgd(epochs = 1))$beta)
  }
  blocks <- list()
  for_each_row_block(rows, function(block) blocks <<- c(blocks, list(block$x)))
  expect_equal(do.call(rbind, blocks), x, ignore_attr = TRUE)
  bytes <- readBin(path, "raw", file.size(path))
  set.seed(2)
  for (at in sample(length(bytes), 150)) {
    bad <- bytes
    bad[at] <- xor(bad[at], as.raw(2^sample(0:7, 1)))
    writeBin(bad, path)
    expect_error(sgdlasso(read_cache(path), lambda = 0.1), class = "sgdlasso_error_input")
  }
})

test_that("a cache knows the classes of a binomial response", {
  d <- make_rows(200, 4, "binomial")
  f <- factor(c("no", "yes"))[d$y + 1]
  path <- withr::local_tempfile()
  rows <- cache_rows(as_rows(d$x, f, block = 60), path, family = "binomial")
  fit <- sgdlasso(rows, family = "binomial", lambda = 0.05, tol = 1e-10)
  whole <- sgdlasso(d$x, f, family = "binomial", lambda = 0.05, tol = 1e-10)
  expect_equal(fit$classnames, c("no", "yes"))
  expect_equal(predict(fit, d$x[1:9, ], type = "class"), predict(whole, d$x[1:9, ], type = "class"))
  expect_equal(fit$beta, whole$beta, tolerance = 1e-4)
  frame <- data.frame(d$x, two = f)
  rows <- cache_rows(as_rows(frame, block = 60), path, two ~ X1 + X2:X3, family = "binomial")
  by_formula <- sgdlasso(rows, family = "binomial", lambda = 0.05)
  expect_equal(
    predict(by_formula, frame[1:5, ], type = "class"),
    predict(sgdlasso(two ~ X1 + X2:X3, data = frame, family = "binomial", lambda = 0.05), frame[1:5, ], type = "class")
  )
  counts <- cbind(rbinom(200, 5, 0.3), 5)
  rows <- cache_rows(as_rows(d$x, counts), path, family = "binomial")
  expect_equal(
    sgdlasso(rows, family = "binomial", lambda = 0.01, tol = 1e-9)$beta,
    sgdlasso(d$x, counts, family = "binomial", lambda = 0.01, tol = 1e-9)$beta, tolerance = 1e-3
  )
})

test_that("what is wrong with a file is named", {
  path <- withr::local_tempfile()
  expect_input_error(read_cache(path), "does not exist")
  writeLines("a,b\n1,2", path)
  expect_input_error(read_cache(path), "is no row file of this package")
  d <- make_rows(40, 3)
  cache_rows(as_rows(d$x, d$y, block = 15), path)
  bytes <- readBin(path, "raw", file.size(path))
  writeBin(head(bytes, -60), path)
  expect_input_error(sgdlasso(read_cache(path)), "cut off after block 2")
  bytes[9] <- as.raw(7)
  writeBin(bytes, path)
  expect_input_error(read_cache(path), "has version 7")
  expect_input_error(cache_rows(as_rows(d$x, d$y), "no such folder/x"), "cannot be written")
  expect_input_error(cache_rows(d$x, path), "must be a row source")
})

test_that("a pass that fails leaves the old file as it was, and nothing beside it", {
  folder <- withr::local_tempdir()
  path <- file.path(folder, "rows")
  d <- make_rows(40, 3)
  cache_rows(as_rows(d$x, d$y), path)
  before <- readBin(path, "raw", file.size(path))
  d$x[30, 2] <- NA
  expect_input_error(cache_rows(as_rows(d$x, d$y, block = 10), path), "missing or infinite")
  expect_identical(readBin(path, "raw", file.size(path)), before)
  expect_identical(list.files(folder), "rows")
})

test_that("a cache whose making was stopped, by an error or an interrupt, is open no longer", {
  skip_if_not(dir.exists("/proc/self/fd"), "no /proc")
  folder <- withr::local_tempdir()
  open_files <- function() sum(
    startsWith(Sys.readlink(list.files("/proc/self/fd", full.names = TRUE)), normalizePath(folder)), na.rm = TRUE
  )
  d <- make_rows(60)
  stopping <- function(how) {
    left <- 0
    as_rows(function(reset) {
      if (reset) return(left <<- 3)
      left <<- left - 1
      if (left == 0) how()
      list(x = d$x, y = d$y)
    })
  }
  interrupt <- function() {
    expect_gt(open_files(), 0) # or nothing would be left to close
    tools::pskill(Sys.getpid(), tools::SIGINT)
    Sys.sleep(1)
  }
  path <- file.path(folder, "rows")
  expect_identical(
    tryCatch(cache_rows(stopping(interrupt), path), interrupt = function(e) "interrupted"), "interrupted"
  )
  expect_error(cache_rows(stopping(function() stop("no more")), path), "no more")
  expect_identical(open_files(), 0L)
  expect_length(list.files(folder), 0)
})

test_that("a full disk is an error that says so", {
  skip_if_not(file.exists("/dev/full"), "there is no /dev/full here")
  result <- r_row_file_create("/dev/full", as.raw(1:3))
  wrote <- if (is.list(result)) result else r_row_file_append(result, list(x = matrix(0, 1e5, 3), y = numeric(1e5)))
  expect_match(wrote$error, "cannot be written.*[Nn]o space")
})

test_that("a cache is read on any number of threads with the same bits, and written from numbers that R never saw", {
  d <- make_rows(500)
  d$w <- d$w + 0.1
  path <- withr::local_tempfile()
  cache_rows(as_rows(d$x, d$y, d$w, d$o, block = 33), path)
  in_r <- read_cache(path)
  in_r$native <- NULL
  expected <- cv.sgdlasso(in_r, seed = 1)[c("cvm", "cvsd", "lambda")]
  for (threads in 1:3)
    expect_identical(cv.sgdlasso(read_cache(path, threads), seed = 1)[c("cvm", "cvsd", "lambda")], expected)
  copies <- file.path(withr::local_tempdir(), c("a", "b"))
  cache_rows(in_r, copies[1])
  cache_rows(read_cache(path, threads = 2), copies[2])
  expect_identical(unname(tools::md5sum(copies)), unname(tools::md5sum(c(path, path))))
  fit <- sgdlasso(as_rows(d$x[1:99, ], d$y[1:99], d$w[1:99], d$o[1:99]), keep.moments = TRUE, tol = 1e-12)
  expect_equal(
    update(fit, moredata = read_cache(path, 2))$beta, update(fit, moredata = in_r)$beta, tolerance = 1e-12
  )
  expect_input_error(read_cache(path, threads = 0), "`threads`")
})

test_that("rows of weight 0 and numbers whose squares are infinite are what they are in R", {
  d <- make_rows(60)
  d$w[c(1, 20)] <- 0
  path <- withr::local_tempfile()
  rows <- cache_rows(as_rows(d$x, d$y, d$w, block = 7), path)
  expect_identical(sgdlasso(rows)$beta, sgdlasso(as_rows(d$x, d$y, d$w, block = 7))$beta)
  rows <- cache_rows(as_rows(d$x, d$y * 1e200, block = 7), path)
  expect_input_error(cv.sgdlasso(rows, seed = 1), "so large that the deviance overflows")
})

test_that("damage is found on several threads too", {
  d <- make_rows(400, 3)
  path <- withr::local_tempfile()
  cache_rows(as_rows(d$x, d$y, block = 15), path)
  bytes <- readBin(path, "raw", file.size(path))
  set.seed(2)
  for (at in sample(length(bytes), 60)) {
    bad <- bytes
    bad[at] <- xor(bad[at], as.raw(2^sample(0:7, 1)))
    writeBin(bad, path)
    expect_error(sgdlasso(read_cache(path, threads = 2)), class = "sgdlasso_error_input")
  }
  for (left in length(bytes) - c(1, 17, 40, 500, 5000)) {
    writeBin(bytes[seq_len(left)], path)
    expect_error(sgdlasso(read_cache(path, threads = 2)), class = "sgdlasso_error_input")
  }
})

test_that("a pass over a cache that is dropped ends its threads", {
  d <- make_rows(400, 3)
  path <- withr::local_tempfile()
  rows <- cache_rows(as_rows(d$x, d$y, block = 15), path)
  before <- thread_ids()
  for (k in 1:50) read_cache(path, threads = 2)$native()$read()
  gc()
  expect_no_more_threads(before)
})

test_that("a cache that fits in every checksum and in nothing else is refused or read, and never ends R", {
  set.seed(13)
  d <- make_sparse_rows(90, 6)
  caches <- list(
    dense = function(path) cache_rows(as_rows(d$x, d$y, d$w, block = 40), path),
    sparse = function(path) cache_rows(as_rows(as_sparse(d$x), d$y, offset = d$o, block = 40), path),
    formula = function(path) cache_rows(as_rows(block_function(mixed_frame(90))), path, y ~ a + f)
  )
  path <- withr::local_tempfile()
  read_all <- function() {
    rows <- read_cache(path, threads = 2)
    fit <- sgdlasso(rows, lambda = 0.1)
    sgdlasso(rows, lambda = 0.1, solver = solver_sgd(epochs = 1))
    if (!is.null(fit$terms)) predict(fit, mixed_frame(90)[1:20, ]) else predict(fit, d$x)
  }
  for (cache in caches) {
    cache(path)
    whole <- readBin(path, "raw", file.size(path))
    file <- take_apart(path)
    header <- header_in(file)
    put_together(file, path, cache_parts(header))
    expect_identical(readBin(path, "raw", file.size(path)), whole) # checksums are those of the package
    expect_sound(lapply(1:60, function(k) {
      bad <- file
      if (k %% 3 == 0) {
        bad <- with_header(file, damaged(header))
      } else {
        piece <- if (k %% 3 == 1) 1 else sample(2:length(file$pieces), 1)
        bytes <- bad$pieces[[piece]]$bytes
        at <- sample(min(length(bytes), if (piece == 1) length(bytes) else 400), 1)
        bytes[at] <- as.raw(sample(c(0, 1, 255, sample(0:255, 2)), 1))
        bad$pieces[[piece]]$bytes <- bytes
      }
      outcome({
        put_together(bad, path, cache_parts(header))
        read_all()
      })
    }))
  }
})

test_that("sparse blocks whose indices lead elsewhere are named", {
  d <- make_sparse_rows(40, 6)
  path <- withr::local_tempfile()
  cache_rows(as_rows(as_sparse(d$x), d$y), path)
  file <- take_apart(path)
  header <- header_in(file)
  bytes <- file$pieces[[2]]$bytes
  integers <- 16 + 4 * (0:6) # starts; the numbers of rows follow
  for (bad in list(c(1, 1L), c(7, -1L), c(3, 100L), c(8, 40L), c(8, -1L), c(9, 0L))) {
    at <- 16 + 4 * (bad[1] - 1) + 1:4
    file$pieces[[2]]$bytes <- replace(bytes, at, writeBin(as.integer(bad[2]), raw()))
    put_together(file, path, cache_parts(header))
    expect_input_error(sgdlasso(read_cache(path), lambda = 0.1), "is damaged in block 1")
  }
})

test_that("a header that holds more than data is not made anything of", {
  path <- withr::local_tempfile()
  d <- make_rows(20, 3)
  cache_rows(as_rows(d$x, d$y), path)
  file <- take_apart(path)
  for (bad in list(
    list(kept = environment()), list(kept = function() 1), list(kept = quote(a)), list(labels = letters)
  )) {
    put_together(with_header(file, utils::modifyList(header_in(file), bad)), path)
    expect_input_error(read_cache(path), "is damaged: its header")
  }
})
