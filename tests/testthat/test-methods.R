x <- as.matrix(murder_rates[, 1:3])
y <- murder_rates$murder_rate
path <- sgdlasso(x, y, lambda = c(2, 1), seed = 1)
by_formula <- sgdlasso(murder_rate ~ ., murder_rates, lambda = c(2, 1), seed = 1)

test_that("fitted and residuals find the data of the call, or take new ones", {
  expect_equal(fitted(path), predict(path, x, type = "response"))
  expect_equal(fitted(by_formula), predict(path, x), ignore_attr = TRUE)
  expect_equal(residuals(path), y - predict(path, x))
  expect_equal(residuals(by_formula), residuals(path), ignore_attr = TRUE)
  expect_equal(residuals(path, newx = x[1:3, ], newy = y[1:3]), residuals(path)[1:3, ], ignore_attr = TRUE)
  expect_equal(residuals(by_formula, newdata = murder_rates[1:3, ]), residuals(path)[1:3, ], ignore_attr = TRUE)
  expect_equal(fitted(path, s = 1), fitted(path)[, 2, drop = FALSE], ignore_attr = TRUE)
})

test_that("data that cannot be found again are an error that says what to give", {
  fit <- local({
    gone <- x
    sgdlasso(gone, y, lambda = 1, seed = 1)
  })
  expect_error(residuals(fit), "cannot be found.*`newx` and `newy`", class = "sgdlasso_error_input")
  changed <- murder_rates
  fit <- sgdlasso(murder_rate ~ ., changed, lambda = 1, seed = 1, model = FALSE)
  changed <- changed[1:5, ]
  expect_error(residuals(fit), "not those it was trained on", class = "sgdlasso_error_input")
  changed <- murder_rates[20:1, ]
  changed$unemployed <- rev(changed$unemployed)
  expect_error(fitted(fit), "not those it was trained on", class = "sgdlasso_error_input")
})

test_that("a fit to a constant response finds its data", {
  tenth <- rep(0.1, 20)
  expect_lt(max(abs(residuals(sgdlasso(x, tenth)))), 1e-15)
  none <- rep(0, 20)
  expect_equal(unname(fitted(sgdlasso(x, none, family = "poisson"))[, 1]), rep(0.5 / 21, 20))
})

test_that("the formula that was fitted counts, not what its name stands for later", {
  fits <- list()
  for (form in list(murder_rate ~ unemployed, murder_rate ~ low_income)) {
    fits <- c(fits, list(sgdlasso(form, murder_rates, lambda = 1, seed = 1)))
  }
  expect_equal(sum(residuals(fits[[1]])^2), deviance(fits[[1]]))
  expect_equal(coef(update(fits[[1]])), coef(fits[[1]]))
  by_function <- lapply(list(murder_rate ~ unemployed), function(q) sgdlasso(q, murder_rates, lambda = 1, seed = 1))
  expect_equal(sum(residuals(by_function[[1]])^2), deviance(by_function[[1]]))
})

test_that("new rows use the weights of the call, and keep their missing values", {
  set.seed(1)
  d <- data.frame(x = rnorm(40), n = sample(2:9, 40, replace = TRUE))
  d$k <- rbinom(40, d$n, plogis(d$x))
  fit <- sgdlasso(k / n ~ x, d, weights = n, family = "binomial", lambda = 0.01, seed = 1)
  for (type in c("response", "deviance", "pearson")) {
    expect_equal(residuals(fit, newdata = d, type = type), residuals(fit, type = type))
  }
  expect_equal(accuracy(fit, d), fit$accuracy)
  new <- murder_rates
  new$murder_rate[3] <- NA
  got <- residuals(by_formula, newdata = new)
  expect_true(all(is.na(got[3, ])))
  expect_equal(got[-3, ], residuals(by_formula)[-3, ])
})

test_that("rows that na.exclude left out come back as NA", {
  d <- murder_rates
  d$unemployed[4] <- NA
  fit <- sgdlasso(murder_rate ~ ., d, na.action = na.exclude, lambda = 1, seed = 1)
  expect_equal(which(is.na(fitted(fit)[, 1])), 4, ignore_attr = TRUE)
  expect_equal(nrow(residuals(fit)), 20)
})

