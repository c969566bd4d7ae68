expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

local_bytes <- function(bytes, ext, env = parent.frame()) {
  file <- withr::local_tempfile(fileext = ext, .local_envir = env)
  writeBin(if (is.character(bytes)) charToRaw(bytes) else bytes, file)
  file
}
bytes_of_file <- function(file) readBin(file, "raw", file.size(file))

# Lines as a compressed file's bytes; `streams` of them, one behind another.
compressed <- function(lines, kind, streams = 1) {
  part <- function(lines) {
    file <- tempfile()
    on.exit(unlink(file))
    con <- switch(kind, gz = gzfile(file, "wb"), bz2 = bzfile(file, "wb"), xz = xzfile(file, "wb"))
    writeLines(lines, con)
    close(con)
    bytes_of_file(file)
  }
  do.call(c, lapply(split(lines, sort(rep_len(seq_len(streams), length(lines)))), part))
}

all_blocks <- function(source) {
  found <- list()
  for_each_row_block(source, function(block) found <<- c(found, list(block)))
  found
}
# All numbers of the rows, in one matrix.
numbers_in <- function(source) {
  do.call(rbind, lapply(all_blocks(source), function(block) {
    if (is.data.frame(block)) return(as.matrix(block))
    cbind(as.matrix(block$x), block$y)
  }))
}

file_kinds <- function() {
  set.seed(1)
  x <- matrix(round(rnorm(400), 6), 100)
  list(
    csv = list(
      lines = c("y,a,b,c", apply(x, 1, paste, collapse = ",")), open = function(file) rows_csv(file, bytes = 1500)
    ),
    numbers = list(
      lines = c("y,a,b,c", apply(x, 1, paste, collapse = ",")),
      open = function(file) rows_csv(file, y = "y", bytes = 1500)
    ),
    svm = list(
      lines = sprintf("%.6f 1:%.6f 2:%.6f 4:%.6f", x[, 1], x[, 2], x[, 3], x[, 4]),
      open = function(file) rows_svmlight(file, columns = 4, bytes = 1500)
    )
  )
}

# An error that names the file, or exactly the right rows.
expect_error_or_rows <- function(bytes, ext, kind, right, info) {
  file <- local_bytes(bytes, ext)
  found <- tryCatch(numbers_in(kind$open(file)), error = function(e) e)
  if (!inherits(found, "error")) return(identical(found, right))
  if (!inherits(found, "sgdlasso_error_input") || !grepl(basename(file), conditionMessage(found), fixed = TRUE)) {
    fail(paste(info, ":", class(found)[1], conditionMessage(found)))
  }
  NA
}

test_that("compressed files give the rows of plain ones, of several streams too", {
  kinds <- file_kinds()
  for (name in names(kinds)) {
    kind <- kinds[[name]]
    right <- numbers_in(kind$open(local_bytes(paste0(kind$lines, "\n", collapse = ""), paste0(".", name))))
    for (how in c("gz", "bz2", "xz")) for (streams in c(1, 3)) {
      bytes <- compressed(kind$lines, how, streams)
      expect_identical(numbers_in(kind$open(local_bytes(bytes, paste0(".", how)))), right)
      expect_identical(numbers_in(kind$open(local_bytes(bytes, ".txt"))), right)
    }
    padded <- c(compressed(kind$lines, "gz", 2), raw(1000))
    expect_identical(numbers_in(kind$open(local_bytes(padded, ".gz"))), right)
  }
})

test_that("a compressed file that is cut off anywhere is an error that names it", {
  set.seed(2)
  kinds <- file_kinds()
  for (name in c("csv", "svm")) for (how in c("gz", "bz2", "xz")) for (streams in 1:2) {
    kind <- kinds[[name]]
    whole <- compressed(kind$lines, how, streams)
    # between two streams nothing is missing
    ends <- length(compressed(kind$lines[seq_len(ceiling(length(kind$lines) / 2))], how))
    sizes <- unique(c(0:6, length(whole) - c(1, 4, 5, 8, 9), sample(length(whole) - 1, 15)))
    for (size in if (streams == 2) setdiff(sizes, ends) else sizes) {
      found <- expect_error_or_rows(whole[seq_len(size)], paste0(".", how), kind, NULL, paste(name, how, size))
      expect_identical(found, NA, info = paste(name, how, streams, size))
    }
  }
})

