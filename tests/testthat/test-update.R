expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

# Two fits of squared loss to the same rows. What no solver decides is the same but for rounding. The weighted mean
# square by which the linear predictor of each may miss the optimum's is at most twice what its objective may still
# lose: the gap, in null objectives.
expect_same_optimum <- function(a, b, eta, y, weights, tol) {
  decided <- setdiff(names(same_fit(b)), c("a0", "beta", "df", "dev.ratio"))
  expect_equal(same_fit(a)[decided], same_fit(b)[decided], tolerance = 1e-10)
  expect_lte(max(a$gap, b$gap), tol)
  null <- stats::weighted.mean((y - stats::weighted.mean(y, weights))^2, weights) / 2
  missed <- sqrt(apply((eta(a) - eta(b))^2, 2, stats::weighted.mean, weights))
  expect_lte(max(missed), 2 * sqrt(2 * tol * null))
}

test_that("rows that are added give the fit to all rows", {
  d <- mixed_frame()
  first <- sgdlasso(y ~ a * f + log(b), data = d[1:120, ], weights = w, keep.moments = TRUE, tol = 1e-12)
  more <- update(first, moredata = d[121:250, ])
  all <- update(more, moredata = as_rows(block_function(d[251:300, ])))
  whole <- sgdlasso(y ~ a * f + log(b), data = d, weights = w, tol = 1e-12)
  kept <- stats::na.omit(d)
  expect_same_optimum(all, whole, function(fit) predict(fit, kept), kept$y, kept$w, tol = 1e-12)
})

test_that("matrix fits take rows as a list, and a lambda of yours stays", {
  d <- make_rows(90)
  part <- function(rows) list(x = d$x[rows, ], y = d$y[rows], weights = d$w[rows], offset = d$o[rows])
  fitted_to <- function(rows, ...) {
    sgdlasso(
      d$x[rows, ], d$y[rows], weights = d$w[rows], offset = d$o[rows], lambda = c(1, 0.2), alpha = 0.7,
      penalty.factor = c(0, 1:7), upper.limits = 0.5, tol = 1e-12, ...
    )
  }
  all <- update(fitted_to(1:50, keep.moments = TRUE), moredata = part(51:90))
  whole <- fitted_to(1:90)
  expect_same_optimum(all, whole, function(fit) predict(fit, d$x, newoffset = d$o), d$y - d$o, d$w, tol = 1e-12)
})

test_that("fits made apart are combined into the fit to all rows, and saved ones too", {
  d <- make_rows(90)
  file <- withr::local_tempfile()
  saveRDS(sgdlasso(d$x[61:90, ], d$y[61:90], keep.moments = TRUE), file)
  both <- combine_fits(sgdlasso(d$x[1:60, ], d$y[1:60], keep.moments = TRUE), readRDS(file))
  whole <- sgdlasso(d$x, d$y)
  expect_equal(both$beta, whole$beta, tolerance = 1e-6)
  expect_equal(both$lambda, whole$lambda)
  expect_length(both$moments$cross, 9 * 10 / 2)
})

test_that("without moredata update() changes the call, as for any model", {
  fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)
  without <- sgdlasso(murder_rate ~ low_income + unemployed, data = murder_rates, lambda = 1)
  expect_equal(update(fit, . ~ . - population)$beta, without$beta)
  expect_equal(update(fit, lambda = 2)$lambda, 2)
})

complete_frame <- function() mixed_frame(82)[-c(5, 77), ]

# Names that functions on the way have for things of their own, and others.
awkward_names <- c(
  "l", "lambda", "call", "object", "fit", "formula.", "asked", "evaluate", "envir", "extras", "existing", "settings",
  "x", "y", "data", "a", "f", "c", "T", "moredata", "family", "matched"
)

test_that("what is changed is found where update() is called, by any name", {
  d <- complete_frame()
  fits <- list(
    sgdlasso(y ~ a + log(b), data = d, lambda = 1), sgdlasso(as.matrix(d[c("a", "b")]), d$y, lambda = 1),
    cv.sgdlasso(y ~ a + log(b), data = d, lambda = c(2, 1), foldid = rep(1:5, 16))
  )
  calls <- c(
    "local({ NAME <- value; update(.fit, lambda = NAME) })", "(function(NAME) update(.fit, lambda = NAME))(value)",
    "lapply(list(value), function(NAME) update(.fit, lambda = NAME))[[1]]",
    "(function(NAME) update(.fit, lambda = rev(NAME) * 1))(value)"
  )
  for (name in awkward_names) {
    for (.fit in fits) {
      value <- c(3, round(stats::runif(1), 3))
      for (code in gsub("NAME", name, calls)) expect_identical(eval(parse(text = code))$lambda, value)
    }
  }
})

test_that("update() can be called by do.call(), in loops of R's own and through other functions", {
  d <- complete_frame()
  fit <- sgdlasso(y ~ a, data = d, lambda = 1)
  l <- 0.3
  through <- function(...) update(...)
  twice <- function(first, ...) through(first, ...)
  for (changed in list(
    do.call(update, list(fit, lambda = l)), do.call("update", list(fit, lambda = quote(l))), through(fit, lambda = l),
    twice(fit, lambda = l), lapply(list(fit), update, lambda = l)[[1]], Map(update, list(fit), lambda = l)[[1]],
    sapply(list(fit), update, lambda = l, simplify = FALSE)[[1]],
    mapply(update, lambda = l, MoreArgs = list(fit), SIMPLIFY = FALSE)[[1]],
    eval(update(fit, lambda = l, evaluate = FALSE))
  )) {
    expect_identical(changed$lambda, 0.3)
    expect_identical(update(changed, alpha = 0.5)$lambda, 0.3)
  }
  expect_identical(update(fit, lambda = NULL)$lambda, sgdlasso(y ~ a, data = d)$lambda)
})

