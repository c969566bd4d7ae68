skip_if_not_installed("parsnip")
skip_if_not_installed("tibble")

linear <- function(penalty, ...) parsnip::set_engine(parsnip::linear_reg(penalty = {{ penalty }}), "sgdlasso", ...)
logistic <- function(penalty, ...) parsnip::set_engine(parsnip::logistic_reg(penalty = {{ penalty }}), "sgdlasso", ...)

# A data frame of named numeric columns and the response y.
make_frame <- function(family = "gaussian", n = 60) {
  d <- make_rows(n, family = family)
  frame <- as.data.frame(d$x)
  if (family == "binomial") frame$y <- factor(d$y, 1:0, c("yes", "no")) else frame$y <- d$y
  frame
}

# The predictions of multi_predict() as one data frame, row after row.
unnested <- function(nested) do.call(rbind, lapply(nested$.pred, as.data.frame))

test_that("linear_reg() predicts what the fit predicts at that penalty", {
  d <- make_frame()
  fit <- parsnip::fit(linear(0.1), y ~ ., d)
  x <- as.matrix(d[names(d) != "y"])
  expected <- predict(sgdlasso(x, d$y), x, s = 0.1)[, 1]
  expect_equal(predict(fit, d), tibble::tibble(.pred = unname(expected)), tolerance = 1e-8)
  expect_equal(predict(fit, d, type = "raw")[, 1], expected, ignore_attr = TRUE, tolerance = 1e-8)
})

test_that("mixture is alpha, and other arguments reach sgdlasso()", {
  d <- make_frame()
  x <- as.matrix(d[names(d) != "y"])
  spec <- parsnip::linear_reg(penalty = 0.1, mixture = 0.3)
  spec <- parsnip::set_engine(spec, "sgdlasso", standardize = FALSE, penalty.factor = c(0, 2, rep(1, 6)), tol = 1e-12)
  fit <- parsnip::fit(spec, y ~ ., d)
  same <- sgdlasso(x, d$y, alpha = 0.3, standardize = FALSE, penalty.factor = c(0, 2, rep(1, 6)), tol = 1e-12)
  expect_equal(predict(fit, d)$.pred, unname(predict(same, x, s = 0.1)[, 1]), tolerance = 1e-6)
})

test_that("logistic_reg() gives the levels in parsnip's order, the second one modelled", {
  d <- make_frame("binomial")
  x <- as.matrix(d[names(d) != "y"])
  for (ordered in c(FALSE, TRUE)) {
    d$y <- factor(d$y, c("yes", "no"), ordered = ordered)
    fit <- parsnip::fit(logistic(0.05), y ~ ., d)
    no <- unname(
      predict(sgdlasso(x, as.numeric(d$y == "no"), family = "binomial"), x, s = 0.05, type = "response")[, 1]
    )
    expect_equal(predict(fit, d, type = "prob"), tibble::tibble(.pred_yes = 1 - no, .pred_no = no), tolerance = 1e-6)
    expected <- factor(ifelse(no > 0.5, "no", "yes"), c("yes", "no"), ordered = ordered)
    expect_identical(predict(fit, d), tibble::tibble(.pred_class = expected))
    expect_identical(unnested(parsnip::multi_predict(fit, d))$.pred_class, expected)
    expect_equal(predict(fit, d, type = "raw")[, 1], qlogis(no), ignore_attr = TRUE, tolerance = 1e-6)
  }
})

test_that("poisson_reg() predicts the mean, without package poissonreg", {
  d <- make_frame("poisson")
  x <- as.matrix(d[names(d) != "y"])
  fit <- parsnip::fit(parsnip::poisson_reg(penalty = 0.1, engine = "sgdlasso"), y ~ ., d)
  means <- unname(predict(sgdlasso(x, d$y, family = "poisson"), x, s = 0.1, type = "response")[, 1])
  expect_equal(predict(fit, d)$.pred, means, tolerance = 1e-6)
  many <- unnested(parsnip::multi_predict(fit, d, penalty = c(0.1, 0.2)))
  expect_equal(many$.pred[many$penalty == 0.1], means, tolerance = 1e-6)
  expect_false(isNamespaceLoaded("poissonreg"))
})

