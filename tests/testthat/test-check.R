# What bad input gets: class and message, for every row of the table in the manual that a fit can meet.

x <- as.matrix(murder_rates[, 1:3])
y <- murder_rates$murder_rate
expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")
spoil <- function(values, at, with) {
  values[at] <- with
  values
}

test_that("errors are of the package's classes and carry no call", {
  error <- tryCatch(sgdlasso(x, y[-1]), error = identity)
  expect_s3_class(error, c("sgdlasso_error_input", "sgdlasso_error", "error", "condition"), exact = TRUE)
  expect_null(conditionCall(error))
})

test_that("missing and infinite values are counted, and the first is named", {
  expect_input_error(sgdlasso(spoil(x, 22:23, NA), y),
                     "`x` has 2 missing or infinite values, the first in column 2 \\(low_income\\), row 2")
  expect_input_error(
    sgdlasso(unname(spoil(x, 5, Inf)), y), "`x` has 1 missing or infinite value, the first in column 1, row 5"
  )
  expect_input_error(sgdlasso(x, spoil(y, 3, NaN)), "`y` has 1 missing or infinite value, the first at position 3")
  expect_input_error(sgdlasso(x, y, weights = spoil(y, 4, NA)), "`weights` has 1 missing")
  expect_input_error(
    sgdlasso(x, y, offset = spoil(y, 4, -Inf)), "`offset` has 1 missing or infinite value, the first at position 4"
  )
  sparse <- as_sparse(x * (x > 20))
  sparse@x[5] <- NA
  where <- which(is.na(as.matrix(sparse)), arr.ind = TRUE)
  expect_input_error(sgdlasso(sparse, y), sprintf("first in column %d .*, row %d", where[1, "col"], where[1, "row"]))
  d <- murder_rates
  d$unemployed[7] <- Inf
  expect_input_error(
    sgdlasso(murder_rate ~ ., d), "`x` has 1 missing or infinite value, the first in column 3 \\(unemployed\\), row 7"
  )
})

test_that("a missing value among very large finite ones is found, and finite ones alone are no error", {
  big <- spoil(x, 1:3, .Machine$double.xmax)
  expect_s3_class(sgdlasso(big, y, lambda = 1, seed = 1), "sgdlasso")
  expect_input_error(sgdlasso(spoil(big, 30, NA), y), "has 1 missing or infinite value, the first in column 2")
})

test_that("columns that are not numbers point to the formula call", {
  expect_input_error(sgdlasso(cbind(x, "a"), y), "matrix of character values.*formula")
  expect_input_error(
    sgdlasso(cbind(murder_rates[1:3], city = letters[1:20]), y), "1 column that is not numeric: \"city\".*formula"
  )
  expect_input_error(sgdlasso(cbind(murder_rates[1:3], city = factor(letters[1:20])), y), "\"city\"")
  expect_input_error(sgdlasso(matrix(1i, 20, 1), y), "complex")
  expect_input_error(sgdlasso(list(1, 2), y), "`x` is a list of length 2")
  expect_input_error(sgdlasso(1:20, y), "`x` is a integer of length 20.*matrix")
})

test_that("lengths and dimensions must agree", {
  expect_input_error(sgdlasso(x, y[-1]), "`y` has 19 values, x has 20 rows")
  expect_input_error(sgdlasso(x, y, weights = 1:3), "`weights` has 3 values, x has 20 rows")
  expect_input_error(sgdlasso(x, y, offset = 1), "`offset` has 1 value, x has 20 rows")
  expect_input_error(sgdlasso(x, y, penalty.factor = 1), "`penalty.factor` has 1 value, x has 3 columns")
  expect_input_error(sgdlasso(x[0, ], y[0]), "`x` has 0 rows and 3 columns")
  expect_input_error(sgdlasso(x[, 0], y), "`x` has 20 rows and 0 columns")
  expect_input_error(sgdlasso(x), "`y` is missing")
  expect_input_error(sgdlasso(x, cbind(y, y)), "`y` has 2 columns")
  expect_input_error(sgdlasso(~unemployed, murder_rates), "no response")
})