test_that("a response that is missing, or impossible, is an error", {
  expect_error(residuals(path, newx = x), "`newy` is missing", class = "sgdlasso_error_input")
  expect_error(residuals(path, newy = y), "without rows", class = "sgdlasso_error_input")
  expect_error(
    residuals(path, newx = x, newy = y[1:3]), "`newy` has 3 values for 20 rows", class = "sgdlasso_error_input"
  )
  two <- sgdlasso(x, y > 20, family = "binomial", lambda = 0.1, seed = 1)
  expect_error(accuracy(two, x, (y > 20) + 1), "`newy` is 2 at position 3.*no binomial", class = "sgdlasso_error_input")
  counts <- sgdlasso(x, round(y), family = "poisson", lambda = 1, seed = 1)
  expect_error(residuals(counts, newx = x, newy = -y), "no poisson response", class = "sgdlasso_error_input")
})

test_that("residuals of other families are glm's", {
  for (family in c("binomial", "poisson")) {
    d <- make_rows(family = family)
    fit <- sgdlasso(d$x, d$y, family = family, lambda = 1e5, seed = 1)
    null <- glm(d$y ~ 1, family = family)
    for (type in c("response", "deviance", "pearson")) {
      expect_equal(residuals(fit, type = type)[, 1], residuals(null, type), tolerance = 1e-7, ignore_attr = TRUE)
    }
  }
})

test_that("deviance, nobs, formula, family and logLik answer", {
  expect_equal(deviance(path), colSums(residuals(path)^2), ignore_attr = TRUE)
  expect_equal(nobs(path), 20)
  expect_equal(formula(by_formula), murder_rate ~ population + low_income + unemployed, ignore_attr = TRUE)
  expect_error(formula(path), "matrix call", class = "sgdlasso_error_input")
  expect_equal(family(path)$family, "gaussian")
  n <- 20
  expect_equal(as.numeric(logLik(path)), -n / 2 * (log(2 * pi * deviance(path) / n) + 1))
  expect_equal(attr(logLik(path), "df"), path$df + 2)
})

# ---- the model frame -------------------------------------------------------------

# A call on data that only its frame knows, with what formula calls take, drawn at random.
random_call <- function() {
  extras <- list(weights = quote(w), offset = quote(a / 2), subset = quote(k < 5), na.action = quote(na.exclude))
  extras <- extras[stats::runif(4) < 0.5]
  formula <- sample(list(y ~ a * f + k, y ~ poly(k, 2) + t, y ~ . - w - t, y ~ log(b) + offset(k)), 1)[[1]]
  as.call(c(quote(sgdlasso), formula = formula, data = quote(rows), lambda = 0.1, extras))
}

# rows: where `fit` keeps none, those that its call names.
looks_back <- function(fit, rows = NULL) {
  list(
    fitted(fit), residuals(fit), residuals(fit, type = "pearson"), optimality(fit), coef(fit, s = 0.3, exact = TRUE),
    assess(fit), generics::augment(fit), model.frame(fit)
  )
}

test_that("fits made in functions know their rows", {
  rows <- mixed_frame(200)
  set.seed(11)
  for (draw in 1:12) {
    call <- random_call()
    direct <- eval(call)
    inside <- eval(substitute(lapply(list(rows[1:90, ], rows), function(rows) call), list(call = call)))
    rows_before <- rows
    rows <- NULL
    expect_equal(looks_back(inside[[2]]), looks_back(direct))
    expect_equal(nrow(model.frame(inside[[1]])), inside[[1]]$nobs)
    rows <- rows_before
    again <- direct
    again$model <- NULL
    expect_equal(looks_back(again, rows)[-8], looks_back(direct)[-8])
  }
})

test_that("fits by group, cross-validated ones too, have their own residuals", {
  groups <- split(murder_rates, rep(1:2, 10))
  fits <- lapply(groups, function(d) sgdlasso(murder_rate ~ ., data = d, lambda = 1))
  cvs <- lapply(groups, function(d) cv.sgdlasso(murder_rate ~ ., data = d, foldid = rep(1:5, 2)))
  for (g in 1:2) {
    by_hand <- groups[[g]]$murder_rate - predict(fits[[g]], groups[[g]])
    expect_equal(residuals(fits[[g]]), by_hand)
    intervals <- function(...) predict(cvs[[g]], murder_rates, s = 1, interval = "prediction", ...)
    expect_equal(intervals(), intervals(data = groups[[g]]))
    expect_equal(fitted(cvs[[g]]), predict(cvs[[g]], groups[[g]]))
    expect_equal(BIC(sgdlasso(murder_rate ~ ., data = groups[[g]], alpha = 0.5)), BIC(lapply(groups[g], function(d) {
      sgdlasso(murder_rate ~ ., data = d, alpha = 0.5)
    })[[1]]))
  }
})