test_that("multi_predict() gives for each penalty what predict() of that penalty gives", {
  penalties <- c(0.5, 0.01, 0.1)
  for (family in c("gaussian", "binomial")) {
    d <- make_frame(family)
    spec <- if (family == "gaussian") linear(0.2) else logistic(0.2)
    fit <- parsnip::fit(spec, y ~ ., d)
    expect_true(parsnip::has_multi_predict(fit))
    expect_identical(parsnip::multi_predict_args(fit), "penalty")
    for (type in if (family == "gaussian") "numeric" else c("class", "prob")) {
      nested <- parsnip::multi_predict(fit, d, type = type, penalty = penalties)
      expect_equal(nrow(nested), nrow(d))
      long <- unnested(nested)
      expect_equal(long$penalty, rep(sort(penalties), nrow(d)))
      for (penalty in penalties) {
        alone <- parsnip::fit(if (family == "gaussian") linear(penalty) else logistic(penalty), y ~ ., d)
        expected <- as.data.frame(predict(alone, d, type = type))
        expect_equal(
          long[long$penalty == penalty, -1, drop = FALSE], expected, tolerance = 1e-8, ignore_attr = "row.names"
        )
      }
    }
    raw <- parsnip::multi_predict(fit, d, type = "raw", penalty = penalties)
    expect_equal(dim(raw), c(60, 3))
    expect_equal(raw[, 2], predict(parsnip::fit(update(spec, penalty = 0.1), y ~ ., d), d, type = "raw")[, 1])
  }
  # without penalties: that of the fit
  expect_equal(
    unnested(parsnip::multi_predict(fit, d, type = "prob"))$.pred_no, predict(fit, d, type = "prob")$.pred_no
  )
})

test_that("a penalty below the end of the path is solved", {
  # more columns than rows: the path ends at a hundredth of its start
  d <- make_sparse_rows(n = 40, p = 60)
  colnames(d$x) <- paste0("c", 1:60)
  end <- min(sgdlasso(d$x, d$y)$lambda)
  fit <- parsnip::fit_xy(linear(!!(end / 7)), d$x, d$y)
  solved <- sgdlasso(d$x, d$y, lambda = end / 7, tol = 1e-10)
  expect_equal(predict(fit, d$x)$.pred, unname(predict(solved, d$x)[, 1]), tolerance = 1e-3)
  expect_lte(abs(min(fit$fit$lambda) - end / 7), 1e-15)
  expect_lte(optimality(fit$fit, d$x, d$y)$gap[fit$fit$dim[2]], 1e-6)
  # of one below that, many would be told wrongly
  expect_warning(low <- parsnip::multi_predict(fit, d$x, penalty = end / 8), class = "sgdlasso_warning_s")
  expect_equal(unnested(low)$.pred, predict(fit, d$x)$.pred)
  reaching <- parsnip::fit_xy(linear(1, path_values = c(1, 0.1, end, end / 8)), d$x, d$y)
  expect_no_warning(low <- parsnip::multi_predict(reaching, d$x, penalty = end / 8))
  solved <- sgdlasso(d$x, d$y, lambda = end / 8, tol = 1e-10)
  expect_equal(unnested(low)$.pred, unname(predict(solved, d$x)[, 1]), tolerance = 1e-3)
})

test_that("where the fit settles, the path goes on to the least penalty that dials tries", {
  d <- make_frame()
  fit <- parsnip::fit(linear(1, tol = 1e-12), y ~ ., d)
  x <- as.matrix(d[names(d) != "y"])
  expect_identical(min(fit$fit$lambda), 1e-10)
  expect_lt(min(fit$fit$lambda), min(sgdlasso(x, d$y)$lambda))
  expect_no_warning(many <- parsnip::multi_predict(fit, d, penalty = 10^c(-10, -5, -3)))
  least_squares <- fitted(lm(y ~ ., d))
  expect_equal(unnested(many)$.pred[1 + 3 * (0:59)], unname(least_squares), tolerance = 1e-6)
  solved <- sgdlasso(x, d$y, lambda = 1e-3, tol = 1e-12)
  expect_equal(unnested(many)$.pred[3 + 3 * (0:59)], unname(predict(solved, x)[, 1]), tolerance = 1e-4)
})

test_that("a penalty above the path is its null model, or solved where there is none", {
  d <- make_frame()
  lasso <- parsnip::fit(linear(1e4), y ~ ., d)
  expect_no_warning(expect_equal(predict(lasso, d)$.pred, rep(mean(d$y), 60)))
  expect_no_warning(many <- parsnip::multi_predict(lasso, d, penalty = c(1e4, 1e5)))
  expect_equal(unnested(many)$.pred, rep(mean(d$y), 120))
  x <- as.matrix(d[names(d) != "y"])
  ridge_spec <- parsnip::linear_reg(penalty = 1e4, mixture = 0, engine = "sgdlasso")
  ridge <- parsnip::fit(ridge_spec, y ~ ., d)
  expect_lt(max(sgdlasso(x, d$y, alpha = 0)$lambda), 1e4)
  solved <- sgdlasso(x, d$y, alpha = 0, lambda = 1e4, tol = 1e-12)
  expect_equal(predict(ridge, d)$.pred, unname(predict(solved, x)[, 1]), tolerance = 1e-5)
  expect_warning(parsnip::multi_predict(ridge, d, penalty = 1e6), class = "sgdlasso_warning_s")
})

