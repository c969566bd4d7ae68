x <- as.matrix(murder_rates[, 1:3])
y <- murder_rates$murder_rate
grid <- c(8, 4, 2, 1, 0.5)

test_that("tidy() has broom's columns and values for glmnet, and the gap", {
  skip_if_not_installed("broom")
  skip_if_not_installed("glmnet")
  skip_if_not_installed("tibble")
  ours <- sgdlasso(x, y, lambda = grid, tol = 1e-12)
  theirs <- precise_glmnet(x, y, lambda = grid)
  for (zeros in c(FALSE, TRUE)) {
    table <- generics::tidy(ours, return_zeros = zeros)
    expected <- broom::tidy(theirs, return_zeros = zeros)
    expect_identical(names(table), c(names(expected), "gap"))
    expect_equal(table[names(expected)], expected, tolerance = 1e-5)
    expect_identical(table$gap, ours$gap[table$step])
  }
})

test_that("tidy() lists each coefficient that is not zero once, sparse or dense", {
  d <- make_sparse_rows()
  fit <- sgdlasso(as_sparse(d$x), d$y, lambda = c(0.2, 0.02))
  table <- generics::tidy(fit)
  rebuilt <- matrix(0, 26, 2)
  rebuilt[cbind(match(table$term, rownames(coef(fit))), table$step)] <- table$estimate
  expect_equal(rebuilt, unname(as.matrix(coef(fit))))
  expect_equal(nrow(table), sum(coef(fit) != 0))
  expect_equal(nrow(generics::tidy(fit, return_zeros = TRUE)), 52)
})

test_that("glance() is one row with broom's columns, the worst gap and what trained", {
  skip_if_not_installed("broom")
  skip_if_not_installed("glmnet")
  fit <- sgdlasso(x, y, lambda = grid)
  row <- generics::glance(fit)
  theirs <- broom::glance(glmnet::glmnet(x, y, lambda = grid))
  expect_identical(names(row), c(names(theirs), "gap", "converged", "solver", "family"))
  expect_equal(row[c("nulldev", "nobs")], theirs[c("nulldev", "nobs")])
  expect_identical(row$nobs, 20L)
  expect_identical(
    as.list(row[c("converged", "solver", "family")]), list(converged = TRUE, solver = "exact", family = "gaussian")
  )
  # gaps that differ from lambda to lambda
  trained <- sgdlasso(x, y, lambda = grid, seed = 1, solver = "sgd")
  row <- generics::glance(trained)
  expect_equal(row$gap, max(optimality(trained, x, y)$gap))
  expect_identical(as.list(row[c("converged", "solver")]), list(converged = NA, solver = "sgd"))
})

test_that("tidy() and glance() of a cross-validation have broom's columns and values, and the gap", {
  skip_if_not_installed("broom")
  skip_if_not_installed("glmnet")
  skip_if_not_installed("tibble")
  fold <- rep(1:5, 4)
  cv <- cv.sgdlasso(x, y, lambda = grid, foldid = fold, tol = 1e-12)
  theirs <- precise_cv_glmnet(x, y, lambda = grid, foldid = fold)
  expected <- broom::tidy(theirs)
  expected[] <- lapply(expected, unname)
  table <- generics::tidy(cv)
  expect_identical(names(table), c(names(expected), "gap"))
  expect_equal(table[names(expected)], expected, tolerance = 1e-5)
  expect_identical(table$gap, cv$sgdlasso.fit$gap)
  row <- generics::glance(cv)
  expect_identical(names(row), c(names(broom::glance(theirs)), "gap"))
  expect_equal(row[1:3], broom::glance(theirs))
})

test_that("the gap in glance() is the worst of all fits of a cross-validation, in tidy() that of its lambda", {
  fold <- rep(1:5, 4)
  cv <- cv.sgdlasso(x, y, lambda = grid, foldid = fold, seed = 1, solver = "sgd")
  of_all <- optimality(sgdlasso(x, y, lambda = grid, seed = 1, solver = "sgd"), x, y)$gap
  expect_equal(generics::tidy(cv)$gap, of_all)
  first <- list(a0 = cv$folds[[1]]$a0, beta = cv$folds[[1]]$beta)
  of_fold <- optimality(first, x[fold != 1, ], y[fold != 1], lambda = grid)$gap
  expect_gte(generics::glance(cv)$gap, max(of_all, of_fold) * (1 - 1e-8))
})

test_that("augment() of a cross-validation is that of its fit at the chosen lambda", {
  cv <- cv.sgdlasso(murder_rate ~ ., data = murder_rates, foldid = rep(1:5, 4))
  fit <- sgdlasso(murder_rate ~ ., data = murder_rates)
  expect_equal(generics::augment(cv), generics::augment(fit, s = cv$lambda.1se))
  expect_equal(
    generics::augment(cv, murder_rates[1:3, ], s = "lambda.min"),
    generics::augment(fit, murder_rates[1:3, ], s = cv$lambda.min)
  )
})

