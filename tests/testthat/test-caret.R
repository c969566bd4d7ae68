skip_if_not_installed("caret")

caret_frame <- function(family = "gaussian", n = 120) {
  d <- make_rows(n, family = family)
  frame <- as.data.frame(d$x)
  frame$y <- if (family == "binomial") factor(d$y, 0:1, c("no", "yes")) else d$y
  frame
}

columns_of <- function(d) as.matrix(d[names(d) != "y"])

# Folds by hand, which rows train.
in_folds <- function(n, k = 4) lapply(seq_len(k), function(i) which(rep_len(seq_len(k), n) != i))

trained <- function(d, grid, folds = in_folds(nrow(d)), ..., classProbs = FALSE) {
  control <- caret::trainControl("cv", index = folds, savePredictions = "all", classProbs = classProbs)
  caret::train(
    y ~ ., data = d, method = caret_sgdlasso(), tuneGrid = grid, trControl = control, nlambda = 1500, tol = 1e-10, ...
  )
}

test_that("every alpha and lambda of a grid is scored by the predictions of its own fit, with weights", {
  d <- caret_frame()
  set.seed(1)
  w <- runif(120)
  grid <- expand.grid(alpha = c(0.4, 1), lambda = c(0.02, 0.5, 0.1))
  found <- trained(d, grid, weights = w)
  expect_equal(nrow(found$results), 6)
  x <- columns_of(d)
  for (k in seq_len(nrow(grid))) {
    for (fold in seq_along(found$control$index)) {
      train <- found$control$index[[fold]]
      alone <- sgdlasso(x[train, ], d$y[train], weights = w[train], alpha = grid$alpha[k], lambda = grid$lambda[k],
                        tol = 1e-12)
      these <- found$pred[found$pred$alpha == grid$alpha[k] & found$pred$lambda == grid$lambda[k] &
        found$pred$Resample == names(found$control$index)[fold], ]
      expect_equal(these$pred, unname(predict(alone, x[these$rowIndex, ])[, 1]), tolerance = 1e-3)
    }
  }
  best <- found$bestTune
  final <- sgdlasso(x, d$y, weights = w, alpha = best$alpha, lambda = best$lambda, tol = 1e-12)
  expect_equal(predict(found, d), predict(final, x)[, 1], ignore_attr = TRUE, tolerance = 1e-3)
})

test_that("classes and probabilities are those of the fit, for all lambdas of a path", {
  d <- caret_frame("binomial")
  grid <- data.frame(alpha = 1, lambda = c(0.1, 0.01))
  found <- trained(d, grid, classProbs = TRUE)
  x <- columns_of(d)
  train <- found$control$index[[2]]
  for (lambda in grid$lambda) {
    alone <- sgdlasso(x[train, ], d$y[train], family = "binomial", lambda = lambda, tol = 1e-12)
    these <- found$pred[found$pred$lambda == lambda & found$pred$Resample == names(found$control$index)[2], ]
    p <- unname(predict(alone, x[these$rowIndex, ], type = "response")[, 1])
    expect_equal(these$yes, p, tolerance = 1e-3)
    expect_equal(these$no, 1 - p, tolerance = 1e-3)
    expect_identical(as.character(these$pred), ifelse(p > 0.5, "yes", "no"))
  }
  expect_identical(levels(predict(found, d)), c("no", "yes"))
  expect_named(predict(found, d, type = "prob"), c("no", "yes"))
})

test_that("poisson fits are scored by means", {
  d <- caret_frame("poisson")
  found <- trained(d, data.frame(alpha = 1, lambda = c(0.1, 0.01)), family = "poisson")
  x <- columns_of(d)
  train <- found$control$index[[1]]
  for (lambda in c(0.1, 0.01)) {
    alone <- sgdlasso(x[train, ], d$y[train], family = "poisson", lambda = lambda, tol = 1e-12)
    these <- found$pred[found$pred$lambda == lambda & found$pred$Resample == names(found$control$index)[1], ]
    expect_equal(these$pred, unname(predict(alone, x[these$rowIndex, ], type = "response")[, 1]), tolerance = 1e-3)
  }
})

test_that("importance is the standardised size, and predictors are what is used", {
  d <- caret_frame()
  found <- trained(d, data.frame(alpha = 1, lambda = 0.3))
  beta <- coef(found$finalModel, s = 0.3)[-1, 1]
  spread <- apply(columns_of(d), 2, function(column) sqrt(mean((column - mean(column))^2)))
  importance <- caret::varImp(found, scale = FALSE)$importance
  expect_equal(importance$Overall, unname(abs(beta) * spread)[match(rownames(importance), names(beta))])
  expect_setequal(caret::predictors(found), names(beta)[beta != 0])
  expect_gt(sum(beta == 0), 0)
})

test_that("automatic grids and random searches lie along a path", {
  d <- caret_frame()
  largest <- max(sgdlasso(columns_of(d), d$y, alpha = 0.5)$lambda)
  for (search in c("grid", "random")) {
    set.seed(1)
    control <- caret::trainControl("cv", index = in_folds(120), search = search)
    # warnings: R squared is missing where all is zero
    found <- suppressWarnings(
      caret::train(columns_of(d), d$y, method = caret_sgdlasso(), tuneLength = 3, trControl = control)
    )
    expect_equal(nrow(found$results), if (search == "grid") 9 else 3)
    expect_true(all(found$results$lambda > largest / 1e4 & found$results$lambda < largest))
    expect_true(all(found$results$alpha >= 0 & found$results$alpha <= 1))
  }
})

test_that("lambdas that the path does not reach are warned of, or given", {
  d <- caret_frame()
  model <- caret_sgdlasso()
  x <- columns_of(d)
  fit <- function(lambda, ...) model$fit(x, d$y, NULL, data.frame(alpha = 1, lambda), NULL, TRUE, FALSE, ...)
  expect_lte(min(fit(1e-9)$lambda), 1e-9)
  short <- fit(0.05, path_values = c(1, 0.1))
  expect_equal(short$lambda, c(1, 0.1, 0.05))
  expect_warning(model$predict(short, x, submodels = data.frame(lambda = 0.01)), class = "sgdlasso_warning_s")
  automatic <- fit(0.05)
  expect_no_warning(all_zero <- model$predict(automatic, x, submodels = data.frame(lambda = 1e6)))
  expect_equal(all_zero[[2]], rep(mean(d$y), 120))
  given <- list(x, d$y, NULL, data.frame(alpha = 1, lambda = 1), NULL, TRUE, FALSE, lambda = 1)
  expect_error(do.call(model$fit, given), "`lambda` is given", class = "sgdlasso_error_input")
})

test_that("a lambda above the path has the model of its start, without a warning", {
  d <- data.frame(a = rnorm(40), b = rnorm(40))
  d$y <- d$a + rnorm(40)
  grid <- data.frame(alpha = 1, lambda = 100)
  none <- caret::trainControl(method = "none")
  fit <- caret::train(y ~ ., data = d, method = caret_sgdlasso(), tuneGrid = grid, trControl = none)
  expect_no_warning(expect_identical(caret_predictors(fit$finalModel), character()))
  expect_no_warning(expect_identical(caret_importance(fit$finalModel)$Overall, c(0, 0)))
})
