x <- as.matrix(murder_rates[, 1:3])
y <- murder_rates$murder_rate
path <- sgdlasso(x, y, lambda = c(4, 2, 1), seed = 1)
by_formula <- sgdlasso(murder_rate ~ ., murder_rates, lambda = c(4, 2, 1), seed = 1)
expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

test_that("link is a0 + x b + offset, response its mean, both n x k", {
  expect_equal(predict(path, x), as.matrix(cbind(1, x) %*% coef(path)), ignore_attr = TRUE)
  expect_equal(dim(predict(path, x[1, , drop = FALSE], s = 2)), c(1, 1))
  expect_equal(predict(path, as_sparse(x)), predict(path, x), tolerance = 1e-14)
  expect_equal(predict(path, data.frame(x)), predict(path, x))
  two <- sgdlasso(x, y > 20, family = "binomial", lambda = c(0.2, 0.1), seed = 1)
  expect_equal(predict(two, x, type = "response"), plogis(predict(two, x)))
  expect_equal(predict(two, x, type = "class")[, 2], ifelse(predict(two, x)[, 2] > 0, "TRUE", "FALSE"))
  counts <- sgdlasso(x, round(y), family = "poisson", lambda = 1, offset = log(x[, 1]), seed = 1)
  expect_equal(
    predict(counts, x, type = "response", newoffset = log(x[, 1])), exp(predict(counts, x, newoffset = log(x[, 1])))
  )
})

test_that("coefficients between two lambdas are interpolated linearly", {
  expect_equal(coef(path, s = 1.5)[, 1], (coef(path)[, 3] + coef(path)[, 2]) / 2)
  expect_equal(as.numeric(coef(path, s = c(4, 1))), as.numeric(coef(path)[, c(1, 3)]))
  expect_equal(predict(path, x, s = 3)[, 1], rowMeans(predict(path, x)[, 1:2]))
  expect_equal(dim(coef(path, s = 2)), c(4, 1))
})

test_that("s outside the path warns and takes the nearest", {
  expect_warning(low <- coef(path, s = 0.5), "outside the fitted lambdas", class = "sgdlasso_warning_s")
  expect_equal(low[, 1], coef(path)[, 3])
  expect_warning(high <- coef(path, s = 9), class = "sgdlasso_warning_s")
  expect_equal(high[, 1], coef(path)[, 1])
  expect_no_warning(coef(path, s = 1 - 1e-12))
  one <- sgdlasso(x, y, lambda = 1, seed = 1)
  expect_warning(coef(one, s = 2), class = "sgdlasso_warning_s")
  expect_input_error(coef(path, s = -1), "`s` is -1")
  expect_input_error(coef(path, s = "lambda.min"), "chosen by cross-validation")
})

test_that("type nonzero is a named list of column numbers", {
  nonzero <- predict(path, type = "nonzero")
  expect_named(nonzero, c("s0", "s1", "s2"))
  expect_equal(lengths(nonzero), path$df, ignore_attr = TRUE)
  expect_equal(nonzero$s2, unname(which(path$beta[, 3] != 0)))
  none <- sgdlasso(x, y, lambda = 100, seed = 1)
  expect_equal(predict(none, type = "nonzero"), list(s0 = integer()))
})

test_that("columns are matched by name where both sides have names", {
  expect_equal(predict(path, x[, 3:1]), predict(path, x))
  expect_equal(predict(path, cbind(other = 1, x[, 3:1])), predict(path, x))
  expect_equal(predict(path, unname(x)), predict(path, x), ignore_attr = TRUE)
  expect_input_error(predict(path, x[, 1:2]), "`newx` lacks 1 column of x: \"unemployed\"")
  expect_input_error(predict(path, cbind(x, population = 1)), "`newx` has the column \"population\" twice")
  expect_input_error(predict(path, unname(x)[, 1:2]), "`newx` has 2 columns, the fit has 3")
  nameless <- sgdlasso(unname(x), y, lambda = 1, seed = 1)
  expect_equal(as.numeric(predict(nameless, x)), as.numeric(predict(sgdlasso(x, y, lambda = 1, seed = 1), x)))
})

