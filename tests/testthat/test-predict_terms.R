# stats::predict.lm() and predict.glm() are what the terms are compared with.

expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

# lm() on the draw with these coefficients in place of its own; NULL where lm() finds none or not all.
lm_with <- function(draw, coefficients) {
  d <- draw$d
  d$id <- r_integer64(unclass(d$id))$values
  call <- as.call(c(quote(lm), draw$form, data = quote(d), weights = draw$weights, subset = draw$subset))
  found <- suppressWarnings(tryCatch(eval(call), error = function(e) NULL))
  if (is.null(found) || anyNA(coef(found))) return(NULL)
  if (attr(terms(found), "intercept") == 0) coefficients <- coefficients[-1]
  found$coefficients[] <- coefficients[names(found$coefficients)]
  found
}

test_that("for random formulas and new rows terms and constant are those of predict.lm() with the same coefficients", {
  compared <- 0
  check_draws(1:60, function(draw, fit, whole, about) {
    if (!is.list(whole)) return()
    known <- lm_with(draw, coef(whole, s = 0.01)[, 1])
    if (is.null(known)) return()
    new <- frame_rows_at(draw$d, sample(nrow(draw$d), 12))
    plain <- transform(new, id = r_integer64(unclass(id))$values)
    expected <- tryCatch(predict(known, plain, type = "terms"), error = function(e) NULL)
    got <- fit_or_refusal(predict(whole, newdata = new, type = "terms", s = 0.01))
    if (is.null(expected)) return(expect_type(got, "character"))
    expect_equal(got, expected, tolerance = 1e-9, info = about)
    expect_equal(
      fit_or_refusal(predict(whole, type = "terms", s = 0.01)), predict(known, type = "terms"),
      tolerance = 1e-9, info = about
    )
    compared <<- compared + 1
  })
  expect_gt(compared, 20)
})

test_that("for lambda = 0 they are those of lm() and glm()", {
  set.seed(3)
  d <- mixed_frame(200)
  form <- ~ poly(b, 2) + scale(k) * f + t + offset(w)
  for (family in c("gaussian", "binomial", "poisson")) {
    d$y <- draw_response(d$b - d$k / 3 + (d$f == "u") + d$w, family)
    known <- glm(update(form, y ~ .), family, d, weights = w, epsilon = 1e-13) |> suppressWarnings()
    fit <- sgdlasso(update(form, y ~ .), d, family = family, weights = w, lambda = 0, tol = 1e-12)
    expect_equal(predict(fit, d[1:20, ], type = "terms"), predict(known, d[1:20, ], type = "terms"), tolerance = 1e-4)
  }
})

test_that("terms, constant and offset add up to the linear predictor", {
  check_draws(101:120, function(draw, fit, whole, about) {
    if (!is.list(whole)) return()
    terms <- predict(whole, newdata = draw$d, type = "terms", s = 0.1)
    link <- predict(whole, newdata = draw$d, s = 0.1)[, 1]
    offset <- if (grepl("offset", about)) draw$d$off else 0
    expect_equal(rowSums(terms) + attr(terms, "constant") + offset, link, tolerance = 1e-8, info = about)
  })
})

test_that("in fits of a matrix each column is a term, dense and sparse alike", {
  d <- make_sparse_rows(80, 25)
  fit <- sgdlasso(d$x, d$y, offset = d$o, weights = d$w, lambda = c(0.5, 0.05))
  new <- d$x[1:7, ]
  terms <- predict(fit, new, type = "terms", s = 0.05, newoffset = d$o[1:7])
  by_hand <- sweep(sweep(new, 2, colMeans(d$x)), 2, as.numeric(coef(fit, s = 0.05))[-1], `*`)
  expect_equal(terms, by_hand, ignore_attr = TRUE)
  expect_equal(colnames(terms), rownames(fit$beta))
  expect_equal(
    rowSums(terms) + attr(terms, "constant") + d$o[1:7], predict(fit, new, s = 0.05, newoffset = d$o[1:7])[, 1]
  )
  expect_equal(predict(fit, as_sparse(new), type = "terms", s = 0.05, newoffset = d$o[1:7]), terms)
  some <- predict(fit, new, type = "terms", s = 0.05, newoffset = d$o[1:7], terms = c("V9", "V24", "V9"))
  expect_equal(unclass(some), terms[, c(9, 24, 9)], ignore_attr = "constant")
  expect_equal(attr(some, "constant"), attr(terms, "constant"))
  expect_equal(predict(fit, type = "terms", s = 0.05)[1:7, ], terms, ignore_attr = "constant")
  none <- predict(fit, new, type = "terms", s = 0.05, newoffset = d$o[1:7], terms = character())
  expect_equal(dim(none), c(7, 0))
})

test_that("columns of large means lose nothing to rounding", {
  set.seed(1)
  x <- matrix(rnorm(200), 50) + 1e8
  y <- x[, 1] - x[, 2] + rnorm(50)
  fit <- sgdlasso(x, y, lambda = 0.01)
  beta <- as.numeric(fit$beta)
  centred <- sweep(x, 2, 1e8)
  expect_equal(
    predict(fit, x, type = "terms"), sweep(sweep(centred, 2, colMeans(centred)), 2, beta, `*`),
    tolerance = 1e-7, ignore_attr = TRUE
  )
})

