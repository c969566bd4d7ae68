# Blocks of numbers that stay in C++, against the same blocks in vectors of R's.

# What a pass hands out, in vectors of R's, and the error that ends it, if one does.
handed_out <- function(open) {
  pass <- open()
  on.exit(pass$close())
  found <- list()
  repeat {
    block <- tryCatch(native_in_r(pass$read()), sgdlasso_error_input = conditionMessage)
    if (is.null(block)) return(found)
    found <- c(found, list(block))
    if (is.character(block)) return(found)
  }
}
# NaN and NA, 0 and -0 differ.
expect_same_blocks <- function(found, right, info) {
  if (identical(found, right, num.eq = FALSE)) return(succeed())
  fail(paste0(info, ": ", all.equal(found, right)[1]))
}

# ---- files of csv.h's class, drawn ------------------------------------------------------

# Fields that are numbers, whatever they look like, and what they are.
draw_numbers <- function(n) {
  value <- rnorm(n) * 10^sample(-3:6, n, TRUE)
  text <- ifelse(runif(n) < 0.5, sprintf("%.17g", value), sprintf("%.3f", value))
  odd <- c(
    "0", "-0", "007", "+3.5", ".5", "-.5", "5.", "1e5", "1E-3", "1e+2", "2.5e-320", "1e-400", "9007199254740993", " 1",
    "2\t ", "\"3\"", "\" -4.5 \"", strrep("7", 40), paste0("0.", strrep("0", 30), "1234567890123456789")
  )
  some <- runif(n) < 0.1
  text[some] <- sample(odd, sum(some), TRUE)
  text
}
# Fields that are none, or that no model takes.
strange_fields <- c(
  "", " ", "NA", " NA ", "\tNA", "\"NA\"", "\"\"", "NaN", "nan", "-inf", "Infinity", "1e400", "0x1A", "1d3", "1e",
  "--1", "+", ".", "1 2", "1,5", "1;5", "'1'", "#1", "word", "\u00e9",
  "\"a\nb\"", "\"1\"\"2\"", "\"1\"2", "1\"", "\"1", "1\r"
)

# One file: columns w (positive), a, ..., y and o, and how often something stands in a line that is no number.
draw_csv <- function(strange, separator = ",") {
  width <- sample(3, 1)
  n <- sample(c(0:3, 20, 100), 1)
  header <- c("w", paste0("a", seq_len(width)), "y", "o")
  quoted <- runif(length(header)) < 0.2
  header[quoted] <- paste0("\"", header[quoted], "\"")
  fields <- matrix(draw_numbers(n * length(header)), n, length(header))
  fields[, 1] <- round(runif(n, 0.1, 2), 6)
  line <- function(fields) paste(fields, collapse = separator)
  lines <- c(line(header), vapply(seq_len(n), function(i) line(fields[i, ]), ""))
  for (at in 1 + which(runif(n) < strange)) {
    changed <- fields[at - 1, ]
    changed[sample(length(changed), 1)] <- sample(strange_fields, 1)
    other_lengths <- list(changed[-1], c(changed, ""), c(changed, "1"))
    lines[at] <- line(sample(c(other_lengths, rep(list(changed), 5)), 1)[[1]])
  }
  ends <- sample(c("\n", "\r\n"), length(lines), TRUE, unlist(sample(list(c(1, 0), c(0, 1), c(9, 1)), 1)))
  blank <- runif(length(lines)) < sample(c(0, 0, 0.02), 1)
  ends[blank] <- paste0(ends[blank], sample(c("\n", "\r\n"), sum(blank), TRUE))
  if (runif(1) < 0.5) ends[length(ends)] <- sample(c("", "\r"), 1)
  start <- sample(c("", "\ufeff", "\n\r\n"), 1, prob = c(8, 1, 1))
  text <- paste0(start, paste0(lines, ends, collapse = ""))
  list(bytes = charToRaw(enc2utf8(text)), fields = fields)
}
local_csv <- function(draws, env = parent.frame()) {
  vapply(draws, function(draw) {
    file <- withr::local_tempfile(fileext = ".csv", .local_envir = env)
    writeBin(draw$bytes, file)
    file
  }, "")
}