test_that("augment() adds the fitted mean and response minus it to a data frame", {
  fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = grid)
  some <- murder_rates[c(3, 7, 20), ]
  by_hand <- coef(fit, s = 1)[1, ] + as.vector(as.matrix(some[, 1:3]) %*% coef(fit, s = 1)[-1, ])
  rownames(some) <- NULL
  table <- generics::augment(fit, some, s = 1)
  expect_equal(as.data.frame(table[names(some)]), some)
  expect_equal(table$.fitted, by_hand)
  expect_equal(table$.resid, some$murder_rate - by_hand)
  expect_identical(generics::augment(fit, newdata = some, s = 1), table)
})

test_that("augment() without a response has no residuals, even if a variable of its name lies about", {
  fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)
  murder_rate <- 1:20
  expect_named(generics::augment(fit, murder_rates[, 1:3]), c(names(murder_rates)[1:3], ".fitted"))
})

test_that("augment() without rows takes the training data as the formula used them", {
  d <- murder_rates
  d$unemployed[4] <- NA
  rownames(d) <- paste("city", 1:20)
  fit <- sgdlasso(log(murder_rate) ~ low_income + unemployed, data = d, subset = population < 3e6, lambda = 0.1)
  table <- generics::augment(fit)
  used <- d[-4, ][d$population[-4] < 3e6, ]
  expect_identical(table$.rownames, rownames(used))
  expect_equal(table[["log(murder_rate)"]], log(used$murder_rate))
  expect_equal(table$.fitted + table$.resid, log(used$murder_rate))
  expect_equal(table$.fitted, unname(predict(fit, newdata = used)[, 1]))
})

test_that("rows with missing values are kept by augment(), as NA", {
  fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)
  d <- murder_rates[1:3, ]
  d$unemployed[2] <- NA
  expect_identical(is.na(generics::augment(fit, d)$.fitted), c(FALSE, TRUE, FALSE))
})

test_that("augment() of a matrix fit takes newx, newy and an offset, or the training rows", {
  d <- make_sparse_rows(family = "binomial")
  colnames(d$x) <- paste0("column", 1:25)
  fit <- sgdlasso(d$x, d$y, family = "binomial", offset = d$o, lambda = 0.02)
  mean_by_hand <- plogis(coef(fit)[1, 1] + as.vector(d$x %*% coef(fit)[-1, 1]) + d$o)
  table <- generics::augment(fit)
  expect_equal(table$.fitted, mean_by_hand)
  expect_equal(table$.resid, d$y - mean_by_hand)
  given <- generics::augment(fit, newx = as_sparse(d$x), newy = factor(d$y), newoffset = d$o)
  expect_equal(given, table)
  expect_named(generics::augment(fit, newx = d$x, newoffset = d$o), c(colnames(d$x), ".fitted"))
  unnamed <- sgdlasso(unname(d$x), d$y, lambda = 0.02)
  expect_named(generics::augment(unnamed, unname(d$x)), c(paste0("V", 1:25), ".fitted"))
})

test_that("a response of two columns of counts stays one column", {
  d <- data.frame(a = c(1, 3, 2, 5, 4, 6), yes = c(1, 2, 1, 4, 2, 5), no = c(3, 2, 4, 1, 3, 0))
  fit <- sgdlasso(cbind(yes, no) ~ a, data = d, family = "binomial", lambda = 0.01)
  table <- generics::augment(fit)
  expect_equal(nrow(table), 6)
  expect_equal(table$.resid, d$yes / (d$yes + d$no) - table$.fitted)
})

test_that("augment() says what is missing or too much", {
  fit <- sgdlasso(x, y, lambda = grid)
  expect_error(generics::augment(fit, x), "`s` is missing, and the fit has 5 lambdas", class = "sgdlasso_error_input")
  expect_error(generics::augment(fit, x, s = 1:2), "`s` holds 2 lambdas", class = "sgdlasso_error_input")
  expect_error(
    generics::augment(fit, x, newx = x, s = 1), "`data` and `newx` are both given", class = "sgdlasso_error_input"
  )
  expect_error(generics::augment(fit, x, lambda = 1), "no argument `lambda`", class = "sgdlasso_error_input")
  expect_error(generics::tidy(fit, return_zeroes = TRUE), "Did you mean `return_zeros`", class = "sgdlasso_error_input")
})

test_that("tables are tibbles", {
  skip_if_not_installed("tibble")
  fit <- sgdlasso(x, y, lambda = grid)
  expect_s3_class(generics::tidy(fit), "tbl_df")
  expect_s3_class(generics::glance(fit), "tbl_df")
  expect_s3_class(generics::augment(fit, s = 1), "tbl_df")
})