test_that("a sparse matrix gives the predictions of the dense one", {
  d <- make_sparse_rows(family = "binomial")
  colnames(d$x) <- paste0("c", 1:25)
  label <- factor(d$y, 0:1, c("a", "b"))
  dense <- parsnip::fit_xy(logistic(0.02, tol = 1e-12), d$x, label)
  sparse <- parsnip::fit_xy(logistic(0.02, tol = 1e-12), as_sparse(d$x), label)
  expected <- predict(dense, d$x, type = "prob")
  expect_equal(predict(sparse, as_sparse(d$x), type = "prob"), expected, tolerance = 1e-6)
  expect_equal(predict(sparse, d$x, type = "prob"), expected, tolerance = 1e-6)
  many <- unnested(parsnip::multi_predict(sparse, as_sparse(d$x), type = "prob", penalty = c(0.02, 0.1)))
  expect_equal(many$.pred_b[many$penalty == 0.02], expected$.pred_b, tolerance = 1e-6)
})

test_that("case weights are the fit's weights", {
  skip_if_not_installed("hardhat")
  d <- make_frame()
  x <- as.matrix(d[names(d) != "y"])
  times <- rep(1:3, 20)
  spec <- linear(0.1, tol = 1e-12)
  repeated <- parsnip::fit(spec, y ~ ., d[rep(1:60, times), ])
  counted <- parsnip::fit(spec, y ~ ., d, case_weights = hardhat::frequency_weights(times))
  weighted <- parsnip::fit_xy(spec, x, d$y, case_weights = hardhat::importance_weights(times / 7))
  expect_equal(predict(counted, d), predict(repeated, d), tolerance = 1e-5)
  expect_equal(predict(weighted, d), predict(repeated, d), tolerance = 1e-5)
})

test_that("a column is the offset, of the fit and of new data, and has no coefficient", {
  for (family in c("gaussian", "binomial")) {
    d <- make_frame(family)
    set.seed(3)
    d$o <- rnorm(60)
    make <- if (family == "gaussian") linear else logistic
    fit <- parsnip::fit(make(0.02, offset_column = "o", path_values = c(0.1, 0.02), tol = 1e-12), y ~ ., d)
    x <- as.matrix(d[setdiff(names(d), c("y", "o"))])
    expected <- sgdlasso(x, d$y, family = family, offset = d$o, lambda = 0.02, tol = 1e-12)
    some <- d[c(5, 9, 20), ]
    some$o <- some$o + 1:3
    eta <- predict(expected, x[c(5, 9, 20), ], newoffset = some$o)[, 1]
    expect_equal(predict(fit, some, type = "raw")[, 1], eta, ignore_attr = TRUE, tolerance = 1e-5)
    means <- if (family == "gaussian") predict(fit, some)$.pred else predict(fit, some, type = "prob")$.pred_no
    expect_equal(means, unname(inverse_link(eta, family)), tolerance = 1e-5)
    many <- parsnip::multi_predict(fit, some, type = "raw", penalty = c(0.02, 0.1))
    expect_equal(many[, 1], eta, ignore_attr = TRUE, tolerance = 1e-5)
    expect_false("o" %in% generics::tidy(fit)$term)
  }
  expect_error(
    parsnip::fit(linear(0.1, offset_column = "other"), y ~ ., make_frame()), "`offset_column`",
    class = "sgdlasso_error_input"
  )
})

test_that("sparse tibbles reach the fit as sparse columns, and predict", {
  skip_if_not_installed("sparsevctrs")
  d <- make_sparse_rows()
  colnames(d$x) <- paste0("c", 1:25)
  sparse <- as_sparse(d$x)
  spec <- linear(0.02, tol = 1e-12)
  expected <- predict(parsnip::fit_xy(spec, d$x, d$y), d$x)
  table <- sparsevctrs::coerce_to_sparse_tibble(sparse)
  fit <- parsnip::fit_xy(spec, table, d$y)
  expect_equal(predict(fit, table), expected, tolerance = 1e-6)
  expect_equal(predict(fit, sparse), expected, tolerance = 1e-6)
  many <- unnested(parsnip::multi_predict(fit, table, penalty = c(0.02, 0.1)))
  expect_equal(many$.pred[many$penalty == 0.02], expected$.pred, tolerance = 1e-6)
})