test_that("a changed formula, its variables and data are the caller's", {
  changed <- local({
    object <- complete_frame()
    call <- 1:80 / 10
    fit <- sgdlasso(y ~ a, data = object, lambda = 0.1)
    asked <- object[80:1, ]
    list(
      more = update(fit, . ~ . + call), less = update(fit, . ~ . - a + f), other = update(fit, data = asked),
      weighted = update(fit, weights = call), both = update(fit, . ~ . + log(b), data = asked, lambda = call[2])
    )
  })
  d <- complete_frame()
  later <- d[80:1, ]
  times <- 1:80 / 10
  direct <- list(
    more = sgdlasso(y ~ a + times, d, lambda = 0.1), less = sgdlasso(y ~ f, d, lambda = 0.1),
    other = sgdlasso(y ~ a, later, lambda = 0.1),
    weighted = sgdlasso(y ~ a, d, weights = times, lambda = 0.1), both = sgdlasso(y ~ a + log(b), later, lambda = 0.2)
  )
  for (name in names(direct))
    expect_equal(unname(as.matrix(changed[[name]]$beta)), unname(as.matrix(direct[[name]]$beta)))
  cv <- cv.sgdlasso(y ~ a + f, d, foldid = rep(1:5, 16))
  expect_equal(coef(update(cv, . ~ . - f)), coef(cv.sgdlasso(y ~ a, d, foldid = rep(1:5, 16))))
})

test_that("a fit that keeps its moments still knows that its rows are in memory", {
  d <- make_rows(90)
  kept <- sgdlasso(d$x, d$y, alpha = 0.5, lambda = 0.1, keep.moments = TRUE)
  expect_equal(AIC(kept), AIC(sgdlasso(d$x, d$y, alpha = 0.5, lambda = 0.1)), tolerance = 1e-5)
})

test_that("what cannot be added is an error that says so", {
  d <- make_rows(60)
  fit <- sgdlasso(d$x, d$y, keep.moments = TRUE)
  expect_input_error(update(sgdlasso(d$x, d$y), moredata = list(x = d$x, y = d$y)), "has no moments")
  expect_input_error(update(fit, moredata = list(x = d$x[, 1:3], y = d$y)), "moredata|columns")
  expect_input_error(update(fit, moredata = d$x), "`moredata` is")
  expect_input_error(update(fit, alpha = 0.5, moredata = list(x = d$x, y = d$y)), "other changes")
  expect_input_error(combine_fits(fit, sgdlasso(d$x, d$y, alpha = 0.5, keep.moments = TRUE)), "another \"alpha\"")
  expect_input_error(combine_fits(fit, sgdlasso(d$x[, 1:3], d$y, keep.moments = TRUE)), "other columns")
  expect_input_error(sgdlasso(d$x, d$y > 0, family = "binomial", keep.moments = TRUE), "binomial")
  formula <- sgdlasso(murder_rate ~ ., data = murder_rates, keep.moments = TRUE)
  expect_input_error(update(formula, moredata = murder_rates[1:2, 1:2]), "cannot be evaluated")
})

test_that("rows without the offset that the fit has, and other contrasts, are refused", {
  d <- make_rows(60)
  fit <- sgdlasso(d$x, d$y, offset = d$o, keep.moments = TRUE)
  expect_input_error(update(fit, moredata = list(x = d$x, y = d$y)), "has an offset|have none")
  rows <- mixed_frame()
  by <- function(contrasts) sgdlasso(y ~ f, data = rows, contrasts = list(f = contrasts), keep.moments = TRUE)
  expect_input_error(combine_fits(by("contr.sum"), by("contr.helmert")), "contrasts")
})

test_that("moments that cannot be kept are told of by that name, and the summary stays", {
  d <- make_rows(60)
  expect_input_error(sgdlasso(d$x, d$y > 0, family = "binomial", keep.moments = TRUE), "`keep.moments` is TRUE")
  expect_input_error(sgdlasso(d$x, d$y, solver = "sgd", keep.moments = TRUE), "`keep.moments` is TRUE")
  one <- sgdlasso(d$x, d$y, lambda = 0.1, keep.moments = TRUE)
  expect_equal(summary(one)$residuals, summary(sgdlasso(d$x, d$y, lambda = 0.1))$residuals, tolerance = 1e-6)
})

test_that("the lambdas at hand stay those of the fit, however many updates follow", {
  d <- make_rows(300, 5)
  solver <- solver_sgd(epochs = 1)
  part <- function(rows) list(x = d$x[rows, ], y = d$y[rows])
  for (lambda in list(0.1, c(1, 0.3, 0.1))) {
    fit <- sgdlasso(as_rows(d$x[1:100, ], d$y[1:100]), lambda = lambda, solver = solver)
    for (rows in list(101:170, 171:240, 241:300)) fit <- update(fit, moredata = part(rows))
    whole <- sgdlasso(as_rows(d$x, d$y), lambda = lambda, solver = solver)
    expect_identical(fit$beta, whole$beta)
    expect_identical(fit$lambda, lambda)
  }
})