test_that("a damaged byte of a compressed file is an error that names it, or changes nothing", {
  set.seed(3)
  kinds <- file_kinds()
  for (name in c("csv", "svm")) for (how in c("gz", "bz2", "xz")) {
    kind <- kinds[[name]]
    whole <- compressed(kind$lines, how, 2)
    right <- numbers_in(kind$open(local_bytes(whole, paste0(".", how))))
    for (at in unique(c(1:10, length(whole) - 0:9, sample(length(whole), 20)))) {
      bytes <- whole
      bytes[at] <- xor(bytes[at], as.raw(sample(255, 1)))
      found <- expect_error_or_rows(bytes, paste0(".", how), kind, right, paste(name, how, at))
      expect_true(found %in% c(NA, TRUE), info = paste(name, how, at))
    }
    expect_input_error(numbers_in(kind$open(local_bytes(c(whole, charToRaw("more")), paste0(".", how)))), "damaged")
  }
})

test_that("a fit of a file that is cut off is no fit of its first rows", {
  kind <- file_kinds()$numbers
  bytes <- compressed(kind$lines, "gz")
  file <- local_bytes(bytes[seq_len(length(bytes) / 2)], ".csv.gz")
  expect_input_error(sgdlasso(rows_csv(file, y = "y")), "is cut off")
  expect_input_error(sgdlasso(y ~ ., data = rows_csv(file, bytes = 100)), "is cut off")
})

test_that("what is not compressed as its name says, or in a way that is not checked, is refused", {
  plain <- "y,a\n1,2\n3,5\n"
  for (ext in c(".gz", ".bz2", ".xz", ".zst"))
    expect_input_error(all_blocks(rows_csv(local_bytes(plain, ext))), "as its name says")
  zstd <- as.raw(c(0x28, 0xb5, 0x2f, 0xfd, 1:20))
  expect_input_error(all_blocks(rows_csv(local_bytes(zstd, ".csv"))), "compressed by zstd")
  expect_identical(all_blocks(rows_csv(local_bytes("BZh9,y\n1,2\n", ".csv")))[[1]]$y, 2) # text
})

test_that("zero bytes and text that is not UTF-8 are errors that name file and line", {
  zero <- function(text) {
    bytes <- charToRaw(text)
    bytes[bytes == charToRaw("#")] <- as.raw(0)
    bytes
  }
  for (bytes in c(3, 1e6)) {
    bad <- function(text, message) expect_input_error(
      all_blocks(rows_csv(local_bytes(text, ".csv"), bytes = bytes)), message
    )
    bad(zero("y,t\n1,u\n2,w\n3,v#v\n"), "line 4: \"v\\?v\" in column 2 holds a zero byte")
    bad(zero("y,t#\n1,2\n"), "line 1: .*zero byte")
    bad(c(charToRaw("y,t\n1,u\n2,caf"), as.raw(0xe9), charToRaw("\n")), "line 3: \"caf\\?\" in column 2 is not UTF-8")
    bad(c(charToRaw("y,caf"), as.raw(0xe9), charToRaw("\n1,2\n")), "line 1: .*UTF-8")
  }
  expect_input_error(all_blocks(rows_csv(local_bytes(zero("y,a\n1,2\n3,#\n"), ".csv"), y = "y")), "holds a zero byte")
  expect_input_error(
    all_blocks(rows_svmlight(local_bytes(zero("1 1:2\n1 1:2#\n"), ".svm"))), "line 2: \"2\\?\" is not a number"
  )
  fine <- all_blocks(rows_csv(local_bytes("t,y\n\u20ac \u00e9\U1F600,1\n", ".csv")))[[1]]
  expect_identical(fine$t, "\u20ac \u00e9\U1F600")
})

allocated <- function(code) {
  log <- tempfile()
  on.exit(unlink(log))
  utils::Rprofmem(log)
  tryCatch(force(code), sgdlasso_error_input = identity, finally = utils::Rprofmem(NULL))
  sum(as.numeric(sub("^([0-9]+) :.*", "\\1", grep("^[0-9]+ :", readLines(log), value = TRUE))))
}

test_that("a record of many pieces is looked at once, not again with every piece", {
  skip_if_not(capabilities("profmem"), "R was built without memory profiling")
  size <- 2e6
  long <- strrep("x", size)
  texts <- list(
    unclosed = paste0("y,t\n1,\"", long), header = paste0("y,\"", long), quoted = paste0("y,t\n1,\"", long, "\"\n"),
    breaks = paste0("y,t\n1,\"", strrep("x\n", size / 2)), line = paste0("y,t\n1,", long, "\n2,z\n")
  )
  for (name in names(texts)) {
    file <- local_bytes(texts[[name]], ".csv")
    expect_lt(allocated(all_blocks(rows_csv(file, bytes = 5000))), 25 * size)
  }
  file <- local_bytes(paste0("1 1:2 # ", long, "\n2 1:3\n"), ".svm")
  expect_lt(allocated(all_blocks(rows_svmlight(file, columns = 1, bytes = 5000))), 25 * size)
})