test_that("newx must be there and be numbers", {
  expect_input_error(predict(path), "`newx` is missing")
  expect_input_error(predict(path, x[1, ]), "`newx` is a numeric of length 3")
  x[2, 2] <- NA
  expect_input_error(predict(path, x), "`newx` has 1 missing")
  expect_input_error(predict(path, x, type = "class"), "`newx` has 1 missing|Only binomial")
  expect_input_error(predict(path, x, type = "prob"), "`type` is \"prob\"")
  expect_input_error(predict(by_formula, as.matrix(x)), "`newx` is a matrix.*formula")
})

test_that("a fit with an offset needs the new rows' offset", {
  fit <- sgdlasso(x, y, offset = y / 2, lambda = 1, seed = 1)
  expect_input_error(predict(fit, x), "`newoffset` is missing")
  expect_input_error(predict(fit, x, newoffset = 1:3), "`newoffset` has 3 values, x has 20 rows")
  expect_equal(predict(fit, x, newoffset = y / 2), as.matrix(cbind(1, x) %*% coef(fit)) + y / 2, ignore_attr = TRUE)
})

test_that("a formula's offset is found in newdata, whether term or argument", {
  d <- transform(murder_rates, o = unemployed / 3)
  term <- sgdlasso(murder_rate ~ low_income + offset(o), d, lambda = 1, seed = 1)
  argument <- sgdlasso(murder_rate ~ low_income, d, offset = o, lambda = 1, seed = 1)
  expect_equal(predict(term, newdata = d), predict(argument, newdata = d))
  expect_equal(mean(predict(term, newdata = d)), mean(y), tolerance = 1e-10)
  expect_input_error(predict(argument, newdata = d[setdiff(names(d), "o")]), "`newoffset` is missing")
})

test_that("under a formula a row with a missing value gives NA, the others their number", {
  d <- transform(murder_rates, size = cut(population, c(0, 7e5, 1e7), c("small", "large")))
  fit <- sgdlasso(murder_rate ~ low_income + size, d, lambda = c(2, 1), seed = 1)
  new <- d
  new$low_income[2] <- NA
  new$size[5] <- NA
  got <- predict(fit, newdata = new)
  expect_true(all(is.na(got[c(2, 5), ])))
  expect_equal(got[-c(2, 5), ], predict(fit, newdata = d)[-c(2, 5), ])
  expect_equal(predict(fit, new), got)
})

test_that("unseen levels and absent variables are errors that name them", {
  fit <- sgdlasso(weight ~ group, PlantGrowth, lambda = 0.01, seed = 1)
  expect_input_error(predict(fit, newdata = data.frame(group = c("trt1", "new"))),
                     "`newdata` has 1 level of group that training did not see: \"new\".*\"ctrl\", \"trt1\", \"trt2\"")
  expect_input_error(
    predict(by_formula, newdata = murder_rates["population"]), "`newdata` lacks 2 variables of the formula"
  )
  expect_equal(dim(predict(fit, newdata = data.frame(group = "trt2"))), c(1, 1))
})

test_that("variables must have the type that training saw", {
  expect_input_error(predict(by_formula, newdata = transform(murder_rates, unemployed = factor(unemployed))),
                     "`newdata` does not suit the formula.*\"numeric\".*\"factor\"")
  expect_input_error(
    predict(by_formula, newdata = transform(murder_rates, unemployed = as.character(unemployed))), "does not suit"
  )
  fit <- sgdlasso(weight ~ factor(as.character(group)), PlantGrowth, lambda = 0.01, seed = 1)
  expect_input_error(predict(fit, newdata = data.frame(group = "new")), "does not suit the formula.*new level")
  missing <- transform(murder_rates, unemployed = NA)
  expect_true(all(is.na(predict(by_formula, newdata = missing))))
})

test_that("a variable called as a function is still looked for in newdata", {
  d <- transform(murder_rates, t = unemployed)
  fit <- sgdlasso(murder_rate ~ t, d, lambda = 1, seed = 1)
  expect_input_error(predict(fit, newdata = murder_rates), "`newdata` lacks 1 variable of the formula: \"t\"")
})

test_that("newoffset takes the place of the formula's own offset", {
  d <- transform(murder_rates, o = unemployed / 3)
  fit <- sgdlasso(murder_rate ~ low_income + offset(log(o)), d, lambda = 1, seed = 1)
  by_hand <- as.matrix(cbind(1, d$low_income) %*% coef(fit)) + 7
  expect_equal(predict(fit, newdata = d["low_income"], newoffset = rep(7, 20)), by_hand, ignore_attr = TRUE)
})