test_that("a recipe's sparse dummies give the predictions of dense ones", {
  for (package in c("recipes", "workflows", "sparsevctrs")) skip_if_not_installed(package)
  set.seed(4)
  d <- data.frame(f = factor(sample(sprintf("level%02d", 1:30), 200, TRUE)), a = rnorm(200))
  d$y <- d$a + as.numeric(d$f) / 10 + rnorm(200)
  predicted <- function(sparse) {
    recipe <- recipes::step_dummy(recipes::recipe(y ~ ., d), recipes::all_nominal_predictors(), sparse = sparse)
    trained <- parsnip::fit(workflows::workflow(recipe, linear(0.05, tol = 1e-12)), d)
    predict(trained, d)$.pred
  }
  expect_equal(predicted("yes"), predicted("no"), tolerance = 1e-6)
})

test_that("poisson_reg() has the engine with package poissonreg too", {
  skip_if_not_installed("poissonreg")
  d <- make_frame("poisson")
  script <- c(
    "library(poissonreg)", "library(sgdlasso)", sprintf("d <- readRDS(%s)", deparse(file <- tempfile())),
    "fit <- parsnip::fit(parsnip::poisson_reg(penalty = 0.1, engine = 'sgdlasso'), y ~ ., d)",
    "cat(predict(fit, d)$.pred[1:3], sep = ' ')"
  )
  saveRDS(d, file)
  on.exit(unlink(file))
  fit <- parsnip::fit(parsnip::poisson_reg(penalty = 0.1, engine = "sgdlasso"), y ~ ., d)
  found <- as.numeric(strsplit(run_script(script)$stdout, " ")[[1]])
  expect_equal(found, predict(fit, d)$.pred[1:3], tolerance = 1e-5)
})

test_that("tidy() lists the coefficients at the penalty, as for parsnip's glmnet", {
  d <- make_frame()
  fit <- parsnip::fit(linear(0.1, tol = 1e-12), y ~ ., d)
  table <- generics::tidy(fit)
  expect_equal(table$estimate, unname(coef(fit$fit, s = 0.1)[, 1]))
  expect_equal(generics::tidy(fit, penalty = 0.3)$estimate, unname(coef(fit$fit, s = 0.3)[, 1]))
  skip_if_not_installed("glmnet")
  theirs <- generics::tidy(parsnip::fit(parsnip::linear_reg(penalty = 0.1, engine = "glmnet"), y ~ ., d))
  expect_identical(lapply(table, class), lapply(theirs, class))
  expect_identical(table[c("term", "penalty")], theirs[c("term", "penalty")])
})

test_that("the fit function says what it cannot use", {
  d <- make_frame()
  expect_error(parsnip::fit(linear(NULL), y ~ ., d), "`penalty` is missing", class = "sgdlasso_error_input")
  expect_error(
    parsnip_sgdlasso(as.matrix(d[, 1:8]), d$y, penalty = c(1, 2)), "`penalty`", class = "sgdlasso_error_input"
  )
  expect_error(parsnip::fit(linear(1, lambda = 2), y ~ ., d), "`path_values`", class = "sgdlasso_error_input")
  fit <- parsnip::fit(linear(1), y ~ ., d)
  expect_error(parsnip::multi_predict(fit, d, type = "prob"), "`type`", class = "sgdlasso_error_input")
  expect_error(parsnip::multi_predict(fit, d, penalty = -1), "`penalty` is -1", class = "sgdlasso_error_input")
})

# ---- tune ------------------------------------------------------------------------

# Tunes penalty and mixture of a workflow with a recipe over three folds.
tuned <- function(spec, d, metric) {
  for (package in c("tune", "workflows", "dials", "hardhat", "recipes", "rsample", "yardstick"))
    skip_if_not_installed(package)
  set.seed(1)
  rows <- rsample::vfold_cv(d, v = 3)
  recipe <- recipes::step_normalize(recipes::recipe(y ~ ., d), recipes::all_numeric_predictors())
  grid <- expand.grid(penalty = c(1e-10, 0.01, 0.03, 0.1), mixture = c(0.5, 1))
  control <- tune::control_grid(
    save_pred = TRUE, save_workflow = TRUE, extract = function(fitted) hardhat::extract_fit_engine(fitted)$penalty
  )
  tune::tune_grid(
    workflows::workflow(recipe, spec), rows, grid = tibble::as_tibble(grid), metrics = metric, control = control
  )
}

