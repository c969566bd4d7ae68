skip_if_not_installed("insight")

test_that("get_data() gives the rows of training, found where the fit was made", {
  d <- variables_frame()
  is.na(d$a) <- c(3, 9)
  fit <- sgdlasso(y ~ log(b) + a * f, data = d, subset = b < 2, lambda = 0.1)
  used <- d[d$b < 2 & !is.na(d$a), ]
  expect_identical(insight::get_data(fit), used[c("a", "b", "f", "y")])
  expect_identical(insight::get_data(fit, additional_variables = TRUE), used)
  expect_setequal(names(insight::get_data(fit, additional_variables = "g")), c("a", "b", "f", "y", "g"))
  cv <- cv.sgdlasso(y ~ log(b) + a * f, data = d, subset = b < 2)
  expect_identical(insight::get_data(cv), insight::get_data(fit))
  # from inside other functions, and in spite of what lies about with the same name
  asked <- function(model) (function(x) insight::get_data(x))(model)
  expect_identical(asked(fit), insight::get_data(fit))
  own <- function() {
    rows <- d
    insight::get_data(sgdlasso(y ~ log(b), data = rows, lambda = 0.1))
  }
  rows <- "no data"
  expect_equal(own(), d[c("b", "y")])
})

test_that("data that have changed are not given", {
  d <- variables_frame()
  logged <- sgdlasso(y ~ log(b) + f, data = d, lambda = 0.1)
  plain <- sgdlasso(y ~ b + f, data = d, lambda = 0.1)
  old <- d
  d$y <- rev(d$y)
  expect_error(insight::get_data(logged), "have changed since", class = "sgdlasso_error_input")
  expect_identical(insight::get_data(plain), old[c("y", "b", "f")])
  rm(d)
  expect_identical(insight::get_data(plain), old[c("y", "b", "f")])
  expect_error(insight::get_data(sgdlasso(as.matrix(old[1:2]), old$y, lambda = 1)), class = "sgdlasso_error_input")
})

test_that("formula, variables, family and coefficients are those of the fit, as insight has them of glm()", {
  for_random_fits(1:4, function(fit, d, about) {
    expected <- stats::glm(formula(fit), family = fit$family, data = d)
    for (ask in list(
      insight::find_predictors, insight::find_response, insight::find_variables, insight::find_interactions,
      insight::find_parameters, insight::n_obs
    )) expect_identical(ask(fit), ask(expected), info = about)
    expect_equal(insight::find_formula(fit), insight::find_formula(expected), ignore_formula_env = TRUE, info = about)
    told <- c("is_binomial", "is_count", "is_linear", "link_function", "family")
    expect_identical(insight::model_info(fit)[told], insight::model_info(expected)[told], info = about)
    expect_equal(insight::link_inverse(fit)(0.3), insight::link_inverse(expected)(0.3))
    expect_identical(
      insight::get_parameters(fit), data.frame(Parameter = rownames(coef(fit)), Estimate = unname(coef(fit)[, 1]))
    )
  })
})

test_that("without an intercept there is none among the parameters", {
  fit <- sgdlasso(murder_rate ~ . - 1, data = murder_rates, lambda = 1)
  expect_identical(insight::find_parameters(fit, flatten = TRUE), names(murder_rates)[1:3])
  expect_identical(insight::get_parameters(fit)$Parameter, names(murder_rates)[1:3])
})

test_that("get_predicted() is predict()", {
  for_random_fits(5:7, function(fit, d, about) {
    expect_equal(as.numeric(insight::get_predicted(fit)), predict(fit, d, type = "response")[, 1],
                 ignore_attr = TRUE, info = about)
    expect_equal(as.numeric(insight::get_predicted(fit, d[4:6, ], predict = "link")), predict(fit, d[4:6, ])[, 1],
                 ignore_attr = TRUE, info = about)
    if (fit$family == "binomial") {
      classes <- insight::get_predicted(fit, predict = "classification")
      expect_identical(as.character(classes), unname(predict(fit, d, type = "class")[, 1]))
      expect_identical(levels(classes), c("0", "1"))
    }
  })
  cv <- cv.sgdlasso(murder_rate ~ ., data = murder_rates, foldid = rep(1:5, 4))
  expect_equal(as.numeric(insight::get_predicted(cv)), predict(cv, murder_rates)[, 1], ignore_attr = TRUE)
  expect_identical(insight::get_parameters(cv)$Estimate, unname(coef(cv)[, 1]))
  expect_identical(insight::find_parameters(cv), insight::find_parameters(cv$sgdlasso.fit))
})

test_that("model_parameters() lists the coefficients, without errors, and prints", {
  skip_if_not_installed("parameters")
  cv <- cv.sgdlasso(murder_rate > 20 ~ ., data = murder_rates, family = "binomial", foldid = rep(1:5, 4))
  table <- parameters::model_parameters(cv)
  expect_named(table, c("Parameter", "Coefficient"))
  expect_identical(table$Coefficient, unname(coef(cv)[, 1]))
  odds <- parameters::model_parameters(at_lambda(cv), exponentiate = TRUE)
  expect_equal(odds$Coefficient, exp(unname(coef(cv)[, 1])))
  expect_output(print(odds), "low_income")
})

test_that("what a lasso cannot tell is refused", {
  path <- sgdlasso(murder_rate ~ ., data = murder_rates)
  one <- at_lambda(path, s = 1)
  refused <- function(code, ...) expect_error(code, ..., class = "sgdlasso_error_input")
  refused(insight::get_parameters(path), "at_lambda")
  refused(insight::get_predicted(path), "`s` is missing")
  refused(insight::get_varcov(one), "covariance")
  refused(insight::get_predicted(one, ci = 0.95), "intervals")
  skip_if_not_installed("parameters")
  refused(parameters::model_parameters(one, ci = 0.9), "intervals")
  refused(parameters::model_parameters(path), "at_lambda")
})