test_that("weights, lambda, alpha, factors and the rest must lie in their range", {
  expect_input_error(
    sgdlasso(x, y, weights = spoil(y, 2, -1)), "`weights` has 1 negative value, the first at position 2"
  )
  expect_input_error(sgdlasso(x, y, weights = 0 * y), "`weights` are all 0")
  expect_input_error(sgdlasso(x, y, lambda = c(1, -2)), "`lambda` is -2 at position 2")
  expect_input_error(sgdlasso(x, y, lambda = NA_real_), "`lambda` is NA")
  expect_input_error(sgdlasso(x, y, lambda = "a"), "`lambda` is a")
  expect_input_error(sgdlasso(x, y, lambda = numeric()), "`lambda` is a numeric of length 0")
  expect_input_error(sgdlasso(x, y, alpha = 1.2), "`alpha` is 1.2.*of at least 0 and at most 1")
  expect_input_error(sgdlasso(x, y, alpha = NA), "`alpha` is NA")
  expect_input_error(sgdlasso(x, y, nlambda = 0), "`nlambda` is 0.*whole number")
  expect_input_error(sgdlasso(x, y, nlambda = 2.5), "`nlambda` is 2.5.*whole number")
  expect_input_error(sgdlasso(x, y, lambda.min.ratio = 0), "`lambda.min.ratio` is 0.*above 0")
  expect_input_error(
    sgdlasso(x, y, penalty.factor = c(1, -1, 1)), "`penalty.factor` is negative or missing at position 2"
  )
  expect_input_error(sgdlasso(x, y, penalty.factor = c(0, 0, 0)), "`penalty.factor` is 0 for every column")
  expect_input_error(sgdlasso(x, y, exclude = 4), "`exclude` names a column")
  expect_input_error(sgdlasso(x, y, standardize = "yes"), "`standardize` must be TRUE or FALSE")
  expect_input_error(sgdlasso(x, y, intercept = NA), "`intercept` must be TRUE or FALSE")
  expect_input_error(sgdlasso(x, y, trace = 2), "`trace` must be TRUE or FALSE")
  expect_input_error(sgdlasso(x, y, seed = -1), "`seed` is -1")
  expect_input_error(sgdlasso(x, y, seed = 2^32), "`seed` is 4294967296")
  expect_input_error(sgdlasso(x, y, seed = 0.5), "`seed` is 0.5")
  expect_input_error(sgdlasso(x, y, family = "cox"), "`family` is \"cox\".*gaussian")
  expect_input_error(sgdlasso(x, y > 20, family = binomial("probit")), "`family` has the link \"probit\"")
  expect_input_error(sgdlasso(x, y, family = Gamma()), "`family` is \"Gamma\"")
})

test_that("a response must suit its family", {
  expect_input_error(sgdlasso(x, letters[1:20]), "`y` is a character")
  expect_input_error(sgdlasso(x, factor(y > 20)), "`y` is a factor.*binomial")
  expect_input_error(sgdlasso(x, y - 20, family = "poisson"), "`y` has .* negative values, the first at position 1")
  expect_input_error(sgdlasso(x, rep(1, 20), family = "binomial"), "`y` has one class only, \"1\"")
  expect_input_error(sgdlasso(x, factor(rep("a", 20), c("a", "b")), family = "binomial"), "one class only, \"a\"")
  expect_input_error(sgdlasso(x, factor(rep(1:4, 5)), family = "binomial"), "`y` has 4 levels")
  expect_input_error(sgdlasso(x, y, family = "binomial"), "`y` is 11.2 at position 1.*proportions")
  expect_input_error(sgdlasso(x, rep(c("a", "b"), 10), family = "binomial"), "`y` is a character vector.*factor")
  expect_input_error(sgdlasso(x, cbind(1:20, -1), family = "binomial"), "negative count")
  expect_input_error(sgdlasso(x, cbind(1, 2, 1:20), family = "binomial"), "`y` has 3 columns")
})

