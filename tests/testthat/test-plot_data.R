path <- sgdlasso(murder_rate ~ ., murder_rates, seed = 1)

test_that("curves of the path are at -log10(lambda), the norm or the deviance", {
  expect_equal(path_curves(path, "lambda")$at, -log10(path$lambda))
  expect_equal(path_curves(path, "dev")$at, path$dev.ratio)
  expect_equal(path_curves(path, "norm")$at, colSums(abs(as.matrix(path$beta)) * path$x.sd), ignore_attr = TRUE)
})

test_that("raw coefficients are those of coef()", {
  curves <- path_curves(path, "norm", "raw")
  beta <- as.matrix(coef(path))[-1, ]
  expect_equal(curves$sizes, beta[rowSums(beta != 0) > 0, ])
  expect_equal(curves$at, colSums(abs(beta)), ignore_attr = TRUE)
  expect_equal(path_curves(path, "lambda")$sizes, beta * path$x.sd)
  largest <- largest_coefficients(path, 1, 2, environment(), "raw")$sizes
  expected <- coef(path, s = 1)[-1, ]
  expect_equal(largest, sort(expected[order(-abs(expected))[1:2]]))
  expect_error(path_curves(path, "lambda", "big"), "`scale` is \"big\"", class = "sgdlasso_error_input")
})

test_that("labels are moved apart, no further than needed and within their limits", {
  moved <- spread_apart(c(0, 0, 5), 1)
  expect_true(all(diff(moved) >= 1 - 1e-12))
  expect_equal(moved, c(-0.5, 0.5, 5))
  expect_equal(spread_apart(c(1, 3, 9), 1), c(1, 3, 9))
  set.seed(1)
  for (trial in 1:20) {
    positions <- sort(runif(sample(1:10, 1)))
    moved <- spread_apart(positions, 0.1, c(0, 1))
    expect_true(all(diff(moved) >= 0.1 - 1e-9) && all(moved >= -1e-9 & moved <= 1 + 1e-9))
  }
})

test_that("names are shortened in the middle, and stay as different as they were", {
  expect_equal(shorten_names("population"), "population")
  expect_equal(shorten_names("a_very_long_name_of_a_column", 13), "a_ver...olumn")
  expect_equal(shorten_names(c(NA, "")), c("", ""))
  expect_equal(shorten_names(character()), character())
  set.seed(2)
  for (trial in 1:20) {
    parts <- function() paste(sample(letters[1:3], sample(1:30, 1), replace = TRUE), collapse = "")
    names <- c(replicate(10, parts()), paste0(strrep("x", 20), 1:3, strrep("y", 20)))
    names <- c(names, names[1])
    width <- sample(15:25, 1)
    short <- shorten_names(names, width)
    expect_equal(match(short, short), match(names, names))
    expect_true(all(startsWith(names, substr(short, 1, 1)) & endsWith(names, substring(short, nchar(short)))))
    expect_true(all(nchar(short) <= pmax(nchar(names))))
    if (anyDuplicated(substr(unique(names), 1, 3)) == 0) expect_lte(max(nchar(short)), width)
  }
  alike <- shorten_names(paste0(strrep("a", 100), 1:9, strrep("b", 100)))
  expect_false(anyDuplicated(alike) > 0)
  expect_lte(max(nchar(alike)), 24)
  expect_lte(max(nchar(shorten_names(paste0("first", strrep("m", 40), 1:9)))), 20)
})

test_that("counts stand at lambdas of the path, well apart", {
  set.seed(3)
  for (trial in 1:20) {
    at <- sort(rexp(50)^3)
    ticks <- count_ticks(at)
    expect_true(all(diff(at[ticks]) >= diff(range(at)) / 12))
    expect_equal(ticks[1], 1L)
  }
})
