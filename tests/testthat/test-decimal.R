both_ways <- function(text) {
  both <- r_parse_decimal(text)
  expect_identical(both[[1]], both[[2]])
  both[[1]]
}

digits <- function(n) paste(sample(0:9, n, TRUE), collapse = "")

# Something that is a number in most draws.
number_like <- function() {
  pick <- function(...) sample(c(...), 1)
  paste0(
    pick("", "-", "+"), pick("", "0", digits(sample(25, 1)), strrep("0", sample(400, 1))),
    pick("", ".", paste0(".", digits(sample(30, 1)))),
    pick("", "", paste0(pick("e", "E"), pick("", "-", "+"), sample(0:400, 1)), "e", "e-"), pick("", "", "", "", "x", " ", "e1", ".")
  )
}

test_that("the way for libraries without one reads every text as the library's does", {
  set.seed(1)
  text <- replicate(20000, number_like())
  found <- both_ways(text)
  expect_gt(mean(found$taken), 0.3)
  expect_lt(mean(found$taken), 0.9)
  # what R's own reader takes, but for its hexadecimal numbers and NA
  expect_equal(found$taken, grepl("^[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?$", text))
  expect_equal(found$value[found$taken], as.numeric(text[found$taken]), tolerance = 1e-14)
})

test_that("17 digits give the double back, subnormal ones too", {
  set.seed(2)
  bits <- writeBin(sample.int(.Machine$integer.max, 40000, TRUE) * sample(c(-1L, 1L), 40000, TRUE), raw())
  numbers <- readBin(bits, "double", 20000)
  numbers <- c(numbers[is.finite(numbers)], runif(2000) * 2^-1022, 5e-324 * (1:100), .Machine$double.xmax, 0, -0)
  expect_identical(both_ways(sprintf("%.17g", numbers))$value, numbers)
})

test_that("halfway between two doubles is the even one, and what is beyond it the next", {
  set.seed(3)
  j <- 2^52 + floor(runif(2000) * 2^52)
  even <- sprintf("%.0f", 2 * j) # its neighbours are 2 apart
  half <- paste0(substr(even, 1, nchar(even) - 1), as.integer(substring(even, nchar(even))) + 1)
  below <- paste0(even, ".", strrep("9", 40))
  expect_identical(both_ways(half)$value, ifelse(j %% 2 == 0, 2 * j, 2 * j + 2))
  expect_identical(both_ways(paste0(half, ".", strrep("0", 40), "1"))$value, 2 * j + 2)
  expect_identical(both_ways(below)$value, 2 * j)
  expect_identical(both_ways("2.4703282292062327208e-324")$value, 0) # half of the smallest is a hair more
  expect_identical(both_ways("2.4703282292062328e-324")$value, 5e-324)
})

test_that("what is too large is infinite, what is too small 0; words are taken in any case", {
  text <- c("1e400", "-1e400", "1e-400", "4.94e-324", "1.7976931348623159e308", "inf", "-Infinity", "INF")
  text <- c(text, "1e99999999999", "1e-99999999999")
  expect_identical(both_ways(text)$value, c(Inf, -Inf, 0, 5e-324, Inf, Inf, -Inf, Inf, Inf, 0))
  expect_identical(both_ways(c("nan", "NaN", "+nan"))$value, rep(NaN, 3))
  no_numbers <- c("", "-", "+-1", "--1", "infin", "nan(1)", "0x10", "1,5", "1d5", " 1", "1 ", "1e400x", "i", "e5", ".e5", "1_000")
  expect_false(any(both_ways(no_numbers)$taken))
})

test_that("the point is a point where people write a comma", {
  before <- Sys.getlocale("LC_NUMERIC")
  on.exit(suppressWarnings(Sys.setlocale("LC_NUMERIC", before)))
  comma <- Filter(function(locale) suppressWarnings(nzchar(Sys.setlocale("LC_NUMERIC", locale))), c("de_DE.UTF-8", "fr_FR.UTF-8"))
  skip_if(length(comma) == 0, "no locale with a decimal comma")
  found <- both_ways(c("1.5", "1,5", "12345678901234567890.5", "1.5e-310"))
  expect_identical(found$taken, c(TRUE, FALSE, TRUE, TRUE))
  expect_identical(found$value[c(1, 3, 4)], c(1.5, 12345678901234567890, 1.5e-310))
})