test_that("a fit in the place of data gets the right call", {
  fit <- sgdlasso(x, y, lambda = 1, seed = 1)
  expect_input_error(sgdlasso(fit), "`x` is a fit.*sgdlasso\\(x, y\\)")
})

test_that("an unknown argument is an error with the nearest name", {
  expect_input_error(sgdlasso(x, y, standardise = TRUE), "no argument `standardise`.*`standardize`")
  expect_input_error(sgdlasso(x, y, lamda = 1), "no argument `lamda`.*`lambda`")
  expect_input_error(sgdlasso(murder_rate ~ ., murder_rates, weigths = 1), "no argument `weigths`.*`weights`")
  fit <- sgdlasso(x, y, lambda = 1, seed = 1)
  expect_input_error(predict(fit, x, typ3 = "link"), "no argument `typ3`.*`type`")
  expect_input_error(coef(fit, lambda = 1), "no argument `lambda`")
  expect_input_error(
    predict(fit, x, 1, "link", FALSE, NULL, x, 1, x, y, NULL, NULL, x, NULL, NULL, 3), "argument without a name"
  )
})

test_that("calls that reach another method by their argument names find their way", {
  direct <- coef(sgdlasso(murder_rate ~ ., murder_rates, lambda = 1, seed = 1))
  expect_equal(coef(sgdlasso(data = murder_rates, formula = murder_rate ~ ., lambda = 1, seed = 1)), direct)
  expect_equal(coef(murder_rates |> sgdlasso(formula = murder_rate ~ ., lambda = 1, seed = 1)), direct)
  expect_input_error(sgdlasso(), "`x` is missing")
})

test_that("errors of R's model functions are of the package's class", {
  expect_input_error(sgdlasso(murder_rate ~ nowhere, murder_rates), "cannot be evaluated.*nowhere")
  expect_input_error(sgdlasso(murder_rate ~ ., no_such_data), "cannot be evaluated")
  expect_input_error(sgdlasso(murder_rate ~ ., murder_rates, weights = 1:3), "cannot be evaluated.*weights")
  expect_input_error(sgdlasso(murder_rate ~ factor(rep("a", 20)), murder_rates), "cannot be made|cannot be evaluated")
})

test_that("numbers too large for their squares are an error where no column could be trained", {
  expect_input_error(sgdlasso(x, y * 1e160, lambda = 1, seed = 1), "deviance overflows")
  expect_input_error(sgdlasso(x, y, nlambda = 1e9), "`nlambda` is 1e\\+09")
  expect_input_error(sgdlasso(x, y, family = mean), "`family` is")
  expect_input_error(sgdlasso(x, y, solver = mean), "`solver` is function")
})

test_that("a nudge and a lambda exclude each other", {
  expect_input_error(sgdlasso(x, y, lambda = 1, solver = "nudge"), "`lambda` is given, and so is a nudge")
})

test_that("a diverging rate stops at once and names a safe one, which then works", {
  for (solver in list(function(rate) solver_nudge(rate = rate, epochs = 50),
                      function(rate) solver_sgd("proximal", rate = rate, schedule = "constant", epochs = 50),
                      function(rate) solver_sgd("cumulative", rate = rate, schedule = "constant", epochs = 50))) {
    for (source in list(x, as_sparse(x))) {
      try_rate <- function(rate) {
        lambda <- if (solver(1)$name == "sgd") 0.1
        sgdlasso(source, y, lambda = lambda, standardize = FALSE, seed = 1, solver = solver(rate))
      }
      error <- tryCatch(try_rate(1), error = identity)
      expect_s3_class(error, c("sgdlasso_error_diverged", "sgdlasso_error"))
      expect_match(conditionMessage(error), "`rate` = 1 made a coefficient infinite. A rate that is safe")
      expect_true(all(is.finite(coef(try_rate(error$safe_rate))[, 1])))
    }
  }
})