test_that("all readers of csv hand out the same blocks of any file, or end with the same error", {
  set.seed(11)
  ended <- c(numbers = 0, error = 0)
  mixed <- 0
  for (k in 1:120) {
    separator <- if (k %% 6 == 0) sample(c(";", "\t", " ", "|", ".", "-", "e", "1", "\r"), 1) else ","
    draws <- replicate(sample(2, 1), draw_csv(sample(c(0, 0.01, 0.1), 1), separator), simplify = FALSE)
    files <- local_csv(draws)
    word <- if (k %% 5 == 0) "nan" else "NA"
    bytes <- sample(c(20, 33, 64, 200.5, 1000, 1e5), 1)
    rows <- function(threads, missing = word) {
      rows_csv(
        files, y = "y", weights = "w", offset = "o", separator = separator, missing = missing, bytes = bytes,
        threads = threads
      )
    }
    right <- handed_out(rows(1)$open)
    # a word that is a number must be compared with each field, which the reader of any field does
    expect_same_blocks(right, handed_out(rows(1, c(word, "-98765.4321"))$open), paste("any field, draw", k))
    for (threads in c(1, 3)) {
      expect_same_blocks(handed_out(rows(threads)$native), right, paste("draw", k, "on", threads, "threads"))
    }
    failed <- is.character(unlist(utils::tail(right, 1)))
    ended[1 + failed] <- ended[1 + failed] + 1
    pass <- rows(1)$native()
    kinds <- character()
    repeat {
      block <- tryCatch(pass$read(), sgdlasso_error_input = function(e) NULL)
      if (is.null(block)) break
      kinds <- union(kinds, class(block)[1])
    }
    pass$close()
    mixed <- mixed + (length(kinds) == 2)
    unlink(files)
  }
  expect_gt(min(ended), 30) # the draws have all kinds
  expect_gt(mixed, 10)
})

test_that("no separator that can stand in a number is left to the reader that finds where numbers end", {
  separators <- c(",", ";", "\t", " ", "|", ".", "-", "+", "e", "E", "7", "\r")
  fast <- vapply(separators, function(separator) {
    format <- list(separator = separator, missing = "NA", roles = list(y = "y"))
    may_be_numbers(all_numbers(c("y", "a")), format)
  }, NA)
  expect_identical(unname(fast), rep(c(TRUE, FALSE), c(5, 7)))
})

test_that("what files without anything strange hold is what was written", {
  set.seed(12)
  for (k in 1:40) {
    draw <- draw_csv(0)
    file <- local_csv(list(draw))
    rows <- rows_csv(file, y = "y", weights = "w", offset = "o", bytes = sample(c(20, 300, 1e5), 1))
    blocks <- handed_out(rows$native)
    found <- do.call(rbind, lapply(blocks, function(block) cbind(block$weights, block$x, block$y, block$offset)))
    right <- as.numeric(gsub("\"", "", draw$fields))
    if (nrow(draw$fields) == 0) expect_null(found) else expect_equal(as.vector(found), right, tolerance = 1e-14)
  }
})

test_that("where C++ stops, R goes on without reading again what was read", {
  lines <- c("y,a", rep("1.25,-3", 5000), "2,\"4\"", rep("0.5,7", 500))
  file <- withr::local_tempfile(fileext = ".csv")
  writeLines(lines, file)
  rows <- rows_csv(file, y = "y", bytes = 1000)
  right <- handed_out(rows$open)
  pass <- rows$native()
  found <- lapply(1:30, function(k) native_in_r(pass$read()))
  con <- file(file, "r+b")
  # where blocks were that have been handed out, a piece that begins with a quote which is not closed
  seek(con, 12000, rw = "write")
  writeBin(charToRaw(paste0("\"", strrep("x", 3000))), con)
  close(con)
  rest <- handed_out(function() pass)
  expect_same_blocks(c(found, rest), right, "after the change")
})

