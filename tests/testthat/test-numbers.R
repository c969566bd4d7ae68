expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

whole_numbers <- function(n = 60) {
  set.seed(n)
  d <- data.frame(
    a = sample(-50:50, n, TRUE) * 1e10, b = sample(0:9, n, TRUE), g = sample(1:3, n, TRUE), w = sample(1:4, n, TRUE),
    o = sample(0:5, n, TRUE)
  )
  d$y <- round(d$a / 1e9 + 10 * d$b + 5 * (d$g == 2) + rnorm(n, sd = 9))
  d$buy <- as.numeric(d$y > 40)
  d
}

in_64_bits <- function(d) {
  d[] <- lapply(d, integer64)
  d
}

same <- function(one, other) expect_equal(same_fit(one), same_fit(other), tolerance = 1e-10)

test_that("64-bit integers are their values in every door, whether bit64 is there or not", {
  d <- whole_numbers()
  wide <- in_64_bits(d)
  x <- as.matrix(d[c("a", "b")])
  wide_x <- integer64(x)
  doors <- function() {
    grid <- c(3, 1, .1)
    same(
      sgdlasso(y ~ a + b + offset(o), wide, weights = w, lambda = grid),
      sgdlasso(y ~ a + b + offset(o), d, weights = w, lambda = grid)
    )
    same(
      sgdlasso(y ~ log(abs(a) + 1) + I(b^2) + a:b, wide, offset = o, subset = b > 1, lambda = grid),
      sgdlasso(y ~ log(abs(a) + 1) + I(b^2) + a:b, d, offset = o, subset = b > 1, lambda = grid)
    )
    same(sgdlasso(y ~ b + factor(g), wide, lambda = grid), sgdlasso(y ~ b + factor(g), d, lambda = grid))
    y <- wide$y
    b <- wide$b
    same(sgdlasso(y ~ b, lambda = grid), sgdlasso(y ~ b, d, lambda = grid))
    whole <- sgdlasso(x, d$y, weights = d$w, offset = d$o, lambda = grid, penalty.factor = 1:2, upper.limits = 5)
    for (wide_y in list(wide$y, integer64(matrix(d$y)))) {
      same(
        sgdlasso(
          wide_x, wide_y, weights = wide$w, offset = wide$o, lambda = grid, penalty.factor = integer64(1:2),
          upper.limits = integer64(5)
        ),
        whole
      )
    }
    same(sgdlasso(wide[c("a", "b")], wide$y, lambda = integer64(3:1)), sgdlasso(d[c("a", "b")], d$y, lambda = 3:1))
    same(
      sgdlasso(cbind(buy, 1 - buy) ~ b, wide, family = "binomial", lambda = .1),
      sgdlasso(cbind(buy, 1 - buy) ~ b, d, family = "binomial", lambda = .1)
    )
    fit <- sgdlasso(y ~ a + b + offset(o), d, lambda = grid)
    expect_equal(predict(fit, in_64_bits(d[1:5, ]), s = 1), predict(fit, d[1:5, ], s = 1))
    expect_equal(residuals(fit, newdata = wide), residuals(fit, newdata = d))
    plain <- sgdlasso(x, d$y, lambda = grid, offset = d$o)
    expect_equal(
      predict(plain, wide_x, newoffset = wide$o, s = integer64(1)), predict(plain, x, newoffset = d$o, s = 1)
    )
    expect_equal(
      cv.sgdlasso(y ~ a + b, wide, foldid = integer64(d$b %% 3), lambda = grid)$cvm,
      cv.sgdlasso(y ~ a + b, d, foldid = d$b %% 3, lambda = grid)$cvm
    )
    same(
      sgdlasso(as_rows(wide_x, wide$y, wide$w, block = 7), lambda = grid),
      sgdlasso(as_rows(x, d$y, d$w, block = 7), lambda = grid)
    )
    same(sgdlasso(y ~ ., as_rows(wide, block = 7), lambda = grid), sgdlasso(y ~ ., d, lambda = grid))
    same(
      sgdlasso(y ~ factor(g) + b, as_rows(wide, block = 7), lambda = grid),
      sgdlasso(y ~ factor(g) + b, d, lambda = grid)
    )
  }
  doors()
  skip_if_not_installed("bit64")
  loadNamespace("bit64")
  doors()
})