# Rows of fold 1: predictions by sgdlasso() alone, on columns scaled by hand.
by_hand <- function(result, d, family, penalty, alpha, type) {
  split <- result$splits[[1]]
  x <- as.matrix(d[names(d) != "y"])
  train <- scale(x[split$in_id, ])
  test <- scale(x[-split$in_id, ], attr(train, "scaled:center"), attr(train, "scaled:scale"))
  fit <- sgdlasso(train, d$y[split$in_id], family = family, alpha = alpha, lambda = penalty, tol = 1e-10)
  predict(fit, test, type = type)[, 1]
}

test_that("tune_grid() tries every penalty of a mixture with one linear fit, and each is right", {
  d <- make_frame()
  spec <- parsnip::set_engine(
    parsnip::linear_reg(penalty = parsnip::tune(), mixture = parsnip::tune()), "sgdlasso", nlambda = 2000, tol = 1e-10
  )
  result <- tuned(spec, d, yardstick::metric_set(yardstick::rmse))
  expect_equal(nrow(tune::collect_notes(result)), 0)
  expect_equal(nrow(tune::collect_metrics(result)), 8)
  # the fits that predictions came from were made at the largest penalty
  expect_identical(unique(unlist(tune::collect_extracts(result)$.extracts)), 0.1)
  found <- result$.predictions[[1]]
  for (k in seq_len(8)) {
    at <- unique(found[c("penalty", "mixture")])[k, ]
    these <- found[found$penalty == at$penalty & found$mixture == at$mixture, ]
    expected <- by_hand(result, d, "gaussian", at$penalty, at$mixture, "response")
    expect_equal(these$.pred[order(these$.row)], unname(expected), tolerance = 1e-4)
  }
})

test_that("tune_grid() tunes a logistic model, by class and by probability", {
  d <- make_frame("binomial", n = 90)
  spec <- parsnip::set_engine(
    parsnip::logistic_reg(penalty = parsnip::tune(), mixture = parsnip::tune()), "sgdlasso", nlambda = 2000, tol = 1e-10
  )
  result <- tuned(spec, d, yardstick::metric_set(yardstick::mn_log_loss, yardstick::accuracy))
  expect_equal(nrow(tune::collect_notes(result)), 0)
  expect_identical(unique(unlist(tune::collect_extracts(result)$.extracts)), 0.1)
  found <- result$.predictions[[1]]
  these <- found[found$penalty == 0.03 & found$mixture == 0.5, ]
  no <- by_hand(result, d, "binomial", 0.03, 0.5, "response")[order(order(these$.row))]
  expect_equal(these$.pred_no[order(these$.row)], unname(no), tolerance = 1e-4)
  expect_identical(as.character(these$.pred_class), ifelse(these$.pred_no > 0.5, "no", "yes"))
  best <- tune::select_best(result, metric = "mn_log_loss")
  final <- parsnip::fit(tune::finalize_workflow(tune::extract_workflow(result), best), d)
  expect_identical(hardhat::extract_fit_engine(final)$penalty, best$penalty)
})

# ---- other processes -------------------------------------------------------------

test_that("a saved fit predicts the same in another process", {
  d <- make_frame("binomial")
  level <- 0.05
  fit <- parsnip::fit(logistic(level), y ~ ., d)
  file <- tempfile(fileext = ".rds")
  on.exit(unlink(file))
  saveRDS(list(fit = fit, d = d, expected = predict(fit, d, type = "prob")), file)
  run <- run_script(
    "library(parsnip)", sprintf("saved <- readRDS(%s)", deparse(file)),
    "same <- identical(predict(saved$fit, saved$d, type = 'prob'), saved$expected)",
    "many <- multi_predict(saved$fit, saved$d, type = 'prob', penalty = c(0.01, 0.05))",
    "cat(same, all.equal(many$.pred[[1]]$.pred_no[2], saved$expected$.pred_no[1]))"
  )
  expect_identical(run$stdout, "TRUE TRUE")
})

test_that("the engine is there once, whichever package is loaded first, and after loading again", {
  count <- paste(
    "cat(vapply(c('linear_reg', 'logistic_reg', 'poisson_reg'), function(model)",
    "sum(parsnip::get_from_env(paste0(model, '_fit'))$engine == 'sgdlasso'), 0L), '')"
  )
  expect_identical(run_script("library(sgdlasso)", "stopifnot(!isNamespaceLoaded('parsnip'))", count)$stdout, "1 1 1 ")
  again <- c("unloadNamespace('sgdlasso')", "invisible(loadNamespace('sgdlasso'))")
  expect_identical(run_script("library(parsnip)", "library(sgdlasso)", count, again, count)$stdout, "1 1 1 1 1 1 ")
})
