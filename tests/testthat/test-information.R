expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

test_that("without a penalty the criteria are those of lm and glm", {
  d <- make_rows(80)
  fit <- sgdlasso(d$x, d$y, weights = d$w, lambda = 0, tol = 1e-14)
  expect_equal(unname(AIC(fit)), AIC(lm(d$y ~ d$x, weights = d$w)))
  expect_equal(unname(BIC(fit)), BIC(lm(d$y ~ d$x, weights = d$w)))
  y <- make_rows(80, family = "poisson")$y
  counts <- sgdlasso(d$x, y, "poisson", lambda = 0, tol = 1e-13)
  expect_equal(unname(AIC(counts)), AIC(glm(y ~ d$x, family = poisson)), tolerance = 1e-7)
  expect_equal(unname(AIC(counts, k = 5)), AIC(glm(y ~ d$x, family = poisson), k = 5), tolerance = 1e-7)
  expect_equal(AIC(fit, lm(d$y ~ d$x))$AIC[2], AIC(lm(d$y ~ d$x)))
})

test_that("lasso models have as many degrees of freedom as nonzero coefficients", {
  d <- make_rows(80)
  fit <- sgdlasso(d$x, d$y)
  loglik <- vapply(seq_along(fit$lambda), function(k) {
    r <- d$y - fit$a0[k] - as.numeric(d$x %*% fit$beta[, k])
    sum(dnorm(r, sd = sqrt(mean(r^2)), log = TRUE))
  }, 0)
  df <- colSums(as.matrix(fit$beta) != 0) + 2
  expect_equal(AIC(fit), -2 * loglik + 2 * df, ignore_attr = TRUE)
  expect_equal(BIC(fit), -2 * loglik + log(80) * df, ignore_attr = TRUE)
  expect_equal(EBIC(fit, gamma = 0.5), BIC(fit) + lchoose(8, df - 2), ignore_attr = TRUE)
  expect_named(AIC(fit), names(fit$a0))
})

test_that("with a ridge part they have the trace of what maps y to the fit, as differences tell", {
  d <- make_rows(40, 5)
  x <- d$x
  for (standardize in c(TRUE, FALSE)) {
    y <- d$y
    v <- c(1, 2, 1, 0, 1)
    ridge <- 0.4 * plain_ridge(y, d$w, 0, "gaussian", 0.3)
    # of a map that stays the same as y moves, though the ridge part is measured in deviations of y
    fitted_at <- function(y) {
      l2 <- 0.7 * ridge / plain_ridge(y, d$w, 0, "gaussian", 0.3)
      fit <- sgdlasso(
        x, y, alpha = 0.12 / (0.12 + l2), lambda = 0.12 + l2, weights = d$w, standardize = standardize,
        penalty.factor = v, tol = 1e-15
      )
      predict(fit, x)[, 1]
    }
    step <- 1e-3
    trace <- sum(vapply(1:40, function(i) (fitted_at(replace(y, i, y[i] + step))[i] - fitted_at(y)[i]) / step, 0))
    fit <- sgdlasso(
      x, y, alpha = 0.3, lambda = 0.4, weights = d$w, standardize = standardize, penalty.factor = v, tol = 1e-15
    )
    # the intercept is one of them, the variance is counted besides
    expect_equal(attr(logLik(fit), "df"), trace + 1, tolerance = 1e-4)
  }
  none <- sgdlasso(x, d$y, alpha = 0.3, lambda = 1e3)
  expect_equal(attr(logLik(none), "df"), 2)
})

test_that("for counts and classes the trace is that of the weighted problem", {
  d <- make_rows(60, 4, family = "poisson")
  fit <- sgdlasso(d$x, d$y, "poisson", alpha = 0.5, lambda = 0.05, tol = 1e-12)
  mu <- exp(predict(fit, d$x)[, 1])
  on <- which(fit$beta[, 1] != 0)
  z <- cbind(1, d$x[, on])
  penalty <- diag(c(0, 0.05 * 0.5 * 60 * fit$x.sd[on]^2))
  information <- crossprod(z, mu * z)
  expect_equal(attr(logLik(fit), "df"), sum(diag(solve(information + penalty, information))))
})

test_that("s takes the names of criteria, wherever it is asked for", {
  d <- make_rows(80)
  fit <- sgdlasso(d$x, d$y)
  best <- fit$lambda[c(which.min(AIC(fit)), which.min(BIC(fit)), which.min(EBIC(fit)))]
  names(best) <- c("aic", "bic", "ebic") # as the columns are
  expect_equal(coef(fit, s = c("aic", "bic", "ebic")), coef(fit, s = best))
  expect_equal(predict(fit, d$x, s = "bic"), predict(fit, d$x, s = best[2]))
  expect_equal(accuracy(fit, d$x, d$y, s = "bic"), accuracy(fit, d$x, d$y, s = best[2]))
  expect_equal(summary(fit, s = "bic")$coefficients, summary(fit, s = best[2])$coefficients)
  expect_equal(fitted(fit, s = "aic"), fitted(fit, s = best[1]))
  expect_equal(assess(fit, d$x, d$y, s = "ebic")$lambda, best[["ebic"]])
  cv <- cv.sgdlasso(d$x, d$y)
  expect_equal(coef(cv, s = "bic"), coef(cv, s = best[2]), tolerance = 1e-8, ignore_attr = TRUE)
  mixed <- sgdlasso(d$x, d$y, alpha = 0.5)
  expect_equal(coef(mixed, s = "aic"), coef(mixed, s = c(aic = mixed$lambda[which.min(AIC(mixed))])))
})