test_that("matrices of other classes, and with names that tell nothing apart, are matched by position", {
  p <- poly(murder_rates$unemployed, 3)
  fit <- sgdlasso(p, y, lambda = 0.1, seed = 1)
  expect_equal(fit$call[[1]], quote(sgdlasso))
  expect_equal(predict(fit, p), predict(fit, unclass(p)))
  expect_equal(fitted(fit), predict(fit, p))
  expect_s3_class(sgdlasso(I(x), y, lambda = 1, seed = 1), "sgdlasso")
  half_named <- `colnames<-`(x, c("a", "", ""))
  fit <- sgdlasso(half_named, y, lambda = 1, seed = 1)
  expect_equal(as.numeric(predict(fit, half_named)), as.numeric(predict(sgdlasso(x, y, lambda = 1, seed = 1), x)))
  expect_equal(dim(fitted(fit)), c(20, 1))
})

test_that("transformations remember the training data, and functions are found where predict is called", {
  fit <- sgdlasso(murder_rate ~ poly(unemployed, 2) + scale(low_income), murder_rates, lambda = 0.1, seed = 1)
  expect_equal(predict(fit, newdata = murder_rates[1:3, ]), predict(fit, newdata = murder_rates)[1:3, , drop = FALSE])
  local({
    halve <- function(v) v / 2
    own <- sgdlasso(murder_rate ~ halve(unemployed), murder_rates, lambda = 0.1, seed = 1)
    expect_equal(nrow(predict(own, newdata = murder_rates)), 20)
  })
})

test_that("exact = TRUE solves at s, from x and y, from data, or from the data of the call", {
  x <- as.matrix(murder_rates[, 1:3])
  y <- murder_rates$murder_rate
  path <- sgdlasso(x, y, lambda = c(8, 3, 0.1), tol = 1e-10)
  for (s in c(2, 0.5, 20, 0.01)) {
    solved <- coef(sgdlasso(x, y, lambda = s, tol = 1e-10))[, 1]
    expect_equal(coef(path, s = s, exact = TRUE, x = x, y = y)[, 1], solved, tolerance = 1e-6)
    expect_equal(coef(path, s = s, exact = TRUE)[, 1], solved, tolerance = 1e-6)
    if (s > 0.1 && s < 8) expect_gt(max(abs(coef(path, s = s)[, 1] - solved)), 1e-3)
  }
  solved <- predict(sgdlasso(x, y, lambda = 2, tol = 1e-10), x)
  expect_equal(predict(path, x, s = 2, exact = TRUE), solved, tolerance = 1e-6, ignore_attr = TRUE)
  by_formula <- sgdlasso(murder_rate ~ ., murder_rates, lambda = c(8, 3), tol = 1e-10)
  expect_equal(
    coef(by_formula, s = 5, exact = TRUE, data = murder_rates), coef(path, s = 5, exact = TRUE), tolerance = 1e-6
  )
  w <- 1:20
  o <- y / 10
  full <- sgdlasso(
    x, y, weights = w, offset = o, alpha = 0.5, penalty.factor = c(1, 2, 3), upper.limits = 3, lambda = c(8, 3),
    tol = 1e-10
  )
  direct <- sgdlasso(
    x, y, weights = w, offset = o, alpha = 0.5, penalty.factor = c(1, 2, 3), upper.limits = 3, lambda = 4, tol = 1e-10
  )
  expect_equal(
    coef(full, s = 4, exact = TRUE, x = x, y = y, weights = w, offset = o)[, 1], coef(direct)[, 1], tolerance = 1e-6
  )
})

test_that("exact = TRUE predicts new data of a formula, with factors, missing values, functions and an offset", {
  set.seed(1)
  d <- data.frame(y = rnorm(40), x1 = rnorm(40), x2 = rnorm(40), g = gl(2, 20), w = runif(40))
  for (form in list(y ~ x1 + x2 + g, y ~ log(x1^2) + x2)) {
    fit <- sgdlasso(form, d, tol = 1e-10)
    direct <- sgdlasso(form, d, lambda = 0.0123, tol = 1e-10)
    expect_equal(
      predict(fit, newdata = d, s = 0.0123, exact = TRUE), predict(direct, newdata = d), tolerance = 1e-5,
      ignore_attr = TRUE
    )
  }
  expect_equal(unname(predict(fit, newdata = data.frame(x1 = NA, x2 = 1), s = 0.0123, exact = TRUE)[1, 1]), NA_real_)
  shifted <- sgdlasso(y ~ x1, d, offset = rep(3, 40))
  expect_equal(dim(predict(shifted, newdata = d, s = 0.0123, exact = TRUE)), c(40, 1))
  d$w[3] <- NA
  weighted <- sgdlasso(y ~ x1 + x2, d, weights = w, tol = 1e-10)
  expect_equal(optimality(weighted, data = d), optimality(weighted))
  expect_equal(coef(weighted, s = 0.0123, exact = TRUE, data = d)[, 1],
               coef(sgdlasso(y ~ x1 + x2, d, weights = w, lambda = 0.0123, tol = 1e-10))[, 1], tolerance = 1e-5)
})