test_that("a line has a longest length", {
  before <- charToRaw("y,t\n1,u\n2,\"")
  file <- local_bytes(c(before, rep(as.raw(c(120, 10)), 2^25 + 2e6)), ".csv")
  expect_input_error(all_blocks(rows_csv(file)), "line 3 has more than 67,108,864 bytes. Is a quote not closed")
  file <- local_bytes(c(charToRaw("y,t\n1,2\n2,"), rep(as.raw(49), 2^26 + 1e7)), ".csv")
  for_all <- function() for_each_row_block(rows_csv(file, y = "y"), identity, native = TRUE)
  expect_input_error(for_all(), "line 3 has more than 67,108,864 bytes")
  file <- local_bytes(rep(as.raw(49), 2^26 + 1e7), ".svm")
  expect_input_error(all_blocks(rows_svmlight(file, columns = 1)), "line 1 has more than 67,108,864 bytes")
})

test_that("blank lines are no records and take no memory of records", {
  columns <- 200
  header <- paste(c("y", paste0("a", 2:columns)), collapse = ",")
  record <- paste(seq_len(columns), collapse = ",")
  blank <- strrep("\n", 5e5)
  file <- local_bytes(paste0(blank, header, "\n", record, "\n", blank, record, "\r\n\r\n", record, blank), ".csv")
  expect_identical(nrow(numbers_in(rows_csv(file))), 3L)
  for (threads in 1:2) {
    found <- 0
    for_each_row_block(
      rows_csv(file, y = "y", threads = threads), function(block) found <<- found + block_rows(block), native = TRUE
    )
    expect_equal(found, 3)
  }
  if (capabilities("profmem")) expect_lt(allocated(numbers_in(rows_csv(file, y = "y"))), 1e8)
  expect_input_error(all_blocks(rows_csv(local_bytes(blank, ".csv"))), "is empty")
})

test_that("headers may hold quoted separators and line breaks; what is wrong with them names the file", {
  found <- all_blocks(rows_csv(local_bytes("\n\"a,b\",\"c\nd\", \"e\" ,f\n1,2,3,4\n", ".csv"), bytes = 4))[[1]]
  expect_identical(names(found), c("a,b", "c\nd", "e", "f"))
  bad <- function(text, message) expect_input_error(all_blocks(rows_csv(local_bytes(text, ".csv"))), message)
  bad("a,\"b\n1,2\n3,4\n", "line 1: a quote is not closed")
  bad("a,\"b\"c\n1,2\n", "line 1: something follows a closing quote")
  bad("a,b,", "empty or repeated names")
  bad("a,\"c\nd\"\n1,2\n3\n", "line 4: it has 1 field")
})

test_that("a quote inside a field that is not quoted is a character like others, wherever pieces end", {
  text <- c("y,t", "1,5\" pipe", "2,\"x, \"\"y\"\"\nz\"", "3,6\" pipe", "4,\"\"", "5,a\"b\"c")
  file <- local_bytes(paste0(text, "\n", collapse = ""), ".csv")
  for (bytes in c(1:20, 1e6)) {
    expect_identical(
      do.call(rbind, all_blocks(rows_csv(file, bytes = bytes)))$t,
      c("5\" pipe", "x, \"y\"\nz", "6\" pipe", "", "a\"b\"c")
    )
  }
})

test_that("numbers of columns that are none, or beyond what may be, are errors that name the line", {
  bad <- function(index, message) {
    file <- local_bytes(paste0("1 1:2\n1 ", index, ":1\n"), ".svm")
    expect_input_error(all_blocks(rows_svmlight(file)), message)
    expect_input_error(all_blocks(rows_svmlight(file, first = 0)), message)
  }
  for (index in c("2147483647", "2147483648", "100000001", "1e300", "inf"))
    bad(index, "line 2: .* (is beyond|is no number of)")
  for (index in c("-1", "nan", "1.5", "", "a")) bad(index, "line 2: .* is no number of a column")
  expect_input_error(rows_svmlight(local_bytes("1 1:2\n", ".svm"), columns = 2^31 - 1), "`columns`")
})
