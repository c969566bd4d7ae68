for (package in c("mlr3", "paradox", "R6", "lgr")) skip_if_not_installed(package)

lgr::get_logger("mlr3")$set_threshold("warn")

mlr3_task <- function(d, family) {
  if (family != "binomial") return(mlr3::as_task_regr(d, target = "y"))
  d$y <- factor(d$y, 0:1, c("no", "yes"))
  mlr3::as_task_classif(d, target = "y", positive = "yes")
}

test_that("learners predict what their fit predicts, with weights and offset", {
  for (family in c("gaussian", "binomial", "poisson")) {
    set.seed(1)
    d <- variables_frame(family = family)
    more <- data.frame(w = runif(80), o = rnorm(80) / 3)
    task <- mlr3_task(cbind(d, more), family)
    task$set_col_roles("w", roles = "weights_learner")
    task$set_col_roles("o", roles = "offset")
    learner <- mlr3::lrn(if (family == "binomial") "classif.sgdlasso" else "regr.sgdlasso", s = 0.05, alpha = 0.8)
    if (family == "poisson") learner$param_set$set_values(family = "poisson")
    if (family == "binomial") learner$predict_type <- "prob"
    learner$train(task, row_ids = 1:60)
    expected <- sgdlasso(y ~ ., data = d[1:60, ], family = family, weights = more$w[1:60], offset = more$o[1:60],
                         alpha = 0.8)
    mean <- predict(expected, newdata = d[61:80, ], s = 0.05, newoffset = more$o[61:80], type = "response")[, 1]
    found <- learner$predict(task, row_ids = 61:80)
    if (family == "binomial") {
      expect_equal(found$prob[, "yes"], unname(mean), tolerance = 1e-6)
      expect_identical(as.character(found$response), ifelse(unname(mean) > 0.5, "yes", "no"))
      learner$predict_type <- "response"
      expect_identical(learner$predict(task, row_ids = 61:80)$response, found$response)
    } else {
      expect_equal(found$response, unname(mean), tolerance = 1e-6)
    }
    beta <- coef(expected, s = 0.05)[-1, 1]
    columns <- list(a = "a", b = "b", f = c("fu", "fv"), g = "gq", l = "lTRUE")
    used <- names(columns)[vapply(columns, function(column) any(beta[column] != 0), NA)]
    expect_setequal(learner$selected_features(), used)
  }
})

test_that("a cross-validated learner predicts at its own lambda", {
  set.seed(2)
  d <- variables_frame(family = "binomial")
  task <- mlr3_task(d, "binomial")
  set.seed(3)
  learner <- mlr3::lrn("classif.cv_sgdlasso", predict_type = "prob", nfolds = 5, s = "lambda.min")$train(task)
  set.seed(3)
  expected <- cv.sgdlasso(y ~ ., data = d, family = "binomial", nfolds = 5)
  expect_equal(
    learner$predict(task)$prob[, "yes"], unname(predict(expected, d, s = "lambda.min", type = "response")[, 1]),
    tolerance = 1e-4
  )
})

test_that("without s it is the lambda of the Bayesian criterion", {
  set.seed(4)
  d <- variables_frame()
  learner <- mlr3::lrn("regr.sgdlasso")$train(mlr3_task(d, "gaussian"))
  fit <- sgdlasso(y ~ ., data = d)
  expect_equal(learner$predict_newdata(d)$response, unname(predict(fit, d, s = "bic")[, 1]), tolerance = 1e-6)
  learner$param_set$set_values(s = c(0.2, 0.1))
  expect_error(learner$predict_newdata(d), "`s` has 2 values", class = "sgdlasso_error_input")
})

test_that("resampling scores as a loop by hand", {
  set.seed(5)
  d <- variables_frame(n = 90)
  task <- mlr3_task(d, "gaussian")
  folds <- mlr3::rsmp("cv", folds = 3)$instantiate(task)
  scores <- mlr3::resample(task, mlr3::lrn("regr.sgdlasso", s = 0.1), folds)$score()$regr.mse
  by_hand <- vapply(1:3, function(k) {
    train <- folds$train_set(k)
    fit <- sgdlasso(y ~ ., data = d[train, ])
    test <- d[folds$test_set(k), ]
    mean((test$y - predict(fit, test, s = 0.1)[, 1])^2)
  }, 0)
  expect_equal(scores, by_hand, tolerance = 1e-6)
})

test_that("learners pass mlr3's own tests of learners", {
  suite <- new.env(parent = asNamespace("mlr3"))
  helpers <- system.file("testthat", package = "mlr3")
  skip_if(helpers == "", "mlr3 is installed without its tests")
  for (file in list.files(helpers, full.names = TRUE)) sys.source(file, suite)
  learners <- list(
    mlr3::lrn("regr.sgdlasso", s = 0.01), mlr3::lrn("classif.sgdlasso", s = 0.01), mlr3::lrn("regr.cv_sgdlasso"),
    mlr3::lrn("classif.cv_sgdlasso", s = "lambda.min")
  )
  for (learner in learners) suite$expect_learner(learner, check_man = FALSE)
  # experiments with tasks of all kinds of features
  for (learner in learners[c(1, 4)]) {
    result <- suppressWarnings(suite$run_autotest(learner, N = 40, check_replicable = FALSE))
    expect_true(result, info = paste(learner$id, result$error))
  }
})

test_that("a learner predicts by one model", {
  task <- mlr3_task(variables_frame(), "gaussian")
  for (more in list(list(s = c(1, 2)), list(s = 0.1, gamma = c(0, 1)))) {
    learner <- do.call(mlr3::lrn, c(list("regr.sgdlasso", relax = TRUE), more))
    learner$train(task)
    for (use in list(function() learner$predict(task), function() learner$selected_features())) {
      expect_error(use(), "has 2 values", class = "sgdlasso_error_input")
    }
  }
})