test_that("the missing 64-bit integer is missing", {
  d <- whole_numbers()
  d$b[c(3, 9)] <- NA
  d$y[11] <- NA
  wide <- in_64_bits(d)
  same(sgdlasso(y ~ a + b, wide, lambda = 1), sgdlasso(y ~ a + b, d, lambda = 1))
  same(sgdlasso(y ~ a + b, as_rows(wide, block = 8), lambda = 1), sgdlasso(y ~ a + b, d, lambda = 1))
  expect_input_error(sgdlasso(wide[c("a", "b")], d$a), "`x` has 2 missing")
  expect_input_error(sgdlasso(wide["a"], wide$y), "`y` has 1 missing")
  expect_equal(
    is.na(predict(sgdlasso(y ~ a + b, d, lambda = 1), in_64_bits(d[1:3, ])))[, 1],
    c("1" = FALSE, "2" = FALSE, "3" = TRUE)
  )
})

test_that("integers that no double holds are an error, where they are looked at", {
  d <- whole_numbers()
  wide <- in_64_bits(d)
  for (value in c(2^53 + 2, -2^62)) {
    wide$a[] <- integer64(c(0, value, rep(1, 58)))
    expect_input_error(sgdlasso(y ~ a + b, wide), "`a` has 1 64-bit integer beyond 2\\^53, the first at position 2")
    expect_input_error(sgdlasso(y ~ a + b, as_rows(wide, block = 50)), "`a` has 1 64-bit integer beyond")
    expect_input_error(sgdlasso(wide[c("a", "b")], d$y), "`a` has 1")
    expect_input_error(sgdlasso(d[c("b", "o")], wide$a), "`y` has 1")
    same(sgdlasso(y ~ . - a, wide, lambda = 1), sgdlasso(y ~ . - a, d, lambda = 1))
    same(sgdlasso(y ~ b, wide, lambda = 1), sgdlasso(y ~ b, d, lambda = 1))
  }
  wide$a <- integer64(rep(c(2^53, -2^53), 30))
  expect_silent(sgdlasso(y ~ a, wide, lambda = 1))
})

# Classes that a data frame may hold, and the numbers that lm() takes them for (NULL: none).
classes_of_numbers <- function(n) {
  set.seed(5)
  k <- sample(1:200, n, TRUE)
  list(
    date = as.Date("2020-01-01") + k, time = as.POSIXct("1970-01-01", tz = "UTC") + k,
    difference = as.difftime(k, units = "hours"),
    hexmode = as.hexmode(k), octmode = as.octmode(k), roman = utils::as.roman(k),
    labelled = structure(k + 0, class = c("haven_labelled", "vctrs_vctr")), as_is = I(k), column = scale(k),
    unknown = structure(k + 0, class = "unheard_of"), logical = k > 100, noquote = noquote(letters[k %% 3 + 1]),
    ordered = factor(k %% 4, ordered = TRUE), list = as.list(k), complex = k + 1i, raw = as.raw(k),
    time_parts = as.POSIXlt("1970-01-01", tz = "UTC") + k,
    version = numeric_version(paste0(k, ".1")), table = table(seq_len(n) %% 7)[k %% 7 + 1], matrix = cbind(k, k^2)
  )
}