test_that("columns are excluded by number or by name, in every call", {
  set.seed(1)
  d <- data.frame(a = rnorm(40), b = rnorm(40), f = factor(rep(c("u", "v", "w", "x"), 10)), y = rnorm(40))
  x <- stats::model.matrix(y ~ ., d)[, -1]
  numbers <- sgdlasso(x, d$y, exclude = c(2, 4), lambda = .01)
  same <- function(fit) expect_equal(fit$beta, numbers$beta, tolerance = 1e-4)
  same(sgdlasso(x, d$y, exclude = c("b", "fw"), lambda = .01))
  same(sgdlasso(y ~ ., d, exclude = c("b", "fw"), lambda = .01))
  same(sgdlasso(y ~ ., as_rows(d, block = 7), exclude = c("b", "fw"), lambda = .01))
  same(sgdlasso(y ~ ., as_rows(d, block = 7), exclude = c("b", "fw"), lambda = .01, solver = solver_exact("passes")))
  chosen <- cv.sgdlasso(y ~ ., d, exclude = c("b", "fw"), lambda = c(.1, .01))
  expect_equal(as.vector(coef(chosen, s = .01)), as.vector(coef(numbers)), tolerance = 1e-4)
  expect_equal(
    optimality(list(a0 = 0, beta = numeric(5)), x, d$y, lambda = .1, exclude = "b"),
    optimality(list(a0 = 0, beta = numeric(5)), x, d$y, lambda = .1, exclude = 2)
  )
  expect_equal(
    sgdlasso(unname(x), d$y, exclude = "V2", lambda = .01)$beta@x,
    sgdlasso(unname(x), d$y, exclude = 2, lambda = .01)$beta@x
  )
  for (call in list(
    function() sgdlasso(x, d$y, exclude = c("b", "g")), function() sgdlasso(y ~ ., d, exclude = "g"),
    function() sgdlasso(y ~ ., as_rows(d, block = 7), exclude = "g"), function() cv.sgdlasso(x, d$y, exclude = "g")
  )) {
    expect_error(call(), "`exclude` names \"g\", which is no column of x", class = "sgdlasso_error_input")
  }
})

test_that("sparse matrices that are not what their class says are refused wherever x or newx is taken", {
  d <- make_sparse_rows(40, 6)
  x <- as_sparse(d$x)
  fit <- sgdlasso(x, d$y, lambda = 0.1)
  changed <- function(slot, value) {
    attr(x, slot) <- value
    x
  }
  first <- which(diff(x@p) >= 2)[1] # a column of two values or more
  at <- x@p[first] + 1:2
  bad <- list(
    outside = changed("i", replace(x@i, 1, 40L)), negative = changed("i", replace(x@i, 1, -1L)),
    unsorted = changed("i", replace(x@i, at, x@i[rev(at)])), doubled = changed("i", replace(x@i, at, x@i[at[1]])),
    falling = changed("p", replace(x@p, 3, x@p[2] - 1L)), start = changed("p", x@p + 1L), short = changed("p", x@p[-1]),
    values = changed("x", x@x[-1]), rows = changed("i", x@i[-1]), integers = changed("x", as.integer(x@x)),
    wide = changed("Dim", c(40L, 600L)), negative_dim = changed("Dim", c(-1L, 6L)),
    names = changed("Dimnames", list(NULL, "a")), huge = changed("p", replace(x@p, 4, .Machine$integer.max))
  )
  for (one in bad) {
    expect_input_error(sgdlasso(one, d$y), "`x` is a sparse matrix that is not valid")
    expect_input_error(predict(fit, one), "`newx` is a sparse matrix that is not valid")
    expect_input_error(sgdlasso(as_rows(one, d$y)), "sparse matrix that is not valid")
    expect_input_error(optimality(fit, one, d$y), "`x` is a sparse matrix that is not valid")
  }
  triplets <- methods::as(x, "TsparseMatrix")
  attr(triplets, "i") <- triplets@i + 100L
  expect_input_error(sgdlasso(triplets, d$y), "`x` is a sparse matrix that is not valid")
})

test_that("sparse matrices with random faults give a fit or an error of this package", {
  set.seed(11)
  d <- make_sparse_rows(30, 5)
  x <- as_sparse(d$x)
  expect_sound(lapply(1:200, function(k) outcome(sgdlasso(damaged(x), d$y, lambda = 0.1))))
})