test_that("without new rows they are those of training, padded as na.exclude() says", {
  d <- mixed_frame(90)
  fit <- sgdlasso(y ~ a * f, d, na.action = na.exclude, lambda = 0.01)
  terms <- predict(fit, type = "terms")
  complete <- !is.na(d$a)
  expect_equal(terms[complete, ], predict(fit, d, type = "terms")[complete, ])
  expect_true(all(is.na(terms[5, ])))
  expect_false(anyNA(predict(fit, d, type = "terms")[5, "f"]))
  # without the model frame the call leads to the rows, or they are given
  small <- sgdlasso(y ~ a * f, d, lambda = 0.01, model = FALSE)
  expect_equal(predict(small, d, type = "terms"), predict(fit, d, type = "terms"))
  training <- d
  d <- d[1:30, ]
  expect_input_error(predict(small, d, type = "terms"), "not those it was trained on")
  expect_input_error(predict(small, d, type = "terms", data = d), "not those that the fit was trained on")
  expect_equal(predict(small, d, type = "terms", data = training), predict(fit, d, type = "terms"))
})

test_that("terms can be chosen by name or number", {
  d <- mixed_frame(100)
  fit <- sgdlasso(y ~ b + a * f, d, lambda = c(0.1, 0.01))
  terms <- predict(fit, d, type = "terms", s = 0.01)
  expect_equal(colnames(terms), c("b", "a", "f", "a:f"))
  for (chosen in list("f", c("a:f", "b"), c(4, 1))) {
    some <- predict(fit, d, type = "terms", s = 0.01, terms = chosen)
    expect_equal(some, structure(terms[, chosen, drop = FALSE], constant = attr(terms, "constant")))
  }
  expect_input_error(predict(fit, d, type = "terms", s = 0.01, terms = "c"), "`terms` names \"c\".*Terms: \"b\"")
  expect_input_error(predict(fit, d, type = "terms", s = 0.01, terms = 5), "numbers from 1 to 4")
  expect_input_error(predict(fit, d, terms = "b"), "`type` is \"link\"")
  expect_input_error(predict(fit, d, type = "terms"), "`s` stands for 2 lambdas")
})

test_that("sparse columns of a formula have the terms of dense ones", {
  set.seed(2)
  d <- data.frame(y = rnorm(90), a = rnorm(90), f = factor(sample(letters[1:9], 90, TRUE)), l = rnorm(90) > 0)
  for (form in list(y ~ a * f + l, y ~ a * f + l - 1)) {
    dense <- sparse <- sgdlasso(form, d, lambda = 0.01)
    sparse$sparse <- "asked for"
    new <- d
    new$a[3] <- NA
    expect_s4_class(new_rows(sparse, newdata = new, newoffset = NULL, envir = environment())$x, "dgCMatrix")
    terms <- predict(sparse, new, type = "terms")
    expect_equal(terms[-3, ], predict(dense, new, type = "terms")[-3, ])
    expect_true(all(is.na(terms[3, ])))
    expect_equal(predict(sparse, type = "terms"), predict(dense, type = "terms"))
  }
  expect_equal(attr(predict(sparse, d, type = "terms"), "constant"), 0)
})

test_that("fits of a source are not centred unless training rows are given; butchered ones say what they lack", {
  d <- na.omit(mixed_frame(100))
  whole <- sgdlasso(y ~ a * f + b, d, lambda = 0.01, tol = 1e-12)
  streamed <- sgdlasso(y ~ a * f + b, as_rows(d, block = 30), lambda = 0.01, tol = 1e-12)
  terms <- predict(streamed, d, type = "terms")
  expect_equal(attr(terms, "constant"), unname(streamed$a0))
  expect_equal(terms[, "b"], d$b * streamed$beta["b", 1], ignore_attr = TRUE)
  expect_equal(rowSums(terms) + attr(terms, "constant"), predict(streamed, d)[, 1])
  given <- predict(streamed, d, type = "terms", data = d)
  expect_equal(given, predict(whole, d, type = "terms"), tolerance = 1e-6)
  skip_if_not_installed("butcher")
  small <- butcher::butcher(whole)
  expect_input_error(predict(small, d, type = "terms"), "keeps no rows")
  expect_equal(predict(small, d, type = "terms", data = d), predict(whole, d, type = "terms"))
})

test_that("cross-validations answer at their lambda, relaxed fits at their gamma, exact ones at s itself", {
  d <- mixed_frame(120)
  cv <- cv.sgdlasso(y ~ a * f + b, d, nfolds = 4, seed = 1, relax = TRUE)
  for (s in c("lambda.1se", "lambda.min")) {
    terms <- predict(cv, d, s = s, type = "terms")
    expect_equal(rowSums(terms) + attr(terms, "constant"), predict(cv, d, s = s)[, 1])
  }
  expect_equal(colnames(predict(cv, type = "terms", terms = "f")), "f")
  fit <- cv$sgdlasso.fit
  s <- mean(fit$lambda[3:4])
  terms <- predict(fit, d, s = s, type = "terms", exact = TRUE)
  expect_equal(rowSums(terms) + attr(terms, "constant"), predict(fit, d, s = s, exact = TRUE)[, 1])
})

test_that("without an intercept new rows need no rows of training", {
  data <- murder_rates
  fit <- sgdlasso(murder_rate ~ low_income + unemployed - 1, data = data, lambda = 1, model = FALSE)
  expected <- sweep(as.matrix(murder_rates[1:3, c("low_income", "unemployed")]), 2, coef(fit)[-1, 1], "*")
  rm(data)
  found <- predict(fit, newdata = murder_rates[1:3, ], type = "terms")
  expect_equal(found, expected, ignore_attr = TRUE)
  expect_identical(attr(found, "constant"), 0)
})
