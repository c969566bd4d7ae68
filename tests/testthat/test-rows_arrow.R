expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

# The frame as record batches of random length, made into a new stream at each call.
stream_of <- function(d) {
  blocks <- random_blocks(d)
  function() nanoarrow::basic_array_stream(lapply(blocks, as_batch))
}

# Ordered factors by hand, which nanoarrow does not make.
as_batch <- function(d) {
  is_ordered <- vapply(d, is.ordered, NA)
  d[is_ordered] <- lapply(d[is_ordered], function(o) structure(o, class = "factor"))
  in_order(nanoarrow::as_nanoarrow_array(d), is_ordered)
}

in_order <- function(batch, is_ordered) {
  schema <- nanoarrow::infer_nanoarrow_schema(batch)
  columns <- Map(function(column, ordered) {
    if (ordered) nanoarrow::nanoarrow_schema_modify(column, list(flags = column$flags + 1L)) else column
  }, schema$children, is_ordered)
  nanoarrow::nanoarrow_array_set_schema(batch, nanoarrow::nanoarrow_schema_modify(schema, list(children = columns)))
  batch
}

blocks_read <- function(rows) {
  found <- list()
  for_each_row_block(rows, function(block) found <<- c(found, list(block)))
  found
}

column_of <- function(array) {
  batch <- nanoarrow::as_nanoarrow_array(data.frame(v = seq_len(array$length)))
  batch <- nanoarrow::nanoarrow_array_modify(batch, list(children = list(v = array)))
  blocks_read(rows_arrow(batch))[[1]]$v
}

array_of <- function(values, type) nanoarrow::as_nanoarrow_array(values, schema = type)

# A value, a missing one and another value, by the bytes of all three.
array_of_bytes <- function(type, bytes) {
  nanoarrow::nanoarrow_array_modify(
    nanoarrow::nanoarrow_array_init(type), list(length = 3, null_count = 1, buffers = list(as.raw(5), bytes))
  )
}

test_that("an Arrow stream gives the in-memory fit, once, or as often as it is made", {
  skip_if_not_installed("nanoarrow")
  d <- mixed_frame()[c("b", "k", "y")]
  arrays <- lapply(split(d, rep(1:3, each = 100)), nanoarrow::as_nanoarrow_array)
  stream <- function() nanoarrow::basic_array_stream(arrays)
  whole <- sgdlasso(as.matrix(d[1:2]), d$y, lambda = 0.1)
  once <- rows_arrow(stream(), y = "y")
  expect_false(once$rewindable)
  expect_equal(sgdlasso(once, lambda = 0.1)$beta, whole$beta, tolerance = 1e-10)
  expect_input_error(sgdlasso(once, lambda = 0.1), "read to its end")
  expect_equal(sgdlasso(y ~ ., data = rows_arrow(stream), lambda = 0.1)$beta, whole$beta, tolerance = 1e-10)
})

test_that("random formulas on random frames in random batches give the in-memory fit", {
  skip_if_not_installed("nanoarrow")
  fits <- check_draws(201:225, function(draw, fit, whole, about) {
    plain <- draw$d
    plain$id <- r_integer64(unclass(plain$id))$values # nanoarrow asks bit64 for the values of others
    units(plain$took) <- "secs" # as Arrow has them
    whole <- fit_or_refusal(fit(plain, tol = 1e-12, lambda = c(.5, .1, .01)))
    streamed <- fit_or_refusal(fit(rows_arrow(stream_of(plain)), tol = 1e-12, lambda = c(.5, .1, .01)))
    expect_same_outcome(streamed, whole, draw, about)
  })
  expect_gt(fits, 12)
})

test_that("predictions of batches are those of the data frame", {
  skip_if_not_installed("nanoarrow")
  d <- mixed_frame(90)
  fit <- sgdlasso(y ~ a * f + t + l, d, lambda = 0.05)
  rows <- rows_arrow(stream_of(d[setdiff(names(d), "y")]))
  expect_equal(predict(fit, rows), predict(fit, d))
  expect_equal(predict(fit, rows), predict(fit, d))
})