test_that("the model frame is that of lm(), without an environment", {
  d <- mixed_frame(90)
  fit <- sgdlasso(y ~ a + log(b) + t, d, weights = w, offset = k, na.action = na.omit)
  frame <- lm(y ~ a + log(b) + t, d, weights = w, offset = k, na.action = na.omit)$model
  expect_equal(model.frame(fit), frame, ignore_attr = "terms")
  expect_identical(environment(attr(model.frame(fit), "terms")), environment())
  expect_null(attr(attr(fit$model, "terms"), ".Environment"))
  expect_equal(
    model.frame(fit, data = d[1:9, ]),
    model.frame(lm(y ~ a + log(b) + t, d, weights = w, offset = k), data = d[1:9, ]),
    ignore_attr = c("terms", "na.action")
  )
  expect_identical(model.frame(cv.sgdlasso(y ~ a, d, lambda = c(1, 0.1))), model.frame(sgdlasso(y ~ a, d)))
  expect_null(sgdlasso(y ~ a, d, model = FALSE)$model)
  expect_null(cv.sgdlasso(y ~ a, d, model = FALSE)$sgdlasso.fit$model)
  expect_error(sgdlasso(y ~ a, d, model = NA), "`model` must be", class = "sgdlasso_error_input")
  expect_error(model.frame(path), "matrix call", class = "sgdlasso_error_input")
})

test_that("the model frame shares its columns with the data, and is saved without what surrounds the call", {
  d <- data.frame(y = rnorm(5000), a = rnorm(5000), g = rep(c("u", "v"), 2500))
  fit <- local({
    large <- rnorm(1e6)
    sgdlasso(y ~ ., d, lambda = 0.1)
  })
  same <- function(column) identical(.Internal(address(fit$model[[column]])), .Internal(address(d[[column]])))
  expect_true(all(vapply(c("y", "a", "g"), same, NA)))
  expect_lt(length(serialize(fit, NULL)), 2 * length(serialize(d, NULL)))
})

test_that("data that are not found are named, and so is what to give instead", {
  expect_lost <- function(code, what) {
    message <- tryCatch(code, sgdlasso_error_input = conditionMessage)
    expect_match(message, paste0(what, "[^.]*[.] Give [^.]*[.]$"))
  }
  inside <- (function(lost) sgdlasso(murder_rate ~ ., data = lost, lambda = 1, model = FALSE))(murder_rates)
  expect_lost(residuals(inside), "'lost' not found")
  expect_lost(optimality(inside), "'lost' not found")
  inside <- (function(df) sgdlasso(murder_rate ~ ., data = df, lambda = 1, model = FALSE))(murder_rates)
  expect_lost(fitted(inside), "`data` is a function")
  inside <- (function(times) sgdlasso(
    murder_rate ~ ., data = murder_rates, weights = times, lambda = 1, model = FALSE
  ))(1:20)
  expect_lost(residuals(inside), "'times' not found")
  inside <- (function(lost) sgdlasso(lost, y, lambda = 1))(x)
  expect_lost(residuals(inside), "'lost' not found")
  expect_lost(residuals(sgdlasso(as_rows(x, y), lambda = 1)), "keeps none")
})

test_that("rows are those of training only if their columns are, with a coefficient or without", {
  for (family in c("gaussian", "binomial", "poisson")) for (sparse in c(FALSE, TRUE)) {
    d <- if (sparse) make_sparse_rows(family = family) else make_rows(family = family)
    y <- d$y
    x <- if (sparse) as_sparse(d$x) else d$x
    fit <- sgdlasso(x, y, family, weights = d$w, lambda = 0.2)
    expect_silent(fitted(fit))
    for (j in which(fit$beta[, 1] == 0)) {
      kept <- x
      x[, j] <- 1.01 * x[, j]
      expect_error(fitted(fit), "are not those it was trained on", class = "sgdlasso_error_input")
      expect_error(
        optimality(fit, x, y, d$w), "are not those that the fit was trained on", class = "sgdlasso_error_input"
      )
      x <- kept
    }
    for (at in list(residuals, stability)) if (family == "gaussian") expect_silent(at(fit))
  }
  # any scale, and columns that count as constant
  x <- cbind(d$x[, 1] * 1e-100, d$x[, 2] * 1e100, d$x[, 3] * 1e200, d$x[, 4] * 1e-200, 3, 1e6 + d$x[, 5])
  expect_length(fitted(sgdlasso(x, d$y, lambda = 0.1)), nrow(x))
})