test_that("exact = TRUE is refused other data, and the nudge's fits", {
  x <- as.matrix(murder_rates[, 1:3])
  y <- murder_rates$murder_rate
  path <- sgdlasso(x, y, lambda = c(8, 3))
  expect_error(
    coef(path, s = 5, exact = TRUE, x = x, y = rev(y)), "not those that the fit was trained on",
    class = "sgdlasso_error_input"
  )
  nudged <- sgdlasso(x / 1e7, y, solver = "nudge", seed = 1)
  expect_error(coef(nudged, s = 5, exact = TRUE), "the nudge", class = "sgdlasso_error_input")
})

test_that("columns are named by the lambdas asked for, as in glmnet 5", {
  x <- as.matrix(murder_rates[, 1:3])
  y <- murder_rates$murder_rate
  fit <- sgdlasso(x, y, lambda = c(2, 1, 0.5), relax = TRUE)
  expect_identical(colnames(coef(fit)), c("s0", "s1", "s2"))
  expect_identical(colnames(predict(fit, x)), c("s0", "s1", "s2"))
  expect_identical(colnames(predict(fit, x, gamma = 0)), c("s0", "s1", "s2"))
  expect_identical(colnames(coef(fit, s = 1)), "s=1")
  for (s in list(0.7, c(1, 0.7), c(2, 0.5, 0.123456789))) {
    names <- paste0("s=", format(s))
    found <- suppressWarnings(list(
      coef(fit, s = s), predict(fit, x, s = s), predict(fit, x, s = s, exact = TRUE), coef(fit, s = s, gamma = 0.5),
      fitted(fit, s = s)
    ))
    for (one in found) expect_identical(colnames(one), names)
    expect_named(suppressWarnings(predict(fit, type = "nonzero", s = s)), names)
    expect_identical(rownames(suppressWarnings(assess(fit, s = s))), as.character(seq_along(s)))
  }
  expect_identical(colnames(coef(fit, s = c(mine = 1, yours = 2))), c("mine", "yours"))
  expect_identical(colnames(coef(fit, s = c("bic", "aic"))), c("bic", "aic"))
  cv <- cv.sgdlasso(x, y, foldid = rep(1:5, 4))
  for (s in list("lambda.min", c("lambda.1se", "lambda.min"))) {
    expect_identical(colnames(coef(cv, s = s)), s)
    expect_identical(colnames(predict(cv, x, s = s)), s)
  }
  expect_identical(colnames(coef(cv)), "lambda.1se")
  expect_identical(colnames(predict(cv, x, s = 1)), "s=1")
  expect_null(names(summary(cv)$lambda))
  skip_if_not_installed("glmnet", "5.0")
  theirs <- glmnet::glmnet(x, y, lambda = c(2, 1, 0.5))
  for (s in list(1, c(1, 0.7), c(2, 0.5, 0.123456789))) {
    expect_identical(colnames(suppressWarnings(coef(fit, s = s))), colnames(coef(theirs, s = s)))
  }
})

test_that("exact coefficients of a fit to a source come from its rows in memory, dense or sparse", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(120, 6, family)
    s <- sgdlasso(d$x, d$y, family, nlambda = 10)$lambda[5] * 0.9
    right <- coef(sgdlasso(d$x, d$y, family, lambda = s, tol = 1e-12))
    for (solver in list("auto", solver_exact("passes"))) {
      fit <- sgdlasso(as_rows(d$x, d$y), family = family, solver = solver, tol = 1e-10)
      for (x in list(d$x, as_sparse(d$x))) {
        expect_equal(as.vector(coef(fit, s = s, exact = TRUE, x = x, y = d$y)), as.vector(right), tolerance = 1e-4)
      }
    }
  }
})