test_that("every type of column becomes what it means, with its missing values", {
  skip_if_not_installed("nanoarrow")
  type <- nanoarrow::na_type
  sizes <- c(int8 = 1, uint8 = 1, int16 = 2, uint16 = 2, int32 = 4, uint32 = 4)
  for (name in names(sizes)) {
    bytes <- writeBin(c(1L, 0L, -7L), raw(), size = sizes[[name]], endian = "little")
    last <- if (startsWith(name, "u")) 256^sizes[[name]] - 7 else -7
    expect_equal(as.numeric(column_of(array_of_bytes(type(name), bytes))), c(1, NA, last), info = name)
  }
  for (size in c(4, 8)) {
    bytes <- writeBin(c(0.5, 0, -7), raw(), size = size, endian = "little")
    expect_equal(column_of(array_of_bytes(type(c("float", "double")[size / 4]), bytes)), c(0.5, NA, -7))
  }
  halves <- as.raw(c(0x00, 0x38, 0, 0, 0x00, 0xc7))
  expect_equal(column_of(array_of_bytes(type("half_float"), halves)), c(0.5, NA, -7))
  expect_identical(column_of(array_of(c(TRUE, NA), nanoarrow::na_bool())), c(TRUE, NA))
  for (name in c("string", "large_string", "string_view")) {
    expect_identical(column_of(array_of(c("a", NA, "\u00e4"), type(name))), c("a", NA, "\u00e4"), info = name)
  }
  day <- as.Date("2020-02-29") + c(0, NA, 1)
  expect_identical(column_of(array_of(day, nanoarrow::na_date32())), day)
  time <- as.POSIXct("2020-02-29 12:34:56", tz = "UTC") + c(0, NA, 1)
  for (unit in c("s", "ms", "us", "ns")) {
    expect_no_warning(found <- column_of(array_of(time, nanoarrow::na_timestamp(unit, "UTC"))))
    expect_equal(found, time, info = unit)
  }
  took <- as.difftime(c(5, NA, 90), units = "secs")
  expect_equal(column_of(array_of(took, nanoarrow::na_duration("ms"))), took)
  expect_identical(number_kind(column_of(array_of(took, nanoarrow::na_duration("ms")))), "difftime in secs")
  of_day <- array_of_bytes(nanoarrow::na_time32("ms"), writeBin(c(5000L, 0L, 90000L), raw(), endian = "little"))
  expect_identical(column_of(of_day), as.difftime(c(5, NA, 90), units = "secs"))
  none <- nanoarrow::nanoarrow_array_init(nanoarrow::na_na())
  none <- nanoarrow::nanoarrow_array_modify(none, list(length = 3, null_count = 3))
  expect_identical(column_of(none), c(NA, NA, NA))
})

test_that("64-bit integers follow the package's rules", {
  skip_if_not_installed("nanoarrow")
  skip_if_not_installed("bit64")
  wide <- bit64::as.integer64(c("1", NA, "-3", "9007199254740993"))
  found <- column_of(array_of(wide, nanoarrow::na_int64()))
  expect_s3_class(found, "integer64")
  expect_identical(unclass(found), unclass(wide))
  d <- data.frame(y = c(1, 5, 2, 4), a = c(1, 3, 2, 2))
  d$id <- wide
  rows <- rows_arrow(stream_of(d))
  expect_equal(coef(sgdlasso(y ~ a, rows, lambda = 0.1)), coef(sgdlasso(y ~ a, d, lambda = 0.1)), tolerance = 1e-8)
  expect_input_error(sgdlasso(y ~ id, rows, lambda = 0.1), "beyond 2\\^53")
  d$id <- bit64::as.integer64(4:1)
  expect_equal(
    coef(sgdlasso(y ~ id, rows_arrow(stream_of(d)), lambda = 0.1)), coef(sgdlasso(y ~ id, d, lambda = 0.1)),
    tolerance = 1e-8
  )
  unsigned <- function(last) array_of_bytes(nanoarrow::na_uint64(), as.raw(c(1, rep(0, 15), last)))
  expect_equal(column_of(unsigned(c(rep(0, 6), 16, 0))), c(1, NA, 2^52))
  expect_input_error(column_of(unsigned(rep(255, 8))), "column v has 1 integer of 2\\^53 or more") # 2^64 - 1
})