test_that("a file that is cut off while R goes on is an error", {
  file <- withr::local_tempfile(fileext = ".csv")
  lines <- c("y,a", "2,\"4\"", rep("0.5,7", 500))
  writeLines(lines, file)
  pass <- rows_csv(file, y = "y", bytes = 300)$native()
  pass$read()
  writeLines(lines[1:100], file)
  found <- handed_out(function() pass)
  expect_match(utils::tail(found, 1)[[1]], "cannot be read to its end")
})

# ---- the response of a block ------------------------------------------------------------

local_cache <- function(y, x = matrix(rnorm(length(y) * 3), ncol = 3), ..., env = parent.frame()) {
  path <- withr::local_tempfile(.local_envir = env)
  cache_rows(as_rows(x, y, ..., block = 700), path)
}
in_r <- function(source) {
  source$native <- NULL
  source
}

test_that("fits to native blocks are those to the same blocks in R, of each family, also where blocks are cut", {
  set.seed(13)
  x <- matrix(rnorm(2000 * 3), ncol = 3, dimnames = list(NULL, c("a", "b", "c")))
  weights <- round(runif(2000, 0.5, 2), 2)
  share <- plogis(x[, 1] - x[, 2])
  responses <- list(
    gaussian = x[, 1] + rnorm(2000), binomial = rbinom(2000, 1, share), poisson = rpois(2000, exp(x[, 1] / 2))
  )
  responses$shares <- round(share, 2)
  for (kind in names(responses)) {
    family <- if (kind == "shares") "binomial" else kind
    source <- local_cache(responses[[kind]], x, weights = weights, offset = x[, 3] / 9)
    for (lambdas in c(1, 12)) {
      lambda <- 10^-seq(1, 2, length.out = lambdas)
      fit <- function(source) {
        fit <- suppressWarnings(sgdlasso(
          source, family = family, lambda = lambda, seed = 1, memory = 8 * 8 * 4 * 12 * 100, # a hundred rows at a time
          solver = if (family == "gaussian") "sgd" else "auto"
        ))
        fit$call <- NULL
        fit
      }
      expect_identical(fit(source), fit(in_r(source)), info = paste(kind, lambdas))
    }
  }
})

test_that("a response that the family does not take is an error that names the row", {
  counts <- replace(rep(c(0, 1), 1000), 1500, -2)
  bad <- local_cache(counts)
  expect_same_error <- function(family, message) {
    code <- function(source) sgdlasso(source, family = family, lambda = 0.1)
    error <- expect_error(code(bad), message, class = "sgdlasso_error_input")
    expect_identical(conditionMessage(error), conditionMessage(tryCatch(code(in_r(bad)), error = identity)))
  }
  expect_same_error("poisson", "In rows 1,401 to 2,000 .* 1 negative value, the first at position 100")
  expect_same_error("binomial", "`y` is -2 at position 100")
  one <- local_cache(rep(1, 900))
  expect_error(sgdlasso(one, family = "binomial", lambda = 0.1), "one class only", class = "sgdlasso_error_input")
})

test_that("rows of a block are those rows of it, and no others are handed out", {
  set.seed(14)
  source <- local_cache(rnorm(1000), weights = runif(1000) + 1)
  pass <- source$native()
  block <- pass$read()
  whole <- native_in_r(block)
  some <- native_in_r(native_rows(native_rows(block, 101:400), 11:20))
  expect_identical(some, list(x = whole$x[111:120, ], y = whole$y[111:120], weights = whole$weights[111:120]))
  for (rows in list(c(first = 0, rows = 701), c(first = -1, rows = 5), c(first = 690, rows = 11))) {
    wrong <- block
    wrong[names(rows)] <- as.list(rows)
    expect_error(native_in_r(wrong), "not the rows")
  }
  pass$close()
})