test_that("every class is what lm() takes it for, or an error, in every door", {
  n <- 40
  set.seed(1)
  y <- rnorm(n)
  for (name in names(classes_of_numbers(n))) {
    d <- list2DF(list(y = y))
    d$v <- classes_of_numbers(n)[[name]]
    known <- tryCatch(coef(lm(y ~ v, d)), error = function(e) NULL)
    if (is.null(known)) {
      expect_error(sgdlasso(y ~ v, d), class = "sgdlasso_error_input", info = name)
      expect_error(sgdlasso(y ~ v, as_rows(d, block = 7)), class = "sgdlasso_error_input", info = name)
    } else {
      fit <- sgdlasso(y ~ v, d, lambda = 0, tol = 1e-12)
      expect_equal(as.matrix(coef(fit))[, 1], known, tolerance = 1e-6, info = name)
      expect_equal(predict(fit, d)[, 1], fitted(lm(y ~ v, d)), tolerance = 1e-6, ignore_attr = TRUE, info = name)
      streamed <- sgdlasso(y ~ v, as_rows(d, block = 7), lambda = 0, tol = 1e-12)
      expect_equal(same_fit(streamed), same_fit(fit), tolerance = 1e-8, info = name)
    }
    # numbers, or refused
    plain <- tryCatch(sgdlasso(d["v"], y, lambda = 0, tol = 1e-12), sgdlasso_error_input = function(e) NULL)
    if (!is.null(plain)) expect_equal(plain$beta[1, 1], unname(known[2]), tolerance = 1e-6, info = name)
    response <- tryCatch(sgdlasso(cbind(seq_len(n)), d$v, lambda = 0), sgdlasso_error_input = function(e) NULL)
    if (!is.null(response)) {
      expect_equal(
        response$beta[1, 1], unname(coef(lm(as.numeric(unclass(d$v)) ~ seq_len(n)))[2]), tolerance = 1e-6, info = name
      )
    }
  }
})

test_that("dates stay dates and differences of time keep their unit, whatever new data come in", {
  n <- 40
  d <- data.frame(k = 1:n, y = (1:n) + sin(1:n))
  d$when <- as.Date("2020-01-01") + 10 * d$k
  d$took <- as.difftime(d$k, units = "hours")
  fit <- sgdlasso(y ~ took, d, lambda = .01)
  minutes <- d
  units(minutes$took) <- "mins"
  expect_equal(predict(fit, minutes), predict(fit, d))
  expect_equal(
    same_fit(sgdlasso(y ~ took, as_rows(block_function_of(list(d[1:9, ], minutes[10:40, ]))), lambda = .01)),
    same_fit(fit), tolerance = 1e-10
  )
  expect_input_error(predict(fit, transform(d, took = k)), "took")
  dated <- sgdlasso(y ~ when, d, lambda = .01)
  expect_input_error(predict(dated, transform(d, when = as.POSIXct(when))), "when as POSIXct, training had Date")
  # a unit that R chooses by the rows at hand
  d$start <- as.POSIXct("2020-01-01", tz = "UTC")
  d$end <- d$start + d$k * 30
  chosen <- sgdlasso(y ~ I(end - start), d, lambda = .01)
  expect_equal(predict(chosen, d[30:40, ]), predict(chosen, d)[30:40, , drop = FALSE])
  expect_input_error(
    sgdlasso(y ~ I(end - start), as_rows(d[c(30:40, 1:29), ], block = 11)), "depends on all rows|difftime in"
  )
})

test_that("objects whose other slots tell what their numbers mean are refused", {
  suppressWarnings(skip_if_not_installed("lubridate")) # it asks the system for its time zone
  d <- data.frame(y = rnorm(9))
  d$v <- lubridate::period(1:9, "days")
  expect_input_error(sgdlasso(y ~ v, d), "`v` is of class Period")
  expect_input_error(sgdlasso(d["v"], d$y), "`v` is of class Period")
  expect_input_error(sgdlasso(cbind(1:9), d$v), "`y` is of class Period")
})

test_that("variables with units are predicted in the units of training", {
  skip_if_not_installed("units")
  d <- data.frame(y = rnorm(9), v = units::set_units(1:9, "m", mode = "standard"))
  fit <- sgdlasso(y ~ v, d, lambda = .01)
  expect_equal(
    unname(predict(fit, d)),
    unname(predict(sgdlasso(y ~ v, data.frame(y = d$y, v = 1:9), lambda = .01), data.frame(v = 1:9)))
  )
  expect_input_error(
    predict(fit, data.frame(v = units::set_units(1:9, "km", mode = "standard"))), "units of km, training had units of m"
  )
})