test_that("names that are not known, and data that cannot be found, are errors", {
  d <- make_rows(80)
  fit <- sgdlasso(d$x, d$y)
  expect_input_error(coef(fit, s = "lambda.min"), "use cv.sgdlasso")
  expect_input_error(coef(fit, s = "cp"), "`s` is \"cp\". It must be lambdas, or one of \"aic\", \"bic\", \"ebic\"")
  expect_input_error(EBIC(lm(d$y ~ d$x)), "`object` is a lm")
  mixed <- sgdlasso(d$x, d$y, alpha = 0.5)
  d <- NULL
  expect_input_error(AIC(mixed), "cannot be found|is NULL")
})

test_that("columns that say the same count once", {
  d <- make_rows(80)
  twice <- sgdlasso(cbind(d$x, d$x[, 1]), d$y, alpha = 0.5, lambda = 0)
  expect_equal(attr(logLik(twice), "df"), 8 + 2)
})

test_that("several fits are compared in a table, their data found where it is asked for", {
  compare <- function() {
    d <- make_rows(80)
    one <- sgdlasso(d$x, d$y, alpha = 0.5, lambda = 0.1)
    two <- sgdlasso(d$x, d$y, lambda = 0.2)
    list(table = AIC(one, two), single = c(AIC(one), AIC(two)), path = sgdlasso(d$x, d$y))
  }
  found <- compare()
  expect_equal(found$table$AIC, unname(found$single))
  expect_equal(rownames(found$table), c("one", "two"))
  expect_input_error(BIC(found$path, found$path), "several lambdas")
})

# More columns than rows, of which `used` matter: the residuals vanish at the end of the path.
wide_rows <- function(n, p, used) {
  x <- matrix(rnorm(n * p), n)
  list(x = x, y = drop(x %*% c(rep(1, used), rep(0, p - used))) + rnorm(n))
}

test_that("with more columns than rows a criterion chooses among models that the rows can tell apart", {
  set.seed(11)
  for (trial in 1:8) {
    n <- sample(30:80, 1)
    d <- wide_rows(n, sample(n:(6 * n), 1), sample(0:4, 1))
    fit <- suppressWarnings(sgdlasso(d$x, d$y, lambda.min.ratio = 1e-4, intercept = trial %% 2 == 0))
    values <- suppressWarnings(list(aic = AIC(fit), bic = BIC(fit), ebic = EBIC(fit)))
    df <- fit$df + fit$intercept + 1
    for (name in names(values)) {
      expect_warning(
        s <- lambda_at(fit, name), if (which.min(values[[name]]) %in% which(df > n / 2)) "smallest beyond" else NA
      )
      expect_equal(s[[name]], fit$lambda[df <= n / 2][which.min(values[[name]][df <= n / 2])])
    }
  }
})

test_that("a choice beyond the bound is warned of wherever s is asked for, and print() tells of it", {
  set.seed(12)
  d <- wide_rows(60, 200, 5)
  fit <- sgdlasso(d$x, d$y)
  expect_warning(beta <- coef(fit, s = "bic"), "`s` is \"bic\".*30 degrees", class = "sgdlasso_warning_criterion")
  expect_lte(sum(beta[-1, 1] != 0) + 2, 30)
  expect_warning(coef(fit, s = "aic"), "last one before", class = "sgdlasso_warning_criterion")
  expect_warning(values <- BIC(fit), "smallest beyond", class = "sgdlasso_warning_criterion")
  expect_length(values, length(fit$lambda))
  expect_warning(generics::augment(fit, s = "bic"), class = "sgdlasso_warning_criterion")
  cv <- cv.sgdlasso(d$x, d$y, nfolds = 3)
  expect_warning(predict(cv, d$x, s = "bic"), class = "sgdlasso_warning_criterion")
  first <- format(max(fit$lambda[fit$df + 2 > 30]), digits = 4)
  for (shown in list(fit, summary(fit))) {
    printed <- paste(capture.output(print(shown)), collapse = " ")
    expect_match(printed, paste0("not looked at where a model has more than 30 .*Lambda ", first))
  }
  mixed <- sgdlasso(d$x, d$y, alpha = 0.5, lambda = c(1, 0.1, 0.01))
  expect_match(paste(capture.output(print(mixed)), collapse = " "), "not looked at where a model has more than 30")
})

test_that("where all models are small enough nothing is said", {
  d <- make_rows(80)
  fit <- sgdlasso(d$x, d$y)
  expect_silent(coef(fit, s = c("aic", "bic", "ebic")))
  expect_silent(BIC(fit))
  expect_null(criteria_note(fit))
  expect_null(criteria_note(sgdlasso(d$x[1:10, ], d$y[1:10], lambda = 1e-3)))
  few <- sgdlasso(d$x[1:3, ], d$y[1:3])
  expect_equal(suppressWarnings(lambda_at(few, "bic"))[["bic"]], few$lambda[1])
})