# Indices from 0, NA where missing.
dictionary_array <- function(indices, values) {
  nanoarrow::nanoarrow_array_modify(
    nanoarrow::as_nanoarrow_array(as.integer(indices)), list(dictionary = nanoarrow::as_nanoarrow_array(values)),
    validate = FALSE
  )
}

test_that("dictionaries of text are factors with their levels, others their values", {
  skip_if_not_installed("nanoarrow")
  f <- factor(c("u", NA, "w", "u"), c("w", "never", "u"))
  expect_identical(column_of(nanoarrow::as_nanoarrow_array(f)), f)
  expect_identical(column_of(dictionary_array(c(2, NA, 0, 2), c("w", "never", "u"))), f)
  d <- data.frame(a = 1:3, o = factor(c("high", NA, "low"), c("low", "mid", "high"), ordered = TRUE))
  expect_identical(blocks_read(rows_arrow(as_batch(d))), list(d))
  expect_identical(column_of(dictionary_array(c(1, NA, 0), c(2.5, 7))), c(7, NA, 2.5))
})

test_that("batches may have dictionaries of their own", {
  skip_if_not_installed("nanoarrow")
  set.seed(5)
  halves <- lapply(list(c("u", "v", "w"), c("w", "x", "u")), function(levels) {
    data.frame(f = factor(sample(levels, 40, TRUE), levels), y = rnorm(40))
  })
  stream <- function() nanoarrow::basic_array_stream(lapply(halves, as_batch))
  whole <- sgdlasso(y ~ f, do.call(rbind, halves), lambda = 0.01, tol = 1e-12)
  expect_equal(coef(sgdlasso(y ~ f, rows_arrow(stream), lambda = 0.01, tol = 1e-12)), coef(whole), tolerance = 1e-8)
})

test_that("what can be read again is, what cannot says so", {
  skip_if_not_installed("nanoarrow")
  d <- mixed_frame(80)[c("b", "k", "y")]
  again <- list(d, as_batch(d), function() nanoarrow::as_nanoarrow_array_stream(d))
  for (stream in again) {
    rows <- rows_arrow(stream)
    expect_true(rows$rewindable)
    for (pass in 1:2) expect_equal(blocks_read(rows), list(d))
  }
  once <- rows_arrow(nanoarrow::as_nanoarrow_array_stream(d))
  expect_false(once$rewindable)
  expect_equal(blocks_read(once), list(d))
  expect_input_error(blocks_read(once), "read to its end")
})

test_that("a query on a reader is read once, one on tables as often as wanted", {
  query <- function(source, ...) structure(list(.data = source, ...), class = "arrow_dplyr_query")
  table <- structure(list(), class = c("Table", "ArrowTabular", "ArrowObject", "R6"))
  dataset <- structure(list(), class = c("FileSystemDataset", "Dataset", "ArrowObject", "R6"))
  reader <- structure(list(), class = c("RecordBatchReader", "ArrowObject", "R6"))
  expect_true(is_read_again(table))
  expect_true(is_read_again(query(query(dataset))))
  expect_true(is_read_again(query(dataset, join = list(right_data = table))))
  expect_false(is_read_again(reader))
  expect_false(is_read_again(query(query(reader))))
  expect_false(is_read_again(query(table, join = list(right_data = query(reader)))))
  expect_false(is_read_again(query(table, union_all = list(right_data = reader))))
  expect_false(is_read_again("something else"))
})

test_that("what is no stream of record batches, and a stream that fails, are errors", {
  skip_if_not_installed("nanoarrow")
  skip_if(nzchar(system.file(package = "arrow")), "package arrow makes streams of more")
  expect_input_error(blocks_read(rows_arrow(function() "text")), "`stream` is no stream of arrays")
  expect_input_error(blocks_read(rows_arrow(nanoarrow::as_nanoarrow_array(1:3))), "not of record batches")
})
